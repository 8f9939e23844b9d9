"""Databases of the test server: how to make, name and drop them."""

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from realname_sync.settings import ConnectionSpec

DATA_KEY = "dGhpcyBrZXkgb3BlbnMgbm90aGluZyBidXQgdGVzdHM="
"""One key for all tests, so that a warehouse filled by one can be copied for another."""


_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
_ROOM = 6 * 2**30


def server_folder(prefix: str) -> Path:
    """A new folder for a server whose data need not outlive the machine; its path is short enough for a socket in it.

    It lies in memory where there is room: copying a database is making hundreds of files, ten times faster there.
    """
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))


def database_spec(folder: Path, name: str, connection: str = "warehouse_db") -> ConnectionSpec:
    """A connection to one database of the test server."""
    extra = {"data_key": DATA_KEY}
    return ConnectionSpec(connection, kind="postgres", host=str(folder), login="postgres", database=name, extra=extra)


def create_database(folder: Path, name: str, template: str | None = None) -> None:
    """Create a database, empty or as a copy of another."""
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        connection.execute(statement)


def drop_database(folder: Path, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
