"""What the commands about findings show as tables."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape

from realname_sync.pipelines.corrections import Requested
from realname_sync.quality.corrections import Candidate
from realname_sync.quality.report.privacy import Privacy
from realname_sync.tables import moment_text, plain_table


def show_findings(work_date: date | None, rows: Sequence[Any], *, more: bool) -> None:
    """Print findings of a date, a line each; `more` says that there are others."""
    console = Console(highlight=False)
    if work_date is None:
        console.print("nothing has been done for any date yet: begin with realname day DATE")
        return
    hide = Privacy()
    title = f"findings seen on {work_date}" if rows else f"no such findings on {work_date}"
    table = plain_table(title, "finding", "severity", "key", "field", "expected", "actual", "owner", "state", "days")
    for row in rows:
        told = (hide.value(row.object, row.field, text) for text in (row.expected, row.actual))
        state = f"{row.state} until {row.muted_until}" if row.state == "muted" else row.state
        asked = f", correction {row.correction_state}" if row.correction_state else ""
        key = escape(f"{row.object} {hide.key(row.object_key)}")
        cells = (row.finding_id, row.severity, key, row.field, *map(escape, told), row.owner, state + asked)
        table.add_row(*cells, str(row.days_seen))
    console.print(table)
    if more:
        console.print("there are more: narrow it, or list more with --most")


def show_mutes(rows: Sequence[Any]) -> None:
    """Print mutes, a line each."""
    headings = ("mute", "of", "project", "state", "from", "until", "by", "why")
    table = plain_table("muted" if rows else "nothing is muted", *headings)
    for row in rows:
        what = row.finding_id or f"all of {row.rule_id}"
        days = (str(row.from_date), str(row.until_date))
        cells = (str(row.mute_id), what, row.project_code or "", row.state, *days)
        table.add_row(*cells, escape(row.muted_by), escape(row.reason))
    Console(highlight=False).print(table)


def show_candidates(found: Sequence[Candidate]) -> None:
    """Print what could be asked to be corrected, and what cannot."""
    hide = Privacy()
    headings = ("finding", "shared row", "field", "integrity platform", "municipal platform", "remark")
    table = plain_table("could be corrected" if found else "nothing could be corrected", *headings)
    for one in found:
        shown = (hide.value(one.object, one.field, text) for text in (one.shared_shown, one.municipal_shown))
        row = f"{one.object_type} {one.source_id} version {one.source_version}" if one.source_id else one.object_type
        table.add_row(one.finding_id, row, one.field, *map(escape, shown), escape(one.obstacle or one.earlier))
    Console(highlight=False).print(table)


def show_requested(done: Requested, *, dry_run: bool) -> None:
    """Print what was, or would be, asked for."""
    console = Console(highlight=False)
    show_candidates([*done.asked, *done.not_asked])
    verb = "would be asked for" if dry_run else "asked for"
    states = ", ".join(f"{count} {state}" for state, count in done.states.items())
    console.print(f"{len(done.asked)} {verb}" + (f": {states}" if states else ""), soft_wrap=True)
    if done.not_asked:
        console.print(f"{len(done.not_asked)} cannot be asked for; the remark says why", soft_wrap=True)


def show_corrections(rows: Sequence[Any]) -> None:
    """Print corrections, a line each."""
    headings = ("no.", "finding", "shared row", "field", "state", "ticket", "since", "by", "why it stands there")
    table = plain_table("corrections" if rows else "no corrections", *headings)
    for row in rows:
        shared = f"{row.object_type} {row.source_id} version {row.source_version}"
        why = row.reject_reason or row.remark or ""
        if row.state == "sent" and row.serial_code is None:
            why = why or "in doubt: its answer was lost"
        cells = (str(row.correction_id), row.finding_id, shared, row.field, row.state, row.ticket_no or "")
        table.add_row(*cells, moment_text(row.updated_at), escape(row.requested_by), escape(why))
    Console(highlight=False).print(table)
