"""The tables that tasks are said to read and write are those that PostgreSQL counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from realname_sync.orchestration.lineage import described_tasks, tables_of
from realname_sync.pipelines.cases import update_cases
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City
from realname_sync.pipelines.correction_following import follow_corrections
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.lamps_and_cases import take_up_lamps
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.pipelines.report import report_month, report_quality
from realname_sync.pipelines.status import day_forecasts
from realname_sync.pipelines.sweep import deliver_days, read_new
from realname_sync.resources import root
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.work_days import ensure_work_date
from small_city import DAY
from touched_tables import touched

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag


def steps(city: City) -> dict[str, Callable[[], object]]:
    """A day, task by task."""
    return {
        "pull_master_data": lambda: pull_master_data(city),
        "pull_lamps": lambda: take_up_lamps(city),
        "extract_municipal": lambda: extract_municipal(city, DAY),
        "check_consistency": lambda: check_consistency(city, DAY),
        "update_cases": lambda: update_cases(city, DAY),
        "deliver_to_province": lambda: deliver(city, DAY, "province"),
        "deliver_to_nation": lambda: deliver(city, DAY, "nation"),
        "reconcile_uploads": lambda: reconcile_uploads(city, DAY),
        "report_quality": lambda: report_quality(city, DAY),
        "report_month": lambda: report_month(city, DAY.replace(day=1)),
        "follow_corrections": lambda: follow_corrections(city, every_ticket=True),
        "read_new": lambda: read_new(city, DAY - timedelta(days=1), earlier_days=0),
        "sweep_to_province": lambda: list(deliver_days(city, [DAY - timedelta(days=1)], "province")),
        "sweep_to_nation": lambda: list(deliver_days(city, [DAY - timedelta(days=1)], "nation")),
        "watch_province": lambda: day_forecasts(city, DAY),
    }


def test_what_is_said_is_what_a_day_touches(city: City) -> None:
    with transaction(city.engine, Role.BUILD) as connection:
        ensure_work_date(connection, DAY)  # making partitions looks at every table that has them
    unsaid = {}
    for task_id, work in steps(city).items():
        said, saw = tables_of(task_id), touched(city, work)
        written = saw.written - set(said["writes"])
        read = saw.read - set(said["writes"]) - set(said["reads"])
        if written or read:
            unsaid[task_id] = (sorted(written), sorted(read))
        assert saw.written or not said["writes"] or task_id in {"follow_corrections", "report_month"}, task_id
    assert unsaid == {}


def test_every_table_that_is_named_is_there(city: City) -> None:
    with city.engine.connect() as connection:
        found = text("SELECT schemaname || '.' || relname FROM pg_stat_user_tables")
        tables = set(connection.execute(found).scalars()) | set(
            connection.execute(text("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'p'")).scalars()
        )
    for task_id in described_tasks():
        said = tables_of(task_id)
        assert {*said["reads"], *said["writes"]} <= tables, task_id
        assert all((root() / "sql" / "municipal" / f"{name}.sql").is_file() for name in said["source"]), task_id


def test_every_task_that_touches_the_warehouse_is_described(dag_bag: "DagBag") -> None:
    tasks = {task.task_id for dag in dag_bag.dags.values() for task in dag.tasks}
    # They look at what other tasks recorded, or ask a person, or drop what is past its time of any table.
    without = {"await_inputs", "apply_retention", "approve", "start_backfill", "follow_backfill"}
    assert set(described_tasks()) == tasks - without
