"""Tells why: a rule with its basis and what it found, a finding with its life, or the whole way of a punch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.findings import FINDING_ID, tell_today
from realname_sync.pipelines.status import newest_work_date
from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.quality.report.privacy import Privacy
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import work_date_of

_MOST_FINDINGS = 50
_MOST_DATES = 31
_CALLS_LATER = timedelta(hours=1)  # a clock that went back puts a call outside what its batch says


@dataclass(frozen=True)
class ExplainedRule:
    """A rule, and what it found on a date: rows of sql/marts/findings_of_rule.sql, not more than a screen holds."""

    rule: Rule
    work_date: date | None
    findings: Sequence[Row[Any]]


@dataclass(frozen=True)
class ExplainedFinding:
    """A finding and its life; what it says of persons is masked.

    Attributes:
        rule: the rule that made it, as its newest entry has it.
        life: a row of sql/marts/finding_life.sql.
        dates: how it was on each date, rows of finding_dates.sql, newest first.
        mutes: what mutes or muted it, rows of sql/quality/list_mutes.sql.
        corrections: what was asked for because of it, rows of finding_corrections.sql, each with its events.
    """

    rule: Rule
    life: Row[Any]
    dates: Sequence[Row[Any]]
    mutes: Sequence[Row[Any]] = ()
    corrections: Sequence[tuple[Row[Any], Sequence[Row[Any]]]] = ()
    privacy: Privacy = field(default_factory=Privacy)


@dataclass(frozen=True)
class ExplainedBatch:
    """One batch a punch was in: a row of sql/marts/punch_batches.sql, with the platform's words.

    `calls` are the rows of batch_calls.sql, `journal` those of batch_journal.sql.
    """

    row: Row[Any]
    calls: Sequence[Row[Any]]
    words: str
    journal: Sequence[Row[Any]] = ()


@dataclass(frozen=True)
class ExplainedPunch:
    """The way of a punch of a date; nothing in it says whose it is.

    Attributes:
        states: how it stands with each platform, rows of sql/delivery/state_of_punch.sql; `words` are their reasons.
        versions: the values it had, rows of sql/marts/punch_versions.sql, oldest first.
        findings: what was found on it or stops it, rows of sql/marts/punch_findings.sql.
        batches: every batch it was in, by platform, oldest first.
        reconciled: its project in the last reconciliation, rows of sql/marts/punch_reconciliation.sql.
        discrepancies: what that found on the punch itself, rows of sql/marts/punch_discrepancies.sql.
    """

    punch_id: str
    work_date: date
    states: Sequence[Row[Any]]
    words: Sequence[str]
    versions: Sequence[Row[Any]] = ()
    findings: Sequence[Row[Any]] = ()
    batches: Sequence[ExplainedBatch] = ()
    reconciled: Sequence[Row[Any]] = ()
    discrepancies: Sequence[Row[Any]] = ()
    privacy: Privacy = field(default_factory=Privacy)


def explain(
    city: City, what: str, object_key: str | None = None, work_date: date | None = None
) -> ExplainedRule | ExplainedFinding | ExplainedPunch:
    """Explain a rule (by its id, as in LMP-001) of a date, the newest if none is given, a finding, or a punch.

    Raises:
        SettingsError: there is neither a rule, nor a finding, nor, on that date, a punch of that id.
    """
    if finding := _finding_id(what):
        return _life_of(city, *finding)
    rule = load_catalogue().latest().get(what.upper())
    if rule is not None:
        wanted = work_date or newest_work_date(city)
        with transaction(city.engine, Role.READ) as connection:
            findings = statements.rows(
                connection,
                "marts/findings_of_rule",
                work_date=wanted,
                rule_id=rule.id,
                object_key=object_key,
                most=_MOST_FINDINGS,
            )
        return ExplainedRule(rule, wanted, findings)
    with transaction(city.engine, Role.READ) as connection:
        made = work_date or statements.scalar(connection, "marts/newest_date_of_punch", punch_id=what)
        key = {"work_date": made, "punch_id": what}
        states = statements.rows(connection, "delivery/state_of_punch", **key)
        if not states:
            raise SettingsError(
                f"{what!r} is no rule of the catalogue, and no punch of {made or 'any date'} has that id"
            )
        return _way_of(connection, what, made, states, city.clock())


def _finding_id(what: str) -> tuple[str, str] | None:
    """The finding's id in its spelling, and its rule's; None if it is no such id."""
    rule_id, _, digits = what.rpartition("-")
    known = FINDING_ID.fullmatch(f"{rule_id.upper()}-{digits.lower()}")
    return (known.group(), known.group(1)) if known else None


def _life_of(city: City, finding_id: str, rule_id: str) -> ExplainedFinding:
    rule = load_catalogue().latest().get(rule_id)
    with transaction(city.engine, Role.READ) as connection:
        tell_today(city, connection)
        life = statements.rows(connection, "marts/finding_life", finding_id=finding_id)
        if rule is None or not life:
            raise SettingsError(f"there is no finding {finding_id}: realname findings lists those there are")
        asked = statements.rows(connection, "marts/finding_corrections", finding_id=finding_id)
        muted = statements.rows(
            connection,
            "quality/list_mutes",
            today=work_date_of(city.clock()),
            every_one=True,
            rule_id=rule_id,
            finding_id=finding_id,
        )
        return ExplainedFinding(
            rule,
            life[0],
            statements.rows(connection, "marts/finding_dates", finding_id=finding_id, most=_MOST_DATES),
            [one for one in muted if one.project_code in (None, life[0].project_code)],
            [
                (row, statements.rows(connection, "marts/correction_events", correction_id=row.correction_id))
                for row in asked
            ],
        )


def _way_of(
    connection: Connection, punch_id: str, work_date: date, states: Sequence[Row[Any]], now: datetime
) -> ExplainedPunch:
    key = {"work_date": work_date, "punch_id": punch_id}
    batches = statements.rows(connection, "marts/punch_batches", **key)
    said = [row.reason or "" for row in states] + [_said(row) for row in batches]
    names = statements.rows(
        connection, "marts/names_in_words", project_code=states[0].project_code, words="\n".join(said)
    )
    privacy = Privacy(names=frozenset(row.name for row in names))
    return ExplainedPunch(
        punch_id,
        work_date,
        states,
        [privacy.text(row.reason) for row in states],
        versions=statements.rows(connection, "marts/punch_versions", **key),
        findings=statements.rows(connection, "marts/punch_findings", **key),
        batches=[
            ExplainedBatch(
                row,
                _calls_of(connection, row, now),
                privacy.text(_said(row)),
                statements.rows(
                    connection,
                    "marts/batch_journal",
                    work_date=work_date,
                    target=row.target,
                    batch_id=row.batch_id,
                ),
            )
            for row in batches
        ],
        reconciled=statements.rows(connection, "marts/punch_reconciliation", **key),
        discrepancies=statements.rows(connection, "marts/punch_discrepancies", **key),
        privacy=privacy,
    )


def _said(batch: Row[Any]) -> str:
    """The platform's words, of the row where it has its own."""
    return str(batch.outcome_reason or batch.reason or "")


def _calls_of(connection: Connection, batch: Row[Any], now: datetime) -> Sequence[Row[Any]]:
    return statements.rows(
        connection,
        "marts/batch_calls",
        platform=batch.target,
        first=batch.planned_at - _CALLS_LATER,
        last=(batch.settled_at or now) + _CALLS_LATER,
        data_sha256=batch.data_sha256,
        serial_code=batch.serial_code,
    )
