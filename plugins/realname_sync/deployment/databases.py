"""Logins and databases on a new PostgreSQL server, as the connections name them."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import URL


@dataclass(frozen=True)
class Owner:
    """A login with its own database: the address at which it finds it, and whether it makes roles of its own there."""

    address: URL
    makes_roles: bool = False


def ensure_databases(administrator: str, owners: Iterable[Owner]) -> list[str]:
    """Create each login with its own database, or set the login's password anew; returns the databases that are new.

    The passwords go to the server as digests, so that none can stand in its log.

    Args:
        administrator: the address of the server as one who may create logins, as libpq reads it.
        owners: an address without a password is left out, its login is not ours to make.
    """
    created = []
    with psycopg.connect(administrator, autocommit=True) as connection:
        for owner in owners:
            login, password, database = owner.address.username, owner.address.password, owner.address.database
            if login and password and database:
                _ensure_login(connection, login, str(password), makes_roles=owner.makes_roles)
                if _ensure_database(connection, database, login):
                    created.append(database)
    return created


def _ensure_login(connection: psycopg.Connection, login: str, password: str, *, makes_roles: bool) -> None:
    digest = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
    known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (login,)).fetchone() is not None
    verb = sql.SQL("ALTER" if known else "CREATE")
    rights = sql.SQL("LOGIN CREATEROLE" if makes_roles else "LOGIN")
    statement = sql.SQL("{} ROLE {} {} PASSWORD {}")
    connection.execute(statement.format(verb, sql.Identifier(login), rights, sql.Literal(digest)))


def _ensure_database(connection: psycopg.Connection, name: str, owner: str) -> bool:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None:
        return False
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
    # Otherwise each login might connect to the others' databases.
    connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    return True
