"""What the command line shows as tables."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from realname_sync.pipelines.explain import ExplainedPunch, ExplainedRule
from realname_sync.pipelines.status import STATES, DayStatus
from realname_sync.workdate import SHANGHAI


def states_table(status: DayStatus, more: Mapping[str, Mapping[str, int]] | None = None) -> Table:
    """The five states for each platform, with further columns by heading and platform."""
    table = _table(f"{status.work_date}: {status.punches_read} punches read", "platform")
    for heading in (*STATES, *(more or {})):
        table.add_column(heading.replace("_", " "), justify="right", no_wrap=True)
    for target, counts in status.states.items():
        further = (column[target] for column in (more or {}).values())
        table.add_row(target, *map(str, counts.values()), *map(str, further))
    return table


def findings_line(findings: Mapping[str, int]) -> str:
    """How many findings each rule has, in one line."""
    return "findings: " + ("  ".join(f"{rule} {count}" for rule, count in findings.items()) or "none")


def show_status(status: DayStatus) -> None:
    """Print how a day stands."""
    steps = _table("last runs", "step", "platform", "state", "began", "seconds")
    for step in status.steps:
        seconds = f"{(step.ended_at - step.started_at).total_seconds():.1f}" if step.ended_at else ""
        began = f"{step.started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        steps.add_row(step.step, step.target or "", step.state, began, seconds)
    console = Console(highlight=False)
    console.print(states_table(status))
    console.print(findings_line(status.findings), soft_wrap=True)
    console.print(steps)
    if not status.adds_up():
        console.print("[red]the five states do not add up to the punches that were read[/]")


def show_reconciliation(work_date: date, targets: Sequence[str], summary: Mapping[str, Any]) -> None:
    """Print what a reconciliation found at each platform, and what the municipal platform has that was not read."""
    columns = ("projects", "differ", "missing", "sent_again", "extra", "doubled", "adopted", "platform")
    found = _table(f"{work_date}: reconciled", "platform")
    for heading in columns:
        found.add_column(heading.replace("_", " ").replace("platform", "there"), justify="right")
    for target in targets:
        found.add_row(target, *(str(summary[target][name]) for name in columns))
    console = Console(highlight=False)
    console.print(found)
    for target in targets:
        if summary[target]["put_off"]:
            console.print(
                f"{target}: calls to {summary[target]['put_off']} projects are not settled, so their rows were not "
                f"compared: realname push {target} {work_date}, then reconcile again",
                soft_wrap=True,
            )
        if summary[target]["not_asked"]:
            console.print(
                f"{target}: {summary[target]['not_asked']} projects could not be asked for (no pair, or no count)",
                soft_wrap=True,
            )
    municipal = summary["municipal"]
    console.print(f"municipal platform: {municipal['rows']} punches, {municipal['read']} read", soft_wrap=True)
    if municipal["projects_differ"]:
        console.print(
            f"{municipal['not_yet_read']} not read yet and {municipal['gone']} gone, of {municipal['projects_differ']} "
            f"projects: realname extract {work_date}, then check and push it",
            soft_wrap=True,
        )
    console.print(findings_line(summary["findings"]), soft_wrap=True)


def show_explanation(explained: ExplainedRule | ExplainedPunch) -> None:
    """Print why a rule found what it found, or how a punch stands."""
    console = Console(highlight=False)
    if isinstance(explained, ExplainedPunch):
        states = _table(f"punch {explained.punch_id} of {explained.work_date}", "platform", "state", "batch", "why")
        for row in explained.states:
            why = " ".join(part for part in (row.rule_id, row.reason) if part)
            states.add_row(row.target, row.state, str(row.batch_id or ""), escape(why))
        console.print(states)
        return
    rule = explained.rule
    console.print(f"[bold]{rule.id}[/]  {rule.title_en}  {rule.title_zh}", soft_wrap=True)
    told = {
        "severity": rule.severity,
        "owner": rule.owner,
        "remedy": rule.remedy,
        "basis": rule.basis,
        "valid": f"from {rule.valid_from}" + (f" to {rule.valid_to}" if rule.valid_to else "") + f" in {rule.region}",
        "found by": rule.implemented_by,
    }
    for heading, text in told.items():
        console.print(f"  {heading:9} {escape(text)}", soft_wrap=True)
    title = f"findings of {explained.work_date}" if explained.findings else f"no findings on {explained.work_date}"
    findings = _table(title, "object", "key", "field", "expected", "actual", "first seen")
    for row in explained.findings:
        cells = (row.object, row.object_key, row.field, row.expected or "", row.actual or "")
        findings.add_row(*map(escape, cells), str(row.first_seen))
    console.print(findings)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(heading)
    return table
