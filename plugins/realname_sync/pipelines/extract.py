"""Take the municipal platform's objects and one day's punches into the warehouse.

Master objects are read whole, as they are now, and not at all where the source says that nothing changed since the last
read: by a sum over all rows or, where a sweep asks, by what it counted of changes (`platforms.municipal_counts`).
Punches are read by the day and not by a cursor, so a transaction that committed late is found by the next run of that
day; of a day that was read before, only those that differ (`pipelines.differing`). Rows received on the day that were
made on another belong to that other day; they are counted here and taken over by a run of their own day.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.city import City
from realname_sync.pipelines.differing import copy_staged, stage_differing
from realname_sync.platforms import municipal
from realname_sync.platforms.municipal import Fingerprint, Source
from realname_sync.platforms.municipal_counts import Belief, belief_in_counts, change_marks
from realname_sync.resources import sql_text
from realname_sync.standards.municipal import MunicipalObject, municipal_objects
from realname_sync.warehouse import bulk, landing, statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.migrations import known_migrations
from realname_sync.warehouse.runs import recorded_run
from realname_sync.warehouse.work_days import ensure_work_date

_MANY = 100  # rows from which on the planner of the database should know of them at once


def extract_municipal(city: City, work_date: date, *, go_by_counts: bool = False) -> dict[str, Any]:
    """Extract all municipal objects and the punches of `work_date`, and build core from them.

    To `go_by_counts` is not even to have rows summed up of what the source has counted no change in, at times when that
    may be believed (data/municipal_source.yaml).

    Returns:
        Counts by object; for punches also the rows of other days seen (`other_days`).

    Raises:
        SourceShapeError: a statement of sql/municipal/ no longer yields what was agreed; that object stays as it was.
    """
    with recorded_run(city.engine, Role.LOAD, "extract_municipal", city.clock, work_date=work_date) as summary:
        every = municipal_objects()
        # Taken before any row is looked at: what a mark counts, the look that follows has seen.
        marks = change_marks(city.municipal, work_date, {wanted: _seed(city, wanted) for wanted in every.values()})
        belief = belief_in_counts(city.connection("municipal_db"))
        believed = go_by_counts and belief.holds(work_date, city.clock())
        standing = _unchanged_objects(city, marks, belief) if believed else {}
        for wanted in every.values():
            if wanted.name in standing:
                summary[wanted.name] = _same(standing[wanted.name])
            elif not wanted.by_day:
                summary[wanted.name] = extract_object(city, wanted, marks.get(wanted.name))
        mark = marks.get("attendance")
        known = _unchanged_day(city, work_date, mark, belief) if believed and mark else None
        summary["punches"] = known or extract_punches(city, work_date, mark)
    return summary


def extract_object(city: City, wanted: MunicipalObject, mark: bytes | None = None) -> dict[str, int]:
    """Extract one municipal object that is read whole, and build core from it; returns counts.

    Where the source says that its rows are those of the last read, nothing is read. `mark` is what the source had
    counted of changes before this was called.

    Raises:
        SourceShapeError: its statement no longer yields what was agreed; the object stays as it was.
    """
    with municipal.open_source(city.municipal, wanted) as source:
        found = source.fingerprint(_seed(city, wanted))
        if found and _is_known(city, wanted, found, mark):
            return _same(found.rows)
        with transaction(city.engine, Role.LOAD) as connection:
            counts = landing.land_municipal_rows(
                connection,
                wanted,
                source.rows(),
                city.vault,
                city.clock(),
                found.value if found else b"",
                mark if found else None,
            )
    with transaction(city.engine, Role.BUILD) as connection:
        statements.run(connection, "core/begin_build", object=wanted.name)
        statements.run(connection, f"core/build_{wanted.builds}", built_by=_mark_of(wanted.builds))
        if counts["changed"] + counts["withdrawn"] >= _MANY:
            statements.rows(connection, "ops/refresh_table_statistics", layer="core", table_name=wanted.builds)
    return counts


def _same(rows: int) -> dict[str, int]:
    return {"read": rows, "changed": 0, "withdrawn": 0, "repeated": 0}


def _unchanged_objects(city: City, marks: Mapping[str, bytes], belief: Belief) -> dict[str, int]:
    """Of the objects that are read whole, those that the source has counted no change in; with how many rows each."""
    with transaction(city.engine, Role.LOAD) as connection:
        rows = statements.rows(
            connection,
            "raw/unchanged_municipal_reads",
            objects=list(marks),
            marks=list(marks.values()),
            now=city.clock(),
            trusted_for=belief.lasts,
        )
    return {row.object: row.row_count for row in rows}


def _unchanged_day(city: City, work_date: date, mark: bytes, belief: Belief) -> dict[str, Any] | None:
    """What is told of the date's punches where the source has counted no change in them; None where it may have."""
    with transaction(city.engine, Role.BUILD) as connection:
        known = statements.rows(
            connection,
            "core/unchanged_day",
            work_date=work_date,
            mark=mark,
            now=city.clock(),
            trusted_for=belief.lasts,
        )
    return _same_day(0, known[0].punches) if known else None


def _same_day(staged: int, punches: int) -> dict[str, Any]:
    return {"staged": staged, "written": 0, "withdrawn": 0, "standing": punches, "other_days": {}}


def _is_known(city: City, wanted: MunicipalObject, found: Fingerprint, mark: bytes | None) -> bool:
    with transaction(city.engine, Role.LOAD) as connection:
        return bool(
            statements.rows(
                connection,
                "raw/known_municipal_read",
                object=wanted.name,
                fingerprint=found.value,
                mark=mark,
                now=city.clock(),
            )
        )


