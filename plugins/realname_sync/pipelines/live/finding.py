"""One finding with its history: on which dates it was there, and on which it was looked for and was not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.live.reading import newest_checked_date, privacy_of
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
    """The finding as it was on one date, without personal data.

    `found_at` is the check that first made it there, `gone_at` a later one of the same date that no longer did.
    """

    work_date: date
    severity: str
    expected: str
    actual: str
    owner: str
    found_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding, newest date first; `strip` tells the last STRIP_DAYS dates in order.

    `state` is open, gone or muted (quality.finding_state), and `muted_until` goes with the last.
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
    strip: Sequence[tuple[date, Seen]]
    state: str
    muted_until: date | None

    @property
    def first_seen(self) -> date:
        """The first date it was found on, of the last year."""
        return self.days[-1].work_date

    @property
    def last_seen(self) -> date:
        """The newest date it was found on."""
        return self.days[0].work_date


def read_finding(connection: Connection, finding_id: str) -> ShownFinding | None:
    """The finding of that id (quality.finding_id); None where no date of the last year has one."""
    named = _ID.fullmatch(finding_id)
    if named is None:
        return None
    newest = newest_checked_date(connection)
    if newest is None:
        return None
    rows: Sequence[Any] = statements.rows(
        connection, "live/finding_days", finding_id=finding_id, rule_id=named[1], first_date=newest - LOOKED_BACK
    )
    if not rows:
        return None
    row = rows[0]
    (life,) = statements.rows(connection, "marts/finding_life", finding_id=finding_id)
    privacy = privacy_of({row.project_code} if row.project_code else set())
    days = [
        FindingDay(
            one.work_date,
            one.severity,
            privacy.value(one.object, one.field, one.expected),
            privacy.value(one.object, one.field, one.actual),
            one.owner,
            one.found_at,
            one.gone_at,
        )
        for one in rows
    ]
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
        strip=_strip(
            connection, {one.work_date for one in days if one.gone_at is None}, max(newest, days[0].work_date)
        ),
        state=life.state,
        muted_until=life.muted_until,
    )


def _strip(connection: Connection, found: set[date], last: date) -> list[tuple[date, Seen]]:
    dates = [last - timedelta(days=back) for back in reversed(range(STRIP_DAYS))]
    checked = {
        row.work_date
        for row in statements.rows(connection, "live/checked_dates", first_date=dates[0], last_date=dates[-1])
    }
    return [(one, Seen.FOUND if one in found else Seen.CLEAR if one in checked else Seen.UNCHECKED) for one in dates]
