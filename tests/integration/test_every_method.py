"""The client against the sandbox, for every method of both standards that this system calls.

The two are written apart from the same documents; where they disagree, a call here is refused.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from realname_sync.delivery.desk import CallBook
from realname_sync.pipelines.corrections import propose, request
from realname_sync.pipelines.deliver import TARGETS, deliver, open_target
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.platforms.opening import open_integrity
from realname_sync.standards import load_profile, load_standard, serialise

DAY = date(2026, 11, 20)
STORED = (
    "SELECT project_code, id_number, to_char(punched_at, 'YYYY-MM-DD HH24:MI:SS'), direction"
    " FROM {}.attendance WHERE work_date = %s"
)
ON_THE_INTEGRITY_PORT = frozenset({"Correction.Add", "Correction.Query", "WarningLamp.Query", "Rectification.Add"})


def handled(platform: str) -> set[str]:
    """What the standard says is called on that platform."""
    methods = {one.name for one in load_standard(load_profile(platform).standard).methods.values() if one.handled}
    shared = {name for name in methods if name.startswith("Shared")} | (methods & ON_THE_INTEGRITY_PORT)
    return shared if platform == "integrity" else methods - shared


@pytest.fixture
def delivered(open_town: Callable[..., Any]) -> Any:
    """A town whose day was delivered to both platforms and compared."""
    town = open_town(1, stage="checked")
    for target in TARGETS:
        deliver(town.city, DAY, target)
    reconcile_uploads(town.city, DAY)
    return town


def test_every_method_this_system_calls_is_answered_with_success(delivered: Any) -> None:
    project_code = delivered.warehouse_sql(
        "SELECT min(project_code) FROM delivery.registration WHERE kind = 'team' AND project_code IN ("
        "SELECT project_code FROM delivery.registration"
        " WHERE kind = 'participant' AND target = 'province' AND state = 'acknowledged')"
    )[0][0]
    person = delivered.warehouse_sql(
        "SELECT person.id_cipher FROM core.person JOIN delivery.registration ON local_key = person_id"
        " WHERE kind = 'worker' AND state = 'acknowledged' AND project_code = :project_code LIMIT 1",
        project_code=project_code,
    )[0][0]
    number = delivered.city.vault.reveal(person)
    for target in TARGETS:
        uplink = open_target(delivered.city, target, CallBook())
        pair = uplink.credentials_for(project_code)
        reads = {name for name in handled(target) if name.endswith(".Query")}
        for method in sorted(
            reads - {"AsyncHandleResult.Query", "AttendanceDay.Query", "WorkerAttendance.Query", "Corp.Query"}
        ):
            rows = [
                row for page in uplink.client.pages(method, {"projectCode": project_code}, pair) for row in page.rows
            ]
            assert rows, f"{target}: {method} found nothing"
        assert uplink.attendance_count(project_code, DAY) > 0
        assert isinstance(uplink.attendance_of_person(project_code, DAY, "01", number), list)
        if "Corp.Query" in reads:
            assert list(uplink.client.pages("Corp.Query", {}, pair))
        uplink.close()
    integrity = open_integrity(delivered.city.connection("integrity_platform"))
    for name in ("project", "corp", "participant", "person", "registration", "key_post"):
        assert list(integrity.shared_pages(name, "330100"))
    list(integrity.lamps("330100"))
    list(integrity.correction("none"))
    project_code = next(row["projectCode"] for page in integrity.shared_pages("project", "330100") for row in page.rows)
    statement = {
        "lampId": delivered.platforms.light_lamp(project_code, "PM_POST_MISSING"),
        "projectCode": project_code,
        "measure": "done",
        "doneAt": "2026-11-20 18:00:00",
    }
    serial = integrity.rectify(
        serialise(load_standard("zhejiang_2_0").method("Rectification.Add"), statement, encrypt=str)
    )
    delivered.platforms.counts("integrity")  # once all that was accepted is worked off
    assert integrity.result(serial).status == 20
    integrity.client.close()
    wrong = propose(delivered.city)
    asked = next(one for one in wrong if not one.obstacle)
    assert request(delivered.city, [asked.finding_id], reason="核对后以市级平台为准", by="王工").states == {
        "received": 1
    }
    for platform in (*TARGETS, "integrity"):
        calls = delivered.platforms.calls(platform)
        refused = {call["method"] for call in calls if call["code"] != 0}
        assert refused == set()
        assert handled(platform) <= {call["method"] for call in calls}


def test_what_a_platform_stored_is_what_was_meant(delivered: Any) -> None:
    for target in TARGETS:
        ours = delivered.warehouse_sql(
            "SELECT punch.project_code, punch.punch_id, person.id_cipher, punch.direction,"
            " to_char(punch.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS local_time"
            " FROM delivery.punch_state AS state"
            " JOIN core.punch AS punch USING (work_date, project_code, punch_id)"
            " JOIN core.person AS person ON person.person_id = punch.person_id"
            " WHERE state.work_date = :work_date AND state.state = 'acknowledged' AND state.target = :target",
            work_date=DAY,
            target=target,
        )
        expected = sorted(
            (row.project_code, delivered.city.vault.reveal(row.id_cipher), row.local_time, row.direction)
            for row in ours
        )
        assert sorted(delivered.sandbox_sql(STORED.format(target), DAY)) == expected != []
