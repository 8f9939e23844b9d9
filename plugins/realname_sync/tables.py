"""What the command line shows as tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from realname_sync.pipelines.forecast import Forecast
from realname_sync.pipelines.status import STATES, TARGETS, WITHIN, DayStatus
from realname_sync.workdate import SHANGHAI

if TYPE_CHECKING:  # they load what asking for a status does without
    from sqlalchemy import Row

    from realname_sync.delivery.ledger_check import Verified
    from realname_sync.pipelines.explain import ExplainedBatch, ExplainedFinding, ExplainedPunch, ExplainedRule
    from realname_sync.quality.catalogue import Rule


def states_table(status: DayStatus, more: Mapping[str, Mapping[str, int]] | None = None) -> Table:
    """The five states for each platform, with further columns by heading and platform."""
    table = plain_table(f"{status.work_date}: {status.punches_read} punches read, due to each platform", "platform")
    for heading in (*STATES, *(more or {})):
        table.add_column(heading.replace("_", " "), justify="right", no_wrap=True)
    for target, counts in status.states.items():
        further = (column[target] for column in (more or {}).values())
        table.add_row(target, *map(str, counts.values()), *map(str, further))
    return table


def projects_table(status: DayStatus, targets: Sequence[str]) -> Table:
    """The same for each project, those first of which something has not arrived."""
    table = plain_table("by project", "platform", "project")
    for heading in ("due", *STATES, *WITHIN):
        table.add_column(heading.replace("_", " "), justify="right", no_wrap=True)
    shown = [one for one in status.projects if one.target in targets]
    for one in sorted(shown, key=lambda one: (targets.index(one.target), one.counts["acknowledged"] - one.due)):
        counts = (one.counts[name] for name in (*STATES, *WITHIN))
        table.add_row(one.target, one.project_code, str(one.due), *map(str, counts))
    return table


def forecast_line(forecast: Forecast) -> str:
    """Whether a platform will have the date in time, and what to do, in one line of rich's markup."""
    colour = "red" if forecast.verdict.is_alarming else "green"
    left = f" ({forecast.minutes_left} minutes left)" if forecast.minutes_left else ""
    return f"{forecast.target}: [{colour}]{forecast.verdict}[/]{left}: {escape(forecast.sentence)}"


def show_forecasts(forecasts: Iterable[Forecast]) -> None:
    """Print whether each platform will have the date in time."""
    console = Console(highlight=False)
    for forecast in forecasts:
        console.print(forecast_line(forecast), soft_wrap=True)


def show_verified(verified: "Sequence[Verified]") -> None:
    """Print what came of verifying the ledger: each chain with its head, and the first thing wrong with it."""
    table = plain_table("ledger", "date", "platform")
    for heading in ("entries", "head", "signed"):
        table.add_column(heading, no_wrap=True)
    table.add_column("verdict")
    for one in verified:
        signed = one.last_signed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if one.last_signed_at else "not yet"
        where = f"entry {one.flaw.entry_no}: " if one.flaw and one.flaw.entry_no else ""
        verdict = f"[red]{escape(where + one.flaw.wrong)}[/]" if one.flaw else "[green]as it was written[/]"
        if one.dropped_at and not one.flaw:
            verdict = f"[green]as it was written, and dropped on {one.dropped_at.astimezone(SHANGHAI):%Y-%m-%d}[/]"
        table.add_row(str(one.work_date), one.target, str(one.entries), one.head_hash.hex()[:16], signed, verdict)
    Console(highlight=False).print(table)


def findings_line(findings: Mapping[str, int], muted: int = 0) -> str:
    """How many findings each rule has, in one line, and how many are muted besides."""
    line = "findings: " + ("  ".join(f"{rule} {count}" for rule, count in findings.items()) or "none")
    return f"{line}  ({muted} more are muted)" if muted else line


def show_status(status: DayStatus, targets: Sequence[str] = TARGETS, *, projects: bool = False) -> None:
    """Print how a day stands at these platforms, with `projects` also project by project."""
    status = replace(status, states={target: status.states[target] for target in targets})
    steps = plain_table("last runs", "step", "platform", "state", "began", "seconds")
    for step in status.steps:
        seconds = f"{(step.ended_at - step.started_at).total_seconds():.1f}" if step.ended_at else ""
        began = f"{step.started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        steps.add_row(step.step, step.target or "", step.state, began, seconds)
    console = Console(highlight=False)
    within = {name: {target: status.within[target][name] for target in targets} for name in WITHIN}
    console.print(states_table(status, within))
    if projects:
        console.print(projects_table(status, targets))
    show_forecasts(status.forecasts[target] for target in targets if target in status.forecasts)
    console.print(findings_line(status.findings, status.muted), soft_wrap=True)
    if status.broken_rules:
        console.print(
            f"[red]broken rules: {', '.join(status.broken_rules)}[/]; their former findings stand: "
            f"realname check {status.work_date} says what to mend",
            soft_wrap=True,
        )
    console.print(steps)
    if not status.adds_up():
        console.print("[red]the five states do not add up to the punches that were read[/]")


