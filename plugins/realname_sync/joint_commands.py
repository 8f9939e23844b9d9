"""The command of the joint test; it imports what it needs when it runs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realname_sync.command_parts import opened_city, say

if TYPE_CHECKING:
    from realname_sync.joint.place import Place
    from realname_sync.joint.report import Report, StepResult
    from realname_sync.joint.steps import Walk


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("joint-test")(joint_test)


class Platform(StrEnum):
    """A platform that is tested together with its owner."""

    province = "province"
    nation = "nation"
    integrity = "integrity"


def joint_test(
    target: Annotated[Platform, typer.Option(help="The platform.")],
    project: Annotated[str | None, typer.Option(metavar="CODE", help="The project that invented data go to.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where the report is written.")] = None,
    by: Annotated[str, typer.Option(help="Who runs it, for the report.")] = "",
    patience: Annotated[float, typer.Option(metavar="SECONDS", help="How long a result is waited for.")] = 120.0,
    yes: Annotated[bool, typer.Option("--yes", help="Write to the endpoint without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the steps.")] = False,
) -> None:
    """Walk through every method at a test endpoint.

    Good and bad cases with invented people; writes a report for two parties to sign. Exit code 1 if anything differs.
    """
    from realname_sync.joint.place import find_place
    from realname_sync.joint.report import write_report
    from realname_sync.joint.walk import plan, walk
    from realname_sync.platforms.opening import profile_of
    from realname_sync.settings import home

    with opened_city() as city:
        steps = plan(profile_of(city.connection(f"{target.value}_platform")), target.value)
        if dry_run:
            _show_plan(steps)
            return
        place = find_place(city, target.value, project)
        _announce(place, steps)
        if not yes and not typer.confirm("Go on?"):
            raise typer.Exit(1)
        report = walk(city, place, run_by=by, patience=patience, progress=_show_step)
    page, data = write_report(report, out or home() / "joint")
    _show_report(report)
    say(f"{page}\n{data}")
    if report.differing:
        raise typer.Exit(1)


def _announce(place: "Place", steps: "Walk") -> None:
    """What will be written and where."""
    say(f"{len(steps.steps)} steps at {place.endpoint}, as {place.credentials.appid}")
    counted: dict[str, int] = {}
    for step in steps.writes:
        counted[step.method] = counted.get(step.method, 0) + 1
    where = f", to project {place.project_code}" if place.project_code else f", in area {place.area_code}"
    say(f"Invented data will be written there{where}, and cannot be taken back by this system:")
    for method, times in counted.items():
        say(f"  {method}, {times} calls")


def _show_plan(steps: "Walk") -> None:
    say(f"{steps.target}: {len(steps.steps)} steps, edition {steps.edition}")
    for number, step in enumerate(steps.steps, start=1):
        case = "observe" if step.open else "bad" if step.bad else "good"
        say(f"{number:3} {case:7} {step.method:26} {step.id}: {step.title.en} ({step.basis})")
    for method in steps.left_alone:
        say(f"  – not called: {method}")


def _show_step(step: "StepResult", of: int) -> None:
    from realname_sync.joint.report import VERDICTS

    sign = VERDICTS[step.verdict][0]
    remarks = "; ".join(one.en for one in step.remarks)
    say(f"{sign} {step.number:3}/{of} {step.method:26} {step.title.en}{f': {remarks}' if remarks else ''}")


def _show_report(report: "Report") -> None:
    from rich.console import Console
    from rich.markup import escape

    from realname_sync.tables import plain_table

    console = Console(highlight=False)
    if report.differing:
        table = plain_table("differs", "", "step", "method")
        for heading in ("code", "result", "what"):
            table.add_column(heading)
        for step in report.differing:
            code, status = (step.came.code, step.came.status) if step.came else (None, None)
            remarks = "; ".join(one.en for one in step.remarks)
            table.add_row(str(step.number), step.id, step.method, str(code), str(status or ""), escape(remarks))
        console.print(table)
    console.print(", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in report.counts.items()))
