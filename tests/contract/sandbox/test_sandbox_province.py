import json
from typing import Any

import psycopg
import pytest
from sandbox_city import CONTRACTOR, MANAGER_ID, MANAGER_ROW, OTHER_PROJECT, PROJECT, PROJECT_ROW, put_shared
from sandbox_client import Client, decrypt, province
from sandbox_lane import (
    WORKER_IDS,
    device_punch,
    done,
    manager_at_province,
    movement,
    movements,
    participant,
    person,
    province_team,
    punch,
    team,
    workers,
)

from realname_sync.sandbox.running import RunningPlatforms


@pytest.fixture
def client(sandbox: RunningPlatforms) -> Client:
    return province(sandbox.url("province"))


def attendance(rows: list[Any]) -> dict[str, Any]:
    return {"projectCode": PROJECT, "dataList": rows}


def verdict(answer: tuple[int, str]) -> tuple[int, int, dict[int, str]]:
    """Status, rows accepted, and the reasons of the rejected ones by their index."""
    status, result = answer
    read = json.loads(result)
    return status, read["accepted"], {one["index"]: one["reason"] for one in read["rejected"]}


def day(client: Client, date: str = "2026-11-20") -> Any:
    code, data = client.call("AttendanceDay.Query", {"projectCode": PROJECT, "date": date})
    assert code == 0
    return data


def test_participants_the_integrity_platform_has_are_known_and_not_taken_again(client: Client) -> None:
    shared = participant(corpCode=CONTRACTOR, corpType="009", corpName="甲建设有限公司")
    status, result = client.write("ProjectSubContractor.Add", shared)
    assert (status, "诚信平台" in result) == (10, True)
    parties = {"corpCode": CONTRACTOR, "corpName": "甲建设有限公司"}
    done(client.write("Team.Add", team(localTeamId="T-9", **parties)))
    done(client.write("ProjectSubContractor.Add", shared | {"corpType": "006"}))
    done(client.write("ProjectSubContractor.Add", participant()))
    assert client.write("ProjectSubContractor.Add", participant()) == (10, "该参建单位已存在")


def test_objects_have_to_come_in_order(client: Client) -> None:
    assert client.write("Team.Add", team(localTeamId="T-1"))[0] == 10
    number = province_team(client)
    new = WORKER_IDS[9]
    send = attendance([device_punch(client, new, "1", number)])
    assert verdict(client.write("WorkerAttendance.Add", send)) == (10, 0, {0: "idCardNumber该人员不在项目中"})
    joined = movements(number, [movement(client, new)])
    assert verdict(client.write("WorkerEntryExit.Add", joined)) == (10, 0, {0: "idCardNumber该人员不在项目中"})
    post = {"postCode": "G04", "idCardNumber": client.hidden(new), "workerName": "王二", "startDate": "2026-11-01"}
    posts = {"projectCode": PROJECT, "keyPosts": [post]}
    assert verdict(client.write("KeyPost.Upload", posts)) == (10, 0, {0: "idCardNumber该人员不在项目中"})
    done(client.write("ProjectWorker.Add", workers(number, [person(client, new, identityType=5)])))
    assert verdict(client.write("WorkerAttendance.Add", send))[2] == {0: "date该人员当日未进场或已退场"}
    done(client.write("WorkerEntryExit.Add", joined))
    done(client.write("KeyPost.Upload", posts))
    done(client.write("WorkerAttendance.Add", send))


def test_projects_have_to_be_known_and_of_the_callers_city(client: Client, database: psycopg.Connection) -> None:
    assert client.write("ProjectSubContractor.Add", participant(projectCode="nowhere")) == (10, "projectCode不存在")
    abroad = PROJECT_ROW | {"projectCode": OTHER_PROJECT}
    put_shared(database, "project", "S-PRJ-2", abroad, area_code="330203")
    assert client.write("ProjectSubContractor.Add", participant(projectCode=OTHER_PROJECT))[0] == 10
    devices = {"projectCode": OTHER_PROJECT, "dataList": [device_punch(client, WORKER_IDS[0], "1", None)]}
    assert verdict(client.write("WorkerAttendance.Add", devices)) == (10, 0, {0: "projectCode不存在"})


