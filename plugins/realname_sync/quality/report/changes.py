"""What changed since the date that was checked before: findings that are new, gone and still open, rule by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from realname_sync.quality.report.scope import ScopedTo
from realname_sync.warehouse import statements


@dataclass(frozen=True, slots=True)
class Change:
    """One rule's findings against those of the date before."""

    rule_id: str
    severity: str
    appeared: int
    gone: int
    still_open: int


def read_changes(
    connection: Connection, work_date: date, previous_date: date, scope: ScopedTo | None = None
) -> list[Change]:
    """The changes of every rule that either date has findings of, those with most that is new first."""
    rows = statements.rows(
        connection,
        "marts/count_changes",
        work_date=work_date,
        previous_date=previous_date,
        **(scope or ScopedTo()).parameters,
    )
    changes = [Change(row.rule_id, row.severity, row.appeared, row.gone, row.still_open) for row in rows]
    return sorted(changes, key=lambda one: (-one.appeared, -one.gone, one.rule_id))


def total(changes: Sequence[Change]) -> Change:
    """All of them added up."""
    return Change(
        "",
        "",
        sum(one.appeared for one in changes),
        sum(one.gone for one in changes),
        sum(one.still_open for one in changes),
    )
