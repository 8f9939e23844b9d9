"""The work date: what decides it, and where a day begins and ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realname_sync.errors import WorkDateError
from realname_sync.workdate import day_bounds, parse_work_date, resolve_work_date, work_date_of

DAY = date(2026, 11, 20)


def test_an_explicit_date_wins_over_everything() -> None:
    assert resolve_work_date("2026-11-20", "2026-11-19", datetime(2026, 11, 18, tzinfo=UTC)) == DAY
    assert resolve_work_date(DAY, "2026-11-19") == DAY


def test_the_partition_key_wins_over_the_interval() -> None:
    assert resolve_work_date(None, "2026-11-20", datetime(2026, 11, 18, tzinfo=UTC)) == DAY


def test_an_interval_counts_by_the_calendar_of_shanghai_and_not_of_utc() -> None:
    assert resolve_work_date(interval_start=datetime(2026, 11, 19, 16, 0, tzinfo=UTC)) == DAY
    assert resolve_work_date(interval_start=datetime(2026, 11, 19, 15, 59, tzinfo=UTC)) == date(2026, 11, 19)


def test_without_any_of_them_there_is_no_work_date() -> None:
    with pytest.raises(WorkDateError, match="give the parameter work_date"):
        resolve_work_date()


@pytest.mark.parametrize("text", ["20.11.2026", "2026-11-31", "yesterday", "2026-11-20T00:00:00"])
def test_what_is_no_date_is_refused_with_the_form_to_use(text: str) -> None:
    with pytest.raises(WorkDateError, match="yyyy-MM-dd"):
        parse_work_date(text)


def test_an_instant_without_a_zone_has_no_work_date() -> None:
    with pytest.raises(WorkDateError):
        work_date_of(datetime(2026, 11, 20))  # noqa: DTZ001 - that is what is refused


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_instant_lies_within_the_bounds_of_its_own_day(instant: datetime) -> None:
    start, end = day_bounds(work_date_of(instant))
    assert start <= instant < end
    assert end - start == timedelta(days=1)
