"""Holds what a platform has of a day against the ledger: by counts, and row by row only where these differ.

A row that is missing there waits again. A row that is there and was not recorded as sent counts as acknowledged, and is
not sent. Of what is there too much, a person has to write to the platform: no platform has a method to delete.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection

from realname_sync.delivery import journal
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.passes import read_pass
from realname_sync.delivery.questions import seconds_in_the_works
from realname_sync.delivery.settling import release_rows, return_to_backlog
from realname_sync.errors import MalformedAnswerError, PlatformAnswerError
from realname_sync.platforms.uplink import DayCount
from realname_sync.warehouse import bulk, statements
from realname_sync.warehouse.protection import mask
from realname_sync.workdate import day_bounds

Kind = Literal["missing", "extra", "doubled", "adopted"]
Handled = Literal["released", "adopted", "left"]

_NOT_SETTLED = "a call is not settled, deliver and reconcile again"
_COLUMNS = (
    "work_date", "target", "project_code", "kind", "handled", "punch_id", "person_hash", "person_mask", "made_at",
    "direction", "platform_count", "our_count", "remark", "seen_at",
)  # fmt: skip


@dataclass(frozen=True)
class Discrepancy:
    """One row that a platform has otherwise than the ledger; `row` is what is known of it here and there."""

    kind: Kind
    handled: Handled
    row: Any
    punch_id: str | None = None
    times: int = 1
    remark: str | None = None


@dataclass(frozen=True)
class Compared:
    """What came of comparing a project row by row; `remark` says why nothing, or not everything, could follow."""

    project_code: str
    found: Sequence[Discrepancy] = ()
    remark: str | None = None
    is_compared: bool = True

    def count(self, kind: Kind, handled: Handled | None = None) -> int:
        """How many rows are of a kind."""
        return sum(one.times for one in self.found if one.kind == kind and handled in (None, one.handled))


def count_there(desk: Desk, project_code: str) -> DayCount | None:
    """What a platform counts of a project's day; None, with its answer kept, where it does not answer the question."""
    try:
        return desk.uplink.attendance_day(project_code, desk.work_date)
    except PlatformAnswerError as refused:
        with desk.commit("keep") as connection:
            statements.run(
                connection,
                "raw/keep_rejected_answer",
                platform=desk.target,
                method="attendance_day",
                object="attendance",
                row_key=project_code,
                reason=str(refused),
                body_cipher=desk.vault.encrypt(refused.answer),
                received_at=desk.clock(),
            )
        return None


def let_calls_be_finished(desk: Desk, project_codes: Sequence[str]) -> None:
    """Wait until no call to these projects can still be in the works: compared earlier, its rows seem to be missing."""
    with desk.look() as connection:
        sent_at = statements.scalar(
            connection, "delivery/reconciliation_last_call", project_codes=list(project_codes), **desk.key
        )
    if sent_at is None:
        return
    seconds = seconds_in_the_works(sent_at, desk.clock(), desk.uplink.profile.unknown_wait_seconds)
    if seconds > 0:
        desk.progress(f"{desk.target}: counts differ; comparing rows in {seconds:.0f} s, when every call is worked off")
        desk.sleep(seconds)


def compare_project(desk: Desk, project_code: str) -> Compared:
    """Compare a project's day row by row, put right what can be, and write down what was found.

    What the platform has is read first and the ledger after it, with planning locked out; where a call was under way
    in between, or the platform lists other than it counts, nothing follows from the comparison.
    """
    asked_at = desk.clock()
    with desk.look() as connection:
        if _is_unsettled(desk, connection, project_code):
            return _put_off(project_code, _NOT_SETTLED)
    with desk.commit("compare") as connection:
        statements.run(connection, "delivery/stage_reconciliation")
        staged, unreadable = _stage_rows(desk, connection, project_code)
        counted = desk.uplink.attendance_day(project_code, desk.work_date).rows
        if counted != staged + unreadable:
            return _put_off(project_code, f"the platform counts {counted} rows and lists {staged + unreadable}")
        statements.run(connection, "delivery/begin_sweep", now=desk.clock(), **desk.key)
        rows = _differing(desk, connection, project_code)
        if any(row.standing == "unsettled" and row.platform_count > row.our_count for row in rows):
            # What is planned and there already must not go: its batches are given up, and what is not there waits.
            given_up = statements.rows(
                connection, "delivery/dissolve_planned", project_code=project_code, now=desk.clock(), **desk.key
            )
            journal.tell(connection, (row.batch_id for row in given_up))
            return_to_backlog(desk, connection, [row.batch_id for row in given_up])
            rows = _differing(desk, connection, project_code)
        if _is_unsettled(desk, connection, project_code, since=asked_at):
            return _put_off(project_code, _NOT_SETTLED)
        found = judge(rows)
        remark = None
        if unreadable:
            remark = f"{unreadable} rows of the platform cannot be read"
            found = [_left(one, remark) if one.kind == "missing" else one for one in found]
        _settle(desk, connection, project_code, found)
        _record(desk, connection, project_code, found)
    return Compared(project_code, found, remark)


