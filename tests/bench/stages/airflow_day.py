"""Airflow's share of a day: seconds of its runs in which no task's body runs; beside it, empty bodies."""

import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from rich.console import Console

from bench.measuring import Watch
from bench.place import DAY, Place
from realname_sync.demo.airflow_api import AirflowApi
from realname_sync.demo.screen import Screen
from realname_sync.demo.stage import CitySize
from realname_sync.demo.system import running_system

ROUNDS = (
    ("extract_municipal",),
    ("check_consistency",),
    ("push_attendance_province", "push_attendance_nation"),
    ("reconcile_uploads",),
    ("report_quality",),
)
"""The DAGs of a day's evening, one round after the other."""

_SIZE = CitySize(DAY, seed=1, projects=8, workers=240)  # what the bodies do is measured elsewhere
_POLICY = Path(__file__).parents[1] / "policy" / "airflow_local_settings.py"
_RUN_SECONDS = 300
Span = tuple[float, float]


def ours(place: Place, watch: Watch) -> None:
    """With the bodies that carry a small city's day."""
    _carry(place, watch, empty=False)


def reference(place: Place, watch: Watch) -> None:
    """With bodies that do nothing."""
    _carry(place, watch, empty=True)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """An Airflow with a small city, its master data pulled; where its API is. All rounds share it."""
    home = _airflow_home(folder)
    (home / "config").mkdir(parents=True, exist_ok=True)
    shutil.copy(_POLICY, home / "config")
    (home / "no-bodies").unlink(missing_ok=True)
    with running_system(home.parent, _SIZE, Screen(Console(file=io.StringIO()))) as system:
        _run(system.api, ["pull_master_data"])
        yield system.airflow.url


def _carry(place: Place, watch: Watch, *, empty: bool) -> None:
    home = _airflow_home(Path(os.environ["REALNAME_HOME"]).absolute().parent)
    bodies, without = home / "bodies.jsonl", home / "no-bodies"
    bodies.write_text("", encoding="utf-8")
    without.touch() if empty else without.unlink(missing_ok=True)
    api = AirflowApi(place.receiver, lambda: None)
    api.wait_until_ready(_RUN_SECONDS)
    with watch.running() as outcome:
        spans = [_run(api, dag_ids) for dag_ids in ROUNDS]
    worked = [(one["began"], one["ended"]) for one in map(json.loads, bodies.read_text("utf-8").splitlines())]
    chains = [[_chain(api, dag_id) for dag_id in dag_ids] for dag_ids in ROUNDS]
    assert empty == (not worked), worked
    assert empty or len(worked) >= sum(len(dag_ids) for dag_ids in ROUNDS), worked
    outcome.seconds = sum(idle(span, worked) for span in spans)
    outcome.rows = sum(map(max, chains))
    outcome.notes = {
        "critical_tasks": outcome.rows,
        "wall": round(sum(ended - began for began, ended in spans), 3),
        "by_round": {" + ".join(ids): round(idle(span, worked), 3) for ids, span in zip(ROUNDS, spans, strict=True)},
    }


def _airflow_home(folder: Path) -> Path:
    return folder.absolute() / "airflow" / "airflow"


def _run(api: AirflowApi, dag_ids: Sequence[str]) -> Span:
    """Run them side by side to their end; from the first one asked for to the last one ended, as Airflow has it."""
    by_date = dag_ids[0] != "pull_master_data"
    started = [api.backfill(dag_id, DAY) if by_date else api.trigger(dag_id) for dag_id in dag_ids]
    ended = [api.wait(run, _RUN_SECONDS) for run in started]
    assert all(run.state == "success" for run in ended), ended
    told = [api.rest.call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}") for run in ended]
    return min(_instant(one["queued_at"]) for one in told), max(_instant(one["end_date"]) for one in told)


def _instant(told: str) -> float:
    return datetime.fromisoformat(told).timestamp()


def _chain(api: AirflowApi, dag_id: str) -> int:
    """How many tasks the DAG has one after the other."""
    tasks = api.rest.call("GET", f"dags/{dag_id}/tasks")["tasks"]
    return longest_chain({one["task_id"]: one["downstream_task_ids"] for one in tasks})


def longest_chain(downstream: Mapping[str, Sequence[str]]) -> int:
    """The number of tasks on the longest way through."""

    @cache
    def from_here(task: str) -> int:
        return 1 + max(map(from_here, downstream[task]), default=0)

    return max(map(from_here, downstream))


def idle(span: Span, worked: Iterable[Span]) -> float:
    """The seconds of a span in which none of these ran."""
    reached, left = span[0], 0.0
    for began, ended in sorted(worked):
        left += max(0.0, min(began, span[1]) - reached)
        reached = min(max(reached, ended), span[1])
    return left + max(0.0, span[1] - reached)
