"""docs/reference/dags.md is what the DAGs and their docstrings say."""

import re
from typing import TYPE_CHECKING

from realname_sync.orchestration.dag_page import dag_page
from realname_sync.resources import root

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

PAGE = root() / "docs" / "reference" / "dags.md"


def test_the_page_is_current(dag_bag: "DagBag") -> None:
    assert PAGE.read_text(encoding="utf-8") == dag_page(dag_bag.dags.values()), "write it anew: make reference"


def test_each_dag_has_its_schedule_its_kind_every_task_and_every_parameter(dag_bag: "DagBag") -> None:
    sections = dict(
        re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    )
    assert set(sections) == set(dag_bag.dags)
    for dag_id, dag in dag_bag.dags.items():
        section = sections[dag_id]
        cron = getattr(dag.timetable, "expression", None)
        assert (f"(`{cron}`)" if cron else "| runs | when somebody asks for it |") in section
        assert re.search(r"^\| kind \| (by date|by month|now) \|$", section, re.MULTILINE)
        assert "**When it fails:**" in section
        assert [task.task_id for task in dag.tasks if f"| `{task.task_id}` |" not in section] == []
        assert [name for name in dag.params if f"| `{name}` (" not in section] == []


def test_tasks_stand_in_the_order_they_run_in(dag_bag: "DagBag") -> None:
    page = dag_page(dag_bag.dags.values())
    for dag in dag_bag.dags.values():
        section = page.split(f"\n## {dag.dag_id}\n")[1]
        for task in dag.tasks:
            here = section.index(f"| `{task.task_id}` |")
            assert all(section.index(f"| `{before}` |") < here for before in task.upstream_task_ids)