def judge(rows: Iterable[Any]) -> list[Discrepancy]:
    """What differing rows, as `differing_reconciliation_rows` yields them, come to."""
    found: list[Discrepancy] = []
    adopted: set[str] = set()
    for _, group in groupby(rows, key=lambda row: (row.person_hash, row.made_at, row.direction)):
        alike = list(group)
        if alike[0].platform_count < alike[0].our_count:
            gone = [row for row in alike if row.standing == "acknowledged"]
            lacking = alike[0].our_count - alike[0].platform_count
            found += [Discrepancy("missing", "released", row, row.punch_id) for row in gone[:lacking]]
        else:
            found += _surplus(alike, adopted)
    unexplained = [one.row for one in found if one.kind == "extra"]
    persons = {row.person_hash for row in unexplained}
    moments = {(row.made_at, row.direction) for row in unexplained}
    return [_doubt(one, persons, moments) if one.kind == "missing" else one for one in found]


def _surplus(alike: Sequence[Any], adopted: set[str]) -> Iterator[Discrepancy]:
    """Rows that the platform has beyond the acknowledged ones.

    A row whose call is not settled explains one. Then those of ours that wait would be sent to no purpose; where none
    is recorded as sent at all, also one that is held or was refused.
    """
    first = alike[0]
    surplus = first.platform_count - first.our_count - sum(row.standing == "unsettled" for row in alike)
    known = [row.punch_id for row in alike if row.standing in {"acknowledged", "unsettled"}]
    for standing in ("waiting",) if known else ("waiting", "held", "refused"):
        fitting: dict[str, Any] = {}
        for row in alike:
            if row.standing == standing and row.punch_id not in adopted:
                fitting.setdefault(row.punch_id, row)
        taken = list(fitting.values())[: max(surplus, 0)]
        if taken:
            adopted.update(row.punch_id for row in taken)
            known += [row.punch_id for row in taken]
            yield from (Discrepancy("adopted", "adopted", row, row.punch_id) for row in taken)
            surplus -= len(taken)
            break
    if surplus > 0:
        kind: Kind = "doubled" if known else "extra"
        yield Discrepancy(kind, "left", first, known[0] if known else None, surplus)


def _doubt(missing: Discrepancy, persons: set[bytes], moments: set[tuple[Any, str]]) -> Discrepancy:
    """Leave a missing row to a person where a row that nobody knows may be the very same, told otherwise."""
    if (missing.row.made_at, missing.row.direction) in moments:
        return _left(missing, "there is one of the same second under another number")
    if missing.row.person_hash in persons:
        return _left(missing, "there is another one of the person that was not sent from here")
    return missing


def _left(found: Discrepancy, remark: str) -> Discrepancy:
    return replace(found, handled="left", remark=remark)


def _put_off(project_code: str, remark: str) -> Compared:
    return Compared(project_code, remark=remark, is_compared=False)


def _differing(desk: Desk, connection: Connection, project_code: str) -> Sequence[Any]:
    start, end = day_bounds(desk.work_date)
    return statements.rows(
        connection,
        "delivery/differing_reconciliation_rows",
        project_code=project_code,
        day_start=start,
        day_end=end,
        **desk.key,
    )


def _is_unsettled(desk: Desk, connection: Connection, project_code: str, since: datetime | None = None) -> bool:
    return bool(
        statements.scalar(
            connection, "delivery/reconciliation_unsettled", project_code=project_code, since=since, **desk.key
        )
    )


def _stage_rows(desk: Desk, connection: Connection, project_code: str) -> tuple[int, int]:
    """Take the platform's rows over as they come, numbers as hash and mask only; how many can be read, and cannot."""
    unreadable = 0
    persons: dict[str, tuple[bytes, str]] = {}

    def readable() -> Iterator[Sequence[Any]]:
        nonlocal unreadable
        for page in desk.uplink.attendance_pages(project_code, desk.work_date):
            for row in page.rows:
                try:
                    number, made_at, direction = read_pass(desk.target, row)
                except MalformedAnswerError:
                    unreadable += 1
                    continue
                if number not in persons:
                    persons[number] = (desk.vault.hash(number), mask(number))
                yield (*persons[number], made_at, direction)

    columns = ("person_hash", "person_mask", "made_at", "direction")
    return bulk.copy_rows(connection, "platform_row", columns, readable()), unreadable


def _settle(desk: Desk, connection: Connection, project_code: str, found: Sequence[Discrepancy]) -> None:
    released = [one.row for one in found if one.handled == "released"]
    if released:
        reason = "reconciled: the platform does not have the row"
        release_rows(desk, connection, [(row.batch_id, row.row_index, reason) for row in released])
    adopted = [one.row for one in found if one.handled == "adopted"]
    if adopted:
        batches = statements.rows(
            connection,
            "delivery/adopt_reconciliation_rows",
            project_code=project_code,
            punch_ids=[row.punch_id for row in adopted],
            changes=[row.as_of_change for row in adopted],
            now=desk.clock(),
            **desk.key,
        )
        journal.tell(connection, (row.batch_id for row in batches))


def _record(desk: Desk, connection: Connection, project_code: str, found: Sequence[Discrepancy]) -> None:
    statements.run(connection, "delivery/clear_discrepancies", project_codes=[project_code], **desk.key)
    seen_at = desk.clock()
    bulk.copy_rows(
        connection,
        "delivery.discrepancy",
        _COLUMNS,
        (
            (
                desk.work_date,
                desk.target,
                project_code,
                one.kind,
                one.handled,
                one.punch_id,
                one.row.person_hash,
                one.row.person_mask,
                one.row.made_at,
                one.row.direction,
                one.row.platform_count,
                one.row.our_count,
                one.remark,
                seen_at,
            )
            for one in found
        ),
    )
