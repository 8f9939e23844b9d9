"""Which deadline a run gets: 24:00 of the date it works for by the scheduler's clock, none for a date that is over."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from realname_sync.orchestration import alerts
from realname_sync.orchestration.deadlines import LONGEST_SWEEP, TIME_TO_ACT
from realname_sync.settings import CLOCK_SHIFT
from realname_sync.workdate import day_bounds, system_clock, work_date_of

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

DAGS = {
    "push_attendance_province": ["province"],
    "push_attendance_nation": ["nation"],
    "sweep_attendance": ["province", "nation"],
}


@pytest.fixture
def session(metadata_database: None, dag_bag: "DagBag") -> Iterator[Any]:
    """A session of the metadata database that knows the DAGs; what is made in it is undone."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db
    from airflow.utils.session import create_session

    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(dag_bag, "dags-folder", None)
    with create_session() as opened:
        yield opened
        opened.rollback()


def deadlines_of(session: Any, dag_id: str, partition: str | None, **conf: str) -> dict[str, datetime]:
    """The deadlines of a run made as the scheduler makes it, by the name of what they tell."""
    from airflow.models.dagbag import DBDagBag
    from airflow.models.deadline import Deadline
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import select

    dag = DBDagBag().get_latest_version_of_dag(dag_id, session=session)
    assert dag is not None
    run = dag.create_dagrun(
        run_id=f"scheduled__{partition}_{len(conf)}_{system_clock().timestamp()}",
        run_after=system_clock(),
        run_type=DagRunType.SCHEDULED,
        triggered_by=DagRunTriggeredByType.TIMETABLE,
        state=DagRunState.QUEUED,
        partition_key=partition,
        conf=conf or None,
        session=session,
    )
    session.flush()
    made = session.scalars(select(Deadline).where(Deadline.dagrun_id == run.id)).all()
    return {str(deadline.callback.data["path"]).rsplit(".", 1)[1]: deadline.deadline_time for deadline in made}


def before_midnight_of(day: date) -> datetime:
    return (day_bounds(day)[1] - TIME_TO_ACT).astimezone(UTC)


def tomorrow() -> date:
    return work_date_of(system_clock()) + timedelta(days=1)


@pytest.mark.parametrize("dag_id", DAGS)
def test_a_run_of_an_open_date_is_due_twenty_minutes_before_its_end(session: Any, dag_id: str) -> None:
    found = deadlines_of(session, dag_id, tomorrow().isoformat())
    assert found["tell_before_midnight"] == before_midnight_of(tomorrow())
    if dag_id == "sweep_attendance":
        assert abs(found["tell_of_a_long_sweep"] - system_clock() - LONGEST_SWEEP) < timedelta(minutes=1)


@pytest.mark.parametrize("dag_id", DAGS)
def test_a_backfilled_date_that_is_over_alarms_nobody(session: Any, dag_id: str) -> None:
    assert "tell_before_midnight" not in deadlines_of(session, dag_id, "2026-11-20")


def test_the_parameter_goes_before_the_partition_and_a_run_with_neither_has_no_deadline(session: Any) -> None:
    dag_id = "push_attendance_nation"
    given = deadlines_of(session, dag_id, "2026-11-20", work_date=tomorrow().isoformat())
    assert given == {"tell_before_midnight": before_midnight_of(tomorrow())}
    assert deadlines_of(session, dag_id, None) == {}
    assert deadlines_of(session, dag_id, "no-date") == {}


def test_on_a_practice_clock_the_deadline_is_when_that_clock_says(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler goes by the machine's clock, whatever time the system takes it to be."""
    monkeypatch.setenv(CLOCK_SHIFT, str(-3 * 86_400))
    day = tomorrow() - timedelta(days=2)
    (due,) = deadlines_of(session, "push_attendance_nation", day.isoformat()).values()
    assert abs(due - (before_midnight_of(day) + timedelta(days=3))) < timedelta(seconds=2)


@pytest.mark.parametrize("dag_id", DAGS)
def test_its_callback_is_there_where_it_is_called_and_knows_its_platforms(dag_bag: "DagBag", dag_id: str) -> None:
    for alert in dag_bag.dags[dag_id].deadline:
        module, name = alert.callback.path.rsplit(".", 1)
        assert module == alerts.__name__
        assert callable(getattr(alerts, name))
        assert alert.callback.kwargs == {"targets": DAGS[dag_id]}
