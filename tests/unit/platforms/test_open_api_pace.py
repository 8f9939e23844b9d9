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
