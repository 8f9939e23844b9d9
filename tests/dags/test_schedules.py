"""Which work date a scheduled run is for, at the edges of the day in Shanghai."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from realname_sync.orchestration import schedules
from realname_sync.orchestration.backfill import partition_bounds
from realname_sync.workdate import day_bounds

SHANGHAI = ZoneInfo("Asia/Shanghai")
BY_DATE = {
    "extract": schedules.EXTRACT,
    "check": schedules.CHECK,
    "push": schedules.PUSH,
    "reconcile": schedules.RECONCILE,
    "report": schedules.REPORT,
}
SAME_DAY = ("extract", "check", "push")


def as_the_scheduler_has_it(timetable: Any) -> Any:
    """By way of its serialised form."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    return decode_timetable(encode_timetable(timetable))


def timetable(name: str) -> Any:
    return as_the_scheduler_has_it(BY_DATE[name])


def next_run(name: str, after: datetime) -> Any:
    """What the scheduler would make next, were it that time."""
    from airflow.timetables.base import TimeRestriction

    return timetable(name).next_dagrun_info_v2(
        last_dagrun_info=None, restriction=TimeRestriction(earliest=after, latest=None, catchup=True)
    )


@pytest.mark.parametrize("name", SAME_DAY)
def test_an_evening_run_is_for_its_own_day_and_before_the_deadline(name: str) -> None:
    run = next_run(name, datetime(2026, 11, 20, 0, 0, tzinfo=SHANGHAI))
    assert run.partition_key == "2026-11-20"
    first, after = day_bounds(date(2026, 11, 20))
    assert first <= run.run_after < after


@pytest.mark.parametrize("name", ["reconcile", "report"])
def test_a_morning_run_is_for_the_day_before(name: str) -> None:
    run = next_run(name, datetime(2026, 11, 21, 0, 0, tzinfo=SHANGHAI))
    assert run.partition_key == "2026-11-20"
    assert run.run_after >= day_bounds(date(2026, 11, 20))[1]


@pytest.mark.parametrize("name", BY_DATE)
def test_the_key_is_the_date_in_shanghai_where_the_date_in_utc_is_another(name: str) -> None:
    """From 00:00 to 08:00 in Shanghai it is still the day before in UTC; year ends are where it shows most."""
    run = next_run(name, datetime(2026, 12, 31, 17, 0, tzinfo=ZoneInfo("UTC")))  # 01:00 of 1 January in Shanghai
    assert run.partition_key == ("2027-01-01" if name in SAME_DAY else "2026-12-31")


@pytest.mark.parametrize("name", BY_DATE)
def test_a_backfill_makes_each_date_of_its_range_once_and_no_other(name: str) -> None:
    begin, end = partition_bounds(date(2026, 2, 27), date(2026, 3, 2))
    made = [info.partition_key for info in timetable(name).iter_partition_dagrun_infos(earliest=begin, latest=end)]
    assert made == ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]


@pytest.mark.parametrize("name", BY_DATE)
def test_a_backfill_of_one_date_makes_that_date(name: str) -> None:
    begin, end = partition_bounds(date(2021, 6, 1), date(2021, 6, 1))
    made = [info.partition_key for info in timetable(name).iter_partition_dagrun_infos(earliest=begin, latest=end)]
    assert made == ["2021-06-01"]


def test_the_evening_of_a_date_begins_when_the_extraction_is_due() -> None:
    due = next_run("extract", datetime(2026, 11, 20, 0, 0, tzinfo=SHANGHAI)).run_after
    assert schedules.evening_of(date(2026, 11, 20)) == due


def test_the_sweeps_of_a_day_bear_its_date_and_the_last_one_has_half_an_hour() -> None:
    from airflow.timetables.base import TimeRestriction

    sweeps = as_the_scheduler_has_it(schedules.SWEEP)
    restriction = TimeRestriction(datetime(2026, 11, 20, tzinfo=SHANGHAI), latest=None, catchup=True)
    runs: list[Any] = []
    while not runs or runs[-1].partition_key == "2026-11-20":
        runs.append(sweeps.next_dagrun_info_v2(last_dagrun_info=runs[-1] if runs else None, restriction=restriction))
    *of_the_day, next_morning = runs
    hours = [run.run_after.in_timezone("Asia/Shanghai").strftime("%d %H:%M") for run in of_the_day]
    assert hours == [f"20 {hour:02}:30" for hour in (*range(7, 22), 23)]
    assert next_morning.partition_key == "2026-11-21"
    ids = {sweeps.generate_run_id(run_type=_scheduled(), run_after=run.run_after, data_interval=None) for run in runs}
    assert len(ids) == len(runs)


def _scheduled() -> Any:
    from airflow.utils.types import DagRunType

    return DagRunType.SCHEDULED


def test_a_month_is_reported_on_the_first_of_the_next_after_its_last_days_report() -> None:
    from airflow.timetables.base import TimeRestriction

    monthly = as_the_scheduler_has_it(schedules.REPORT_MONTH)
    restriction = TimeRestriction(datetime(2026, 12, 15, tzinfo=SHANGHAI), latest=None, catchup=True)
    run = monthly.next_dagrun_info_v2(last_dagrun_info=None, restriction=restriction)
    assert run.partition_key == "2026-12-01"
    last_day = next_run("report", datetime(2027, 1, 1, tzinfo=SHANGHAI))
    assert last_day.partition_key == "2026-12-31"
    assert last_day.run_after < run.run_after < last_day.run_after + timedelta(hours=1)


def test_the_pull_runs_every_hour() -> None:
    assert str(schedules.PULL.expression) == "10 * * * *"


def test_corrections_are_followed_every_hour_after_the_pull_and_the_sweep() -> None:
    minutes = [int(str(one.expression).split()[0]) for one in (schedules.PULL, schedules.FOLLOW)]
    assert minutes == [10, 50]
