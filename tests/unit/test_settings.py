"""Connections: read as Airflow writes them, the sandbox's where nothing is set, a clear word where they are wrong."""

from datetime import timedelta

import pytest

from realname_sync.errors import ConnectionMissingError, SettingsError
from realname_sync.platforms.opening import profile_of
from realname_sync.settings import (
    CONNECTION_NAMES,
    FORM_TYPES,
    SHARDS,
    clock,
    connection,
    is_test,
    sandbox_ports,
    shards,
)


def test_with_nothing_set_everything_points_at_this_machine() -> None:
    for name in CONNECTION_NAMES:
        spec = connection(name, {})
        assert spec.kind == "embedded" or spec.host.startswith("http://127.0.0.1:")


def test_a_connection_in_json_is_read_whole() -> None:
    text = (
        '{"conn_type": "http", "host": "https://province.example", "login": "zj-330100", "password": "s", '
        '"extra": {"page_size": 100}}'
    )
    spec = connection("province_platform", {"AIRFLOW_CONN_PROVINCE_PLATFORM": text})
    assert (spec.host, spec.login, spec.password, spec.extra) == (
        "https://province.example",
        "zj-330100",
        "s",
        {"page_size": 100},
    )


def test_a_connection_as_a_uri_is_read_whole() -> None:
    text = "postgresql://loader:p%40ss@db.example:5433/warehouse?sslmode=require"
    spec = connection("warehouse_db", {"AIRFLOW_CONN_WAREHOUSE_DB": text})
    assert (spec.host, spec.port, spec.login, spec.password, spec.database) == (
        "db.example",
        5433,
        "loader",
        "p@ss",
        "warehouse",
    )


def test_an_unknown_connection_is_named_with_those_there_are() -> None:
    with pytest.raises(ConnectionMissingError, match=r"'provincial'.*province_platform"):
        connection("provincial", {})


@pytest.mark.parametrize("text", ["{not json", '{"host": "x", "port": "many"}', '{"extra": "[}"}'])
def test_an_unreadable_connection_says_which_variable_to_set(text: str) -> None:
    with pytest.raises(ConnectionMissingError, match="set AIRFLOW_CONN_NATION_PLATFORM"):
        connection("nation_platform", {"AIRFLOW_CONN_NATION_PLATFORM": text})


def test_the_clock_can_be_set_to_another_day_for_practice() -> None:
    shifted = clock({"REALNAME_CLOCK_SHIFT_SECONDS": "-86400"})()
    assert timedelta(hours=23) < clock({})() - shifted < timedelta(hours=25)
    with pytest.raises(SettingsError, match="whole number of seconds"):
        clock({"REALNAME_CLOCK_SHIFT_SECONDS": "a day"})


def test_no_secret_is_shown_where_a_connection_is_printed() -> None:
    text = '{"host": "http://127.0.0.1", "login": "a", "password": "very-secret", "extra": {"data_key": "also-secret"}}'
    shown = repr(connection("warehouse_db", {"AIRFLOW_CONN_WAREHOUSE_DB": text}))
    assert "very-secret" not in shown
    assert "also-secret" not in shown


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("", True),
        ('{"host": "https://test.example", "login": "a", "password": "b", "extra": {"environment": "test"}}', True),
        ('{"host": "https://test.example", "login": "a", "password": "b", "extra": {"environment": "Test "}}', False),
        ('{"host": "https://test.example", "login": "a", "password": "b"}', False),
        ("http://zj-330100:0000sandbox0only0never0real00000@10.0.0.1:8732", False),
    ],
)
def test_only_the_sandbox_and_who_says_so_is_for_tests(text: str, known: bool) -> None:
    assert is_test(connection("province_platform", {"AIRFLOW_CONN_PROVINCE_PLATFORM": text})) is known


def test_a_database_is_no_endpoint_for_tests() -> None:
    assert not is_test(connection("warehouse_db", {}))


def test_the_sandbox_can_be_moved_to_other_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALNAME_SANDBOX_PORT", "18731")
    assert list(sandbox_ports().values()) == [18731, 18732, 18733]
    moved = connection("nation_platform", {})
    assert moved.host == "http://127.0.0.1:18733"
    assert is_test(moved)
    for wrong in ("a port", "65534", "-1", "0"):
        with pytest.raises(SettingsError, match="it must be a port from 1 to 65533"):
            sandbox_ports({"REALNAME_SANDBOX_PORT": wrong})


def test_a_push_is_one_part_unless_it_is_said_how_many() -> None:
    assert (shards({}), shards({SHARDS: "4"})) == (1, 4)
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(SettingsError, match="whole number"):
            shards({SHARDS: wrong})


def test_what_a_form_left_empty_overrides_nothing_and_what_was_written_as_null_does() -> None:
    def most(kind: str) -> int | None:
        text = f'{{"conn_type": "{kind}", "host": "https://p.example", "extra": {{"calls_per_second": null}}}}'
        return profile_of(connection("province_platform", {"AIRFLOW_CONN_PROVINCE_PLATFORM": text})).calls_per_second

    assert most(FORM_TYPES["province_platform"]) == 50
    assert most("http") is None
