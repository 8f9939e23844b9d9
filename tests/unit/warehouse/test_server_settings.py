"""Settings of a server: a new one has them at once, and what somebody chose stays."""

import shutil
from collections.abc import Iterator

import psycopg
import pytest
import yaml

from databases import server_folder
from realname_sync.resources import root
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.server_settings import ensure_server_settings


@pytest.fixture
def new_server() -> Iterator[str]:
    """The address of a server that was only just made."""
    folder = server_folder("rs")
    server = embedded_server(folder / "pg")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def shown(server: str, name: str) -> str:
    with psycopg.connect(server) as connection:
        return str(connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0])  # type: ignore[index]


def test_a_new_server_has_what_is_listed_and_keeps_what_is_chosen_later(new_server: str) -> None:
    listed = yaml.safe_load((root() / "sql/server.yaml").read_text())
    assert {one["name"]: shown(new_server, one["name"]) for one in listed} == {
        one["name"]: one["value"] for one in listed
    }
    assert all(one["since"] and one["reason"] for one in listed)
    with psycopg.connect(new_server, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '2GB'")
        connection.execute("ALTER SYSTEM RESET checkpoint_timeout")
        connection.execute("SELECT pg_reload_conf()")
    assert ensure_server_settings(new_server) == ["checkpoint_timeout = 15min"]
    assert shown(new_server, "max_wal_size") == "2GB"
    assert shown(new_server, "checkpoint_timeout") == "15min"
    assert ensure_server_settings(new_server) == []