def test_good_rows_are_kept_beside_bad_ones(client: Client, database: psycopg.Connection) -> None:
    number = province_team(client)
    rows = [
        device_punch(client, WORKER_IDS[0], "1", number),
        device_punch(client, WORKER_IDS[0], "2", None),
        device_punch(client, WORKER_IDS[0], "3", 1),
        device_punch(client, WORKER_IDS[0], "4", number, deviceSn="D9"),
        device_punch(client, WORKER_IDS[0], "5", number, date="2026-11-21 00:00:01"),
        device_punch(client, WORKER_IDS[40], "6", number),
        punch(client, WORKER_IDS[0]),
        device_punch(client, WORKER_IDS[1], "7", number, direction="02", postCode="G99"),
        device_punch(client, WORKER_IDS[1], "8", number, direction="02"),
    ]
    status, accepted, reasons = verdict(client.write("WorkerAttendance.Add", attendance(rows)))
    assert (status, accepted) == (20, 2)
    assert reasons == {
        1: "teamSysNo该人员不在该班组中",
        2: "teamSysNo超出范围或无效",
        3: "deviceSn设备未登记于该项目",
        4: "date不能晚于今天",
        5: "idCardNumber该人员不在项目中",
        6: "deviceSn不能为空;deviceRecordId不能为空;receivedAt不能为空",
        7: "postCode不在代码表中",
    }
    stored = database.execute("select device_record_id from province.attendance order by 1").fetchall()
    assert stored == [("1",), ("8",)]
    assert verdict(client.write("WorkerAttendance.Add", attendance(rows[1:3])))[:2] == (10, 0)


def test_the_same_punch_is_kept_once(client: Client) -> None:
    number = province_team(client)
    one = device_punch(client, WORKER_IDS[0], "1", number)
    for _ in range(2):
        assert verdict(client.write("WorkerAttendance.Add", attendance([one, one]))) == (20, 2, {})
    assert day(client)["rows"] == 1
    other = device_punch(client, WORKER_IDS[0], "1", number, date="2026-11-20 17:00:00")
    reused = {0: "deviceRecordId该设备的记录编号已用于另一条记录"}
    assert verdict(client.write("WorkerAttendance.Add", attendance([other]))) == (10, 0, reused)
    first, second = (device_punch(client, WORKER_IDS[0], "2", number, direction=way) for way in ("01", "02"))
    assert verdict(client.write("WorkerAttendance.Add", attendance([first, second])))[:2] == (20, 1)


def test_late_punches_are_kept_and_counted(client: Client, arrival_clock: Any) -> None:
    number = province_team(client)
    rows = [device_punch(client, WORKER_IDS[0], str(n), number, date=f"2026-11-20 1{n}:00:00") for n in range(4)]
    done(client.write("WorkerAttendance.Add", attendance(rows[:3])))
    assert day(client) == {"rows": 3, "persons": 1, "lateRows": 0, "lastReceivedAt": "2026-11-20 21:30:00"}
    arrival_clock.pass_time(hours=3)
    done(client.write("WorkerAttendance.Add", attendance(rows)))
    assert day(client) == {"rows": 4, "persons": 1, "lateRows": 1, "lastReceivedAt": "2026-11-21 00:30:00"}
    assert day(client, "2026-11-19") == {"rows": 0, "persons": 0, "lateRows": 0, "lastReceivedAt": None}


