"""How far a backfill has come: told by the runs of steps alone, whoever made them, so nothing else has to agree."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from realname_sync.pipelines.backfill.record import Backfill, close_backfill, list_backfills
from realname_sync.pipelines.backfill.request import Request
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import TARGETS
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

RECORDED_AS: Mapping[str, str] = {
    "extract": "extract_municipal",
    "check": "check_consistency",
    "push": "deliver",
    "reconcile": "reconcile_uploads",
    "report": "report_quality",
}
"""The name in ops.step_run of each step."""


@dataclass(frozen=True)
class Task:
    """One step of one day; pushes have a platform."""

    work_date: date
    step: str
    target: str | None = None

    def __str__(self) -> str:
        return f"{self.work_date} {self.step}{f' {self.target}' if self.target else ''}"


@dataclass(frozen=True)
class Progress:
    """What is done of a backfill, what runs, what failed in its last run, and all there is to do, in order."""

    tasks: Sequence[Task]
    done: frozenset[Task]
    running: frozenset[Task]
    failed: frozenset[Task]

    @property
    def missing(self) -> list[Task]:
        """What is not done, in order."""
        return [task for task in self.tasks if task not in self.done]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def days_done(self) -> int:
        """Of how many days everything is done."""
        open_days = {task.work_date for task in self.missing}
        return len({task.work_date for task in self.tasks} - open_days)


def tasks_of(request: Request) -> list[Task]:
    """Everything there is to do, in order."""
    return [
        Task(day, step, target)
        for day in request.days
        for step in request.steps
        for target in (request.targets if step == "push" else (None,))
    ]


def progress_of(city: City, backfill: Backfill) -> Progress:
    """How far a backfill has come.

    A step counts where a run of it began after the backfill was asked for and after a run that counts of every step
    before it: what went by an older reading does not make a later step done. Of one that was split into shards, all do.
    """
    request = backfill.request
    with transaction(city.engine, Role.READ) as connection:
        rows = statements.rows(
            connection,
            "ops/backfill_runs",
            first=request.first,
            last=request.last,
            after_run_id=backfill.after_run_id,
        )
    runs: dict[tuple[date, str, str | None], list[Any]] = defaultdict(list)
    for row in rows:
        runs[row.work_date, row.step, row.target].append(row)
    done: set[Task] = set()
    last: dict[Task, Any] = {}
    tasks = tasks_of(request)
    for day in request.days:
        floor: int | None = backfill.after_run_id
        for step in request.steps:
            of_step = [task for task in tasks if (task.work_date, task.step) == (day, step)]
            counting: list[int] = []
            for task in of_step:
                shards: dict[int, set[int]] = defaultdict(set)
                for run in runs[day, RECORDED_AS[step], task.target]:
                    last[task] = run
                    if task not in done and floor is not None and run.run_id > floor and _counts(run, request):
                        shards[run.shards].add(run.shard)
                        if len(shards[run.shards]) == run.shards:
                            done.add(task)
                            counting.append(run.run_id)
            floor = max(counting) if len(counting) == len(of_step) else None
    running, failed = (
        frozenset(task for task, run in last.items() if run.state == state and task not in done)
        for state in ("running", "failed")
    )
    return Progress(tasks, frozenset(done), running, failed)


def _counts(run: Any, request: Request) -> bool:
    """Whether a run did all that the request wants of its step."""
    if run.state == "running" or (run.state == "failed" and not run.has_broken_rules):
        return False  # where rules are broken all the others have looked at the day
    if run.step == RECORDED_AS["reconcile"]:
        return all(getattr(run, f"has_{target}") for target in request.targets)
    if run.step == RECORDED_AS["push"] and run.projects is not None:
        return request.project_codes is not None and set(request.project_codes) <= set(run.projects)
    return True


def result_of(city: City, backfill: Backfill) -> dict[str, dict[str, int]]:
    """By platform what the days' rows came to: acknowledged, refused, held, and how many of them since it was asked."""
    totals: dict[str, Counter[str]] = {target: Counter() for target in backfill.request.targets}
    for day in backfill.request.days:
        for target, counts in _states(city, backfill.request, day).items():
            if target in totals:
                totals[target].update(counts)
    return {
        target: {
            **counts,
            "sent": counts["acknowledged"]
            + counts["refused"]
            - backfill.said[target]["acknowledged"]
            - backfill.said[target]["refused"],
        }
        for target, counts in totals.items()
    }


def _states(city: City, request: Request, day: date) -> dict[str, dict[str, int]]:
    from realname_sync.pipelines.status import STATES, project_states

    with transaction(city.engine, Role.READ) as connection:
        states = project_states(connection, day)
    chosen = None if request.project_codes is None else set(request.project_codes)
    counts: dict[str, Counter[str]] = {target: Counter(dict.fromkeys(STATES, 0)) for target in TARGETS}
    for one in states:
        if chosen is None or one.project_code in chosen:
            counts[one.target].update({name: one.counts[name] for name in STATES})
    return {target: dict(counter) for target, counter in counts.items()}


def close_complete(city: City) -> None:
    """Close what Airflow has brought to its end while nobody was watching."""
    _close(city, (one for one in list_backfills(city, only_open=True) if not one.is_held))


def close_if_complete(city: City, backfill: Backfill) -> Progress:
    """Close a backfill of which nothing is missing; how far it has come."""
    progress = progress_of(city, backfill)
    if progress.is_complete and backfill.state == "open":
        close_backfill(city, backfill.number, "done", result_of(city, backfill))
    return progress


def _close(city: City, backfills: Iterable[Backfill]) -> None:
    for one in backfills:
        close_if_complete(city, one)
