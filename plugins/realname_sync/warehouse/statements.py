"""Runs the statements below `sql/`, one a file, with bound parameters only."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from realname_sync.resources import sql_text


@cache
def statement(name: str) -> TextClause:
    """The statement sql/<name>.sql, ready to execute; a parameter is written `:work_date`.

    Raises:
        SettingsError: there is no such file.
    """
    return text(sql_text(name))


def run(connection: Connection, name: str, **parameters: Any) -> int:
    """Execute a statement that writes; returns the number of rows it touched."""
    return connection.execute(statement(name), parameters).rowcount


def rows(connection: Connection, name: str, **parameters: Any) -> Sequence[Row[Any]]:
    """Execute a statement that reads; returns all its rows."""
    return connection.execute(statement(name), parameters).all()


def stream(connection: Connection, name: str, at_a_time: int, **parameters: Any) -> Iterator[Row[Any]]:
    """Execute a statement that reads; yields its rows without holding more than `at_a_time` of them."""
    yield from connection.execute(statement(name), parameters, execution_options={"yield_per": at_a_time})


def records(connection: Connection, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """Execute a statement that reads; returns its rows by column name."""
    result = connection.execute(statement(name), parameters)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def scalar(connection: Connection, name: str, **parameters: Any) -> Any:
    """Execute a statement that yields one value."""
    return connection.execute(statement(name), parameters).scalar_one()
