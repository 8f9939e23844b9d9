import json
from typing import Any

import psycopg
import pytest
from sandbox_city import CONTRACTOR, LABOUR, PROJECT
from sandbox_client import Client, decrypt, nation
from sandbox_lane import (
    TEAM_NAME,
    WORKER_IDS,
    corp,
    done,
    movement,
    movements,
    nation_team,
    participant,
    person,
    punch,
    team,
    workers,
)

from realname_sync.sandbox.running import RunningPlatforms


@pytest.fixture
def client(sandbox: RunningPlatforms) -> Client:
    return nation(sandbox.url("nation"))


def attendance(team_sys_no: int, rows: list[Any]) -> dict[str, Any]:
    return {"projectCode": PROJECT, "teamSysNo": team_sys_no, "dataList": rows}


def query(client: Client, method: str, **filters: Any) -> Any:
    code, data = client.call(method, {"projectCode": PROJECT, "pageIndex": 0, "pageSize": 50} | filters)
    assert code == 0
    return data


def test_objects_have_to_come_in_order(client: Client) -> None:
    assert client.write("ProjectSubContractor.Add", participant())[0] == 10
    done(client.write("Corp.Upload", corp()))
    assert client.write("Team.Add", team()) == (10, "corpCode不是该项目的参建单位")
    done(client.write("ProjectSubContractor.Add", participant()))
    assert client.write("ProjectWorker.Add", workers(1000000000, [person(client, WORKER_IDS[0])]))[0] == 10
    number = json.loads(done(client.write("Team.Add", team())))["teamSysNo"]
    assert client.write("WorkerEntryExit.Add", movements(number, [movement(client, WORKER_IDS[0])]))[0] == 10
    done(client.write("ProjectWorker.Add", workers(number, [person(client, WORKER_IDS[0])])))
    status, result = client.write("WorkerAttendance.Add", attendance(number, [punch(client, WORKER_IDS[0])]))
    assert (status, result) == (10, "[dataList][0][date]该人员当日未进场或已退场")
    done(client.write("WorkerEntryExit.Add", movements(number, [movement(client, WORKER_IDS[0])])))
    done(client.write("WorkerAttendance.Add", attendance(number, [punch(client, WORKER_IDS[0])])))


def test_duplicates_are_named_and_a_team_with_its_number(client: Client) -> None:
    number = nation_team(client)
    done(client.write("Corp.Upload", corp()))
    assert client.write("ProjectSubContractor.Add", participant()) == (10, "该参建单位已存在")
    status, result = client.write("Team.Add", team())
    assert (status, str(number) in result, len(str(number))) == (10, True, 10)
    status, result = client.write("ProjectWorker.Add", workers(number, [person(client, one) for one in WORKER_IDS[:2]]))
    assert status == 10
    assert result.split("\r\n") == [f"[workerList][{index}][idCardNumber]该人员已存在于项目中" for index in (0, 1)]
    new = person(client, WORKER_IDS[5])
    assert client.write("ProjectWorker.Add", workers(number, [new, new]))[0] == 10


def test_one_bad_row_refuses_the_whole_batch_and_is_named(client: Client, database: psycopg.Connection) -> None:
    number = nation_team(client)
    rows = [
        punch(client, WORKER_IDS[0]),
        punch(client, WORKER_IDS[30]),
        punch(client, WORKER_IDS[1], direction="03", attendType="999"),
        punch(client, WORKER_IDS[1], date="2026-11-20T07:00:00"),
        punch(client, WORKER_IDS[1], date="2026-11-21 00:00:00"),
        punch(client, WORKER_IDS[1], deviceSn="D1"),
        punch(client, WORKER_IDS[1], channel="门" * 51),
        punch(client, WORKER_IDS[1], date=None),
        punch(client, WORKER_IDS[1], date="2026-10-31 23:59:59"),
        "no object",
    ]
    status, result = client.write("WorkerAttendance.Add", attendance(number, rows))
    assert status == 10
    faults = {fault[: fault.rindex("]") + 1] for fault in result.split(";")}
    assert faults == {
        "[dataList][1][idCardNumber]",
        "[dataList][2][direction]",
        "[dataList][2][attendType]",
        "[dataList][3][date]",
        "[dataList][4][date]",
        "[dataList][5][deviceSn]",
        "[dataList][6][channel]",
        "[dataList][7][date]",
        "[dataList][8][date]",
        "[dataList][9][]",
    }
    assert not any(number in result for number in WORKER_IDS)
    assert database.execute("select count(*) from nation.attendance").fetchone() == (0,)


def test_values_that_do_not_decrypt_are_refused(client: Client) -> None:
    number = nation_team(client)
    other = Client("http://127.0.0.1:1", "x", "another0secret00another0secret00", "1.0")
    rows = [punch(other, WORKER_IDS[0]), punch(client, WORKER_IDS[0], idCardNumber=WORKER_IDS[0])]
    assert client.write("WorkerAttendance.Add", attendance(number, rows)) == (
        10,
        "[dataList][0][idCardNumber]解密失败;[dataList][1][idCardNumber]解密失败",
    )
    assert client.call("ProjectSubContractor.Add", participant(pmIDCardNumber="plain"))[0] == -1


