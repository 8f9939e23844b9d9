"""What came of a step, in a sentence for whoever looks at its run; figures and codes only, never a row."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from realname_sync.pipelines.backfill.plan import Plan
from realname_sync.pipelines.backfill.request import Request
from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

_MOST_RULES = 3


def of_pull(summary: Mapping[str, Any]) -> str:
    """What a pull brought: `summary` as `pull_master_data` returns it."""
    new = {name: counts.get("new", 0) for name, counts in summary.items()}
    malformed = sum(counts.get("rejected", 0) + counts.get("malformed_answers", 0) for counts in summary.values())
    named = ", ".join(f"{name} {count:,}" for name, count in new.items() if count)
    told = f"New from the integrity platform: {named}" if named else "Nothing new at the integrity platform"
    return told + (f"; {malformed:,} were not of the agreed form" if malformed else "") + "."


def of_extraction(work_date: date, summary: Mapping[str, Any]) -> str:
    """What an extraction took over."""
    punches = summary["punches"]
    late = sum(rows["not_yet_read"] for rows in punches["other_days"].values())
    told = f"{punches['standing']:,} punches of {work_date}: {punches['written']:,} new or changed"
    told += f", {punches['withdrawn']:,} withdrawn" if punches["withdrawn"] else ""
    return told + (f"; {late:,} of other days came late and wait for a sweep" if late else "") + "."


def of_check(work_date: date, summary: Mapping[str, Any]) -> str:
    """What the rules found."""
    found = sum(summary["findings"].values())
    told = (
        f"{found:,} findings of {work_date} by {len(summary['findings'])} rules, {summary['stop']:,} stop their object"
    )
    return told + (f"; muted: {summary['muted']:,}" if summary["muted"] else "") + "."


def of_delivery(city: City, work_date: date, target: str, states: Mapping[str, int]) -> str:
    """How a day stands at a platform, and which rules hold rows back."""
    with transaction(city.engine, Role.READ) as connection:
        held = statements.rows(connection, "delivery/held_by_rule", work_date=work_date, target=target)
    told = [f"{states['acknowledged']:,} of {states['read']:,} punches of {work_date} acknowledged by the {target}"]
    if held:
        shown = ", ".join(f"{row.rule_id} {row.punches:,}" for row in held[:_MOST_RULES])
        more = ", …" if len(held) > _MOST_RULES else ""
        told.append(f"{states['held']:,} held: {shown}{more}")
    told += [
        f"{states[name]:,} {word}"
        for name, word in (("refused", "refused"), ("waiting", "waiting"), ("in_batch", "without an outcome yet"))
        if states[name]
    ]
    told += [f"{states['late']:,} late"] if states["late"] else []
    return "; ".join(told) + "."


def of_reconciliation(work_date: date, summary: Mapping[str, Any]) -> str:
    """What both sides say."""
    told = []
    for target in ("province", "nation"):
        if one := summary.get(target):
            again = f", {one['sent_again']:,} rows sent again" if one["sent_again"] else ""
            told.append(f"{target}: {one['differ']:,} of {one['projects']:,} projects differed{again}")
    return f"{work_date}: {'; '.join(told)}."


def of_plan(request: Request, plan: Plan) -> str:
    """What a backfill would do, at most."""
    told = []
    for target in request.targets:
        total = plan.total(target)
        most = "" if total.is_exact else "at most "
        told.append(
            f"{target}: {most}{total.to_send:,} of {total.due:,} rows to send in {total.calls:,} calls, "
            f"about {plan.minutes(target):.0f} minutes; {total.acknowledged:,} there already, "
            f"{sum(total.held.values()):,} held"
        )
    days = len(request.days)
    return f"{request.first} to {request.last}, {days} day{'s' if days > 1 else ''}: {'. '.join(told)}."
