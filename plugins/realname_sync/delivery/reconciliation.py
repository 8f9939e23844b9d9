"""Holds what a platform has of a day against the ledger: by counts, and row by row only where these differ.

Rows are compared for a group of projects at once, in one transaction: what the platform lists is staged, one statement
says which passes differ, and what is known of those alone is looked at one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery import journal
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.differing import Places, differing_rows, known_of_passes, stage_listings
from realname_sync.delivery.discrepancies import Compared, Discrepancy, judge, left, put_off, tally
from realname_sync.delivery.listings import Listing, list_projects
from realname_sync.delivery.questions import seconds_in_the_works
from realname_sync.delivery.settling import release_rows, return_to_backlog
from realname_sync.delivery.shard import Shard
from realname_sync.errors import PlatformAnswerError
from realname_sync.platforms.uplink import DayCount
from realname_sync.warehouse import bulk, statements

SHARDS = Shard.all_of(2)
"""The parts that are compared at the same time, each with the planning of its own projects locked out."""

_ROWS_AT_ONCE = 50_000
"""As many rows of a side a group has, whole projects each: Python may have to hold what is known of every one."""

_NOT_SETTLED = "a call is not settled, deliver and reconcile again"
_COLUMNS = (
    "work_date", "target", "project_code", "kind", "handled", "punch_id", "person_hash", "person_mask", "made_at",
    "direction", "platform_count", "our_count", "remark", "seen_at",
)  # fmt: skip

Found = Mapping[str, Sequence[Discrepancy]]
"""What was found, by project; nothing was where there is nothing in it."""


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


def of_shard(connection: Connection, rows_of: Mapping[str, int], shard: Shard) -> dict[str, int]:
    """Those of these projects that a shard holds."""
    held = statements.rows(connection, "delivery/projects_of_shard", project_codes=list(rows_of), **shard.key)
    return {row.project_code: rows_of[row.project_code] for row in held}


def in_groups(rows_of: Mapping[str, int]) -> Iterator[list[str]]:
    """Projects, given with how many rows they have, in groups that are compared at once."""
    group: list[str] = []
    rows = 0
    for project_code, more in rows_of.items():
        if group and rows + more > _ROWS_AT_ONCE:
            yield group
            group, rows = [], 0
        group.append(project_code)
        rows += more
    if group:
        yield group


def compare_all(desk: Desk, rows_of: Mapping[str, int]) -> dict[str, Compared]:
    """Compare the rows of these projects, given with how many there are: in groups, each of which is committed.

    Raises:
        RealnameError: the platform cannot be asked after some of them; what was found at the others is written.
    """
    if not rows_of:
        return {}
    let_calls_be_finished(desk, list(rows_of))

    def compare_shard(shard: Shard) -> dict[str, Compared]:
        mine = replace(desk, shard=shard)
        with mine.look() as connection:
            wanted = of_shard(connection, rows_of, shard)
        return {code: one for group in in_groups(wanted) for code, one in compare_projects(mine, group).items()}

    with ThreadPoolExecutor(len(SHARDS)) as pool:
        return {code: one for part in pool.map(compare_shard, SHARDS) for code, one in part.items()}


def compare_projects(desk: Desk, project_codes: Sequence[str]) -> dict[str, Compared]:
    """Compare a group of projects' day row by row, put right what can be, and write down what was found.

    What the platform has is read first and the ledger after it, with planning locked out; where a call was under way
    in between, or the platform lists other than it counts, nothing follows from the comparison.

    Raises:
        RealnameError: the platform cannot be asked after some of them; what was found at the others is written.
    """
    with desk.look() as connection:
        unsettled = _unsettled(desk, connection, dict.fromkeys(project_codes))
    compared = {code: put_off(code, _NOT_SETTLED) for code in unsettled}
    asked = [code for code in project_codes if code not in compared]
    listings = list_projects(desk, asked)
    certain = {code: listings.of[code] for code in asked if code in listings.of}
    for code, one in listings.of.items():
        if one.counted != one.listed:
            compared[code] = put_off(code, f"the platform counts {one.counted} rows and lists {one.listed}")
            del certain[code]
    with desk.commit("compare") as connection:
        places = stage_listings(connection, certain)
        statements.run(connection, "delivery/begin_sweep", now=desk.clock(), **desk.key)
        compared |= _compare_staged(desk, connection, certain, places)
    if listings.failure:
        raise listings.failure
    return compared


def _compare_staged(
    desk: Desk, connection: Connection, listed: Mapping[str, Listing], places: Places
) -> dict[str, Compared]:
    rows = differing_rows(connection, places, desk.key)
    ahead = sorted(code for code, alike in rows.items() if any(map(_is_there_before_its_call, alike)))
    if ahead:
        # What is planned and there already must not go: its batches are given up, and what is not there waits.
        given_up = statements.rows(
            connection, "delivery/dissolve_planned", project_codes=ahead, now=desk.clock(), **desk.key
        )
        journal.tell(connection, (row.batch_id for row in given_up))
        return_to_backlog(desk, connection, [row.batch_id for row in given_up])
        rows |= known_of_passes(connection, ahead, desk.key)
    unsettled = _unsettled(desk, connection, {code: one.asked_at for code, one in listed.items()})
    remarks = {
        code: f"{one.unreadable} rows of the platform cannot be read" if one.unreadable else None
        for code, one in listed.items()
        if code not in unsettled
    }
    found = {code: _judged(desk, rows.get(code, ()), remark) for code, remark in remarks.items()}
    _settle(desk, connection, found)
    _record(desk, connection, found)
    return {
        **{code: put_off(code, _NOT_SETTLED) for code in unsettled},
        **{code: Compared(code, tally(found[code]), remark) for code, remark in remarks.items()},
    }


def _is_there_before_its_call(row: Any) -> bool:
    return bool(row.standing == "unsettled" and row.platform_count > row.our_count)


def _judged(desk: Desk, rows: Sequence[Any], remark: str | None) -> Sequence[Discrepancy]:
    found = judge(rows, counts_once=desk.uplink.profile.counts_once)
    if remark is None:
        return found
    return [left(one, remark) if one.kind == "missing" else one for one in found]


def _unsettled(desk: Desk, connection: Connection, since: Mapping[str, datetime | None]) -> list[str]:
    """Of these projects, given with the instant from which on no call may have been acknowledged, those to put off."""
    rows = statements.rows(
        connection,
        "delivery/unsettled_projects",
        project_codes=list(since),
        since=list(since.values()),
        **desk.key,
    )
    return [row.project_code for row in rows]


def _settle(desk: Desk, connection: Connection, found: Found) -> None:
    missing = [one for rows in found.values() for one in rows if one.handled == "released"]
    released = [row for one in missing for row in (one.row, *one.alike)]
    if released:
        reason = "reconciled: the platform does not have the row"
        release_rows(desk, connection, [(row.batch_id, row.row_index, reason) for row in released])
    adopted = [one.row for rows in found.values() for one in rows if one.handled == "adopted"]
    if adopted:
        batches = statements.rows(
            connection,
            "delivery/adopt_reconciliation_rows",
            project_codes=[row.project_code for row in adopted],
            punch_ids=[row.punch_id for row in adopted],
            changes=[row.as_of_change for row in adopted],
            now=desk.clock(),
            **desk.key,
        )
        journal.tell(connection, (row.batch_id for row in batches))


def _record(desk: Desk, connection: Connection, found: Found) -> None:
    statements.run(connection, "delivery/clear_discrepancies", project_codes=list(found), **desk.key)
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
            for project_code, rows in found.items()
            for one in rows
        ),
    )
