"""A whole day as its DAGs have it: read, checked, sent to both platforms by two workers each, held against both.

Each step is a process of its own, as a task is; the time is that of the steps one after the other, without their
starts. Both platforms are sent to at the same time. The reconciliation counts every project, and nothing differs.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import text

from bench.child import run_child
from bench.measuring import Watch
from bench.place import Place
from bench.receiver import list_counts
from bench.stages.delivery import forget
from bench.stages.merge import empty
from bench.stages.shards import at_once, in_shards
from realname_sync.pipelines.deliver import TARGETS, completeness
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.reconcile import reconcile_uploads

WORKERS = 2
_COUNTED_BY = {"province": "AttendanceDay.Query", "nation": "WorkerAttendance.Query"}
_COUNTED = """
    SELECT sent.project_code, count(*) AS punches, count(DISTINCT sent.person_id) AS persons
    FROM delivery.sent_punch AS sent
    JOIN delivery.batch USING (work_date, project_code, batch_id)
    WHERE sent.work_date = :day AND sent.target = :target AND batch.state = 'acknowledged'
    GROUP BY 1"""


def ours(place: Place, watch: Watch) -> None:
    """All steps, from a day of which nothing is known."""
    city = place.city()
    forget(city, place)
    empty(city, place)
    with watch.running() as outcome:
        read = run_child(f"{__name__}:read_all", place)
        checked = run_child("bench.stages.rules:check", place)
        sent = at_once([part for target in TARGETS for part in in_shards(replace(place, target=target), WORKERS)])
        _tell_counts(place, city.engine)
        reconciled = run_child(f"{__name__}:reconcile", place)
    steps = {
        "read": read["seconds"], "check": checked["seconds"],
        "both platforms": max(one["seconds"] for one in sent), "reconcile": reconciled["seconds"],
    }  # fmt: skip
    counted = completeness(city, place.work_date)
    for target in TARGETS:
        told, stands = reconciled["notes"][target], counted[target]
        assert stands["waiting"] == stands["in_batch"] == told["differ"] == told["not_asked"] == 0, (stands, told)
        assert told["platform"] == told["acknowledged"] == stands["acknowledged"] > 0, (stands, told)
    every = [read, checked, *sent, reconciled]
    outcome.rows, outcome.seconds = read["rows"], sum(steps.values())
    outcome.memory_mb = max(one["memory_mb"] for one in every)
    outcome.statements = sum(one["statements"] for one in every)
    outcome.notes = {"steps": steps, **{target: counted[target]["acknowledged"] for target in TARGETS}}
    city.close()


def read_all(place: Place, watch: Watch) -> None:
    """Everything of the municipal platform: master data, which stayed as they were, and the day."""
    city = place.city()
    city.engine.connect().close()
    with watch.running() as outcome:
        told = extract_municipal(city, place.work_date)
    outcome.rows = told["punches"]["staged"]
    city.close()


def reconcile(place: Place, watch: Watch) -> None:
    """Both platforms by counts."""
    city = place.city()
    city.engine.connect().close()
    with watch.running() as outcome:
        told = reconcile_uploads(city, place.work_date)
    outcome.notes = {target: told[target] for target in TARGETS}
    city.close()


def _tell_counts(place: Place, engine: Any) -> None:
    """The lean platform keeps no rows: it is told what it counts, which is what it was sent."""
    with engine.connect() as connection:
        for target, method in _COUNTED_BY.items():
            rows = connection.execute(text(_COUNTED), {"day": place.work_date, "target": target})
            list_counts(place.receiver, {method: {row.project_code: (row.punches, row.persons) for row in rows}})