def show_reconciliation(work_date: date, targets: Sequence[str], summary: Mapping[str, Any]) -> None:
    """Print what a reconciliation found at each platform, and what the municipal platform has that was not read."""
    columns = ("projects", "differ", "missing", "sent_again", "extra", "doubled", "adopted", "platform")
    found = plain_table(f"{work_date}: reconciled", "platform")
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


def show_explanation(explained: "ExplainedRule | ExplainedFinding | ExplainedPunch") -> None:
    """Print why a rule found what it found, the life of a finding, or the way of a punch."""
    from realname_sync.pipelines.explain import ExplainedFinding, ExplainedPunch

    if isinstance(explained, ExplainedPunch):
        _show_punch(explained)
    elif isinstance(explained, ExplainedFinding):
        show_finding(explained)
    else:
        _show_rule(explained)


def _show_punch(punch: "ExplainedPunch") -> None:
    console = Console(highlight=False)
    states = plain_table(f"punch {punch.punch_id} of {punch.work_date}", "platform", "state", "batch", "why")
    for state, words in zip(punch.states, punch.words, strict=True):
        why = " ".join(part for part in (state.rule_id, words) if part)
        states.add_row(state.target, state.state, str(state.batch_id or ""), escape(why))
    console.print(states)
    console.print(_versions(punch))
    if punch.findings:
        headings = ("rule", "severity", "on", "field", "expected", "actual", "owner")
        found = plain_table("findings on it, and what stops it", *headings)
        for row in punch.findings:
            told = (punch.privacy.value(row.object, row.field, text) for text in (row.expected, row.actual))
            found.add_row(row.rule_id, row.severity, row.object, row.field, *map(escape, told), row.owner)
        console.print(found)
    for batch in punch.batches:
        console.print(_batch(batch))
    if not punch.batches:
        console.print("it was in no batch yet")
    for row in punch.reconciled:
        console.print(
            f"reconciled with the {row.target} at {moment_text(row.checked_at)}: of its project {row.acknowledged_rows}"
            f" acknowledged here, {'unknown' if row.platform_rows is None else row.platform_rows} there"
            f"{': ' + escape(row.remark) if row.remark else ''}",
            soft_wrap=True,
        )
    for row in punch.discrepancies:
        console.print(
            f"[red]{row.kind}[/] at the {row.target}: {row.platform_count} there, {row.our_count} here, {row.handled}"
            f" ({moment_text(row.seen_at)}){': ' + escape(row.remark) if row.remark else ''}",
            soft_wrap=True,
        )


def _versions(punch: "ExplainedPunch") -> Table:
    headings = ("read", "seen", "made", "received", "direction", "device", "then")
    table = plain_table("as the municipal platform had it", *headings)
    for row in punch.versions:
        if row.withdrawn_at:
            then = f"withdrawn, seen {moment_text(row.withdrawn_at)}"
        else:
            then = f"changed, seen {moment_text(row.superseded_at)}" if row.superseded_at else "holds"
        device = f"{row.device_sn or ''} no. {row.device_record_id}" if row.device_record_id else row.device_sn or ""
        seen = row.changed_at or row.first_read_at
        cells = (moment_text(row.punched_at), moment_text(row.received_at), row.direction or "", escape(device))
        table.add_row(str(row.change_no), moment_text(seen), *cells, then)
    return table