def _seed(city: City, wanted: MunicipalObject) -> int:
    """Another one once keyed hashes are made from another key, or core otherwise: then all is read and built anew."""
    digest = city.vault.digest(f"fingerprint of {wanted.name}: {_built_by(wanted.builds)}")
    return int.from_bytes(digest[:8], "big", signed=True)


def _mark_of(name: str) -> bytes:
    """Stands beside the digest of each row that was built, so that all are built anew once core is built otherwise."""
    return hashlib.sha256(_built_by(name).encode()).digest()[:8]


@cache
def _built_by(name: str) -> str:
    """What core is built by: the statements, and the newest migration, by its number: it may have changed functions."""
    statements_of_it = ("type_attendance", "merge_punch") if name == "punch" else (f"build_{name}",)
    return known_migrations()[-1].number + "".join(sql_text(f"core/{one}") for one in statements_of_it)


def extract_punches(city: City, work_date: date, mark: bytes | None = None) -> dict[str, Any]:
    """Extract one day's punches; returns counts, with the rows of other days that were seen.

    Where the source says that its rows are those of the last read, nothing is read; but always where some of them were
    of days that had not been read. `mark` is what the source had counted of changes before this was called.

    Raises:
        SourceShapeError: the statement no longer yields what was agreed; the day stays as it was.
    """
    wanted = municipal_objects()["attendance"]
    with transaction(city.engine, Role.BUILD) as connection:
        ensure_work_date(connection, work_date)
        read_at = city.clock()
        claim_day(connection, work_date)  # before the source is looked at, so that reads of a date follow one another
        with open_day(city, work_date) as source:
            seed = _seed(city, wanted)
            found = source.fingerprint(seed)
            known = found and statements.rows(
                connection,
                "core/known_day",
                work_date=work_date,
                fingerprint=found.value,
                mark=mark,
                now=read_at,
            )
            if found and known:
                return _same_day(found.rows, known[0].punches)
            is_whole = found is None or not stage_differing(connection, source, work_date, seed)
            if is_whole:
                staged = stage_punches(connection, source, seed if found else None)
        counts = merge_punches(connection, work_date, read_at, is_whole=is_whole)
        unread = any(rows["not_yet_read"] for rows in counts["other_days"].values())
        statements.run(
            connection,
            "core/keep_fingerprint",
            work_date=work_date,
            fingerprint=found.value if found and not unread else None,
            punches=counts["standing"],
            mark=mark,
            now=read_at,
        )
    return {"staged": found.rows if found else staged, **counts}


def claim_day(connection: Connection, work_date: date) -> None:
    """Hold the date until the transaction ends; another read of it waits."""
    statements.run(connection, "core/claim_day", work_date=work_date)


def open_day(city: City, work_date: date) -> AbstractContextManager[Source]:
    """The punches of a work date at the source."""
    start, end = municipal.local_day(work_date)
    wanted = municipal_objects()["attendance"]
    return municipal.open_source(city.municipal, wanted, day_start=start, day_end=end)


def stage_punches(connection: Connection, source: Source, seed: int | None = None) -> int:
    """Bring the day's punches as the source has them into the temporary table staged_attendance; how many there are.

    With a `seed`, each with its digest, if the source can pass rows on in blocks.

    Raises:
        SourceShapeError: the statement no longer yields what was agreed.
    """
    statements.run(connection, "core/create_staged_attendance")
    names = municipal_objects()["attendance"].columns
    if source.speaks_copy():
        return copy_staged(connection, source, seed)
    return bulk.copy_rows(connection, "staged_attendance", names, map(_as_text, source.rows()))


def merge_punches(
    connection: Connection, work_date: date, read_at: datetime, *, is_whole: bool = True
) -> dict[str, Any]:
    """Merge staged_attendance into core; counts of what was written, withdrawn and stands, and rows of other days.

    What is staged is the whole day, or what differs of it; then differing_attendance says what is gone.
    """
    change_no = int(statements.scalar(connection, "core/begin_read", work_date=work_date))
    this_read = {"read_at": read_at, "change_no": change_no}
    statements.run(connection, "core/type_attendance", read_at=read_at)
    statements.run(connection, "core/sample_typed")
    statements.run(connection, "core/analyse_typed")
    other_days = statements.rows(connection, "core/other_days_staged", work_date=work_date)
    merged = statements.run(connection, "core/merge_punch", work_date=work_date, **this_read)
    gone = "core/withdraw_punch" if is_whole else "core/withdraw_gone_punch"
    withdrawn = statements.run(connection, gone, work_date=work_date, **this_read)
    if change_no > 1:
        statements.run(connection, "core/renew_digests", work_date=work_date, change_no=change_no)
    if merged:
        statements.run(connection, "core/count_read", work_date=work_date, change_no=change_no)
    standing = statements.scalar(connection, "core/count_punches", work_date=work_date)
    if merged + withdrawn >= _MANY:
        statements.rows(connection, "ops/refresh_day_statistics", layer="core", work_date=work_date)
    return {
        "written": merged,
        "withdrawn": withdrawn,
        "standing": standing,
        "other_days": {
            row.work_date.isoformat(): {"rows": row.staged_rows, "not_yet_read": row.unread_rows} for row in other_days
        },
    }


def _as_text(row: Sequence[Any]) -> list[str | None]:
    return [
        None if value is None else value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
        for value in row
    ]
