"""The DAGs themselves, each run by `dag.test()`, carry a day from the municipal platform to both others."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from leaks import Needles, in_files, in_tables
from realname_sync.demo.stage import Stage
from realname_sync.orchestration.backfill import BY_DATE_DAGS
from realname_sync.pipelines.city import City
from realname_sync.pipelines.credentials import import_credentials
from realname_sync.pipelines.status import TARGETS, day_status
from small_city import DAY

pytestmark = pytest.mark.usefixtures("metadata_database")
BY_DATE = {"work_date": DAY.isoformat()}


def test_a_day_arrives_and_a_second_push_sends_nothing(
    run_dag: Callable[..., Any],
    stage: Stage,
    city: City,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("DEBUG"):
        assert run_dag("pull_master_data").state == "success"
        for dag_id in BY_DATE_DAGS:
            assert run_dag(dag_id, run_conf=BY_DATE).state == "success", dag_id
        assert run_dag("follow_corrections").state == "success"
        assert run_dag("report_month", run_conf=BY_DATE).state == "success"
    assert (stage.folder / "reports" / f"{DAY:%Y-%m}" / f"quality-{DAY:%Y-%m}.html").is_file()
    # `dag.test()` logs to the terminal and to no file; kept for the test that looks for what must not be said.
    (stage.folder / "day.log").write_text("\n".join((*capfd.readouterr(), caplog.text)), encoding="utf-8")
    status = day_status(city, DAY)
    assert status.punches_read > 0
    assert status.adds_up()
    assert status.findings
    for target in TARGETS:
        assert status.states[target]["waiting"] == status.states[target]["in_batch"] == 0
        assert stage.attendance_rows(target, DAY) == status.states[target]["acknowledged"] > 0
    calls = {target: stage.write_calls(target) for target in TARGETS}

    for target in TARGETS:
        assert run_dag(f"push_attendance_{target}", run_conf=BY_DATE).state == "success"
    assert {target: stage.write_calls(target) for target in TARGETS} == calls
    assert day_status(city, DAY).states == status.states

    announced = asset_events()
    assert ("shared_master_data", None) in announced
    assert {name for name, partition in announced if partition == DAY.isoformat()} == {
        "municipal_day",
        "findings",
        "sent_to_province",
        "sent_to_nation",
        "reconciliation",
        "quality_report",
    }
    assert announced["municipal_day", DAY.isoformat()]["punches"]["standing"] == status.punches_read


def test_a_dry_push_sends_nothing_announces_nothing_and_says_what_it_would_do(
    run_dag: Callable[..., Any], stage: Stage, city: City
) -> None:
    calls, announced = stage.write_calls("province"), count_asset_events()
    run = run_dag("push_attendance_province", run_conf={**BY_DATE, "dry_run": True})
    task = run.get_task_instance("deliver_to_province", map_index=0)
    assert task is not None
    assert (run.state, task.state) == ("success", "skipped")
    assert (stage.write_calls("province"), count_asset_events()) == (calls, announced)
    assert sentence_of(run, "deliver_to_province").startswith(f"Dry run, nothing was sent. {DAY} to {DAY}, 1 day: ")


def count_asset_events() -> int:
    """How often anything was announced."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import func, select

    with create_session() as session:
        return int(session.scalar(select(func.count()).select_from(AssetEvent)) or 0)


def sentence_of(run: Any, task_id: str) -> str:
    """What a task of a run left to be its note."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        (left,) = session.scalars(
            XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, task_ids=task_id, key="sentence")
        )
        return str(XComModel.deserialize_value(left))


def asset_events() -> dict[tuple[str, str | None], Any]:
    """What was announced, by asset and partition."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return {(event.asset.name, event.partition_key): event.extra for event in session.scalars(select(AssetEvent))}


def test_what_is_announced_holds_counts_and_nothing_of_a_person(city: City) -> None:
    from sqlalchemy import text

    with city.engine.connect() as connection:
        names = set(connection.execute(text("SELECT name FROM core.person")).scalars())
    told = json.dumps(list(asset_events().values()), ensure_ascii=False)
    assert not [name for name in names if name and len(name) > 1 and name in told]
    assert "330000" not in told


