"""What the commands about lamps, cases and draws show as tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Row

from realname_sync.workdate import SHANGHAI

if TYPE_CHECKING:
    from realname_sync.pipelines.cases import ShownCase

_COLOURS = {"red": "red", "orange": "dark_orange", "yellow": "yellow", "blue": "blue"}
_VERDICTS = {"both": "yellow", "ours only": "cyan", "theirs only": "red"}


def show_lamps(rows: Sequence[Row[Any]]) -> None:
    """Print our findings of the lamp rules against the platform's lamps."""
    date = f" on {rows[0].checked_date}" if rows and rows[0].checked_date else ""
    table = _table(
        f"lamps: what the rules found{date}, and what is lit", "project", "lamp", "ours since", "theirs since"
    )
    for heading in ("verdict", "finding", "lamp no.", "case"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        more = f" +{row.findings - 1}" if row.findings > 1 else ""
        case = f"{row.case_id} {row.case_state}" if row.case_id else ""
        verdict = f"[{_VERDICTS[row.verdict]}]{row.verdict}[/]"
        since = (str(row.ours_since or ""), _moment(row.theirs_since))
        finding = f"{row.finding_id}{more}" if row.finding_id else ""
        table.add_row(_project(row), escape(row.rule_code), *since, verdict, finding, escape(row.lamp_id or ""), case)
    _print(table)


def show_cases(rows: Iterable[Row[Any]]) -> None:
    """Print a list of cases."""
    table = _table("cases", "no.", "level", "project", "cause", "state", "raised", "due", "overdue", "to the platform")
    for row in rows:
        overdue = f"[red]{row.days_overdue} days[/]" if row.days_overdue and row.state != "closed" else ""
        again = f" (again {row.recurrences})" if row.recurrences else ""
        raised = f"{row.raised_at.astimezone(SHANGHAI):%Y-%m-%d}"
        state, cause = f"{row.state}{again}", escape(row.cause)
        due = (raised, str(row.due_date), overdue)
        table.add_row(str(row.case_id), _level(row.level), _project(row), cause, state, *due, row.rectification or "")
    _print(table)


def show_case(case: "ShownCase") -> None:
    """Print a case with its history, its evidence and what the checks to do came to."""
    row, console = case.row, Console(highlight=False)
    overdue = f", [red]{case.days_overdue} days overdue[/]" if case.days_overdue else ""
    console.print(
        f"[bold]case {row.case_id}[/]  {_level(row.level)}  {escape(row.cause)}  {_project(row)}: {row.state}, "
        f"due {row.due_date}{overdue}",
        soft_wrap=True,
    )
    if row.lamp_id:
        out = f"out since {_moment(row.cleared_at)}" if row.cleared_at else "lit"
        console.print(f"  lamp {escape(row.lamp_id)} since {_moment(row.lit_at)}, {out}", soft_wrap=True)
    console.print(f"  may become: {', '.join(case.may_become) or 'nothing by hand'}", soft_wrap=True)
    history = _table("history", "when", "from", "to", "by", "note")
    for event, note in zip(case.events, case.notes, strict=True):
        to = event.to_state if event.to_state != event.from_state else ""
        history.add_row(_moment(event.at), event.from_state or "", to, escape(event.by_whom), escape(note))
    console.print(history)
    evidence = _table("evidence", "finding", "first", "last", "dates")
    for one in case.evidence:
        evidence.add_row(one.finding_id, str(one.first_date), str(one.last_date), str(one.dates))
    console.print(evidence)
    if case.rectifications:
        stated = _table("stated to the platform", "lamp", "when", "state", "files", "serial code", "words")
        for one in case.rectifications:
            told = (one.state, str(one.attachments), one.serial_code or "", escape(one.words))
            stated.add_row(escape(one.lamp_id), _moment(one.stated_at), *told)
        console.print(stated)
    for answered in case.checks:
        check = _table(f"{answered.check.title_en} {answered.answer}", "answer", "about", "what the data say")
        for one in answered.rows:
            check.add_row(one.answer, escape(one.about or ""), escape(one.detail or ""))
        console.print(check)


def show_draw(kept: Row[Any]) -> None:
    """Print a draw: what it was made from, and what was drawn."""
    console = Console(highlight=False)
    console.print(
        f"[bold]draw {kept.draw_id}[/] for {kept.drawn_for}, by {escape(kept.drawn_by)} at {_moment(kept.drawn_at)}; "
        f"seed {escape(kept.seed)}, {kept.algorithm}; {len(kept.population['projects'])} projects, "
        f"{len(kept.population['inspectors'])} inspectors",
        soft_wrap=True,
    )
    weights = {one["code"]: (one["weight"], one["name"]) for one in kept.population["projects"]}
    drawn = _table("drawn", "place", "project", "name", "weight", "key", "inspectors")
    for place, one in enumerate(kept.result, start=1):
        weight, name = weights[one["project"]]
        inspectors = " ".join(person["number"] for person in one["inspectors"])
        drawn.add_row(str(place), one["project"], escape(name), str(weight), one["key"], escape(inspectors))
    console.print(drawn)
    if kept.exclusions:
        barred = _table("excluded", "what", "who", "from", "why")
        for one in kept.exclusions:
            barred.add_row(one["kind"], escape(one["item"]), one["project"] or "everything", escape(one["reason"]))
        console.print(barred)


def _print(table: Table) -> None:
    Console(highlight=False).print(table if table.row_count else "none")


def _project(row: Row[Any]) -> str:
    return " ".join(escape(part) for part in (row.project_code, row.project_name) if part)


def _level(level: str) -> str:
    return f"[{_COLOURS[level]}]{level}[/]"


def _moment(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if instant else ""


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(heading)
    return table
