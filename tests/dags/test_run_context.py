"""What a task takes from its run: the work date, and since when inputs count."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from realname_sync.errors import ConnectionMissingError, WorkDateError
from realname_sync.settings import sandbox_connection

DAY = date(2026, 11, 20)


@pytest.fixture
def in_run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the context that a task would find."""
    from realname_sync.orchestration import run_context

    def put(run_type: str = "manual", partition_key: str | None = None, **params: Any) -> Any:
        context = {
            "params": {"work_date": None, "inputs_since": None} | params,
            "dag_run": SimpleNamespace(run_type=run_type, partition_key=partition_key),
        }
        monkeypatch.setattr(run_context, "get_current_context", lambda: context)
        return run_context

    return put


def test_the_parameter_goes_before_the_partition(in_run: Any) -> None:
    assert in_run(partition_key="2026-11-19", work_date="2026-11-20").run_work_date() == DAY


def test_the_partition_is_the_work_date(in_run: Any) -> None:
    assert in_run(partition_key="2026-11-20").run_work_date() == DAY


def test_a_run_with_neither_has_no_work_date(in_run: Any) -> None:
    with pytest.raises(WorkDateError, match="airflow backfill create"):
        in_run().run_work_date()


def test_a_scheduled_run_waits_for_inputs_of_its_own_evening(in_run: Any) -> None:
    since = in_run(run_type="scheduled", partition_key="2026-11-20").inputs_since(DAY)
    assert since == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("run_type", ["manual", "backfill"])
def test_any_other_run_takes_inputs_as_they_are(in_run: Any, run_type: str) -> None:
    assert in_run(run_type=run_type).inputs_since(DAY) is None


def test_a_run_may_ask_for_inputs_since_an_instant(in_run: Any) -> None:
    since = in_run(inputs_since="2026-11-21T08:00:00+08:00").inputs_since(DAY)
    assert since == datetime(2026, 11, 21, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused(in_run: Any) -> None:
    with pytest.raises(WorkDateError, match="no time zone"):
        in_run(inputs_since="2026-11-21T08:00:00").inputs_since(DAY)


def test_a_connection_of_the_environment_is_read_as_the_command_line_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from realname_sync.orchestration.connections import airflow_connection

    monkeypatch.setenv(
        "AIRFLOW_CONN_PROVINCE_PLATFORM",
        '{"host": "http://127.0.0.1:9", "login": "zj-330100", "extra": {"page_size": 20}}',
    )
    spec = airflow_connection("province_platform")
    assert (spec.host, spec.login, spec.extra["page_size"]) == ("http://127.0.0.1:9", "zj-330100", 20)


def test_a_connection_of_airflows_own_store_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import Connection

    from realname_sync.orchestration.connections import airflow_connection

    stored = Connection(
        conn_id="municipal_db",
        conn_type="postgres",
        host="db",
        login="reader",
        password="secret",
        schema="city",
        port=5433,
        extra='{"sslmode": "require"}',
    )
    monkeypatch.setattr(Connection, "get", lambda _name: stored)
    spec = airflow_connection("municipal_db")
    assert (spec.kind, spec.host, spec.login, spec.database, spec.port) == ("postgres", "db", "reader", "city", 5433)
    assert spec.extra == {"sslmode": "require"}


def test_with_nothing_set_everything_points_at_the_sandbox() -> None:
    from realname_sync.orchestration.connections import airflow_connection

    assert airflow_connection("nation_platform") == sandbox_connection("nation_platform")


def test_an_unknown_connection_is_refused_with_the_names_there_are() -> None:
    from realname_sync.orchestration.connections import airflow_connection

    with pytest.raises(ConnectionMissingError, match="municipal_db"):
        airflow_connection("city_hall")


def test_a_run_is_restricted_by_what_is_given_and_by_nothing_else(in_run: Any) -> None:
    given = in_run(projects=["P"], targets=None)
    assert given.run_restrictions("projects", "targets") == {"projects": ["P"]}
    assert given.run_restrictions("targets") == {}