def test_no_planted_number_or_secret_is_in_anything_a_day_leaves_behind(stage: Stage, city: City) -> None:
    """Of the day that the first test ran: logs, Airflow's tables, the warehouse, reports, the log of calls."""
    from airflow import settings as airflow_settings

    assert asset_events()
    with psycopg.connect(stage.sandbox_database.replace("realname_sandbox", "realname_municipal")) as municipal:
        rows = municipal.execute(
            "SELECT id_number FROM person UNION SELECT phone FROM person"
            " UNION SELECT bank_card_number FROM project_worker UNION SELECT pay_bank_card_number FROM payroll"
        ).fetchall()
    with psycopg.connect(stage.sandbox_database) as sandbox:
        secrets = sandbox.execute("SELECT secret FROM control.credential").fetchall()
        calls = sandbox.execute("SELECT * FROM control.call").fetchall()
    numbers = sorted({value for (value,) in rows if value and len(value) >= 11})
    assert len(numbers) > 300
    keys = sorted(stage.folder.rglob("*key*"))
    needles = Needles(
        {f"number {index}": value for index, value in enumerate(numbers)}
        | {f"secret {index}": value for index, (value,) in enumerate(secrets)}
        | {f"key {path.name}": path.read_text("utf-8").strip() for path in keys if path.is_file()}
    )
    schemas = ("core", "raw", "quality", "delivery", "ops")
    folders = [stage.folder, Path(os.environ["AIRFLOW_HOME"])]
    left = {path.suffix for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert {".log", ".xlsx", ".html"} <= left, left
    assert calls
    assert "WorkerAttendance.Add" in (stage.folder / "day.log").read_text(encoding="utf-8")
    found = {
        *in_files(needles, folders, [stage.pairs_file, *keys]),
        *in_tables(needles, airflow_settings.engine, [None]),
        *in_tables(needles, city.engine, schemas),
        *(one for call in calls for one in needles.within("control.call", str(call))),
    }
    assert sorted({one.split(" is in ")[1] + " holds a " + one.split()[0] for one in found}) == []


def test_a_run_without_a_date_fails_at_once_and_says_how_to_give_one(run_dag: Callable[..., Any], city: City) -> None:
    run = run_dag("extract_municipal", logical_date=None, run_conf={"work_date": None})
    (task,) = run.get_task_instances()
    assert (run.state, task.state, task.try_number) == ("failed", "failed", 1)


@pytest.mark.parametrize("platform", TARGETS)
def test_a_wrong_secret_fails_at_once(
    run_dag: Callable[..., Any],
    stage: Stage,
    city: City,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    platform: str,
) -> None:
    """Comes last: the nation's pairs are wrong from here on."""
    other_day = {"work_date": "2026-11-19", "dry_run": False}  # `dag.test()` keeps what the run before was given
    for dag_id in ("extract_municipal", "check_consistency"):
        assert run_dag(dag_id, run_conf=other_day).state == "success"
    if platform == "province":
        variable = "AIRFLOW_CONN_PROVINCE_PLATFORM"
        monkeypatch.setenv(variable, json.dumps(json.loads(stage.environment()[variable]) | {"password": "x" * 32}))
    else:
        wrong = tmp_path / "pairs.csv"
        lines = stage.pairs_file.read_text(encoding="utf-8").splitlines()
        wrong.write_text("\n".join([lines[0], *(f"{line[:-32]}{'x' * 32}" for line in lines[1:])]), encoding="utf-8")
        import_credentials(city, wrong)
    before = stage.attendance_rows(platform, DAY - timedelta(days=1))
    run = run_dag(f"push_attendance_{platform}", run_conf=other_day)
    task = run.get_task_instance(f"deliver_to_{platform}", map_index=0)
    assert task is not None
    assert (run.state, task.state, task.try_number) == ("failed", "failed", 1)
    assert stage.attendance_rows(platform, DAY - timedelta(days=1)) == before
