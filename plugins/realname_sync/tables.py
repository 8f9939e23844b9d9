"""What the command line shows as tables."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from realname_sync.pipelines.status import STATES, DayStatus
from realname_sync.workdate import SHANGHAI


def states_table(status: DayStatus, more: Mapping[str, Mapping[str, int]] | None = None) -> Table:
    """The five states for each platform, with further columns by heading and platform."""
    table = Table(title=f"{status.work_date}: {status.punches_read} punches read", title_justify="left")
    table.add_column("platform")
    for heading in (*STATES, *(more or {})):
        table.add_column(heading.replace("_", " "), justify="right")
    for target, counts in status.states.items():
        further = (column[target] for column in (more or {}).values())
        table.add_row(target, *map(str, counts.values()), *map(str, further))
    return table


def findings_line(findings: Mapping[str, int]) -> str:
    """How many findings each rule has, in one line."""
    return "findings: " + ("  ".join(f"{rule} {count}" for rule, count in findings.items()) or "none")


def steps_table(status: DayStatus) -> Table:
    """The last run of each step."""
    table = Table(title="last runs", title_justify="left")
    for heading in ("step", "platform", "state", "began", "seconds"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left")
    for step in status.steps:
        seconds = f"{(step.ended_at - step.started_at).total_seconds():.1f}" if step.ended_at else ""
        began = f"{step.started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        table.add_row(step.step, step.target or "", step.state, began, seconds)
    return table


def show_status(status: DayStatus) -> None:
    """Print how a day stands."""
    console = Console()
    console.print(states_table(status))
    console.print(findings_line(status.findings), soft_wrap=True)
    console.print(steps_table(status))
    if not status.adds_up():
        console.print("[red]the five states do not add up to the punches that were read[/]")
