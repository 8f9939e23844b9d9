"""In a real Airflow, a push that has not ended twenty minutes before 24:00 of its date reaches a person."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from loopback import Robot, dingtalk
from realname_sync.demo.local_airflow import LocalAirflow
from realname_sync.demo.stage import Stage
from realname_sync.orchestration.pools import POOLS_FILE
from realname_sync.warehouse.migrations import migrate
from realname_sync.workdate import day_bounds, system_clock
from small_city import DAY

# Airflow needs half a minute until it takes a run, so that the deadline lies ahead of that and not far.
_SECONDS_AHEAD = 45
_PATIENCE = 240.0


@pytest.fixture
def evening(postgres: Path, tmp_path: Path) -> Iterator[Stage]:
    """A city of which nothing was read, on an evening shortly before 23:40."""
    deadline = day_bounds(DAY)[1].timestamp() - 20 * 60
    shift = round(deadline - _SECONDS_AHEAD - system_clock().timestamp())
    stage = Stage(tmp_path, postgres, dict.fromkeys(("integrity", "province", "nation"), 9), shift)
    stage.start_over()
    with psycopg.connect(f"postgresql://postgres@/postgres?host={postgres}", autocommit=True) as connection:
        connection.execute("CREATE DATABASE airflow")
    with stage.opened_city() as city:
        migrate(city.engine)
    yield stage
    with psycopg.connect(f"postgresql://postgres@/postgres?host={postgres}", autocommit=True) as connection:
        connection.execute("DROP DATABASE airflow WITH (FORCE)")


@pytest.fixture
def robot() -> Iterator[Robot]:
    with dingtalk() as served:
        yield served


def wait_for(robot: Robot, seconds: float) -> None:
    """Until the robot was sent something, or the time is over."""
    until = time.monotonic() + seconds
    while not robot.received and time.monotonic() < until:
        time.sleep(0.5)


@pytest.mark.timeout(600)
def test_a_push_that_waits_past_the_cut_off_is_told_to_a_person(evening: Stage, robot: Robot, tmp_path: Path) -> None:
    variables = {**evening.environment(), "AIRFLOW_CONN_DINGDING_DEFAULT": robot.connection}
    airflow = LocalAirflow(tmp_path / "airflow", evening.airflow_database, variables, alerts=True)
    airflow.begin()
    try:
        api = airflow.start()
        api.make_pools(POOLS_FILE)
        api.switch_on(["push_attendance_nation"])
        run = api.trigger("push_attendance_nation", {"work_date": DAY.isoformat()})
        assert not robot.received
        wait_for(robot, _PATIENCE)
        assert not api.run(run).finished  # it waits for the findings of the day, which nobody has made
    finally:
        airflow.stop()
    assert len(robot.received) == 1, (tmp_path / "airflow" / "triggerer.log").read_text(encoding="utf-8")[-3000:]
    (sent,) = robot.received
    assert sent["markdown"]["title"].startswith(f"实名制 realname_sync {DAY} nation: at risk")
    assert f"The run {run.run_id} of push_attendance_nation had not ended" in sent["markdown"]["text"]
    assert f"realname push nation {DAY}" in sent["markdown"]["text"]
