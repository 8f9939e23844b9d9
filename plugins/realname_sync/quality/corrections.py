"""Corrections of shared fields: which mismatches can be asked to be corrected, and the state each request is in.

A correction asks the integrity platform to mend a field; nothing here writes a shared field, and the role that all of
this runs in may not.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from realname_sync.quality.catalogue import Rule
from realname_sync.warehouse import statements
from realname_sync.warehouse.protection import Vault

UNDER_WAY = ("drafted", "sent", "received", "accepted", "applied")
"""States in which a second request for the same field of the same row makes no sense."""

US = "realname_sync"
"""Who told of an event, where it was this system."""


@dataclass(frozen=True)
class Candidate:
    """A finding that could become a correction, or why it cannot.

    Attributes:
        shared_shown, municipal_shown: what both sides have, names and phones masked.
        shared, municipal: the values themselves, to be sent and never shown; empty is None.
        obstacle: why it cannot be asked for; empty where it can.
        earlier: what became of an earlier request for it, if there was one.
    """

    finding_id: str
    rule_id: str
    object: str
    object_key: str
    field: str
    project_code: str | None
    area_code: str | None
    object_type: str
    shared_shown: str | None
    municipal_shown: str | None
    source_id: str = ""
    source_version: int = 0
    shared: str | None = dataclasses.field(default=None, repr=False)
    municipal: str | None = dataclasses.field(default=None, repr=False)
    obstacle: str = ""
    earlier: str = ""


def correctable(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Those of the rules whose findings can be asked to be corrected."""
    return {name: rule for name, rule in rules.items() if rule.correction is not None}


def candidates(
    connection: Connection,
    vault: Vault,
    rules: Mapping[str, Rule],
    work_date: date,
    finding_ids: Iterable[str] | None = None,
) -> list[Candidate]:
    """The findings of a date that the rules say can be corrected, of these ids if given, each with both values."""
    wanted = correctable(rules)
    found = statements.rows(
        connection,
        "quality/correction_candidates",
        work_date=work_date,
        rule_ids=list(wanted),
        finding_ids=None if finding_ids is None else list(finding_ids),
    )
    by_rule: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        by_rule[row.rule_id].append(row)
    return [one for rule_id, rows in by_rule.items() for one in _of_rule(connection, vault, wanted[rule_id], rows)]


def _of_rule(connection: Connection, vault: Vault, rule: Rule, found: Sequence[Any]) -> Iterable[Candidate]:
    how = rule.correction
    if how is None:
        return
    shared: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in statements.rows(
        connection,
        how.row.removeprefix("sql/").removesuffix(".sql"),
        object_keys=[row.object_key for row in found],
        fields=[row.field for row in found],
    ):
        shared[row.object_key, row.field].append(row)
    for row in found:
        rows = shared[row.object_key, row.field]
        common = {
            "finding_id": row.finding_id,
            "rule_id": row.rule_id,
            "object": row.object,
            "object_key": row.object_key,
            "field": row.field,
            "project_code": row.project_code,
            "area_code": row.area_code,
            "object_type": how.object_type,
            "shared_shown": row.expected,
            "municipal_shown": row.actual,
            "earlier": _earlier(row),
        }
        if obstacle := _obstacle(rule, row, len(rows)):
            yield Candidate(**common, obstacle=obstacle)
        else:
            its = rows[0]
            yield Candidate(
                **common,
                source_id=its.source_id,
                source_version=its.source_version,
                shared=_plain(vault, its.shared_value, its.shared_cipher),
                municipal=_plain(vault, its.municipal_value, its.municipal_cipher),
            )


def _obstacle(rule: Rule, row: Any, shared_rows: int) -> str:
    if rule.correction and row.field in rule.correction.withheld:
        return "the interface has no safe way to send such a value: mend it on the municipal platform, or by letter"
    if row.correction_state in UNDER_WAY:
        ticket = f", ticket {row.ticket_no}" if row.ticket_no else ""
        return f"correction {row.correction_id} is under way: {row.correction_state}{ticket}"
    if not row.is_newest:
        return "a later date has been checked since: propose that one"
    if shared_rows == 0:
        return "the shared row is not there any more: pull and check again"
    if shared_rows > 1:
        return f"{shared_rows} rows of the integrity platform fit it, so nobody can say which one is meant"
    return ""


def _earlier(row: Any) -> str:
    if row.correction_state in (None, *UNDER_WAY):
        return ""
    why = f": {row.reject_reason}" if row.reject_reason else ""
    return f"correction {row.correction_id} was {row.correction_state}{why}"


def _plain(vault: Vault, value: str | None, cipher: bytes | None) -> str | None:
    return vault.reveal(cipher) if cipher is not None else value


def tell(
    connection: Connection,
    correction_id: int,
    before: str,
    state: str,
    now: datetime,
    *,
    by: str = US,
    ticket_no: str | None = None,
    reject_reason: str | None = None,
    remark: str | None = None,
    doubt_since: datetime | None = None,
) -> bool:
    """Move a correction from one state to another and note the event; whether it stood there still.

    With `doubt_since` only if the call that was begun then has not been answered in the meantime.
    """
    return bool(
        statements.rows(
            connection,
            "quality/tell_correction",
            correction_id=correction_id,
            before=before,
            state=state,
            now=now,
            told_by=by,
            ticket_no=ticket_no,
            reject_reason=reject_reason,
            remark=remark,
            doubt_since=doubt_since,
        )
    )
