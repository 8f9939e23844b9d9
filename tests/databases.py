"""Databases of the test server: how to make, name and drop them."""

from pathlib import Path

import psycopg
from psycopg import sql

from realname_sync.settings import ConnectionSpec

DATA_KEY = "dGhpcyBrZXkgb3BlbnMgbm90aGluZyBidXQgdGVzdHM="
"""One key for all tests, so that a warehouse filled by one can be copied for another."""


def database_spec(folder: Path, name: str, connection: str = "warehouse_db") -> ConnectionSpec:
    """A connection to one database of the test server."""
    extra = {"data_key": DATA_KEY}
    return ConnectionSpec(connection, kind="postgres", host=str(folder), login="postgres", database=name, extra=extra)


def create_database(folder: Path, name: str, template: str | None = None) -> None:
    """Create a database, empty or as a copy of another."""
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(statement)


def drop_database(folder: Path, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
