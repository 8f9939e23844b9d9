"""Findings of a date as a page lists them: searched, filtered, sorted and cut into pages by the database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from realname_sync.errors import SettingsError
from realname_sync.pipelines.live.reading import newest_checked_date, privacy_of
from realname_sync.quality.report.privacy import Privacy
from realname_sync.warehouse import statements

SORTS = ("rule", "severity", "object", "field", "project", "owner")
CHANGES = ("new", "open")
PAGE_ROWS = 50
_LONGEST_SEARCH = 100
_CODE = re.compile(r"[\w .-]{1,60}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for, in which order, and which page of them; None and '' ask for all.

    Raises:
        SettingsError: a sort or a change there is not, a page below 1, or a filter that is no code.
    """

    work_date: date
    text: str = ""
    severity: str | None = None
    rule_id: str | None = None
    owner: str | None = None
    object: str | None = None
    project_code: str | None = None
    area_code: str | None = None
    change: str | None = None
    sort: str = "severity"
    descending: bool = False
    page: int = 1

    def __post_init__(self) -> None:
        """Refuse what no link or form of ours asks for."""
        if self.sort not in SORTS:
            raise SettingsError(f"findings are not sorted by {self.sort!r}; there are {', '.join(SORTS)}")
        if self.change is not None and self.change not in CHANGES:
            raise SettingsError(f"there is no change {self.change!r}; there are {', '.join(CHANGES)}")
        if not 1 <= self.page <= 1_000_000:
            raise SettingsError(f"there is no page {self.page}")
        for name in ("severity", "rule_id", "owner", "object", "project_code", "area_code"):
            value = getattr(self, name)
            if value is not None and not _CODE.fullmatch(value):
                raise SettingsError(f"{name} must be a code")

    @property
    def filters(self) -> Mapping[str, str]:
        """The filters that are set, by name."""
        names = ("severity", "rule_id", "owner", "object", "project_code", "area_code", "change")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """One finding in a list, without personal data; `is_new`: the date checked before does not have it."""

    finding_id: str
    rule_id: str
    severity: str
    object: str
    key: str
    field: str
    expected: str
    actual: str
    owner: str
    remedy: str
    project_code: str
    project_name: str
    area_code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """A page of findings; `total` counts all that the filters leave, `previous_date` is what new is measured by."""

    wanted: Wanted
    rows: Sequence[ListedFinding]
    total: int
    previous_date: date | None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a filter can be set to, and how many findings of the date that leaves."""

    code: str
    findings: int


def find_findings(connection: Connection, wanted: Wanted) -> FindingsPage:
    """The page of findings that is wanted."""
    previous = newest_checked_date(connection, wanted.work_date - timedelta(days=1))
    rows = statements.rows(
        connection,
        "live/find_findings",
        work_date=wanted.work_date,
        previous_date=previous,
        severity=wanted.severity,
        rule_id=wanted.rule_id,
        owner=wanted.owner,
        object=wanted.object,
        project_code=wanted.project_code,
        area_code=wanted.area_code,
        change=wanted.change,
        wanted=wanted.text.strip()[:_LONGEST_SEARCH] or None,
        sort=wanted.sort,
        descending=wanted.descending,
        most=PAGE_ROWS,
        skipped=(wanted.page - 1) * PAGE_ROWS,
    )
    privacy = privacy_of({row.project_code for row in rows if row.project_code})
    total = rows[0].total if rows else 0
    return FindingsPage(wanted, [_listed(row, privacy) for row in rows], total, previous)


def filter_choices(connection: Connection, work_date: date) -> Mapping[str, Sequence[Choice]]:
    """What each filter can be set to on that date: rules, owners, severities, objects, districts."""
    counted = statements.rows(connection, "live/count_findings", work_date=work_date, project_code=None)
    names = {"severity": "severity", "rule_id": "rule_id", "owner": "owner", "object": "object"}
    choices = {name: _choices((getattr(row, of), row.findings) for row in counted) for name, of in names.items()}
    choices["area_code"] = _choices(((row.area_code or "")[:6], row.findings) for row in counted)
    return choices


def _choices(counted: Any) -> list[Choice]:
    sums: dict[str, int] = {}
    for code, findings in counted:
        if code:
            sums[code] = sums.get(code, 0) + findings
    return [Choice(code, findings) for code, findings in sorted(sums.items())]


def _listed(row: Row[Any], privacy: Privacy) -> ListedFinding:
    return ListedFinding(
        finding_id=row.finding_id,
        rule_id=row.rule_id,
        severity=row.severity,
        object=row.object,
        key=privacy.key(row.object_key),
        field=row.field,
        expected=privacy.value(row.object, row.field, row.expected),
        actual=privacy.value(row.object, row.field, row.actual),
        owner=row.owner,
        remedy=row.remedy,
        project_code=row.project_code or "",
        project_name=row.project_name or "",
        area_code=row.area_code or "",
        is_new=row.is_new,
    )
