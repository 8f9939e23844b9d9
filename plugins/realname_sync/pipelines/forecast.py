"""Whether a date will be complete before 24:00: what is left to send, how fast it went lately, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from realname_sync.warehouse import statements
from realname_sync.workdate import SHANGHAI, day_bounds

STRETCH = timedelta(minutes=10)
"""How much of the last stretch of work the rate is taken from."""

_RECENTLY = timedelta(minutes=10)
_MARGIN = timedelta(minutes=15)  # a platform's results take their time, and a person needs some too
_LAST_MINUTES = timedelta(minutes=30)  # from here on no further sweep begins: whatever is left needs a look
_UNSEEN = timedelta(minutes=90)  # so long before the end, never having seen a rate is a risk
_SILENT = timedelta(hours=3)  # so long before the end, a platform that answers nothing is one
_EVENING = timedelta(hours=2)
_OLDEST_READ = timedelta(minutes=90)  # sweeps come every hour


class Verdict(StrEnum):
    """How a date stands against its deadline."""

    DONE = "done"
    IN_TIME = "in time"
    AT_RISK = "at risk"
    LATE = "late"

    @property
    def is_alarming(self) -> bool:
        """Whether a person has to hear of it."""
        return self in {Verdict.AT_RISK, Verdict.LATE}


@dataclass(frozen=True)
class Load:
    """Punches of a date for one platform: `in_batch` includes `unknown`; held ones cannot go and are only told."""

    waiting: int = 0
    in_batch: int = 0
    unknown: int = 0
    held: int = 0
    late: int = 0

    @property
    def left(self) -> int:
        """What still has to be acknowledged or refused."""
        return self.waiting + self.in_batch


@dataclass(frozen=True)
class Pace:
    """How it went lately: rows settled a minute when last seen at work, and the calls of the last minutes."""

    rows_per_minute: float | None = None
    seen_at: datetime | None = None
    calls: int = 0
    answered: int = 0


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of a date at one platform.

    Attributes:
        read_at: when the municipal platform was last read for the date.
        minutes_left: until 24:00 of the date, 0 after it.
        done_at: when all would be settled at the rate seen; None where none was seen or nothing is left.
        sentence: why the verdict is this one, and what to do.
    """

    work_date: date
    target: str
    load: Load
    pace: Pace
    read_at: datetime | None
    minutes_left: int
    done_at: datetime | None
    verdict: Verdict
    sentence: str


def judge(
    work_date: date, target: str, load: Load, pace: Pace, *, now: datetime, read_at: datetime | None = None
) -> Forecast:
    """Judge from figures alone; reads no clock and no database."""
    remaining = max(day_bounds(work_date)[1] - now, timedelta())
    done_at = None
    if load.left and pace.rows_per_minute:
        # A rate seen over seconds may promise the end of time; no more than a year is worth telling.
        done_at = now + timedelta(minutes=min(load.left / pace.rows_per_minute, 525_600))
    verdict, sentence = _verdict(work_date, target, load, pace, now, read_at, remaining, done_at)
    minutes = int(remaining.total_seconds() // 60)
    return Forecast(work_date, target, load, pace, read_at, minutes, done_at, verdict, sentence)


def _verdict(
    work_date: date,
    target: str,
    load: Load,
    pace: Pace,
    now: datetime,
    read_at: datetime | None,
    remaining: timedelta,
    done_at: datetime | None,
) -> tuple[Verdict, str]:
    push = f"`realname push {target} {work_date}`"
    rows = f"{load.left} rows"
    if not remaining:
        if load.left:
            return Verdict.LATE, f"{rows} are not there yet; they go up late: run {push}"
        return Verdict.DONE, "nothing is left to send" + (f"; {load.late} rows went up late" if load.late else "")
    if remaining <= _EVENING and (read_at is None or now - read_at > _OLDEST_READ):
        since = f"was last read at {_time(read_at)}" if read_at else "was not read"
        return Verdict.AT_RISK, (
            f"the municipal platform {since}, so nobody knows what has come since: "
            f"run `realname sweep {work_date}` and see why its reading stopped"
        )
    if not load.left:
        return Verdict.DONE, "everything that was read and may go is there"
    if pace.calls and not pace.answered and remaining <= _SILENT:
        return Verdict.AT_RISK, (
            f"{rows} are left and the {target} answered none of the last {pace.calls} calls: "
            f"ask its operator, and run {push} as soon as it answers"
        )
    if pace.rows_per_minute is None:
        if remaining <= _UNSEEN:
            return Verdict.AT_RISK, f"{rows} are left and nothing of the date has been settled yet: run {push}"
        return Verdict.IN_TIME, f"{rows} are left, nothing has been settled yet; the next sweep sends"
    assert done_at is not None  # noqa: S101 - there are rows and a rate
    if done_at > day_bounds(work_date)[1] - _MARGIN:
        return Verdict.AT_RISK, (
            f"{rows} are left and at {pace.rows_per_minute:.0f} rows a minute would be done at {_time(done_at)}: "
            f"see that {push} runs, and what slows it with `realname status {work_date} --projects`"
        )
    if remaining <= _LAST_MINUTES:
        return Verdict.AT_RISK, f"{rows} are left and no further sweep begins before 24:00: run {push}"
    return Verdict.IN_TIME, (
        f"{rows} are left; at {pace.rows_per_minute:.0f} rows a minute they take until {_time(done_at)}"
    )


def _time(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%H:%M of %d %B}"


def forecasts(connection: Connection, work_date: date, loads: Mapping[str, Load], now: datetime) -> dict[str, Forecast]:
    """The forecast of a date for each platform whose load is given, from what the warehouse has seen until now."""
    rates = {
        row.target: row
        for row in statements.rows(connection, "ops/sending_rate", work_date=work_date, now=now, stretch=STRETCH)
    }
    calls = {
        row.platform: row for row in statements.rows(connection, "ops/recent_calls", since=now - _RECENTLY, now=now)
    }
    read_at = statements.scalar(
        connection, "ops/newest_done_run", step="extract_municipal", work_date=work_date, now=now
    )
    return {
        target: judge(work_date, target, load, _pace(rates.get(target), calls.get(target)), now=now, read_at=read_at)
        for target, load in loads.items()
    }


def _pace(rate: Any, calls: Any) -> Pace:
    per_minute = seen_at = None
    if rate is not None:
        seconds = max((rate.ended_at - rate.began_at).total_seconds(), 1.0)
        per_minute, seen_at = float(rate.settled_rows) * 60 / seconds, rate.ended_at
    return Pace(per_minute, seen_at, calls.calls if calls else 0, calls.answered if calls else 0)
