"""Take the municipal platform's objects and one day's punches into the warehouse.

Master objects are read whole, as they are now. Punches are read by the day and not by a cursor, so a transaction that
committed late is found by the next run of that day. Rows received on the day that were made on another belong to that
other day; they are counted here and taken over by a run of their own day.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from realname_sync.pipelines.city import City
from realname_sync.platforms import municipal
from realname_sync.standards.municipal import MunicipalObject, municipal_objects
from realname_sync.warehouse import bulk, landing, statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.warehouse.work_days import ensure_work_date


def extract_municipal(city: City, work_date: date) -> dict[str, Any]:
    """Extract all municipal objects and the punches of `work_date`, and build core from them.

    Returns:
        Counts by object; for punches also the rows of other days seen (`other_days`).

    Raises:
        SourceShapeError: a statement of sql/municipal/ no longer yields what was agreed; that object stays as it was.
    """
    with recorded_run(city.engine, Role.LOAD, "extract_municipal", city.clock, work_date=work_date) as summary:
        for wanted in municipal_objects().values():
            if not wanted.by_day:
                summary[wanted.name] = extract_object(city, wanted)
        summary["punches"] = _extract_punches(city, work_date)
    return summary


def extract_object(city: City, wanted: MunicipalObject) -> dict[str, int]:
    """Extract one municipal object that is read whole, and build core from it; returns counts.

    Raises:
        SourceShapeError: its statement no longer yields what was agreed; the object stays as it was.
    """
    with municipal.open_rows(city.municipal, wanted) as rows, transaction(city.engine, Role.LOAD) as connection:
        counts = landing.land_municipal_rows(connection, wanted, rows, city.vault, city.clock())
    with transaction(city.engine, Role.BUILD) as connection:
        statements.run(connection, f"core/build_{wanted.builds}")
    return counts


def _extract_punches(city: City, work_date: date) -> dict[str, Any]:
    with transaction(city.engine, Role.BUILD) as connection:
        ensure_work_date(connection, work_date)
        read_at = city.clock()
        change_no = begin_read(connection, work_date)
        staged = stage_punches(city, connection, work_date)
        return {"staged": staged, **merge_punches(connection, work_date, change_no, read_at)}


def begin_read(connection: Connection, work_date: date) -> int:
    """The number of a read that begins; before anything is staged, so that reads of one date follow one another."""
    return int(statements.scalar(connection, "core/begin_read", work_date=work_date))


def stage_punches(city: City, connection: Connection, work_date: date) -> int:
    """Bring the day's punches as the source has them into the temporary table staged_attendance; how many there are.

    Raises:
        SourceShapeError: the statement no longer yields what was agreed.
    """
    wanted = municipal_objects()["attendance"]
    columns = ", ".join(f"{column} text" for column in wanted.columns)
    connection.execute(text(f"CREATE TEMPORARY TABLE staged_attendance ({columns}) ON COMMIT DROP"))
    start, end = municipal.local_day(work_date)
    if municipal.speaks_copy(city.municipal):
        with municipal.open_blocks(city.municipal, wanted, day_start=start, day_end=end) as blocks:
            read = bulk.copy_blocks(connection, "staged_attendance", wanted.columns, blocks)
    else:
        with municipal.open_rows(city.municipal, wanted, day_start=start, day_end=end) as rows:
            read = bulk.copy_rows(connection, "staged_attendance", wanted.columns, map(_as_text, rows))
    connection.execute(text("ANALYZE staged_attendance"))
    return read


def merge_punches(connection: Connection, work_date: date, change_no: int, read_at: datetime) -> dict[str, Any]:
    """Merge staged_attendance into core; counts of what was written, withdrawn and stands, and rows of other days."""
    this_read = {"read_at": read_at, "change_no": change_no}
    other_days = statements.rows(connection, "core/other_days_staged", work_date=work_date)
    merged = statements.run(connection, "core/merge_punch", work_date=work_date, **this_read)
    withdrawn = statements.run(connection, "core/withdraw_punch", work_date=work_date, **this_read)
    standing = statements.scalar(connection, "core/count_punches", work_date=work_date)
    statements.rows(connection, "ops/refresh_statistics", layer="core", work_date=work_date)
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
