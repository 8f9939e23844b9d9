"""Fills the municipal database by COPY."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from realname_sync.sandbox.municipal_rows import Municipal

_TABLES = Path(__file__).parent / "sql" / "municipal.sql"


def load_municipal(database_url: str, rows: Municipal) -> None:
    """Lay the tables anew and fill them, in one transaction: whoever reads meanwhile sees the old rows or the new.

    Args:
        database_url: the municipal database, as in `postgresql://postgres@/realname_municipal?host=/socket/dir`.
        rows: what it shall hold.
    """
    with psycopg.connect(database_url) as connection:
        connection.execute(_TABLES.read_bytes())
        for table in fields(rows):
            kept = getattr(rows, table.name)
            if kept:
                columns = [column.name for column in fields(kept[0])]
                copy_into(connection, (table.name,), columns, map(attrgetter(*columns), kept))
        connection.execute(
            "select setval(pg_get_serial_sequence('attendance', 'id'), coalesce(max(id), 0) + 1, false) from attendance"
        )


def copy_into(
    connection: "psycopg.Connection[Any]",
    table: Sequence[str],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows into a table, named with its schema or without."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
