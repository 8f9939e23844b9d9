"""The sweep as Airflow runs it: both platforms side by side, and a run that does not look well when one failed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from realname_sync.demo.stage import Stage
from realname_sync.pipelines.city import City
from realname_sync.pipelines.status import TARGETS, day_status
from small_city import DAY

pytestmark = pytest.mark.usefixtures("metadata_database")
OF_THE_DAY = {"work_date": DAY.isoformat()}


def states_of(run: Any) -> dict[str, str]:
    return {task.task_id: task.state for task in run.get_task_instances()}


def test_a_province_that_refuses_leaves_the_nation_served_and_the_run_failed(
    run_dag: Callable[..., Any], stage: Stage, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_dag("pull_master_data").state == "success"
    variable = "AIRFLOW_CONN_PROVINCE_PLATFORM"
    wrong = json.loads(stage.environment()[variable]) | {"password": "x" * 32}
    with monkeypatch.context() as patched:
        patched.setenv(variable, json.dumps(wrong))
        run = run_dag("sweep_attendance", run_conf=OF_THE_DAY)
    assert states_of(run) == {
        "read_new": "success",
        "sweep_to_province": "failed",
        "watch_province": "failed",
        "sweep_to_nation": "success",
        "watch_nation": "success",
    }
    assert run.state == "failed"
    states = day_status(city, DAY).states
    assert stage.attendance_rows("nation", DAY) == states["nation"]["acknowledged"] > 0
    assert states["province"]["acknowledged"] == 0


def test_the_next_sweep_carries_on_and_one_with_nothing_new_sends_nothing(
    run_dag: Callable[..., Any], stage: Stage, city: City
) -> None:
    assert run_dag("sweep_attendance", run_conf=OF_THE_DAY).state == "success"
    states = day_status(city, DAY).states
    for target in TARGETS:
        assert states[target]["waiting"] == states[target]["in_batch"] == 0
        assert stage.attendance_rows(target, DAY) == states[target]["acknowledged"] > 0
    calls = {target: stage.write_calls(target) for target in TARGETS}
    run = run_dag("sweep_attendance", run_conf=OF_THE_DAY)
    assert run.state == "success"
    assert {target: stage.write_calls(target) for target in TARGETS} == calls


def test_where_the_municipal_platform_is_gone_the_watches_still_look_and_the_run_fails(
    run_dag: Callable[..., Any], stage: Stage, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = "AIRFLOW_CONN_MUNICIPAL_DB"
    gone = json.loads(stage.environment()[variable]) | {"schema": "nowhere"}
    with city.engine.begin() as connection:
        connection.execute(text("DELETE FROM ops.deadline_watch"))
    monkeypatch.setenv(variable, json.dumps(gone))
    run = run_dag("sweep_attendance", run_conf=OF_THE_DAY)
    assert states_of(run) == {
        "read_new": "failed",
        "sweep_to_province": "upstream_failed",
        "watch_province": "failed",
        "sweep_to_nation": "upstream_failed",
        "watch_nation": "failed",
    }
    with city.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ops.deadline_watch")).scalar_one() == len(TARGETS)


def test_what_tasks_hand_on_holds_dates_and_counts_and_nothing_of_a_person(city: City) -> None:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        told = [
            json.dumps(row.value, ensure_ascii=False)
            for row in session.scalars(select(XComModel).where(XComModel.dag_id == "sweep_attendance"))
        ]
    assert any(DAY.isoformat() in value for value in told)
    with city.engine.connect() as connection:
        names = set(connection.execute(text("SELECT name FROM core.person")).scalars())
    assert not [name for name in names if name and len(name) > 1 and any(name in value for value in told)]
    assert not [value for value in told if "330000" in value]
