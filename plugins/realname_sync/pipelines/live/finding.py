"""One finding with its history: on which dates it was there, and on which it was looked for and was not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.live.reading import newest_checked_date, privacy_of, relation_exists
from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.warehouse import statements

LOOKED_BACK = timedelta(days=365)
STRIP_DAYS = 30
_ID = re.compile(r"([A-Z]{3}-\d{3})-[0-9a-f]{12}")


class Seen(StrEnum):
    """What a date says of a finding."""

    FOUND = "found"
    CLEAR = "clear"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class FindingDay:
    """The finding as it was on one date, without personal data; `found_at` is the check that first made it there."""

    work_date: date
    severity: str
    expected: str
    actual: str
    owner: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding, newest date first; `strip` tells the last STRIP_DAYS dates in order.

    `state` and `muted_until` are what the warehouse keeps of its life; None where it keeps none.
    """

    finding_id: str
    rule_id: str
    rule: Rule | None
    object: str
    key: str
    field: str
    project_code: str
    project_name: str
    area_code: str
    remedy: str
    days: Sequence[FindingDay]
    newest_checked: date | None
    strip: Sequence[tuple[date, Seen]]
    state: str | None = None
    muted_until: date | None = None

    @property
    def first_seen(self) -> date:
        """The first date it was found on, of the last year."""
        return self.days[-1].work_date

    @property
    def last_seen(self) -> date:
        """The newest date it was found on."""
        return self.days[0].work_date

    @property
    def is_open(self) -> bool:
        """Whether the newest date that was checked still has it."""
        return self.newest_checked is None or self.last_seen >= self.newest_checked


def read_finding(connection: Connection, finding_id: str) -> ShownFinding | None:
    """The finding of that id (quality.finding_id); None where no date of the last year has one."""
    named = _ID.fullmatch(finding_id)
    if named is None:
        return None
    newest = newest_checked_date(connection)
    last = newest or date.max
    first = last - LOOKED_BACK
    rows: Sequence[Any] = statements.rows(
        connection, "live/finding_days", finding_id=finding_id, rule_id=named[1], first_date=first, last_date=date.max
    )
    if not rows:
        return None
    row = rows[0]
    privacy = privacy_of({row.project_code} if row.project_code else set())
    days = [
        FindingDay(
            one.work_date,
            one.severity,
            privacy.value(one.object, one.field, one.expected),
            privacy.value(one.object, one.field, one.actual),
            one.owner,
            one.found_at,
        )
        for one in rows
    ]
    state = muted_until = None
    if relation_exists(connection, "quality.finding_state"):
        lives = statements.rows(connection, "live/finding_state", finding_id=finding_id, rule_id=named[1])
        state, muted_until = (lives[0].state, lives[0].muted_until) if lives else (None, None)
    return ShownFinding(
        finding_id=finding_id,
        rule_id=named[1],
        rule=load_catalogue().latest().get(named[1]),
        object=row.object,
        key=privacy.key(row.object_key),
        field=row.field,
        project_code=row.project_code or "",
        project_name=row.project_name or "",
        area_code=row.area_code or "",
        remedy=row.remedy,
        days=days,
        newest_checked=newest,
        strip=_strip(connection, {one.work_date for one in days}, max(last, days[0].work_date) if newest else None),
        state=state,
        muted_until=muted_until,
    )


def _strip(connection: Connection, found: set[date], last: date | None) -> list[tuple[date, Seen]]:
    last = last or max(found)
    dates = [last - timedelta(days=back) for back in reversed(range(STRIP_DAYS))]
    checked = {
        row.work_date
        for row in statements.rows(connection, "live/checked_dates", first_date=dates[0], last_date=dates[-1])
    }
    return [(one, Seen.FOUND if one in found else Seen.CLEAR if one in checked else Seen.UNCHECKED) for one in dates]
