"""One day through Airflow on the deployment, with a worker killed while it delivers to the nation."""

import time
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from compose.deployment import Deployment
from realname_sync.demo.airflow_api import AirflowApi, DagRun
from realname_sync.demo.screen import Screen

TARGETS = ("province", "nation")
_BEFORE = ("extract_municipal", "check_consistency")
_PUSHES = ("push_attendance_province", "push_attendance_nation")
_AFTER = ("reconcile_uploads", "report_quality")
_RUN_SECONDS = 1800
_KILL_SECONDS = 600

_WORK_DATE = """
import json, psycopg, os
with psycopg.connect(os.environ["REALNAME_SANDBOX_SERVER"]) as connection:
    print(connection.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                             " WHERE datname = 'realname_sandbox'").fetchone()[0])
"""
_STATUS = """
import json, sys
from datetime import date
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.status import day_status, report_page
city = open_city()
status = day_status(city, date.fromisoformat(sys.argv[1]))
print(json.dumps({"read": status.punches_read, "states": status.states, "adds_up": status.adds_up(),
                  "report": report_page(city, status.work_date)}))
"""
_LAST_ERROR = """
import glob, json, sys
said = []
logs = f"/opt/airflow/logs/dag_id={sys.argv[1]}/run_id={sys.argv[2]}/**/attempt=*.log"
for path in sorted(glob.glob(logs, recursive=True)):
    for line in open(path):
        try:
            said.append(path.rpartition("/")[2] + ": " + json.loads(line)["error_detail"][0]["exc_value"][:200])
        except (ValueError, LookupError, TypeError):
            pass
print(json.dumps(said))
"""
# Ends as soon as the nation has so many punches of a date.
_AWAIT_ROWS = """
import json, os, psycopg, sys, time
from psycopg.conninfo import make_conninfo
end = time.monotonic() + float(sys.argv[3])
server = make_conninfo(os.environ["REALNAME_SANDBOX_SERVER"], dbname="realname_sandbox")
with psycopg.connect(server, autocommit=True) as connection:
    while True:
        count = "SELECT count(*) FROM nation.attendance WHERE work_date = %s"
        rows = connection.execute(count, [sys.argv[1]]).fetchone()[0]
        if rows >= int(sys.argv[2]) or time.monotonic() > end:
            break
        time.sleep(0.02)
print(json.dumps(rows))
"""
# What the platforms are asked for once more at the end, row by row.
_RECONCILE = """
import json, sys
from datetime import date
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.reconcile import reconcile_uploads
print(json.dumps(reconcile_uploads(open_city(), date.fromisoformat(sys.argv[1]), every_row=True), default=str))
"""
# A punch, as a person would tell two apart. The nation keeps whatever it is sent, twice if it is sent twice.
_HELD = """
SELECT count(*), count(DISTINCT
    (project_code, id_card_type, id_number, punched_at, direction, device_sn, device_record_id))
FROM {target}.attendance WHERE work_date = '{day}'
"""


@dataclass
class Seen:
    """What came of the day."""

    work_date: date
    read: int = 0
    killed: str = ""
    at_the_kill: int = 0
    delivered_by: dict[str, list[str]] = field(default_factory=dict)
    states: dict[str, dict[str, int]] = field(default_factory=dict)
    held: dict[str, tuple[int, int]] = field(default_factory=dict)
    reconciled: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def carry_and_kill(deployment: Deployment, api: AirflowApi, screen: Screen) -> Seen:
    """Carry the sandbox's day through Airflow, kill the worker that sends to the nation, and see how it ends."""
    seen = Seen(date.fromisoformat(deployment.python("sandbox", _WORK_DATE)["work_date"]))
    with screen.step("pull_master_data"):
        _succeed(deployment, seen, api.wait(api.trigger("pull_master_data"), _RUN_SECONDS))
    for dag_id in _BEFORE:
        with screen.step(dag_id):
            _succeed(deployment, seen, api.wait(api.backfill(dag_id, seen.work_date), _RUN_SECONDS))
    seen.read = deployment.python("worker", _STATUS, str(seen.work_date))["read"]
    runs = {dag_id: api.backfill(dag_id, seen.work_date) for dag_id in _PUSHES}
    with screen.step("a worker is killed while it sends to the nation") as detail:
        _kill_half_way(deployment, api, runs["push_attendance_nation"], seen)
        detail.append(f"{seen.killed}: the nation had {seen.at_the_kill} of {seen.read} punches")
    with screen.step("the other worker carries on, once Airflow has noticed"):
        for run in runs.values():
            _succeed(deployment, seen, api.wait(run, _RUN_SECONDS))
            seen.delivered_by[run.dag_id] = [
                f"attempt {one['try_number']} {one['state']} on {one['hostname']}" for one in _tries(api, run)
            ]
    for dag_id in _AFTER:
        with screen.step(dag_id):
            _succeed(deployment, seen, api.wait(api.backfill(dag_id, seen.work_date), _RUN_SECONDS))
    with screen.step("counted at both platforms, and compared row by row"):
        _judge(deployment, seen)
    return seen


