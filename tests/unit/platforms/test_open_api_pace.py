"""No more calls in any second than the platform allows, for each appid."""

from hypothesis import given
from hypothesis import strategies as st

from realname_sync.platforms.open_api.pace import Pace


class Watch:
    """A clock that moves only when somebody sleeps or the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_without_a_figure_nothing_waits() -> None:
    watch = Watch()
    pace = Pace(None, monotonic=lambda: watch.now, sleep=watch.sleep)
    for _ in range(1000):
        pace.wait("a")
    assert watch.now == 100.0


def test_each_appid_is_counted_by_itself() -> None:
    watch = Watch()
    pace = Pace(2, monotonic=lambda: watch.now, sleep=watch.sleep)
    for appid in ("a", "a", "b", "b"):
        pace.wait(appid)
    assert watch.now == 100.0
    pace.wait("a")
    assert watch.now == 101.0


@given(st.integers(1, 5), st.lists(st.floats(0, 2), max_size=40))
def test_never_more_than_allowed_in_any_second(calls: int, pauses: list[float]) -> None:
    watch = Watch()
    pace = Pace(calls, monotonic=lambda: watch.now, sleep=watch.sleep)
    starts = []
    for pause in pauses:
        watch.now += pause
        pace.wait("a")
        starts.append(watch.now)
    for earlier, later in zip(starts, starts[calls:], strict=False):
        assert later - earlier >= 1.0 - 1e-9


def test_a_beat_decides_the_rate_and_is_asked_once_a_second() -> None:
    watch = Watch()
    told: list[tuple[int, int]] = []

    def beat(ended: int, complaints: int) -> float:
        told.append((ended, complaints))
        return 10.0

    pace = Pace(None, beat=beat, monotonic=lambda: watch.now, sleep=watch.sleep)
    for number in range(21):
        pace.wait("a" if number % 2 else "b")
        pace.note(complained=number == 3)
    assert abs(watch.now - 102.0) < 1e-6
    assert told[0] == (0, 0)
    assert len(told) in (2, 3)
    assert told[1][1] == 1
    assert 10 <= sum(ended for ended, _ in told) <= 21


def test_the_stated_figure_holds_whatever_the_beat_says() -> None:
    watch = Watch()
    pace = Pace(5, beat=lambda _ended, _complaints: 1000.0, monotonic=lambda: watch.now, sleep=watch.sleep)
    for _ in range(11):
        pace.wait("a")
    assert watch.now >= 102.0
