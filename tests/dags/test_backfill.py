"""Airflow's own backfill over a range makes one run for each date of it, and touches no other date."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from realname_sync.orchestration.backfill import BY_DATE_DAGS, Reprocess, backfill_command
from realname_sync.pipelines.city import City
from realname_sync.pipelines.extract import extract_municipal
from small_city import DAY

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

pytestmark = pytest.mark.usefixtures("metadata_database")
FIRST, LAST = DAY - timedelta(days=3), DAY - timedelta(days=1)
RANGE = [(FIRST + timedelta(days=days)).isoformat() for days in range(3)]


@pytest.fixture(scope="module")
def dag_bag() -> "DagBag":
    """The DAGs as they are read: `dag.test()`, by which other files run theirs, leaves its parameters in a DAG."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag()


@pytest.fixture(scope="module", autouse=True)
def known_dags(dag_bag: "DagBag", metadata_database: None) -> None:
    """Airflow knows the DAGs, as after their files were read, and of no run: other files may have made some."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db
    from airflow.models.backfill import Backfill
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        for made in (DagRun, Backfill):
            session.execute(delete(made))
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(dag_bag, "dags-folder", None)


def backfill(dag_id: str, first: date, last: date, reprocess: Reprocess = "completed", **options: Any) -> None:
    """What `realname backfill` has Airflow do, in this process."""
    from airflow.cli import cli_parser

    command = backfill_command(dag_id, first, last, reprocess, **options)
    arguments = cli_parser.get_parser().parse_args(list(command[3:]))
    arguments.func(arguments)


def runs(dag_id: str) -> list[Any]:
    """The runs of a DAG, by partition."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return list(session.scalars(select(DagRun).where(DagRun.dag_id == dag_id).order_by(DagRun.partition_key)))


@pytest.mark.parametrize("dag_id", BY_DATE_DAGS)
def test_three_dates_make_three_partitioned_runs(dag_id: str) -> None:
    backfill(dag_id, FIRST, LAST)
    made = runs(dag_id)
    assert [run.partition_key for run in made] == RANGE
    assert {str(run.run_type) for run in made} == {"backfill"}
    assert all(run.logical_date is None for run in made)


AT_ONE_O_CLOCK = """
from airflow.sdk import CronPartitionTimetable, dag, task

@dag(schedule=CronPartitionTimetable("0 1 * * *", timezone="Asia/Shanghai", key_format="%Y-%m-%d"))
def at_one_o_clock():
    @task
    def work():
        pass
    work()

at_one_o_clock()
"""


@pytest.fixture
def at_one_o_clock(tmp_path: Path) -> str:
    """A by-date DAG that runs at 01:00 in Shanghai, when it is still the day before in UTC; Airflow knows it."""
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    (tmp_path / "at_one_o_clock.py").write_text(AT_ONE_O_CLOCK, encoding="utf-8")
    bag = DagBag(tmp_path)
    assert not bag.import_errors
    sync_bag_to_db(bag, "dags-folder", None)
    return "at_one_o_clock"


def test_a_schedule_at_one_o_clock_makes_exactly_the_days_that_were_asked_for(at_one_o_clock: str) -> None:
    """Over the end of a month and of a year, in the order that was asked for, each day once."""
    from airflow.models.backfill import BackfillDagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    backfill(at_one_o_clock, date(2025, 12, 30), date(2026, 1, 2), newest_first=True, conf={"projects": ["P"]})
    made = runs(at_one_o_clock)
    assert [run.partition_key for run in made] == ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]
    assert all(run.conf == {"projects": ["P"]} for run in made)
    with create_session() as session:
        in_order = session.scalars(
            select(BackfillDagRun.partition_key)
            .where(BackfillDagRun.dag_run_id.in_([run.id for run in made]))
            .order_by(BackfillDagRun.sort_ordinal)
        ).all()
    assert in_order == [run.partition_key for run in reversed(made)]


def test_a_day_of_a_backfill_gives_way_to_the_work_of_today(dag_bag: "DagBag") -> None:
    """Both wait for the one slot of a platform's pool; the scheduler takes the heavier one first."""
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import func

    if not runs("push_attendance_province"):
        backfill("push_attendance_province", FIRST, LAST)
    with create_session() as session:
        today = SerializedDagModel.get_dag("push_attendance_province", session=session)
        today.create_dagrun(
            run_id="scheduled__of_today",
            run_after=session.scalar(func.now()),
            run_type=DagRunType.SCHEDULED,
            triggered_by=DagRunTriggeredByType.TIMETABLE,
            state="queued",
            partition_key=DAY.isoformat(),
            session=session,
        )
        session.flush()
        weights = {
            run.run_type: {one.priority_weight for one in run.get_task_instances(session=session)}
            for run in (session.merge(run) for run in runs("push_attendance_province"))
        }
        session.rollback()
    assert weights == {"backfill": {1}, "scheduled": {10}}


def test_the_runs_work_for_their_own_dates_and_leave_the_ones_beside_them_alone(dag_bag: "DagBag", city: City) -> None:
    extract_municipal(city, FIRST - timedelta(days=1))
    before = punches_by_date(city)
    assert set(before) == {FIRST - timedelta(days=1)}
    if not runs("extract_municipal"):
        backfill("extract_municipal", FIRST, LAST)
    for run in runs("extract_municipal"):
        assert run_task(dag_bag, run, "extract_municipal") == "success"
    after = punches_by_date(city)
    assert [day.isoformat() for day in after] == [(FIRST - timedelta(days=1)).isoformat(), *RANGE]
    assert after[FIRST - timedelta(days=1)] == before[FIRST - timedelta(days=1)]
    assert len(set(after.values())) == len(after)


def run_task(bag: "DagBag", run: Any, task_id: str) -> Any:
    """Carry out one task of a run that is there, as a worker would; returns the state it ended in."""
    from airflow.sdk.definitions.dag import _run_task
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState

    with create_session() as session:
        run = session.merge(run)
        run.set_state(DagRunState.RUNNING)
        (task,) = (one for one in run.get_task_instances(session=session) if one.task_id == task_id)
    _run_task(ti=task, task=bag.dags[run.dag_id].get_task(task_id))
    with create_session() as session:
        return session.merge(task).state


def punches_by_date(city: City) -> dict[date, str]:
    """A digest of every date's punches."""
    from sqlalchemy import text

    digest = text(
        "SELECT work_date, md5(string_agg(punch::text, '' ORDER BY punch_id)) FROM core.punch"
        " GROUP BY work_date ORDER BY work_date"
    )
    with city.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(digest)}
