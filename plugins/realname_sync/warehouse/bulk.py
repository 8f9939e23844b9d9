"""Bulk rows by COPY."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection

Block = bytes | bytearray | memoryview
"""Rows in COPY's text form."""


def psycopg_connection(connection: Connection) -> "psycopg.Connection[Any]":
    """The psycopg connection below an SQLAlchemy one, inside the same transaction."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows into `table` (a name, with its schema or without) and return how many there were."""
    count = 0
    with psycopg_connection(connection).cursor() as cursor, cursor.copy(_copy_from(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_blocks(connection: Connection, table: str, columns: Sequence[str], blocks: Iterable[Block]) -> int:
    """Write blocks that are already in COPY's text form, as another PostgreSQL sent them; returns the row count."""
    with psycopg_connection(connection).cursor() as cursor:
        with cursor.copy(_copy_from(table, columns)) as copy:
            for block in blocks:
                copy.write(block)
        return cursor.rowcount


def blocks_of(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[Block]:
    """The rows of `table` in COPY's text form, as copy_blocks takes them."""
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(*_names(table, columns))
    with psycopg_connection(connection).cursor() as cursor, cursor.copy(statement) as copy:
        yield from copy


def _copy_from(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(*_names(table, columns))


def _names(table: str, columns: Sequence[str]) -> tuple[sql.Composable, sql.Composable]:
    return sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
