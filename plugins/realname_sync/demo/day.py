"""The demo: a day of a synthetic city, carried by Airflow from the municipal platform to province and nation."""

import json
from pathlib import Path
from typing import Any

from realname_sync.demo.airflow_api import DagRun
from realname_sync.demo.screen import Screen
from realname_sync.demo.stage import CitySize
from realname_sync.demo.system import System, running_system
from realname_sync.pipelines.status import TARGETS, DayStatus, day_status, report_page
from realname_sync.tables import findings_line, states_table

_RUN_SECONDS = 900

# One round after the other; the two platforms are served side by side.
_ROUNDS = (
    ("extract_municipal",),
    ("check_consistency",),
    ("push_attendance_province", "push_attendance_nation"),
    ("reconcile_uploads",),
    ("report_quality",),
)


def run_demo(folder: Path, size: CitySize, screen: Screen) -> list[str]:
    """Carry the day of `size` through Airflow, print what came of it, and write `summary.json` into the folder.

    Everything it starts has ended when it returns. A city that is already there is kept, with what was sent of it.

    Returns:
        What went wrong, as sentences; empty when all is well.

    Raises:
        RealnameError: something could not be started.
    """
    with running_system(folder, size, screen) as system:
        calls_before = {target: system.stage.write_calls(target) for target in TARGETS}
        failures = _carry(system, screen)
        return failures + _conclude(system, calls_before, screen)


def _carry(system: System, screen: Screen) -> list[str]:
    """Run the DAGs in their order; stops after the round in which one failed."""
    api = system.api
    with screen.step("pull_master_data"):
        failures = _failures(system, [api.wait(api.trigger("pull_master_data"), _RUN_SECONDS)])
    for dag_ids in _ROUNDS:
        if failures:
            break
        with screen.step(" and ".join(dag_ids)):
            runs = [api.backfill(dag_id, system.size.work_date) for dag_id in dag_ids]
            failures = _failures(system, [api.wait(run, _RUN_SECONDS) for run in runs])
    return failures


def _failures(system: System, runs: list[DagRun]) -> list[str]:
    return [
        f"{run.dag_id}: {task_id} failed: {system.airflow.last_error(run.dag_id, run.run_id, task_id, attempt)}"
        for run in runs
        for task_id, attempt in system.api.failed_tasks(run)
        if run.state != "success"
    ]


def _conclude(system: System, calls_before: dict[str, int], screen: Screen) -> list[str]:
    """Count, print and write down; returns what does not add up."""
    stage, city, work_date = system.stage, system.city, system.size.work_date
    with screen.step("the platforms' own counts"):
        status = day_status(city, work_date)
        platform_rows = {target: stage.attendance_rows(target, work_date) for target in TARGETS}
        calls = {target: stage.write_calls(target) - calls_before[target] for target in TARGETS}
    report = report_page(city, work_date)
    screen.note(states_table(status, {"it holds": platform_rows, "calls": calls}))
    screen.note(findings_line(status.findings))
    screen.note(f"report: {report or 'none'}")
    summary = _summary(status, platform_rows, report, screen.seconds)
    path = stage.folder / "summary.json"
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    screen.note(f"summary: {path}")
    wrong = [] if status.adds_up() else ["the five states do not add up to the punches that were read"]
    return wrong + [
        f"the {target} holds {platform_rows[target]} punches of the day, which is not what it acknowledged"
        for target in TARGETS
        if platform_rows[target] != status.states[target]["acknowledged"]
    ]


def _summary(status: DayStatus, platform_rows: dict[str, int], report: str | None, seconds: float) -> dict[str, Any]:
    return {
        "work_date": status.work_date.isoformat(),
        "punches_read": status.punches_read,
        "targets": {target: {**status.states[target], "platform_rows": platform_rows[target]} for target in TARGETS},
        "findings": status.findings,
        "report": report,
        "seconds": round(seconds, 1),
    }
