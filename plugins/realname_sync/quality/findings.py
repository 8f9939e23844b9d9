"""Findings of a work date: staged as the rules make them, then put in the place of the former ones at one stroke."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from realname_sync.quality.broken_rules import BrokenRule
from realname_sync.quality.catalogue import Rule
from realname_sync.warehouse import bulk, statements

_COLUMNS = ("rule_id", "object", "object_key", "field", "project_code", "expected", "actual")
"""Of staged_finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found. Names and numbers of persons in `expected` and `actual` are masked already."""

    rule_id: str
    object: str
    object_key: str
    field: str = ""
    project_code: str | None = None
    expected: str | None = None
    actual: str | None = None


def begin_staging(connection: Connection, rules: Iterable[Rule]) -> None:
    """Make room for what these rules find, and for finding it; it lasts as long as the transaction."""
    _make_room(connection)
    statements.run(connection, "quality/stage_rules")
    bulk.copy_rows(
        connection,
        "staged_rule",
        (
            "rule_id",
            "severity",
            "owner",
            "remedy",
            "objects",
            "scopes",
            "gives_way_to",
            "only_warns_on",
            "rests_on",
        ),
        (
            (
                rule.id,
                rule.severity,
                rule.owner,
                rule.remedy,
                list(rule.objects),
                [rule.scope_of(one) for one in rule.objects],
                list(rule.gives_way_to),
                list(rule.only_warns_on),
                list(rule.rests_on),
            )
            for rule in rules
        ),
    )


def begin_helping(connection: Connection) -> None:
    """Make room in a session that only finds, for another one to take over what it found.

    A lock that does not come soon is given up there: who waits for it may itself be waiting for the other session.
    """
    statements.rows(connection, "quality/give_up_locks")
    _make_room(connection)


def _make_room(connection: Connection) -> None:
    statements.rows(connection, "quality/allow_memory")
    statements.run(connection, "quality/stage_findings")


def take_over(connection: Connection, helper: Connection) -> int:
    """Add what another session has staged; returns how many findings."""
    return bulk.copy_blocks(connection, "staged_finding", _COLUMNS, bulk.blocks_of(helper, "staged_finding", _COLUMNS))


def stage_findings(connection: Connection, findings: Iterable[Finding]) -> int:
    """Add findings that were made outside the database; returns how many."""
    return bulk.copy_rows(
        connection,
        "staged_finding",
        _COLUMNS,
        (
            (one.rule_id, one.object, one.object_key, one.field, one.project_code, one.expected, one.actual)
            for one in findings
        ),
    )


def let_former_findings_stand(connection: Connection, work_date: date, broken: Iterable[BrokenRule]) -> None:
    """Stage for broken rules what they had found on the date before, in the place of what they may have staged now."""
    rule_ids = [one.rule_id for one in broken]
    statements.run(connection, "quality/drop_staged_findings", rule_ids=rule_ids)
    statements.run(connection, "quality/stage_former_findings", work_date=work_date, rule_ids=rule_ids)


def replace_findings(
    connection: Connection, work_date: date, found_at: datetime, *, only: Iterable[str] | None = None
) -> None:
    """Put what is staged in the place of the findings of `work_date`, of the rules `only` if given, and no other date.

    A finding that an earlier run of the date made as well keeps the instant it was found at; one that only an earlier
    run made is kept as a former one.

    A rule that rests on shared data which are stale (a finding on a shared_object) says nothing: what it found in this
    run is dropped, and what an earlier check of the date found is neither withdrawn nor renewed. It stands as of that
    check, and quality.unknown_rule marks date, rule and shared object, so that nobody takes the rule's silence for
    "gone" or its findings for fresh. The first check on fresh data takes the mark away and decides.
    """
    statements.run(connection, "quality/stage_unknown_rules")
    statements.run(connection, "quality/drop_explained_findings")
    statements.run(connection, "quality/drop_unknown_findings")
    rule_ids = None if only is None else list(only)
    statements.run(connection, "quality/keep_former_findings", work_date=work_date, rule_ids=rule_ids, gone_at=found_at)
    statements.run(connection, "quality/withdraw_findings", work_date=work_date, rule_ids=rule_ids)
    statements.run(connection, "quality/merge_findings", work_date=work_date, found_at=found_at)
    statements.run(connection, "quality/withdraw_unknown_rules", work_date=work_date, rule_ids=rule_ids)
    statements.run(connection, "quality/mark_unknown_rules", work_date=work_date, checked_at=found_at)


def record_look(
    connection: Connection,
    work_date: date,
    broken: Sequence[BrokenRule],
    checked_at: datetime,
    pulled_until: datetime | None,
    *,
    only: Iterable[str] | None = None,
) -> None:
    """Record which of the staged rules looked at the date and which were broken; with `only`, of these rules.

    `checked_at` and `pulled_until` are instants from before the rules looked: all that was there by then they saw.
    """
    broken_ids = [one.rule_id for one in broken]
    statements.run(
        connection,
        "quality/record_broken_rules",
        work_date=work_date,
        rule_ids=None if only is None else list(only),
        broken_ids=broken_ids,
        severities=[one.severity for one in broken],
        errors=[one.error for one in broken],
        sqlstates=[one.sqlstate for one in broken],
        broken_at=checked_at,
    )
    statements.run(
        connection,
        "quality/record_checked_rules",
        work_date=work_date,
        broken_ids=broken_ids,
        is_whole=only is None,
        checked_at=checked_at,
        pulled_until=pulled_until,
    )


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """The findings of a work date: by rule those not muted, how many keep their object back, how many are muted.

    A muted finding of severity stop keeps its object back like any other, and so is among `stops`.
    """

    by_rule: Mapping[str, int]
    stops: int
    muted: int


def count_findings(connection: Connection, work_date: date) -> FindingCounts:
    """Count the findings of a work date."""
    rows = statements.rows(connection, "quality/count_findings", work_date=work_date)
    by_rule: dict[str, int] = {}
    for row in rows:
        if row.findings > row.muted:
            by_rule[row.rule_id] = by_rule.get(row.rule_id, 0) + row.findings - row.muted
    stops = sum(row.findings for row in rows if row.severity == "stop")
    return FindingCounts(by_rule, stops, sum(row.muted for row in rows))