def _succeed(deployment: Deployment, seen: Seen, run: DagRun) -> None:
    if run.state != "success":
        said = deployment.python("worker", _LAST_ERROR, run.dag_id, run.run_id)
        seen.wrong.append(f"the run of {run.dag_id} ended as {run.state}: {'; '.join(said)}")


def _kill_half_way(deployment: Deployment, api: AirflowApi, run: DagRun, seen: Seen) -> None:
    """Kill the worker that runs the delivery as soon as the nation has some of the day's punches.

    Raises:
        TimeoutError: the delivery did not begin.
    """
    host = _running_on(api, run)
    victim = next(one for one in deployment.containers("worker") if one.startswith(host))
    sent = deployment.python("sandbox", _AWAIT_ROWS, str(seen.work_date), str(seen.read // 10), str(_KILL_SECONDS))
    deployment.engine.run("kill", victim)
    if sent < seen.read // 10:
        raise TimeoutError("the delivery to the nation did not begin")
    time.sleep(3)  # what was under way to the platform arrives
    seen.killed, seen.at_the_kill = (
        f"worker {host}",
        deployment.python("sandbox", _AWAIT_ROWS, str(seen.work_date), "0", "0"),
    )


def _running_on(api: AirflowApi, run: DagRun) -> str:
    """The host that runs the delivery, once one does."""
    deadline = time.monotonic() + _KILL_SECONDS
    while time.monotonic() < deadline:
        for one in _tries(api, run):
            if one["state"] == "running" and one["hostname"]:
                return str(one["hostname"])
        time.sleep(0.5)
    raise TimeoutError("no worker took up the delivery to the nation")


def _tries(api: AirflowApi, run: DagRun) -> list[dict[str, Any]]:
    """The attempts of the run's delivery, oldest first."""
    found = api.tries(run, f"deliver_to_{run.dag_id.rpartition('_')[2]}")
    return sorted(found, key=lambda one: one["try_number"])


def _judge(deployment: Deployment, seen: Seen) -> None:
    day = str(seen.work_date)
    status = deployment.python("worker", _STATUS, day)
    seen.states = status["states"]
    seen.reconciled = deployment.python("worker", _RECONCILE, day)
    if not status["adds_up"]:
        seen.wrong.append("the five states do not add up to what was read")
    if not status["report"]:
        seen.wrong.append("there is no report")
    for target in TARGETS:
        states = seen.states[target]
        rows, different = (int(cell) for cell in deployment.platform_rows(_HELD.format(target=target, day=day))[0])
        seen.held[target] = rows, different
        compared = seen.reconciled[target]
        for name, found in {
            "waiting": states["waiting"],
            "in a batch": states["in_batch"],
            "there and not acknowledged, or the other way round": abs(rows - states["acknowledged"]),
            "there twice": rows - different,
            **{f"{name} by the comparison of rows": compared[name] for name in ("missing", "extra", "doubled")},
        }.items():
            if found:
                seen.wrong.append(f"{target}: {found} punches {name}")
    if seen.at_the_kill > 0.9 * seen.states["nation"]["acknowledged"]:
        seen.wrong.append("the worker was killed too late: nearly all was there already")
    if len(seen.delivered_by["push_attendance_nation"]) < 2:
        seen.wrong.append("the delivery to the nation was not tried a second time, so nothing was interrupted")
