"""Keeps calls below the number a platform allows in a second."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable


class Pace:
    """Lets at most `calls` calls start in any second, counted for each appid; shared by all threads of a client."""

    def __init__(
        self,
        calls: int | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = calls
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._starts: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=calls))

    def wait(self, appid: str) -> None:
        """Return when the next call of this appid may start."""
        seconds = self.delay(appid)
        if seconds > 0:
            self._sleep(seconds)

    def delay(self, appid: str) -> float:
        """How many seconds the next call of this appid has to wait; its place is taken with this."""
        if self._calls is None:
            return 0.0
        with self._lock:
            now = self._monotonic()
            starts = self._starts[appid]
            start = now if len(starts) < self._calls else max(now, starts[0] + 1.0)
            starts.append(start)
        return start - now
