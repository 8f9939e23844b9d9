"""Of a day that was read before, only the punches that are not as they were are read again.

The source lists all of them by id, project and a digest of the row, which is a fifth of what the rows are and is not
typed. Held against the digests that are kept with the punches, it says which are new, changed or gone.
"""

from datetime import date

from sqlalchemy import Connection

from realname_sync.platforms.municipal import Source
from realname_sync.standards.municipal import municipal_objects
from realname_sync.warehouse import bulk, statements

_LISTED = ("id", "project_code")
_FEW, _PART, _MANY = 1_000, 20, 200_000
"""A few rows, or one of so many, are read by their keys; where more differ, the whole day is cheaper, and where very
many do, their keys would take memory that the whole day does not."""


def stage_differing(connection: Connection, source: Source, work_date: date, seed: int) -> bool:
    """Stage what differs in staged_attendance, and in differing_attendance which punches that is and which are gone.

    Returns:
        Whether it is staged; not, if the day was not read with digests before, or too much differs.

    Raises:
        SourceShapeError: the statement no longer yields what was agreed.
    """
    if not source.speaks_copy() or not statements.scalar(connection, "core/has_digests", work_date=work_date):
        return False
    statements.run(connection, "core/create_listed_attendance")
    with source.blocks(_LISTED, seed) as blocks:
        listed = bulk.copy_blocks(connection, "listed_attendance", (*_LISTED, "source_digest"), blocks)
    statements.run(connection, "core/find_differing", work_date=work_date)
    most = min(max(_FEW, listed // _PART), _MANY)
    keys = statements.scalar(connection, "core/differing_keys", most=most + 1) or []
    if len(keys) > most:
        return False
    statements.run(connection, "core/create_staged_attendance")
    copy_staged(connection, source, seed, keys)
    return True


def copy_staged(connection: Connection, source: Source, seed: int | None, keys: list[str] | None = None) -> int:
    """Bring rows of the source into staged_attendance, with digests if there is a seed; how many there were."""
    columns = municipal_objects()["attendance"].columns
    names = columns if seed is None else (*columns, "source_digest")
    with source.blocks(columns, seed, keys) as blocks:
        return bulk.copy_blocks(connection, "staged_attendance", names, blocks)