def test_batches_have_their_limits(client: Client) -> None:
    number = nation_team(client)
    for method, data, field, limit in (
        ("ProjectWorker.Add", workers(number, []), "workerList", 5),
        ("WorkerEntryExit.Add", movements(number, []), "workerList", 50),
        ("WorkerAttendance.Add", attendance(number, []), "dataList", 20),
    ):
        assert client.call(method, data)[0] == -1
        assert client.call(method, data | {field: {}})[0] == -1
        assert client.call(method, data | {field: [{}] * (limit + 1)})[0] == -1
        assert client.call(method, data | {field: [{}] * limit})[0] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("corpName", None), ("teamName", "长" * 101), ("entryTime", "2026-11-01"), ("localTeamId", "T"), ("teamName", 7)],
)
def test_a_bad_field_outside_the_rows_is_refused_at_once(client: Client, field: str, value: Any) -> None:
    code, message = client.message("Team.Add", team(**{field: value}))
    assert code == -1
    assert ("Attachments" if field == "entryTime" else field) in message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("idCardType", "02"),
        ("idCardType", "77"),
        ("workType", "260"),
        ("workRole", "20"),
        ("isTeamLeader", 2),
        ("isTeamLeader", True),
        ("headImage", "data:image/gif;base64,AAAA"),
        ("headImage", "not base64"),
        ("headImage", "A" * 51_204),
        ("nation", ""),
        ("workerName", "名" * 51),
        ("politicsType", None),
        ("identityType", 5),
    ],
)
def test_a_workers_fields_are_checked(client: Client, field: str, value: Any) -> None:
    number = nation_team(client)
    rows = [person(client, WORKER_IDS[5]), person(client, WORKER_IDS[6], **{field: value})]
    status, result = client.write("ProjectWorker.Add", workers(number, rows))
    assert (status, result.startswith(f"[workerList][1][{field}]")) == (10, True)


def test_a_citizen_number_has_eighteen_places(client: Client) -> None:
    number = nation_team(client)
    for wrong in (WORKER_IDS[5][:17], WORKER_IDS[5][:17] + "x"):
        status, result = client.write("ProjectWorker.Add", workers(number, [person(client, wrong)]))
        assert (status, "身份证号码" in result) == (10, True)


def test_teams_have_to_be_the_companys_and_keep_their_name(client: Client) -> None:
    number = nation_team(client)
    new = [person(client, WORKER_IDS[5])]
    done(client.write("Corp.Upload", corp(CONTRACTOR)))
    done(client.write("ProjectSubContractor.Add", participant(corpCode=CONTRACTOR, corpType="009")))
    assert client.write("ProjectWorker.Add", workers(number, new, corpCode=CONTRACTOR))[0] == 10
    assert client.write("ProjectWorker.Add", workers(number, new, teamName="别的班"))[0] == 10
    assert client.write("ProjectWorker.Add", workers(number + 7, new)) == (10, "teamSysNo超出范围或无效")
    second = json.loads(done(client.write("Team.Add", team(teamName="木工班"))))["teamSysNo"]
    status, result = client.write("WorkerAttendance.Add", attendance(second, [punch(client, WORKER_IDS[0])]))
    assert (status, result) == (10, "[dataList][0][teamSysNo]该人员不在该班组中")


def test_people_join_and_leave_in_the_order_of_the_days(client: Client) -> None:
    number = nation_team(client)
    first = WORKER_IDS[0]

    def moves(*rows: tuple[str, int]) -> tuple[int, str]:
        return client.write("WorkerEntryExit.Add", movements(number, [movement(client, first, *row) for row in rows]))

    assert moves(("2026-11-02", 1))[0] == 10
    assert moves(("2026-10-31", 0))[0] == 10
    assert moves(("2026-11-21", 0)) == (10, "[workerList][0][date]不能晚于今天")
    done(moves(("2026-11-18", 0)))
    assert moves(("2026-11-19", 0))[0] == 10

    def send(day: str) -> tuple[int, str]:
        return client.write("WorkerAttendance.Add", attendance(number, [punch(client, first, f"{day} 12:00:00")]))

    done(send("2026-11-18"))
    assert send("2026-11-19")[0] == 10
    done(moves(("2026-11-20", 1), ("2026-11-20", 0)))
    done(send("2026-11-20"))


def test_the_same_punch_sent_twice_counts_twice(client: Client, sandbox: RunningPlatforms) -> None:
    number = nation_team(client)
    rows = [punch(client, WORKER_IDS[0], lng=120.123456, lat=30, channel="东门", attendType="001")] * 2
    done(client.write("WorkerAttendance.Add", attendance(number, rows)))
    done(client.write("WorkerAttendance.Add", attendance(number, rows)))
    page = query(client, "WorkerAttendance.Query", date="2026-11-20", pageSize=1)
    assert (page["totalCount"], len(page["rows"])) == (4, 1)
    row = page["rows"][0]
    assert decrypt(row.pop("idCardNumber"), client.secret) == WORKER_IDS[0]
    assert row == {
        "teamSysNo": number,
        "idCardType": "01",
        "date": "2026-11-20 07:00:00",
        "direction": "01",
        "channel": "东门",
        "attendType": "001",
        "lng": 120.123456,
        "lat": 30.0,
    }
    assert sandbox.counts("nation")["rows"]["attendance"] == 4


