"""Which day a run works for, and the instants that day begins and ends: the only place that decides either."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from realname_sync.errors import WorkDateError

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""A clock is a function that returns the present instant, aware of its zone."""


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(tz=UTC)


def parse_work_date(text: str) -> date:
    """Read `yyyy-MM-dd`.

    Raises:
        WorkDateError: the text is no calendar date in that form.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WorkDateError(f"{text!r} is not a work date; write it as yyyy-MM-dd, for example 2026-11-20") from None


def resolve_work_date(
    explicit: str | date | None = None,
    partition_key: str | None = None,
    interval_start: datetime | None = None,
) -> date:
    """Decide the work date: an explicit parameter, else the partition key, else the interval's start in Shanghai.

    Raises:
        WorkDateError: none of the three is given, or the one that counts is not a date.
    """
    if isinstance(explicit, date):
        return explicit
    if explicit:
        return parse_work_date(explicit)
    if partition_key:
        return parse_work_date(partition_key)
    if interval_start is not None:
        return work_date_of(interval_start)
    raise WorkDateError(
        "this run has no work date: give the parameter work_date, or start it for a partition (airflow backfill create)"
    )


def work_date_of(instant: datetime) -> date:
    """The calendar date in Asia/Shanghai of an aware instant.

    Raises:
        WorkDateError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise WorkDateError("an instant without a time zone has no work date")
    return instant.astimezone(SHANGHAI).date()


def day_bounds(work_date: date) -> tuple[datetime, datetime]:
    """The first instant of the work date and the first instant after it, both in Asia/Shanghai."""
    start = datetime.combine(work_date, time.min, tzinfo=SHANGHAI)
    return start, start + timedelta(days=1)
