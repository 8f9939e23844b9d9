"""The rate of a platform: found by trying, cut by complaints, shared by all its senders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from realname_sync.delivery.shared_pace import KnownRate, SharedPace, next_rate
from realname_sync.platforms.open_api.pace import Pace
from realname_sync.standards import load_profile

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KNOWN = KnownRate(100.0, NOW - timedelta(seconds=5), None)
NATION = load_profile("nation")


def test_a_complaint_cuts_the_rate_and_is_remembered() -> None:
    cut = next_rate(KNOWN, 100, 3, NOW, None)
    assert (cut.calls_per_second, cut.changed_at, cut.complained_at) == (70.0, NOW, NOW)


def test_complaints_right_after_a_cut_are_about_calls_made_before_it() -> None:
    cut = next_rate(KNOWN, 100, 3, NOW, None)
    assert next_rate(cut, 100, 9, NOW + timedelta(milliseconds=900), None) == cut


def test_it_rises_fast_until_the_first_complaint_and_slowly_afterwards() -> None:
    assert next_rate(KNOWN, 100, 0, NOW, None).calls_per_second == 126.0
    burnt = replace(KNOWN, complained_at=NOW - timedelta(minutes=1))
    assert next_rate(burnt, 100, 0, NOW, None).calls_per_second == 103.0


def test_a_rate_that_was_not_used_says_nothing_about_more() -> None:
    assert next_rate(KNOWN, 50, 0, NOW, None) == KNOWN


def test_it_never_rises_above_what_the_platform_states_nor_falls_to_nothing() -> None:
    assert next_rate(KNOWN, 100, 0, NOW, 110.0).calls_per_second == 110.0
    assert next_rate(replace(KNOWN, calls_per_second=1.1), 1, 1, NOW, None).calls_per_second == 1.0


def test_a_limit_nobody_told_is_found_and_mostly_used() -> None:
    """A platform that bears 60 calls a second, for ten minutes."""
    known, now, used, refused = KnownRate(20.0, NOW, None), NOW, [], 0
    for _ in range(600):
        now += timedelta(seconds=1.01)
        over = known.calls_per_second > 60
        used.append(min(known.calls_per_second, 60))
        refused += over
        known = next_rate(known, known.calls_per_second, int(over), now, None)
    assert sum(used[60:]) / len(used[60:]) >= 0.8 * 60
    assert refused <= 60


def test_a_client_that_begins_slowly_comes_to_a_limit_nobody_told_and_is_refused_little(warehouse: Engine) -> None:
    """A platform that bears 25 calls in any second, for 60 seconds of a clock that only the pace moves."""
    seconds = [0.0]
    slow = replace(NATION, calls_per_second=None, first_calls_per_second=5)
    sender = SharedPace(warehouse, slow, "a", lambda: NOW + timedelta(seconds=seconds[0]))
    pace = Pace(None, beat=sender, monotonic=lambda: seconds[0])
    made, borne = [], []
    while seconds[0] < 60:
        seconds[0] += pace.delay("zj-330100")
        made.append(seconds[0])
        fits = sum(moment > seconds[0] - 1 for moment in borne[-25:]) < 25
        if fits:
            borne.append(seconds[0])
        pace.note(complained=not fits)
    assert len(made) - len(borne) <= 0.15 * len(made)
    assert sum(moment >= 30 for moment in borne) / 30 >= 0.8 * 25


def test_two_senders_share_one_rate_and_a_silent_one_has_no_share(warehouse: Engine) -> None:
    clock = [NOW]
    first, second = (SharedPace(warehouse, NATION, name, lambda: clock[0]) for name in ("a", "b"))
    assert first(0, 0) == 20.0
    assert second(0, 0) == 10.0
    clock[0] += timedelta(seconds=2)
    assert first(0, 0) == 10.0
    clock[0] += timedelta(seconds=11)
    assert first(0, 0) == 20.0


def test_what_one_sender_met_slows_the_other(warehouse: Engine) -> None:
    clock = [NOW]
    first, second = (SharedPace(warehouse, NATION, name, lambda: clock[0]) for name in ("a", "b"))
    first(0, 0)
    second(0, 0)
    clock[0] += timedelta(seconds=2)
    assert first(10, 2) == 7.0
    assert second(10, 0) == 7.0


def test_the_rate_outlives_its_senders(warehouse: Engine) -> None:
    clock = [NOW]
    sender = SharedPace(warehouse, NATION, "a", lambda: clock[0])
    for _ in range(5):
        sender(1000, 0)
        clock[0] += timedelta(seconds=2)
    found = sender(0, 0)
    assert found > 40
    clock[0] += timedelta(days=1)
    assert SharedPace(warehouse, NATION, "b", lambda: clock[0])(0, 0) == found


def test_a_warehouse_that_cannot_be_asked_stops_nobody(warehouse: Engine) -> None:
    sender = SharedPace(warehouse, NATION, "a", lambda: NOW)
    with warehouse.begin() as connection:
        connection.execute(text("DROP TABLE ops.pace"))
    assert sender(0, 0) == 20.0
