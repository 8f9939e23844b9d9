"""Settings of a server: a new one has them, what somebody chose stays, and who may alter nothing is told so."""

import shutil
from collections.abc import Iterator

import psycopg
import pytest
import yaml
from tenacity import retry, stop_after_delay, wait_fixed

from databases import server_folder
from realname_sync.resources import root
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.server_settings import Settings, ensure_server_settings

LISTED = yaml.safe_load((root() / "sql/server.yaml").read_text())


@pytest.fixture
def new_server() -> Iterator[str]:
    """The address of a server that was only just made."""
    folder = server_folder("rs")
    server = embedded_server(folder / "pg")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def execute(server: str, *commands: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for command in (*commands, "SELECT pg_reload_conf()"):
            connection.execute(command)


@retry(stop=stop_after_delay(20), wait=wait_fixed(0.1), reraise=True)
def assert_comes_to_have(server: str, wanted: dict[str, str]) -> None:
    """The server reads its files again soon after it was asked to, and not before it answers."""
    with psycopg.connect(server) as connection:
        shown = connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", (list(wanted),)
        )
        assert dict(shown.fetchall()) == wanted


def test_a_new_server_has_what_is_listed_and_keeps_what_is_chosen_later(new_server: str) -> None:
    assert all(one["since"] and one["reason"] for one in LISTED)
    assert_comes_to_have(new_server, {one["name"]: one["value"] for one in LISTED})
    execute(new_server, "ALTER SYSTEM SET max_wal_size = '2GB'", "ALTER SYSTEM RESET checkpoint_timeout")
    assert_comes_to_have(new_server, {"max_wal_size": "2GB", "checkpoint_timeout": "5min"})
    assert ensure_server_settings(new_server) == Settings(["checkpoint_timeout = 15min"], [])
    assert_comes_to_have(new_server, {"max_wal_size": "2GB", "checkpoint_timeout": "15min"})
    assert ensure_server_settings(new_server) == Settings([], [])


def test_a_login_that_may_not_alter_the_server_is_told_what_is_left(new_server: str) -> None:
    execute(new_server, "CREATE ROLE maker LOGIN CREATEROLE CREATEDB", "ALTER SYSTEM RESET ALL")
    assert_comes_to_have(new_server, {"max_wal_size": "1GB", "checkpoint_timeout": "5min"})
    told = ensure_server_settings(new_server.replace("postgres:@", "maker:@", 1))
    assert told == Settings([], ["checkpoint_timeout = 15min", "max_wal_size = 8GB"])
    assert_comes_to_have(new_server, {"max_wal_size": "1GB", "checkpoint_timeout": "5min"})
