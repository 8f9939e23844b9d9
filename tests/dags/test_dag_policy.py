"""What every DAG of this system has to be, whatever it does."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from realname_sync.orchestration.backfill import BY_DATE_DAGS
from realname_sync.orchestration.pools import POOLS_FILE, Pool
from realname_sync.orchestration.tags import Tag
from realname_sync.resources import root

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

DAGS = (
    *("pull_master_data", "sweep_attendance", "follow_corrections", "report_month", "apply_retention", "make_up_days"),
    *BY_DATE_DAGS,
)
PUSHES = {"push_attendance_province": Pool.PROVINCE, "push_attendance_nation": Pool.NATION}


def test_the_bag_holds_exactly_these_dags(dag_bag: "DagBag") -> None:
    assert not dag_bag.import_errors
    assert set(dag_bag.dags) == set(DAGS)


def test_a_file_holds_the_dag_of_its_name(dag_bag: "DagBag") -> None:
    assert {path.stem for path in (root() / "dags").glob("*.py")} == set(DAGS)
    assert all(Path(dag.fileloc).stem == dag_id for dag_id, dag in dag_bag.dags.items())


@pytest.mark.parametrize("dag_id", DAGS)
def test_its_page_says_how_to_recover(dag_bag: "DagBag", dag_id: str) -> None:
    page = dag_bag.dags[dag_id].doc_md
    assert "**Kind:**" in page
    assert "**When it fails:**" in page


@pytest.mark.parametrize("dag_id", DAGS)
def test_it_bears_one_tag_of_each_sort(dag_bag: "DagBag", dag_id: str) -> None:
    tags = dag_bag.dags[dag_id].tags
    assert tags <= set(Tag)
    assert sorted(tag.split("/")[0] for tag in tags) == ["direction", "impact", "kind"]
    assert (Tag.BY_DATE in tags) == (dag_id in BY_DATE_DAGS)


@pytest.mark.parametrize("dag_id", DAGS)
def test_its_form_says_what_each_field_is_for(dag_bag: "DagBag", dag_id: str) -> None:
    for name in dag_bag.dags[dag_id].params:
        param = dag_bag.dags[dag_id].params.get_param(name)
        assert param.schema.get("title"), name
        assert (param.description or "").endswith((".", ")")), name
        assert {"type", "enum"} & set(param.schema), name


def test_what_sends_or_drops_much_can_be_tried_dry(dag_bag: "DagBag") -> None:
    dry = {dag_id: dag.params["dry_run"] for dag_id, dag in dag_bag.dags.items() if "dry_run" in dag.params}
    assert dry == {**dict.fromkeys(PUSHES, False), "apply_retention": False, "make_up_days": True}


def test_a_backfill_from_the_page_is_rejected_where_nobody_answers(dag_bag: "DagBag") -> None:
    approve = dag_bag.dags["make_up_days"].get_task("approve")
    assert approve.defaults == ["Reject"]
    assert approve.response_timeout == timedelta(hours=12)
    assert approve.downstream_task_ids == {"start_backfill"}
    assert dag_bag.dags["make_up_days"].get_task("start_backfill").upstream_task_ids == {"plan_days", "approve"}


@pytest.mark.parametrize("dag_id", DAGS)
def test_it_makes_up_for_nothing_by_itself(dag_bag: "DagBag", dag_id: str) -> None:
    assert not dag_bag.dags[dag_id].catchup


@pytest.mark.parametrize("dag_id", DAGS)
def test_its_tasks_retry_by_policy_and_wait_in_pools_that_are_made(dag_bag: "DagBag", dag_id: str) -> None:
    made = {"default_pool", *json.loads(POOLS_FILE.read_text(encoding="utf-8"))}
    for task in dag_bag.dags[dag_id].tasks:
        assert task.retries > 0
        assert task.retry_policy is not None
        assert task.pool in made


@pytest.mark.parametrize(("dag_id", "pool"), PUSHES.items())
def test_only_one_task_at_a_time_sends_to_a_platform(dag_bag: "DagBag", dag_id: str, pool: Pool) -> None:
    assert dag_bag.dags[dag_id].max_active_runs == 1
    sender = dag_bag.dags[dag_id].tasks[-1]
    assert sender.pool == pool
    assert json.loads(POOLS_FILE.read_text(encoding="utf-8"))[pool]["slots"] == 1


def test_sweeps_go_one_at_a_time_and_send_from_the_pools_of_the_pushes(dag_bag: "DagBag") -> None:
    sweep = dag_bag.dags["sweep_attendance"]
    assert sweep.max_active_runs == 1
    pools = {task.task_id: task.pool for task in sweep.tasks}
    assert (pools["sweep_to_province"], pools["sweep_to_nation"]) == (Pool.PROVINCE, Pool.NATION)
    assert pools["watch_province"] == pools["watch_nation"] == "default_pool"


def test_the_chain_is_short(dag_bag: "DagBag") -> None:
    """Every further task of the chain costs a second: at most ten from the pull to the report, three in a sweep."""
    elsewhere = {  # not in the chain
        *("push_attendance_nation", "sweep_attendance", "follow_corrections", "report_month", "apply_retention"),
        "make_up_days",
    }
    followers = {"pull_lamps", "update_cases"}  # nothing waits for them
    chain = [task for dag_id, dag in dag_bag.dags.items() if dag_id not in elsewhere for task in dag.tasks]
    assert sum(task.task_id not in followers for task in chain) <= 10
    assert all(not task.downstream_task_ids for task in chain if task.task_id in followers)
    sweep = dag_bag.dags["sweep_attendance"]
    assert {task.task_id: task.downstream_task_ids for task in sweep.tasks} == {
        "read_new": {"sweep_to_province", "sweep_to_nation"},
        "sweep_to_province": {"watch_province"},
        "sweep_to_nation": {"watch_nation"},
        "watch_province": set(),
        "watch_nation": set(),
    }


def test_each_step_waits_for_what_it_builds_on(dag_bag: "DagBag") -> None:
    for dag_id in set(BY_DATE_DAGS) - {"extract_municipal"}:
        first, second, *_ = dag_bag.dags[dag_id].tasks
        assert (first.task_id, first.mode, first.downstream_task_ids) == (
            "await_inputs",
            "reschedule",
            {second.task_id},
        )


def test_assets_join_the_dags_into_one_chain(dag_bag: "DagBag") -> None:
    made = {asset.name for dag in dag_bag.dags.values() for task in dag.tasks for asset in task.outlets}
    used = {asset.name for dag in dag_bag.dags.values() for task in dag.tasks for asset in task.inlets}
    assert used == made - {"quality_report"}


def test_parsing_them_loads_nothing_heavy() -> None:
    """A fresh interpreter, because others of this run have loaded everything."""
    program = """
import sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag()
assert not bag.import_errors and len(bag.dags) == int(sys.argv[1]), (bag.import_errors, list(bag.dags))
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before} & {
    "great_expectations", "pandas", "numpy", "psycopg", "requests", "aiohttp", "openpyxl", "cryptography"}))
print(*sorted(name for name in sys.modules if name.startswith(("realname_sync.pipelines", "realname_sync.warehouse"))))
"""
    done = subprocess.run([sys.executable, "-c", program, str(len(DAGS))], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-3:] == ["", "", ""], done.stdout
