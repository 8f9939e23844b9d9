"""The DAGs as a Markdown page, written from the DAGs and their docstrings.

`make reference` brings the page up to date.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronPartitionTimetable
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from realname_sync.orchestration.deadlines import EndOfWorkDate
from realname_sync.orchestration.pools import POOLS_FILE
from realname_sync.orchestration.schedules import ZONE
from realname_sync.orchestration.tags import Tag
from realname_sync.resources import root

_PREFACE = f"""\
# The DAGs

Written by `make reference` from the DAGs; change them, not this page. Their docstrings
stand on their pages in Airflow, too. Times are of {ZONE}; why they are as they are says `orchestration/schedules.py`.

| kind | a missed run is made up by |
|---|---|
| by date | a backfill of the missed dates ([backfill](../backfill.md)) |
| by month | a run with a `work_date` in that month |
| now | the next run: it reads what is there then |
"""
_KINDS = {Tag.BY_DATE: "by date", Tag.BY_MONTH: "by month", Tag.NOW: "now"}
_IMPACTS = {Tag.TIER_1: "at once", Tag.TIER_2: "the same day", Tag.TIER_3: "the next working day"}
_PERIODS = {"* * *": "day", "1 * *": "month"}


def dag_page(dags: Iterable[DAG]) -> str:
    """The whole page: an overview, the pools, and each DAG with all that is said of it."""
    ordered = sorted(dags, key=lambda dag: dag.dag_id)
    lines = [_PREFACE, "| DAG | is to | kind | runs |", "|---|---|---|---|"]
    lines += [
        f"| [{dag.dag_id}](#{dag.dag_id}) | {_title(dag)} | {_one(_KINDS, dag)} | {_in_words(dag)} |" for dag in ordered
    ]
    lines += ["", *_pools()]
    for dag in ordered:
        lines += ["", *_dag(dag)]
    return "\n".join(lines) + "\n"


def load_dags() -> Mapping[str, DAG]:
    """The DAGs of the repository.

    Raises:
        ImportError: one of their files cannot be loaded; the message says which and why.
    """
    from airflow.dag_processing.dagbag import DagBag

    with redirect_stdout(sys.stderr):  # Airflow tells there what it loads
        bag = DagBag(root() / "dags")
    if bag.import_errors:
        raise ImportError(str(bag.import_errors))
    return dict(bag.dags)


def _pools() -> Iterator[str]:
    import json

    yield from ("| pool | tasks at a time | |", "|---|---|---|")
    for name, pool in json.loads(POOLS_FILE.read_text(encoding="utf-8")).items():
        yield f"| `{name}` | {pool['slots']} | {_cell(pool['description'])} |"


def _dag(dag: DAG) -> Iterator[str]:
    _, _, text = (dag.doc_md or "").partition("\n\n")
    yield from (f"## {dag.dag_id}", "", f"{_title(dag)}.", "", "| | |", "|---|---|")
    yield f"| runs | {_in_words(dag)}{_cron(dag)}{_partition(dag)} |"
    yield f"| kind | {_one(_KINDS, dag)} |"
    yield f"| a failure is seen to | {_one(_IMPACTS, dag)} |"
    yield f"| runs at a time | {dag.max_active_runs} |"
    for alert in _alerts(dag):
        yield f"| a person is told | if it has not ended {_due(alert)} |"
    yield from ("", text.strip(), "", "| task | does | after | pool |", "|---|---|---|---|")
    tasks: Iterable[Any] = dag.topological_sort()  # type: ignore[no-untyped-call] # Airflow has not written them down
    for task in tasks:
        after = ", ".join(f"`{name}`" for name in sorted(task.upstream_task_ids)) or "–"
        pool = "–" if task.pool == "default_pool" else f"`{task.pool}`"
        yield f"| `{task.task_id}` | {_cell(_first_paragraph(task.doc_md))} | {after} | {pool} |"
    params = {name: dag.params.get_param(name) for name in dag.params}
    if params:
        yield from ("", "| parameter | default | means |", "|---|---|---|")
    for name, param in params.items():
        default = "empty" if param.value is None else f"`{param.value}`"
        yield f"| `{name}` ({param.schema.get('title', name)}) | {default} | {_cell(param.description or '')} |"


def _title(dag: DAG) -> str:
    return _first_paragraph(dag.doc_md).removesuffix(".")


def _one(words: Mapping[Tag, str], dag: DAG) -> str:
    return ", ".join(word for tag, word in words.items() if tag in dag.tags)


def _expression(dag: DAG) -> str:
    return str(getattr(dag.timetable, "expression", ""))


def _cron(dag: DAG) -> str:
    return f" (`{_expression(dag)}`)" if _expression(dag) else ""


def _in_words(dag: DAG) -> str:
    """The schedule as Airflow's page says it."""
    if not _expression(dag):
        return "when somebody asks for it"
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    words = str(decode_timetable(encode_timetable(dag.timetable)).description)
    return words[:1].lower() + words[1:]


def _partition(dag: DAG) -> str:
    if not isinstance(dag.timetable, CronPartitionTimetable):
        return ""
    day_and_on = " ".join(_expression(dag).split()[2:])
    period = _PERIODS.get(day_and_on, "run")
    return f", for the {period} before" if dag.timetable.run_offset == -1 else f", for the {period} it runs on"


def _alerts(dag: DAG) -> Iterable[DeadlineAlert]:
    given: Any = dag.deadline or ()
    return given if isinstance(given, list | tuple) else (given,)


def _due(alert: DeadlineAlert) -> str:
    interval = alert.interval
    if not isinstance(interval, timedelta):
        raise TypeError(f"deadline {alert.name} has no fixed interval")
    minutes = f"{abs(interval) // timedelta(minutes=1)} minutes {'before' if interval < timedelta() else 'after'}"
    if isinstance(alert.reference, EndOfWorkDate):
        return f"{minutes} 24:00 of its work date"
    if isinstance(alert.reference, type(DeadlineReference.DAGRUN_QUEUED_AT)):
        return f"{minutes} it was queued"
    raise TypeError(f"deadline {alert.name} counts from something this page has no words for")


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(dag_page(load_dags().values()))
