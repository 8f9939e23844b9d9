"""What a person sees and steers in Airflow's page, in a real Airflow: approvals, notes, names, metrics, lineage."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from leaks import Needles
from realname_sync.demo.airflow_api import DagRun
from realname_sync.demo.local_airflow import LocalAirflow
from realname_sync.demo.stage import Stage
from realname_sync.errors import ConnectionMissingError
from realname_sync.orchestration.backfill import BY_DATE_DAGS, Asked
from realname_sync.orchestration.lineage import tables_of
from realname_sync.orchestration.pools import POOLS_FILE
from realname_sync.pipelines.backfill.record import list_backfills
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.pipelines.status import day_status
from small_city import DAY
from statsd_server import Heard, statsd

_PATIENCE = 240.0
WEEK_AGO = DAY - timedelta(days=7)


@dataclass
class Room:
    """A running Airflow with whatever it told the outside."""

    airflow: LocalAirflow
    stage: Stage
    heard: Heard
    events_file: Path
    session: requests.Session

    def call(self, verb: str, path: str, **arguments: Any) -> Any:
        """One call of Airflow's REST API."""
        answer = self.session.request(verb, f"{self.airflow.url}/api/v2/{path}", timeout=30, **arguments)
        assert answer.ok, answer.text
        return answer.json()

    def start(self, dag_id: str, **conf: Any) -> DagRun:
        """Fill in the form of a DAG."""
        run = self.call("POST", f"dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
        return DagRun(dag_id, run["dag_run_id"], run["state"], run["partition_key"])

    def ended(self, run: DagRun) -> Any:
        """The run, once it has ended."""
        return self.until(lambda: self.of(run), lambda found: found["state"] in {"success", "failed"})

    def of(self, run: DagRun) -> Any:
        """The run as it stands."""
        return self.call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}")

    def tasks(self, run: DagRun) -> dict[str, Any]:
        """Its tasks by name; of mapped ones the last."""
        found = self.call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances")["task_instances"]
        return {one["task_id"]: one for one in found}

    def answer(self, run: DagRun, chosen: str) -> None:
        """Answer the approval that a run waits for, as a person does: some time after it was asked.

        An answer within the moment that the process which asked takes to end meets Airflow 3.3 half way: the scheduler
        hears that the process ended, finds the task begun once more and takes it for killed, and it is retried.
        """
        self.until(lambda: self.tasks(run).get("approve", {}).get("state"), lambda state: state == "awaiting_input")
        heard = f"Finished: dag_id={run.dag_id}, task_id=approve, run_id={run.run_id},"
        self.until(
            lambda: (self.airflow.folder / "scheduler.log").read_text(encoding="utf-8"), lambda log: heard in log
        )
        self.call(
            "PATCH",
            f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/approve/-1/hitlDetails",
            json={"chosen_options": [chosen], "params_input": {}},
        )

    def until(self, look: Any, done: Any) -> Any:
        """Look until it is done."""
        end = time.monotonic() + _PATIENCE
        while not done(found := look()):
            self.airflow.check()
            assert time.monotonic() < end, found
            time.sleep(0.5)
        return found

    @property
    def events(self) -> list[Any]:
        """The lineage events so far."""
        return [json.loads(line) for line in self.events_file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def room(stage: Stage, postgres: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Airflow with two shards a push, metrics to a StatsD server and lineage to a file; the day is read and checked."""
    with stage.opened_city() as city, pytest.MonkeyPatch.context() as home:
        home.setenv("REALNAME_HOME", str(stage.folder))
        pull_master_data(city)
        extract_municipal(city, DAY)
        check_consistency(city, DAY)
    folder = tmp_path_factory.mktemp("room")
    events_file = folder / "events.jsonl"
    with psycopg.connect(f"postgresql://postgres@/postgres?host={postgres}", autocommit=True) as connection:
        connection.execute("CREATE DATABASE airflow")
    with statsd() as heard:
        variables = {
            **stage.environment(),
            "REALNAME_SHARDS": "2",
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(heard.port),
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(
                {"type": "file", "log_file_path": str(events_file), "append": True}
            ),
        }
        airflow = LocalAirflow(
            folder / "airflow", stage.airflow_database, variables, users={"boss": "admin", "worker": "op"}
        )
        airflow.begin()
        try:
            api = airflow.start()
            api.make_pools(POOLS_FILE)
            api.switch_on(["make_up_days", *BY_DATE_DAGS])
            made = Room(airflow, stage, heard, events_file, api.rest.session)
            login = {"login": "worker", "password": airflow.password_of("worker"), "host": airflow.url}
            made.call("POST", "connections", json={"connection_id": "airflow_api", "conn_type": "http", **login})
            yield made
        finally:
            airflow.stop()
    with psycopg.connect(f"postgresql://postgres@/postgres?host={postgres}", autocommit=True) as connection:
        connection.execute("DROP DATABASE airflow WITH (FORCE)")


def form(first: date, last: date, **fields: Any) -> dict[str, Any]:
    """The form of make_up_days, filled in."""
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "reason": "the gate's devices were offline",
        "dry_run": False,
        **fields,
    }


@pytest.mark.timeout(400)
def test_a_form_that_makes_no_sense_is_refused_before_anything_runs(room: Room) -> None:
    for wrong in (
        {"first": "20.11.2026"},
        {"reason": ""},
        {"targets": ["municipality"]},
        {"projects": ["'; DROP TABLE"]},
        {"area": "3301"},
        {"order": "whichever"},
    ):
        body = {"logical_date": None, "conf": {**form(DAY, DAY), **wrong}}
        answer = room.session.post(f"{room.airflow.url}/api/v2/dags/make_up_days/dagRuns", json=body, timeout=30)
        assert answer.status_code == 400, (wrong, answer.text)


@pytest.mark.timeout(400)
def test_a_dry_run_says_what_there_is_to_do_and_does_nothing(room: Room, city: City) -> None:
    run = room.start("make_up_days", **form(DAY, DAY, dry_run=True))
    ended = room.ended(run)
    assert ended["state"] == "success", ended
    note = ended["note"]
    assert note.startswith("» Dry run, nothing was done. 2026-11-20 to 2026-11-20, 1 day: province: at most ")
    assert {room.tasks(run)[name]["state"] for name in ("approve", "start_backfill", "follow_backfill")} == {"skipped"}
    assert list_backfills(city) == []


@pytest.mark.timeout(400)
def test_a_small_backfill_needs_no_approval_and_sends_shard_by_shard(room: Room, city: City) -> None:
    run = room.start("make_up_days", **form(DAY, DAY, steps=["push"]))
    ended = room.ended(run)
    assert ended["state"] == "success", ended
    (kept,) = list_backfills(city)
    assert (kept.state, kept.reason, kept.request.steps) == ("done", "the gate's devices were offline", ("push",))
    assert kept.asked_by == f"boss ({run.run_id})"
    tasks = room.tasks(run)
    assert tasks["approve"]["note"] == "» No approval was needed."
    assert tasks["follow_backfill"]["note"].startswith(f"» Backfill {kept.number} is done. province: ")
    states = day_status(city, DAY).states
    for target in ("province", "nation"):
        assert states[target]["waiting"] == states[target]["in_batch"] == 0
        assert room.stage.attendance_rows(target, DAY) == states[target]["acknowledged"] > 0
        said = kept.said[target]
        assert kept.result is not None
        assert kept.result[target]["sent"] <= said["to_send"]
        (push,) = room.call("GET", f"dags/push_attendance_{target}/dagRuns")["dag_runs"]
        assert (push["run_type"], push["partition_key"]) == ("backfill", DAY.isoformat())
        read, there = day_status(city, DAY).punches_read, states[target]["acknowledged"]
        assert push["note"].startswith(f"» {there:,} of {read:,} punches of {DAY} acknowledged by the {target}; ")
        assert "waiting" not in push["note"]
        path = f"dags/push_attendance_{target}/dagRuns/{push['dag_run_id']}/taskInstances"
        mapped = [one for one in room.call("GET", path)["task_instances"] if one["task_id"] == f"deliver_to_{target}"]
        assert [one["rendered_map_index"] for one in sorted(mapped, key=lambda one: one["map_index"])] == [
            "projects, shard 1 of 2",
            "projects, shard 2 of 2",
        ]


def test_the_metrics_say_what_was_sent(room: Room, city: City) -> None:
    states = day_status(city, DAY).states
    for target in ("province", "nation"):
        made = room.heard.of(f"airflow.realname.calls.{target}")
        assert {kind for _, kind in made} == {"c"}
        assert sum(count for count, _ in made) >= room.stage.write_calls(target) > 0
        assert room.heard.of(f"airflow.realname.call_ms.median.{target}")[-1][0] > 0
        told = room.heard.of(f"airflow.realname.rows.acknowledged.{target}")
        assert told[-1] == (states[target]["acknowledged"], "g")


def test_the_lineage_names_tables_and_nothing_else(room: Room) -> None:
    events = [one for one in room.events if one["job"]["name"] == "push_attendance_nation.deliver_to_nation"]
    (first, *_), last = events, events[-1]
    assert {one["eventType"] for one in events} == {"START", "COMPLETE"}
    said = tables_of("deliver_to_nation")
    for kind, connection, tables in (
        ("inputs", "realname_municipal", said["source"]),
        ("inputs", "realname_warehouse", said["reads"]),
        ("outputs", "realname_warehouse", said["writes"]),
    ):
        for event in (first, last):
            names = {one["name"] for one in event[kind] if one["name"].startswith(connection)}
            assert names == {f"{connection}.{table}" for table in tables}
            assert {one["namespace"] for one in event[kind]} == {"postgres://localhost:5432"}
            assert all(not one.get("facets") for one in event[kind])


@pytest.mark.timeout(400)
def test_a_large_one_waits_and_what_is_rejected_is_not_done(room: Room, city: City) -> None:
    before = len(list_backfills(city))
    run = room.start("make_up_days", **form(WEEK_AGO, DAY, steps=["extract"]))
    room.answer(run, "Reject")
    ended = room.ended(run)
    assert ended["state"] == "success", ended
    tasks = room.tasks(run)
    assert tasks["plan_days"]["note"].endswith("It needs an approval: 8 days are more than 7.")
    assert tasks["approve"]["note"] == "» Reject: by boss."
    assert {tasks[name]["state"] for name in ("start_backfill", "follow_backfill")} == {"skipped"}
    assert len(list_backfills(city)) == before
    assert room.call("GET", "dags/extract_municipal/dagRuns")["dag_runs"] == []


@pytest.mark.timeout(600)
def test_what_is_approved_is_done_and_followed_to_its_end(room: Room, city: City) -> None:
    run = room.start("make_up_days", **form(WEEK_AGO, DAY, steps=["extract"], order="newest first"))
    detail = room.until(
        lambda: room.call("GET", f"dags/make_up_days/dagRuns/{run.run_id}/hitlDetails")["hitl_details"], bool
    )[0]
    assert detail["subject"] == f"Make up {WEEK_AGO} to {DAY}?"
    assert "8 days are more than 7" in detail["body"]
    assert "the gate's devices were offline" in detail["body"]
    assert detail["defaults"] == ["Reject"]
    room.answer(run, "Approve")
    ended = room.ended(run)
    assert ended["state"] == "success", ended
    kept = list_backfills(city)[0]
    assert (kept.state, kept.request.newest_first, len(kept.request.days)) == ("done", True, 8)
    made = room.call("GET", "dags/extract_municipal/dagRuns")["dag_runs"]
    assert sorted(one["partition_key"] for one in made) == sorted(day.isoformat() for day in kept.request.days)
    assert all(" punches of " in one["note"] for one in made)


@pytest.mark.timeout(400)
def test_a_backfill_whose_answer_was_lost_is_not_asked_for_twice(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from realname_sync.orchestration.airflow_rest import BackfillUnderWayError
    from realname_sync.orchestration.connections import own_airflow

    login = {"login": "worker", "password": room.airflow.password_of("worker"), "host": room.airflow.url}
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps({"conn_type": "http", **login}))
    asked = Asked("report_quality", WEEK_AGO, WEEK_AGO + timedelta(days=1), "completed", {}, newest_first=False)
    with own_airflow() as api:
        api.make_backfill(asked)
        api.make_backfill(asked)
        assert api.is_under_way("report_quality")
        with pytest.raises(BackfillUnderWayError, match="one at a time"):
            api.make_backfill(replace(asked, last=DAY))
    assert len(room.call("GET", "backfills", params={"dag_id": "report_quality"})["backfills"]) == 1
    assert room.call("GET", "dags/report_quality/dagRuns")["total_entries"] == 2
    monkeypatch.setenv(
        "AIRFLOW_CONN_AIRFLOW_API", json.dumps({"conn_type": "http", **login, "password": login["login"]})
    )
    with pytest.raises(ConnectionMissingError, match="gave no token") as refused:
        own_airflow().sign_in()
    assert login["password"] not in str(refused.value)


@pytest.mark.timeout(400)
def test_a_failed_run_says_what_to_do_and_keeps_a_persons_note(room: Room) -> None:
    run = room.start("extract_municipal")
    room.call("PATCH", f"dags/extract_municipal/dagRuns/{run.run_id}", json={"note": "Li looks at it"})
    ended = room.ended(run)
    assert ended["state"] == "failed"
    assert ended["note"].startswith("Li looks at it\n» Failed: ")
    assert room.tasks(run)["extract_municipal"]["note"].startswith("» Failed: ")


def test_nothing_of_a_person_is_in_what_went_out(room: Room) -> None:
    database = room.stage.sandbox_database
    with psycopg.connect(database.replace("realname_sandbox", "realname_municipal")) as municipal:
        rows = municipal.execute("SELECT id_number FROM person UNION SELECT phone FROM person").fetchall()
    with psycopg.connect(database) as sandbox:
        rows += sandbox.execute("SELECT secret FROM control.credential").fetchall()
    values = [value for (value,) in rows if value and len(value) >= 11]
    assert len(values) > 200
    notes = [one["note"] for dag in ("make_up_days", *BY_DATE_DAGS) for one in runs_of(room, dag)]
    values += [room.airflow.password_of(name) for name in ("boss", "worker")]
    needles = Needles({f"value {number}": value for number, value in enumerate(values)})
    told = "\n".join([room.events_file.read_text(encoding="utf-8"), *room.heard.lines, *filter(None, notes)])
    assert list(needles.within("what went out", told)) == []


def runs_of(room: Room, dag_id: str) -> Any:
    """All runs of a DAG."""
    return room.call("GET", f"dags/{dag_id}/dagRuns")["dag_runs"]
