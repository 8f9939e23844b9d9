"""Logins and databases on a server of the test's own: made once, repeated without harm, enough for the migrations."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from realname_sync.deployment.databases import Owner, ensure_databases
from realname_sync.settings import ConnectionSpec
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.engine import Role, database_url, open_engine, transaction
from realname_sync.warehouse.migrations import known_migrations, migrate


@pytest.fixture(scope="module")
def new_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket folder of a server that nothing was made on yet."""
    server = embedded_server(tmp_path_factory.mktemp("pg"))
    yield str(server.get_postmaster_info().socket_dir)
    server.cleanup()


def warehouse_of(folder: str, password: str = "first") -> ConnectionSpec:
    return ConnectionSpec("warehouse_db", "postgres", folder, "deployed", password, "deployed_warehouse")


def other_of(folder: str) -> URL:
    return URL.create("postgresql+psycopg", "airflow", "second", database="airflow", query={"host": folder})


def administrator(folder: str) -> str:
    return f"host={folder} user=postgres dbname=postgres"


def test_made_once_and_owned_each_by_its_login(new_server: str) -> None:
    owners = [Owner(database_url(warehouse_of(new_server)), makes_roles=True), Owner(other_of(new_server))]
    assert ensure_databases(administrator(new_server), owners) == ["deployed_warehouse", "airflow"]
    assert ensure_databases(administrator(new_server), owners) == []
    with psycopg.connect(administrator(new_server)) as connection:
        rights = connection.execute(
            "SELECT rolname, rolcreaterole, rolsuper, rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid"
            " WHERE rolname IN ('deployed', 'airflow') ORDER BY 1"
        ).fetchall()
        may = "SELECT has_database_privilege(%s, %s, 'CONNECT')"
        into_the_other = [
            connection.execute(may, pair).fetchone()
            for pair in (("deployed", "airflow"), ("airflow", "deployed_warehouse"))
        ]
    assert rights == [("airflow", False, False, True), ("deployed", True, False, True)]
    assert into_the_other == [(False,), (False,)]


def test_another_password_is_set(new_server: str) -> None:
    def stored() -> str:
        with psycopg.connect(administrator(new_server)) as connection:
            row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'deployed'").fetchone()
        assert row
        return str(row[0])

    ensure_databases(administrator(new_server), [Owner(database_url(warehouse_of(new_server)), makes_roles=True)])
    before = stored()
    ensure_databases(
        administrator(new_server), [Owner(database_url(warehouse_of(new_server, "new")), makes_roles=True)]
    )
    assert stored() != before


def test_the_login_can_migrate_and_take_on_the_roles_without_being_a_superuser(new_server: str) -> None:
    spec = warehouse_of(new_server)
    ensure_databases(administrator(new_server), [Owner(database_url(spec), makes_roles=True)])
    engine = open_engine(spec)
    try:
        assert len(migrate(engine)) == len(known_migrations())
        for role in set(Role) - {Role.REVEAL}:
            with transaction(engine, role):
                pass
    finally:
        engine.dispose()


def test_a_login_without_a_password_is_left_to_whoever_made_it(new_server: str, tmp_path: Path) -> None:
    nobody = URL.create("postgresql+psycopg", "somebody", database="elsewhere", query={"host": new_server})
    assert ensure_databases(administrator(new_server), [Owner(nobody)]) == []
