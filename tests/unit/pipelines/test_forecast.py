"""Whether a date will be complete in time, from figures alone."""

from datetime import date, datetime, timedelta

import pytest

from realname_sync.pipelines.forecast import Forecast, Load, Pace, Verdict, judge
from realname_sync.workdate import SHANGHAI

DAY = date(2026, 11, 20)
WORKING = Pace(rows_per_minute=1000.0, calls=50, answered=50)


def at(hour: int, minute: int = 0, *, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def judged(load: Load, pace: Pace, now: datetime, read_minutes_ago: int | None = 5) -> Forecast:
    read_at = None if read_minutes_ago is None else now - timedelta(minutes=read_minutes_ago)
    return judge(DAY, "nation", load, pace, now=now, read_at=read_at)


@pytest.mark.parametrize(
    ("load", "pace", "now", "verdict"),
    [
        (Load(), WORKING, at(21), Verdict.DONE),
        (Load(held=12), WORKING, at(21), Verdict.DONE),
        (Load(waiting=10_000), WORKING, at(21), Verdict.IN_TIME),
        (Load(waiting=10_000, in_batch=94_999), WORKING, at(22), Verdict.IN_TIME),
        (Load(waiting=10_000, in_batch=95_001), WORKING, at(22), Verdict.AT_RISK),
        (Load(waiting=1), WORKING, at(23, 29), Verdict.IN_TIME),
        (Load(waiting=1), WORKING, at(23, 30), Verdict.AT_RISK),
        (Load(in_batch=1, unknown=1), WORKING, at(23, 40), Verdict.AT_RISK),
        (Load(waiting=1), WORKING, at(0, day=21), Verdict.LATE),
        (Load(), WORKING, at(0, day=21), Verdict.DONE),
        (Load(waiting=1), Pace(), at(22, 29), Verdict.IN_TIME),
        (Load(waiting=1), Pace(), at(22, 30), Verdict.AT_RISK),
        (Load(waiting=1), Pace(rows_per_minute=1000.0, calls=9, answered=0), at(20, 59), Verdict.IN_TIME),
        (Load(waiting=1), Pace(rows_per_minute=1000.0, calls=9, answered=0), at(21), Verdict.AT_RISK),
    ],
)
def test_the_verdict_follows_from_what_is_left_the_rate_and_the_time(
    load: Load, pace: Pace, now: datetime, verdict: Verdict
) -> None:
    assert judged(load, pace, now).verdict == verdict


def test_it_tells_when_it_would_be_done_and_what_is_left_of_the_day() -> None:
    seen = judged(Load(waiting=3000, in_batch=600), Pace(rows_per_minute=120.0, calls=3, answered=3), at(20))
    assert (seen.minutes_left, seen.done_at, seen.verdict) == (240, at(20, 30), Verdict.IN_TIME)
    assert "3600 rows" in seen.sentence
    assert "20:30" in seen.sentence


def test_an_evening_nobody_reads_the_municipal_platform_is_a_risk_though_nothing_waits() -> None:
    assert judged(Load(), WORKING, at(21), read_minutes_ago=91).verdict == Verdict.DONE
    for minutes in (91, None):
        unread = judged(Load(), WORKING, at(22), read_minutes_ago=minutes)
        assert unread.verdict == Verdict.AT_RISK
        assert f"realname sweep {DAY}" in unread.sentence


def test_what_arrives_after_the_day_is_told_as_late() -> None:
    over = judged(Load(late=7), WORKING, at(9, day=21))
    assert (over.verdict, over.minutes_left) == (Verdict.DONE, 0)
    assert "7 rows went up late" in over.sentence


@pytest.mark.parametrize(
    "forecast",
    [
        judged(Load(waiting=1), WORKING, at(23, 45)),
        judged(Load(waiting=1), Pace(), at(23)),
        judged(Load(waiting=900_000), WORKING, at(22)),
        judged(Load(waiting=1), Pace(1.0, None, 5, 0), at(23)),
        judged(Load(waiting=1), WORKING, at(1, day=21)),
    ],
)
def test_every_alarm_names_a_command(forecast: Forecast) -> None:
    assert forecast.verdict.is_alarming
    assert "`realname push nation 2026-11-20`" in forecast.sentence


def test_a_rate_next_to_nothing_still_gives_an_instant() -> None:
    assert judged(Load(waiting=10**9), Pace(rows_per_minute=1e-9, calls=1, answered=1), at(12)).done_at is not None
