"""Keeps calls below what a platform allows in a second: the figure it states, and the rate it turns out to bear."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable

Beat = Callable[[int, int], float]
"""Told how many calls ended since the last time and how many the platform complained about; gives calls a second."""

_BEAT_SECONDS = 1.0


class Pace:
    """Spreads the calls of a client, whatever thread or lane they are made from.

    Args:
        calls: at most that many start in any second, counted for each appid; None where no figure is known.
        beat: asked at most once a second for the rate that all calls of this client together keep to; without it only
            `calls` counts.
        monotonic: a clock in seconds.
        sleep: waits, in seconds.
    """

    def __init__(
        self,
        calls: int | None,
        *,
        beat: Beat | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = calls
        self._beat = beat
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._starts: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=calls))
        self._rate = 0.0
        self._next_beat = self._next_start = monotonic()
        self._ended = self._complaints = 0

    def wait(self, appid: str) -> None:
        """Return when the next call of this appid may start."""
        seconds = self.delay(appid)
        if seconds > 0:
            self._sleep(seconds)

    def delay(self, appid: str) -> float:
        """How many seconds the next call of this appid has to wait; its place is taken with this."""
        with self._lock:
            now = start = self._monotonic()
            if self._beat is not None:
                start = self._after_the_last(now, self._beat)
            if self._calls is not None:
                starts = self._starts[appid]
                if len(starts) == self._calls:
                    start = max(start, starts[0] + 1.0)
                starts.append(start)
        return start - now

    def note(self, *, complained: bool) -> None:
        """Count a call that ended: whether the platform complained (too many calls, no answer in time, HTTP 5xx)."""
        with self._lock:
            self._ended += 1
            self._complaints += complained

    def _after_the_last(self, now: float, beat: Beat) -> float:
        if now >= self._next_beat:
            self._rate = beat(self._ended, self._complaints)
            self._ended = self._complaints = 0
            self._next_beat = now + _BEAT_SECONDS
        start = max(now, self._next_start)
        self._next_start = start + 1.0 / self._rate
        return start
