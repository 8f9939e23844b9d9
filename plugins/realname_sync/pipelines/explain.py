"""Tells why: a rule with its basis and what it found, or how a punch stands with each platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.status import newest_work_date
from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

_MOST_FINDINGS = 50


@dataclass(frozen=True)
class ExplainedRule:
    """A rule, and what it found on a date: rows of sql/marts/findings_of_rule.sql, not more than a screen holds."""

    rule: Rule
    work_date: date | None
    findings: Sequence[Row[Any]]


@dataclass(frozen=True)
class ExplainedPunch:
    """A punch of a date, and how it stands with each platform: rows of sql/delivery/state_of_punch.sql."""

    punch_id: str
    work_date: date
    states: Sequence[Row[Any]]


def explain(
    city: City, what: str, object_key: str | None = None, work_date: date | None = None
) -> ExplainedRule | ExplainedPunch:
    """Explain a rule (by its id, as in LMP-001) or a punch (by its id) of a date, the newest if none is given.

    Raises:
        SettingsError: there is neither a rule nor, on that date, a punch of that id.
    """
    wanted = work_date or newest_work_date(city)
    rule = load_catalogue().latest().get(what.upper())
    with transaction(city.engine, Role.READ) as connection:
        if rule is not None:
            findings = statements.rows(
                connection,
                "marts/findings_of_rule",
                work_date=wanted,
                rule_id=rule.id,
                object_key=object_key,
                most=_MOST_FINDINGS,
            )
            return ExplainedRule(rule, wanted, findings)
        states = statements.rows(connection, "delivery/state_of_punch", work_date=wanted, punch_id=what)
    if wanted is None or not states:
        raise SettingsError(f"{what!r} is no rule of the catalogue, and no punch of {wanted or 'any date'} has that id")
    return ExplainedPunch(what, wanted, states)
