"""The by-date DAGs in their order, and how Airflow is asked to make exactly the partitions that are meant.

Nothing here imports Airflow, so that the command line can use it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from realname_sync.pipelines.backfill.local import inputs_since
from realname_sync.pipelines.backfill.progress import Progress, Task
from realname_sync.pipelines.backfill.record import Backfill
from realname_sync.workdate import day_bounds

BY_DATE_DAGS = (
    "extract_municipal",
    "check_consistency",
    "push_attendance_province",
    "push_attendance_nation",
    "reconcile_uploads",
    "report_quality",
)

Reprocess = Literal["none", "failed", "completed"]


@dataclass(frozen=True)
class Asked:
    """What Airflow is asked for one DAG: days from first to last, and what to do with those that have a run."""

    dag_id: str
    first: date
    last: date
    reprocess: Reprocess
    conf: Mapping[str, Any]
    newest_first: bool

    @property
    def command(self) -> Sequence[str]:
        """The arguments of the command that asks."""
        return backfill_command(
            self.dag_id, self.first, self.last, self.reprocess, conf=self.conf, newest_first=self.newest_first
        )


def partition_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants to ask a backfill for, both inclusive, so that it makes each date from `first` to `last` once.

    Airflow compares the bounds with the hour at which each partition would run, and reads bounds without a zone in a
    zone of its own choice. So they bear the zone, and the last one reaches to the end of its day.
    """
    return day_bounds(first)[0], day_bounds(last)[1] - timedelta(seconds=1)


def backfill_command(
    dag_id: str,
    first: date,
    last: date,
    reprocess: Reprocess = "none",
    *,
    conf: Mapping[str, Any] | None = None,
    newest_first: bool = False,
) -> Sequence[str]:
    """The arguments that make Airflow backfill one DAG over that range, with those parameters for every date."""
    begin, end = partition_bounds(first, last)
    return (
        *(sys.executable, "-m", "airflow", "backfill", "create"),
        *("--dag-id", dag_id),
        *("--from-date", begin.isoformat()),
        *("--to-date", end.isoformat()),
        *("--reprocess-behavior", reprocess),
        *("--max-active-runs", "1"),
        *(("--run-backwards",) if newest_first else ()),
        *(("--dag-run-conf", json.dumps(conf)) if conf else ()),
    )


def dag_of(task: Task) -> str:
    """The DAG that does a step."""
    names = {"extract": "extract_municipal", "check": "check_consistency", "push": f"push_attendance_{task.target}"}
    return names.get(task.step) or {"reconcile": "reconcile_uploads", "report": "report_quality"}[task.step]


def to_ask(backfill: Backfill, progress: Progress) -> list[Asked]:
    """What Airflow has to be asked for so that what is missing is done, DAG by DAG in their order.

    A DAG that Airflow was asked for before has a run of every day: then only the failed ones are made again.
    """
    missing: dict[str, list[Task]] = {}
    for task in sorted(progress.missing, key=lambda one: BY_DATE_DAGS.index(dag_of(one))):
        missing.setdefault(dag_of(task), []).append(task)
    return [
        Asked(
            dag_id,
            min(task.work_date for task in tasks),
            max(task.work_date for task in tasks),
            "failed" if dag_id in backfill.created_dags else "completed",
            _conf(backfill, tasks[0].step),
            backfill.request.newest_first,
        )
        for dag_id, tasks in missing.items()
    ]


def _conf(backfill: Backfill, step: str) -> dict[str, Any]:
    """The parameters of the runs: what their inputs have to be newer than, and what they are restricted to."""
    request = backfill.request
    since = inputs_since(request.steps, step, backfill.asked_at)
    conf: dict[str, Any] = {"inputs_since": since.isoformat()} if since else {}
    if request.project_codes is not None and step in {"push", "reconcile"}:
        conf["projects"] = list(request.project_codes)
    if step == "reconcile" and len(request.targets) == 1:
        conf["targets"] = list(request.targets)
    return conf
