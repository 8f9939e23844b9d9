"""Airflow's own backfill over a range makes one run for each date of it, and touches no other date."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from realname_sync.orchestration.backfill import BY_DATE_DAGS, backfill_command
from realname_sync.pipelines.city import City
from realname_sync.pipelines.extract import extract_municipal
from small_city import DAY

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

pytestmark = pytest.mark.usefixtures("metadata_database")
FIRST, LAST = DAY - timedelta(days=3), DAY - timedelta(days=1)
RANGE = [(FIRST + timedelta(days=days)).isoformat() for days in range(3)]


@pytest.fixture(scope="module", autouse=True)
def known_dags(dag_bag: "DagBag", metadata_database: None) -> None:
    """Airflow knows the DAGs, as after their files were read."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(dag_bag, "dags-folder", None)


def backfill(dag_id: str, first: date, last: date) -> None:
    """What `realname backfill` has Airflow do, in this process."""
    from airflow.cli import cli_parser

    command = backfill_command(dag_id, first, last)
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
