"""Carries a backfill out day by day in this process, by the same use cases as the DAGs."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from realname_sync.errors import (
    BrokenRulesError,
    FatalError,
    HeldError,
    NotSentError,
    PlatformBusyError,
    RealnameError,
    ThrottledError,
)
from realname_sync.pipelines.backfill.progress import RECORDED_AS, Progress, Task, close_if_complete, progress_of
from realname_sync.pipelines.backfill.record import Backfill
from realname_sync.pipelines.cases import update_cases
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.inputs import INPUTS, missing_inputs
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.pipelines.report import report_quality

Say = Callable[[str], None]

# These would meet every further day as well.
_ENDS_IT = (FatalError, NotSentError, PlatformBusyError, ThrottledError)


def carry_on(city: City, backfill: Backfill, say: Say = lambda _text: None) -> Progress:
    """Do what is missing, in order; a step that fails keeps no other day back.

    Returns:
        How far it has come: complete, or with what failed still missing.

    Raises:
        FatalError: a person has to change something first; what was done stands.
        RetriableError: a platform cannot be reached; what was done stands.
    """
    before = progress_of(city, backfill)
    total, number = len(before.tasks), len(before.done)
    if number:
        say(f"{number} of {total} steps are done already")
    given_up: set[Any] = set()
    for task in before.missing:
        if task.work_date in given_up:
            continue
        try:
            _require_inputs(city, backfill, task)
            told = _do(city, backfill, task, say)
        except _ENDS_IT:
            raise
        except BrokenRulesError as failure:
            told = str(failure)  # all the other rules have run
        except RealnameError as failure:
            say(f"{task}: {failure}")
            if task.step in {"extract", "check"}:
                given_up.add(task.work_date)
            continue
        number += 1
        say(f"[{number}/{total}] {task}{f': {told}' if told else ''}")
    return close_if_complete(city, backfill)


def inputs_since(steps: Sequence[str], step: str, asked_at: datetime) -> datetime | None:
    """From when on inputs of a step count: since it was asked, where the backfill makes all of them anew itself."""
    made = {RECORDED_AS[one] for one in steps}
    wanted = {one.step for one in INPUTS.get(RECORDED_AS[step], ()) if one.dated}
    return asked_at if wanted and wanted <= made else None


def _require_inputs(city: City, backfill: Backfill, task: Task) -> None:
    name = RECORDED_AS[task.step]
    if name not in INPUTS:
        return
    missing = missing_inputs(city, name, task.work_date, targets=backfill.request.targets)
    if missing:
        raise HeldError("; ".join(missing))


def _do(city: City, backfill: Backfill, task: Task, say: Say) -> str:
    """Do one step; what came of it, in a few words."""
    day, request = task.work_date, backfill.request
    match task.step:
        case "extract":
            punches = extract_municipal(city, day)["punches"]
            return f"{punches['written']} punches new or changed"
        case "check":
            return _check(city, day)
        case "push":
            states = deliver(city, day, str(task.target), projects=request.chosen, progress=say)["states"]
            return ", ".join(f"{states[name]} {name}" for name in ("acknowledged", "held", "refused", "waiting"))
        case "reconcile":
            summary = reconcile_uploads(city, day, targets=request.targets, projects=request.chosen, progress=say)
            return ", ".join(f"{target} {summary[target]['differ']} projects differ" for target in request.targets)
        case _:
            report_quality(city, day)
            return ""


def _check(city: City, day: date) -> str:
    """Check a day and let the cases follow; which rules are broken keeps neither them nor the delivery waiting."""
    told = ""
    try:
        check_consistency(city, day)
    except BrokenRulesError as failure:
        told = str(failure)
    update_cases(city, day)
    return told