def test_late_punches_are_kept_and_marked(client: Client, arrival_clock: Any, database: psycopg.Connection) -> None:
    number = nation_team(client)
    arrival_clock.pass_time(hours=2, minutes=29, seconds=59)
    done(client.write("WorkerAttendance.Add", attendance(number, [punch(client, WORKER_IDS[0])])))
    arrival_clock.pass_time(seconds=1)
    done(client.write("WorkerAttendance.Add", attendance(number, [punch(client, WORKER_IDS[0])])))
    late = database.execute("select is_late from nation.attendance order by attendance_id").fetchall()
    assert late == [(False,), (True,)]


def test_nothing_found_is_answered_with_null(client: Client) -> None:
    for method in ("Team.Query", "ProjectWorker.Query", "WorkerEntryExit.Query", "ProjectSubContractor.Query"):
        assert query(client, method) is None
    assert query(client, "WorkerAttendance.Query", date="2026-11-20") is None


def test_what_was_written_can_be_read(client: Client) -> None:
    number = nation_team(client, people=7)
    leader = person(client, WORKER_IDS[7], isTeamLeader=1, workerName="赵三")
    done(client.write("ProjectWorker.Add", workers(number, [leader])))

    assert client.call("Corp.Query", {"corpCode": LABOUR, "pageIndex": 0, "pageSize": 10})[1]["rows"] == [corp()]
    assert query(client, "Project.Query")["rows"][0]["name"] == "湖畔一期"
    assert query(client, "ProjectSubContractor.Query", corpCode=LABOUR)["rows"] == [participant()]
    found = query(client, "Team.Query", teamName=TEAM_NAME)["rows"][0]
    assert (found["teamSysNo"], found["teamLeaderName"]) == (number, "赵三")
    assert decrypt(found["teamLeaderIDNumber"], client.secret) == WORKER_IDS[7]

    first, second = (query(client, "ProjectWorker.Query", pageIndex=index, pageSize=5) for index in (0, 1))
    assert (first["totalCount"], len(first["rows"]), len(second["rows"])) == (8, 5, 3)
    one = query(client, "ProjectWorker.Query", idCardType="01", idCardNumber=client.hidden(WORKER_IDS[3]))
    assert one["totalCount"] == 1
    row = one["rows"][0]
    assert decrypt(row["idCardNumber"], client.secret) == WORKER_IDS[3]
    assert (row["entryTime"], row["teamSysNo"], row["gender"], row["birthday"]) == (
        "2026-11-01",
        number,
        1,
        "1990-01-01",
    )
    assert "headImage" not in row
    moved = query(client, "WorkerEntryExit.Query", idCardNumber=client.hidden(WORKER_IDS[3]))["rows"][0]
    assert (moved["date"], moved["type"]) == ("2026-11-01", 1)


@pytest.mark.parametrize(("index", "size"), [(-1, 50), (0, 0), (0, 51)])
def test_pages_have_their_limits(client: Client, index: int, size: int) -> None:
    assert client.call("Team.Query", {"projectCode": PROJECT, "pageIndex": index, "pageSize": size})[0] == -1


def test_serial_codes_have_the_known_shape_and_are_never_given_twice(client: Client) -> None:
    codes = [client.call("Corp.Upload", corp())[1]["requestSerialCode"] for _ in range(3)]
    assert len(set(codes)) == 3
    assert all(code.startswith("corp-upload-2026112021-") for code in codes)


def test_calls_and_rows_are_counted(client: Client, sandbox: RunningPlatforms) -> None:
    nation_team(client, people=2)
    client.call("Team.Add", {})
    counts = sandbox.counts("nation")
    assert counts["rows"] == {
        "corp": 1,
        "sub_contractor": 1,
        "team": 1,
        "worker": 2,
        "entry_exit": 2,
        "attendance": 0,
    }
    assert counts["write_calls"] == 6
    assert (counts["calls"]["Team.Add"], counts["accepted_calls"]["Team.Add"]) == (2, 1)
    assert json.loads(client.request("GET", "/sandbox/counts")[1]) == sandbox.counts("nation")
    last = json.loads(client.request("GET", "/sandbox/calls")[1])[-1]
    assert (last["method"], last["code"], last["project_code"]) == ("Team.Add", -1, None)
    day = json.loads(client.request("GET", "/sandbox/attendance?date=2026-11-20")[1])
    assert day == {"platform": "nation", "date": "2026-11-20", "rows": 0, "projects": {}}
    assert client.request("GET", "/sandbox/attendance")[0] == 400
