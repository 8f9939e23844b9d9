"""What follows from findings: corrections asked for, and warning cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.live.reading import privacy_of
from realname_sync.warehouse import statements

_MOST = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """A request to mend a shared field, with what both sides show of it; nothing in it is personal."""

    correction_id: int
    finding_id: str
    rule_id: str
    object: str
    key: str
    field: str
    project_code: str
    project_name: str
    area_code: str
    shared: str
    municipal: str
    row: Any


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Corrections and cases; the lists end after some hundred, the totals count all there are."""

    corrections: Sequence[Correction]
    corrections_total: int
    corrections_open: int
    cases: Sequence[Any]
    cases_total: int
    cases_open: int
    cases_overdue: int


def read_follow_up(
    connection: Connection, today: date, *, project_code: str | None = None, finding_id: str | None = None
) -> FollowUp:
    """What was asked for and what is pending, of one project or one finding where that is given."""
    scope = {"project_code": project_code, "finding_id": finding_id, "most": _MOST}
    asked = statements.rows(connection, "live/list_corrections", **scope)
    cases = statements.rows(connection, "live/list_cases", today=today, **scope)
    return FollowUp(
        corrections=[_correction(row) for row in asked],
        corrections_total=asked[0].total if asked else 0,
        corrections_open=asked[0].open_total if asked else 0,
        cases=cases,
        cases_total=cases[0].total if cases else 0,
        cases_open=cases[0].open_total if cases else 0,
        cases_overdue=cases[0].overdue_total if cases else 0,
    )


def _correction(row: Any) -> Correction:
    privacy = privacy_of({row.project_code} if row.project_code else set())
    return Correction(
        correction_id=row.correction_id,
        finding_id=row.finding_id,
        rule_id=row.rule_id,
        object=row.object,
        key=privacy.key(row.object_key),
        field=row.field,
        project_code=row.project_code or "",
        project_name=row.project_name or "",
        area_code=row.area_code or "",
        shared=privacy.value(row.object, row.field, row.shared_shown),
        municipal=privacy.value(row.object, row.field, row.municipal_shown),
        row=row,
    )