def test_management_staff_need_no_team(client: Client) -> None:
    number = province_team(client)
    manager_at_province(client)
    rows = [
        device_punch(client, MANAGER_ID, "1", None, postCode="G01"),
        device_punch(client, MANAGER_ID, "2", number),
    ]
    assert verdict(client.write("WorkerAttendance.Add", attendance(rows))) == (
        20,
        1,
        {1: "teamSysNo该人员不在该班组中"},
    )
    no_team = workers(None, [person(client, WORKER_IDS[9], identityType=5)], teamName=None)
    assert verdict(client.write("ProjectWorker.Add", no_team)) == (10, 0, {0: "teamSysNo建筑工人不能为空"})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"workerName": "林二"}, "workerName"),
        ({"cellPhone": "19900000009"}, "cellPhone"),
        ({"workerName": " 林　一 "}, None),
    ],
)
def test_a_worker_who_contradicts_shared_data_is_refused(client: Client, changed: Any, field: str | None) -> None:
    values = {"workerName": "林一", "cellPhone": MANAGER_ROW["phone"], "identityType": 3} | changed
    rows = [person(client, MANAGER_ID, **values)]
    sent = workers(None, rows, corpCode=CONTRACTOR, corpName="甲建设有限公司", teamName=None)
    status, _, reasons = verdict(client.write("ProjectWorker.Add", sent))
    assert (status, reasons.get(0, "").startswith(field or "nothing")) == (10 if field else 20, field is not None)


def test_the_provinces_additions_are_asked_for(client: Client) -> None:
    assert client.call("Team.Add", team())[0] == -1
    number = province_team(client)
    answer = client.write("ProjectWorker.Add", workers(number, [person(client, WORKER_IDS[8])]))
    assert verdict(answer) == (10, 0, {0: "identityType不能为空"})
    assert client.call("WorkerAttendance.Add", attendance([{}] * 501))[0] == -1
    assert client.call("WorkerAttendance.Add", attendance([{}]) | {"teamSysNo": number})[0] == -1


def test_a_team_is_known_by_name_and_by_local_number(client: Client) -> None:
    number = province_team(client)
    for again in (team(localTeamId="T-2"), team(localTeamId="T-1", teamName="另一班")):
        status, result = client.write("Team.Add", again)
        assert (status, str(number) in result) == (10, True)
    assert number != 1000100001


def test_what_was_written_can_be_read(client: Client) -> None:
    number = province_team(client)
    done(client.write("WorkerAttendance.Add", attendance([device_punch(client, WORKER_IDS[1], "1", number)])))
    asked = {"projectCode": PROJECT, "pageIndex": 0, "pageSize": 200}
    found = client.call("WorkerAttendance.Query", asked | {"date": "2026-11-20"})[1]
    assert found["totalCount"] == 1
    row = found["rows"][0]
    assert decrypt(row["idCardNumber"], client.secret) == WORKER_IDS[1]
    assert (row["deviceSn"], row["deviceRecordId"], row["receivedAt"]) == ("D1", "1", "2026-11-20 07:00:05")
    assert client.call("Team.Query", asked)[1]["rows"][0]["localTeamId"] == "T-1"
    assert client.call("ProjectWorker.Query", asked)[1]["totalCount"] == 2
    nobody = client.call("ProjectWorker.Query", asked | {"idCardNumber": client.hidden(MANAGER_ID)})[1]
    assert nobody == {"pageIndex": 0, "pageSize": 200, "totalCount": 0, "rows": []}


def test_devices_and_key_posts_are_replaced_when_said_again(
    client: Client, database: psycopg.Connection, sandbox: RunningPlatforms
) -> None:
    province_team(client)
    for model in ("M1", "M2"):
        device = {"deviceSn": "D1", "role": "both", "model": model}
        done(client.write("Device.Upload", {"projectCode": PROJECT, "devices": [device, {"deviceSn": "D2"}]}))
        post = {"postCode": "G04", "idCardNumber": client.hidden(WORKER_IDS[0]), "startDate": "2026-11-01"}
        late = post | {"postCode": "G05", "endDate": "2026-10-01"}
        named = [one | {"workerName": "王二"} for one in (post, late)]
        answer = client.write("KeyPost.Upload", {"projectCode": PROJECT, "keyPosts": named})
        assert verdict(answer) == (20, 1, {1: "endDate不能早于 startDate"})
    assert sandbox.counts("province")["rows"] == {
        "sub_contractor": 1,
        "team": 1,
        "worker": 2,
        "entry_exit": 2,
        "key_post": 1,
        "device": 1,
        "attendance": 0,
    }
    assert database.execute("select payload ->> 'model' from province.device").fetchone() == ("M2",)