def _batch(batch: "ExplainedBatch") -> Table:
    row = batch.row
    fate = f"{row.state}, this row {row.outcome}" if row.outcome else row.state
    title = f"{row.target}, batch {row.batch_id}, row {row.row_index + 1} of {row.row_count}: {fate}"
    table = plain_table(title, "when", "what", "how it went")
    table.add_row(moment_text(row.planned_at), "packed", f"with the values of read {row.as_of_change}")
    for call in batch.calls:
        answer = call.error or f"code {call.code}"
        serial = f", serial code {call.serial_code}" if call.serial_code else ""
        table.add_row(moment_text(call.sent_at), call.method, f"{answer}{serial}, {call.elapsed_ms} ms")
    if row.sent_at:
        serial = f"serial code {row.serial_code}" if row.serial_code else "no serial code"
        table.add_row(moment_text(row.sent_at), "recorded as sent", f"{serial}, attempt {row.attempts}")
    if row.settled_at or batch.words:
        table.add_row(moment_text(row.settled_at), "verdict", escape(batch.words) or row.state)
    if row.recorded_at:
        table.add_row(moment_text(row.recorded_at), "of this row", row.outcome)
    for entry in batch.journal:
        table.add_row(moment_text(entry.told_at), f"journal entry {entry.entry_no}", entry.state)
    return table


def moment_text(instant: datetime | None) -> str:
    """An instant as the tables show it, in Asia/Shanghai."""
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if instant else ""


def show_finding(explained: "ExplainedFinding") -> None:
    """Print the life of a finding: its rule, how it was on each date, what mutes it, what was asked for."""
    console = Console(highlight=False)
    life, hide = explained.life, explained.privacy
    _show_head(console, explained.rule)
    until = f", muted until {life.muted_until}" if life.muted_until else ""
    seen = f"first seen {life.first_seen}, last seen {life.last_seen}, on {life.days_seen} dates"
    console.print(f"[bold]{life.finding_id}[/]: {life.state}{until}; {seen}", soft_wrap=True)
    where = f" of project {life.project_code}" if life.project_code else ""
    about = f"{life.object} {hide.key(life.object_key)}{where}{', field ' + life.field if life.field else ''}"
    console.print(f"  on {escape(about)}", soft_wrap=True)
    dates = plain_table("on each date", "date", "severity", "expected", "actual", "owner", "found", "gone")
    for row in explained.dates:
        told = (hide.value(life.object, life.field, text) for text in (row.expected, row.actual))
        gone = moment_text(row.gone_at)
        dates.add_row(str(row.work_date), row.severity, *map(escape, told), row.owner, moment_text(row.found_at), gone)
    console.print(dates)
    for row in explained.mutes:
        what = (
            "this finding"
            if row.finding_id
            else f"all of {row.rule_id}" + (" of the project" if row.project_code else "")
        )
        lifted = f", lifted by {row.lifted_by} {moment_text(row.lifted_at)}" if row.lifted_at else ""
        console.print(
            f"mute {row.mute_id} ({row.state}) of {what}, {row.from_date} to {row.until_date}, "
            f"by {escape(row.muted_by)}{escape(lifted)}: {escape(row.reason)}",
            soft_wrap=True,
        )
    for row, events in explained.corrections:
        ticket = f", ticket {row.ticket_no}" if row.ticket_no else ""
        title = (
            f"correction {row.correction_id}: {row.object_type} {row.source_id} version {row.source_version}, "
            f"{row.field}: {row.state}{ticket}"
        )
        table = plain_table(escape(title), "when", "state", "by", "why")
        for event in events:
            table.add_row(moment_text(event.told_at), event.state, escape(event.told_by), escape(event.remark or ""))
        console.print(table)


def _show_head(console: Console, rule: "Rule") -> None:
    """Print what a rule is about and rests on."""
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


def _show_rule(explained: "ExplainedRule") -> None:
    console = Console(highlight=False)
    _show_head(console, explained.rule)
    title = f"findings of {explained.work_date}" if explained.findings else f"no findings on {explained.work_date}"
    findings = plain_table(title, "finding", "object", "key", "field", "expected", "actual", "first seen")
    for row in explained.findings:
        cells = (row.finding_id, row.object, row.object_key, row.field, row.expected or "", row.actual or "")
        findings.add_row(*map(escape, cells), str(row.first_seen))
    console.print(findings)


def show_disclosures(rows: "Sequence[Row[Any]]") -> None:
    """Print who had what shown unmasked or sent out, and why; no value."""
    table = plain_table("unmasked values", "when", "who", "login", "kind", "of", "field", "rows", "why")
    for row in rows:
        words = (row.by_whom, row.login, row.kind, row.subject, row.field, str(row.disclosed_rows), row.reason)
        table.add_row(moment_text(row.disclosed_at), *map(escape, words))
    Console().print(table)


def plain_table(title: str, *headings: str) -> Table:
    """An empty table in the style that all have."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(heading)
    return table
