"""Engines for the two databases, and transactions that take on one role."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from realname_sync.errors import ConnectionMissingError, MigrationError
from realname_sync.settings import FORM_TYPES, ConnectionSpec, home
from realname_sync.warehouse.embedded import embedded_server, ensure_database

_servers: dict[Path, Any] = {}


class Pool(NamedTuple):
    """How many connections a process keeps, and how many more it may open for a moment."""

    size: int = 12
    overflow: int = 8


class Role(StrEnum):
    """What a transaction does; the database grants each role only that."""

    LOAD = "realname_load"
    BUILD = "realname_build"
    CHECK = "realname_check"
    SEND = "realname_send"
    READ = "realname_read"
    KEYS = "realname_keys"
    ROTATE = "realname_rotate"
    REVEAL = "realname_reveal"
    RETAIN = "realname_retain"


def database_url(spec: ConnectionSpec) -> URL:
    """The SQLAlchemy address of a database connection; starts the embedded server if that is what it names.

    Raises:
        ConnectionMissingError: the connection names no database.
    """
    if spec.kind == "embedded":
        folder = home() / "pg"
        if folder not in _servers:
            _servers[folder] = embedded_server(folder)
        ensure_database(_servers[folder], spec.database)
        socket_folder = _servers[folder].get_postmaster_info().socket_dir or folder  # elsewhere where the path is long
        return URL.create("postgresql+psycopg", "postgres", database=spec.database, query={"host": str(socket_folder)})
    if not spec.database:
        raise ConnectionMissingError(
            f"connection {spec.name} names no database: "
            f"set AIRFLOW_CONN_{spec.name.upper()} with host, login, password and schema"
        )
    postgres = {"", "postgres", "postgresql", FORM_TYPES.get(spec.name)}
    driver = str(spec.extra.get("driver") or ("postgresql+psycopg" if spec.kind in postgres else spec.kind))
    if spec.host.startswith("/"):
        return URL.create(
            driver, spec.login or None, spec.password or None, database=spec.database, query={"host": spec.host}
        )
    return URL.create(driver, spec.login or None, spec.password or None, spec.host or None, spec.port, spec.database)


def open_engine(spec: ConnectionSpec, pool: Pool | None = None) -> Engine:
    """An engine for that connection, with the session in UTC.

    Raises:
        ConnectionMissingError: the connection names no database.
    """
    url, pool = database_url(spec), pool or Pool()
    if not url.drivername.startswith("postgresql"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    return create_engine(
        url,
        hide_parameters=True,  # an error names the statement, never the rows
        pool_size=pool.size,
        max_overflow=pool.overflow,
        # A process that was stopped in the middle of a transaction must not keep its locks for ever.
        connect_args={
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=10min",
            "application_name": "realname_sync",
        },
    )


@contextmanager
def transaction(engine: Engine, role: Role) -> Iterator[Connection]:
    """One transaction in that role, committed at the end.

    Raises:
        ConnectionMissingError: the database cannot be reached.
        MigrationError: it has not been migrated.
    """
    try:
        connection = engine.connect()
    except OperationalError as failure:
        raise ConnectionMissingError(
            f"the database {engine.url.database} cannot be reached; "
            "see whether it runs and whether its connection is right"
        ) from failure
    with connection, connection.begin():
        _take_on(connection, role)
        yield connection


def _take_on(connection: Connection, role: Role) -> None:
    try:
        connection.execute(text(f"SET LOCAL ROLE {role.value}"))
    except OperationalError:
        raise  # the connection was lost meanwhile; nothing is wrong with the role
    except DBAPIError as failure:
        raise MigrationError(
            f"the role {role.value} is not there or may not be taken on: run `realname migrate` "
            "with the user that the connection names"
        ) from failure
