"""Findings with their life: what was seen on a date and has become of it, and who wants what muted until when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.city_code import city_code
from realname_sync.pipelines.status import newest_work_date
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.finding_settings import load_finding_settings
from realname_sync.quality.report.privacy import Privacy
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import work_date_of

STATES = ("open", "muted", "gone")
FINDING_ID = re.compile(r"([A-Z]{3}-\d{3})-[0-9a-f]{12}")

_MOST = 1_000_000_000


@dataclass(frozen=True)
class Muted:
    """What came of muting: the mute, how many findings it is about now, and how many of those keep rows back."""

    mute_id: int
    from_date: date
    until_date: date
    findings: int
    stops: int


def list_findings(
    city: City,
    work_date: date | None = None,
    *,
    rule_id: str | None = None,
    project_code: str | None = None,
    owner: str | None = None,
    state: str | None = None,
    most: int | None = None,
) -> tuple[date | None, Sequence[Row[Any]]]:
    """The findings seen on a date, the newest one if none is given: rows of sql/marts/list_finding_states.sql."""
    wanted = work_date or newest_work_date(city)
    with transaction(city.engine, Role.READ) as connection:
        tell_today(city, connection)
        rows = statements.rows(
            connection,
            "marts/list_finding_states",
            work_date=wanted,
            rule_id=rule_id and rule_id.upper(),
            project_code=project_code,
            owner=owner,
            state=state,
            most=most or _MOST,
        )
    return wanted, rows


def mute(
    city: City,
    what: str,
    *,
    until: date,
    reason: str,
    by: str,
    since: date | None = None,
    project_code: str | None = None,
) -> Muted:
    """Take a finding, or a rule's findings, out of the figures until a date; what they hold back stays held.

    Args:
        city: the city.
        what: a finding's id, or a rule's.
        until: the last work date on which it holds.
        reason: why, without anything that says who a person is.
        by: who wants it.
        since: the first work date on which it holds; where not given the last one it was found on, today at the latest.
        project_code: of a rule, only the findings of this project.

    Raises:
        SettingsError: there is no such finding or rule, the reason is empty or holds a person's number, or the date is
            over or further away than mutes may last.
    """
    finding_id, rule_id = _named(what)
    if finding_id and project_code:
        raise SettingsError("a project narrows the mute of a rule; a finding is one already")
    reason = plain_reason(reason)
    if not by.strip():
        raise SettingsError("say who wants it muted: --by")
    today = work_date_of(city.clock())
    limit = load_finding_settings().longest_mute(today, city_code(city))
    if not today <= until <= today + timedelta(days=limit):
        raise SettingsError(
            f"a mute ends at some time: from {today} on it may last until {today + timedelta(days=limit)}, "
            f"and {until} is outside that"
        )
    with transaction(city.engine, Role.CHECK) as connection:
        about = {"rule_id": rule_id, "finding_id": finding_id, "project_code": project_code}
        counted = statements.rows(connection, "quality/count_for_mute", **about)[0]
        if finding_id and not statements.rows(connection, "marts/finding_life", finding_id=finding_id):
            raise SettingsError(f"there is no finding {finding_id}: realname findings lists those there are")
        first = since or min(counted.last_seen or today, today)
        if first > until:
            raise SettingsError(f"a mute from {first} cannot end on {until}")
        mute_id = statements.scalar(
            connection,
            "quality/add_mute",
            **about,
            reason=reason,
            muted_by=by.strip(),
            from_date=first,
            until_date=until,
            created_at=city.clock(),
        )
    return Muted(mute_id, first, until, counted.findings, counted.stops)


def unmute(city: City, what: str, *, by: str) -> int:
    """End the mute of that number, of that finding, or of that rule as a whole; returns how many mutes ended.

    Raises:
        SettingsError: nothing of the kind is muted.
    """
    finding_id, rule_id = (None, None) if what.isdecimal() else _named(what)
    if not by.strip():
        raise SettingsError("say who ends it: --by")
    with transaction(city.engine, Role.CHECK) as connection:
        lifted = statements.run(
            connection,
            "quality/lift_mutes",
            mute_id=int(what) if what.isdecimal() else None,
            finding_id=finding_id,
            rule_id=None if finding_id else rule_id,
            today=work_date_of(city.clock()),
            lifted_at=city.clock(),
            lifted_by=by.strip(),
        )
    if not lifted:
        raise SettingsError(f"{what} is not muted: realname mutes lists what is")
    return lifted


def mutes(city: City, *, every_one: bool = False) -> Sequence[Row[Any]]:
    """The mutes that hold or will, with `every_one` all there ever were: rows of sql/quality/list_mutes.sql."""
    with transaction(city.engine, Role.READ) as connection:
        return statements.rows(
            connection,
            "quality/list_mutes",
            today=work_date_of(city.clock()),
            every_one=every_one,
            rule_id=None,
            finding_id=None,
        )


def tell_today(city: City, connection: Connection) -> None:
    """Have the database go by the city's clock where it asks for today, until the transaction ends."""
    today = work_date_of(city.clock()).isoformat()
    connection.execute(text("SELECT set_config('realname.today', :today, TRUE)"), {"today": today})


def plain_reason(reason: str) -> str:
    """A reason that may be kept and shown.

    Raises:
        SettingsError: it is empty, or a number in it looks like a person's.
    """
    told = reason.strip()
    if not told:
        raise SettingsError("say why: --reason")
    if Privacy().text(told) != Privacy.half_width(told):
        raise SettingsError("the reason holds what looks like a person's number; say it without")
    return told


def _named(what: str) -> tuple[str | None, str]:
    """The finding's id, if it is one, and the rule's.

    Raises:
        SettingsError: it is neither.
    """
    rule_part, _, digits = what.rpartition("-")
    known = f"{rule_part.upper()}-{digits.lower()}"
    finding = FINDING_ID.fullmatch(known)
    rule_id = finding.group(1) if finding else what.upper()
    if rule_id not in load_catalogue().latest():
        raise SettingsError(f"{what!r} is neither the id of a finding, as in LMP-001-3f9a2c1b44d0, nor of a rule")
    return (known if finding else None), rule_id
