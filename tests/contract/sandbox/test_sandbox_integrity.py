import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import requests
from sandbox_city import AREA, CITY, FIRST_CHANGE, MANAGER_ID, MANAGER_ROW, PROJECT, put_shared
from sandbox_client import Client, decrypt, province
from sandbox_lane import done

from realname_sync.sandbox.corrections_desk import NotDecidedError
from realname_sync.sandbox.running import RunningPlatforms

LAMPS = {"areaCode": CITY, "pageIndex": 0, "pageSize": 200}


@pytest.fixture
def client(sandbox: RunningPlatforms) -> Client:
    return province(sandbox.url("integrity"))


def page(client: Client, shared_object: str = "Person", index: int = 0, size: int = 200, **filters: Any) -> Any:
    asked = {"areaCode": CITY, "pageIndex": index, "pageSize": size} | filters
    code, data = client.call(f"Shared{shared_object}.Query", asked)
    assert code == 0
    return data


def put_corps(database: psycopg.Connection, count: int) -> None:
    for number in range(count):
        put_shared(database, "corp", f"C{number:02d}", {"corpCode": f"X{number}"}, updated_at=FIRST_CHANGE)


def test_numbers_travel_encrypted_however_deep_they_lie(client: Client) -> None:
    row = page(client)["rows"][0]
    assert decrypt(row.pop("idCardNumber"), client.secret) == MANAGER_ID
    plain = {name: value for name, value in MANAGER_ROW.items() if name != "idCardNumber"}
    assert row == plain | {"sourceId": "S-PER-1", "sourceVersion": 1, "updatedAt": "2026-11-01 08:00:02", "deleted": 0}
    permit = page(client, "Project")["rows"][0]["builderLicenses"][0]
    assert decrypt(permit["builderLicenseNum"], client.secret) == "330106202610010101"
    assert permit["prjName"] == "湖畔一期"


@pytest.mark.parametrize("shared_object", ["Project", "Corp", "Participant", "Person", "Registration", "KeyPost"])
def test_all_six_objects_are_answered(client: Client, shared_object: str) -> None:
    expected = 1 if shared_object in {"Project", "Participant", "Person"} else 0
    data = page(client, shared_object)
    assert (data["totalCount"], len(data["rows"])) == (expected, expected)


def test_rows_come_by_time_and_number_on_pages_that_do_not_overlap(
    client: Client, database: psycopg.Connection
) -> None:
    put_shared(database, "corp", "A-late", {"corpCode": "L"}, updated_at=FIRST_CHANGE + timedelta(seconds=1))
    put_corps(database, 7)
    pages = [page(client, "Corp", index, 3) for index in range(4)]
    seen = [row["sourceId"] for one in pages for row in one["rows"]]
    assert seen == [*(f"C{number:02d}" for number in range(7)), "A-late"]
    assert {one["totalCount"] for one in pages} == {8}


def test_updated_since_counts_the_instant_itself(client: Client, database: psycopg.Connection) -> None:
    put_corps(database, 2)
    assert page(client, "Corp", updatedSince="2026-11-01 08:00:00")["totalCount"] == 2
    assert page(client, "Corp", updatedSince="2026-11-01 08:00:01")["totalCount"] == 0


def test_a_city_covers_its_counties_and_nothing_else(client: Client, database: psycopg.Connection) -> None:
    put_shared(database, "corp", "near", {"corpCode": "N"}, area_code="330182")
    put_shared(database, "corp", "city", {"corpCode": "C"}, area_code=CITY)
    put_shared(database, "corp", "far", {"corpCode": "F"}, area_code="330203")
    assert [row["sourceId"] for row in page(client, "Corp")["rows"]] == ["city", "near"]
    assert page(client, "Corp", areaCode="330182")["totalCount"] == 1
    asked = {"pageIndex": 0, "pageSize": 1}
    for area, code in (("330200", -3), ("330203", -3), ("330000", -1), ("3301", -1), ("000000", -1)):
        assert client.call("SharedCorp.Query", asked | {"areaCode": area})[0] == code


def test_a_deleted_row_comes_as_a_tombstone(client: Client, database: psycopg.Connection) -> None:
    put_shared(database, "corp", "gone", {"corpCode": "G"}, deleted=True)
    assert page(client, "Corp")["rows"][0]["deleted"] == 1


def test_a_row_can_move_between_pages(client: Client, database: psycopg.Connection, sandbox: RunningPlatforms) -> None:
    put_corps(database, 6)
    change = {"corpName": "改名公司"}
    sandbox.set_faults("integrity", {"kind": "moving_row", "method": "SharedCorp.Query", "times": 1, "change": change})
    first, second = page(client, "Corp", 0, 3), page(client, "Corp", 1, 3)
    assert [row["sourceId"] for row in first["rows"]] == ["C00", "C01", "C02"]
    # C03 has moved up to the page that was read already, C00 comes again in its next version.
    assert [row["sourceId"] for row in second["rows"]] == ["C04", "C05", "C00"]
    moved = second["rows"][-1]
    assert (moved["sourceVersion"], moved["corpName"], moved["updatedAt"] > "2026-11-20 21:29:59") == (
        2,
        "改名公司",
        True,
    )


def test_a_named_row_can_be_withdrawn_while_pages_are_read(
    client: Client, database: psycopg.Connection, sandbox: RunningPlatforms
) -> None:
    put_corps(database, 4)
    fault = {"kind": "moving_row", "method": "SharedCorp.Query", "page": 1, "source_id": "C00", "deleted": True}
    sandbox.set_faults("integrity", [fault | {"times": 1}])
    rows = [row for index in range(3) for row in page(client, "Corp", index, 2)["rows"]]
    assert [(row["sourceId"], row["deleted"]) for row in rows] == [
        ("C00", 0),
        ("C01", 0),
        ("C02", 0),
        ("C03", 0),
    ]
    assert page(client, "Corp", 1, 2)["rows"][-1]["deleted"] == 1


def test_one_open_correction_a_field(client: Client, database: psycopg.Connection) -> None:
    asked = {"objectType": "person", "sourceId": "S-PER-1", "sourceVersion": 1, "field": "phone"}
    ticket = json.loads(done(client.write("Correction.Add", asked | {"municipalValue": "19900000009"})))["ticketNo"]
    status, result = client.write("Correction.Add", asked)
    assert (status, ticket in result) == (10, True)
    second = json.loads(done(client.write("Correction.Add", asked | {"field": "name"})))["ticketNo"]
    by_ticket = client.call("Correction.Query", {"ticketNo": ticket, "pageIndex": 0, "pageSize": 1})[1]
    assert by_ticket["rows"] == [{"ticketNo": ticket, "status": 1, "reason": None}]
    changed = "update integrity.correction set status = 3, reject_reason = '证据不足' where ticket_no = %s"
    database.execute(changed, [ticket])
    since = client.call("Correction.Query", {"updatedSince": "2026-11-20 21:30:00", "pageIndex": 0, "pageSize": 9})[1]
    assert {row["ticketNo"]: row["status"] for row in since["rows"]} == {ticket: 3, second: 1}
    done(client.write("Correction.Add", asked))
    assert client.write("Correction.Add", asked | {"sourceId": "none"}) == (10, "sourceId不存在")
    assert client.write("Correction.Add", asked | {"field": "x", "sourceVersion": 2})[0] == 10
    assert client.call("Correction.Query", {"pageIndex": 0, "pageSize": 1})[0] == -1


def test_lamps_are_read_and_answered(client: Client, database: psycopg.Connection) -> None:
    lamp = "insert into integrity.lamp values (%s, %s, %s, %s, %s, %s, '无项目经理', %s)"
    for number, area, rule in (("L1", AREA, "PM_POST_MISSING"), ("L2", AREA, "NEW_RULE"), ("L3", "330203", "X")):
        database.execute(lamp, [number, PROJECT, area, rule, FIRST_CHANGE, None, FIRST_CHANGE])
    asked = {"areaCode": CITY, "pageIndex": 0, "pageSize": 10}
    rows = client.call("WarningLamp.Query", asked)[1]["rows"]
    assert [(row["lampId"], row["ruleCode"]) for row in rows] == [("L1", "PM_POST_MISSING"), ("L2", "NEW_RULE")]
    assert rows[0] | {"lampId": ""} == {
        "lampId": "",
        "projectCode": PROJECT,
        "ruleCode": "PM_POST_MISSING",
        "litAt": "2026-11-01 08:00:00",
        "clearedAt": None,
        "detail": "无项目经理",
    }
    answer = {"lampId": "L1", "projectCode": PROJECT, "measure": "已补录", "doneAt": "2026-11-20 09:00:00"}
    done(client.write("Rectification.Add", answer))
    for wrong in ({"lampId": "L9"}, {"lampId": "L3"}, {"projectCode": "other"}, {"doneAt": "2026-11-21 09:00:00"}):
        assert client.write("Rectification.Add", answer | wrong)[0] == 10
    files = [{"name": "a.jpg", "data": "AAAA"}] * 6
    assert client.call("Rectification.Add", answer | {"attachments": files})[0] == -1
    assert database.execute("select count(*) from integrity.rectification").fetchone() == (1,)


def a_ticket(client: Client, field: str = "phone", value: str | None = "19900000009") -> str:
    asked = {"objectType": "person", "sourceId": "S-PER-1", "sourceVersion": 1, "field": field, "reason": "有误"}
    result = done(client.write("Correction.Add", asked | ({} if value is None else {"municipalValue": value})))
    return str(json.loads(result)["ticketNo"])


def stands(client: Client, ticket: str) -> Any:
    return client.call("Correction.Query", {"ticketNo": ticket, "pageIndex": 0, "pageSize": 1})[1]["rows"][0]


def test_a_clerk_accepts_and_applies_and_the_row_has_its_next_version(
    client: Client, sandbox: RunningPlatforms
) -> None:
    before = page(client)["rows"][0]
    ticket = a_ticket(client)
    assert sandbox.decide_correction(ticket, "accept")["status"] == 2
    assert page(client)["rows"][0] == before
    assert sandbox.decide_correction(ticket, "apply") == {
        "ticketNo": ticket,
        "status": 4,
        "reason": None,
        "appliedVersion": 2,
    }
    after = page(client)["rows"][0]
    assert after == before | {"phone": "19900000009", "sourceVersion": 2, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    assert stands(client, ticket)["status"] == 4
    assert a_ticket(client) != ticket, "a decided ticket keeps nobody from asking again"


def test_a_clerk_rejects_with_a_reason(client: Client, sandbox: RunningPlatforms) -> None:
    ticket = a_ticket(client)
    with pytest.raises(NotDecidedError, match="a reason"):
        sandbox.decide_correction(ticket, "reject")
    sandbox.decide_correction(ticket, "reject", "证据不足")
    assert stands(client, ticket) == {"ticketNo": ticket, "status": 3, "reason": "证据不足"}
    for action in ("accept", "apply"):
        with pytest.raises(NotDecidedError, match="status 3"):
            sandbox.decide_correction(ticket, action)
    assert page(client)["rows"][0]["sourceVersion"] == 1


def test_a_clerk_applies_nothing_that_the_field_cannot_hold(
    client: Client, sandbox: RunningPlatforms, database: psycopg.Connection
) -> None:
    put_shared(database, "key_post", "K1", {"startDate": "2026-01-01", "isPrimary": 1})
    for field, value in (("startDate", "2026-02-30"), ("isPrimary", "yes")):
        asked = {
            "objectType": "key_post",
            "sourceId": "K1",
            "sourceVersion": 1,
            "field": field,
            "municipalValue": value,
        }
        ticket = json.loads(done(client.write("Correction.Add", asked)))["ticketNo"]
        sandbox.decide_correction(ticket, "accept")
        with pytest.raises(NotDecidedError, match="cannot hold"):
            sandbox.decide_correction(ticket, "apply")
        assert stands(client, ticket)["status"] == 2
    assert page(client, "KeyPost")["rows"][0]["sourceVersion"] == 1


def test_a_correction_names_a_field_of_a_row_that_is_there(client: Client, database: psycopg.Connection) -> None:
    asked = {"objectType": "person", "sourceId": "S-PER-1", "sourceVersion": 1, "field": "salary"}
    assert client.write("Correction.Add", asked) == (10, "field不存在")
    put_shared(database, "corp", "gone", {"corpCode": "G"}, deleted=True)
    asked = {"objectType": "corp", "sourceId": "gone", "sourceVersion": 1, "field": "corpCode"}
    assert client.write("Correction.Add", asked) == (10, "sourceId已删除")


def test_the_clerk_sits_at_the_integrity_platform_only(client: Client, sandbox: RunningPlatforms) -> None:
    ticket = a_ticket(client)
    desk = f"{sandbox.url('integrity')}/sandbox/corrections"
    [told] = requests.get(desk, timeout=60).json()
    assert (told["ticketNo"], told["status"]) == (ticket, 1)
    assert "municipalValue" not in told
    assert requests.post(f"{desk}/{ticket}/accept", timeout=60).json()["status"] == 2
    for path, body in ((f"{ticket}/accept", "{}"), (f"{ticket}/reject", '{"why": "x"}'), (f"{ticket}/reject", "[")):
        answer = requests.post(f"{desk}/{path}", data=body, timeout=60)
        assert answer.status_code == 400, path
    assert requests.get(f"{sandbox.url('province')}/sandbox/corrections", timeout=60).status_code == 404


def test_lamps_are_lit_and_put_out_from_this_machine(
    sandbox: RunningPlatforms, client: Client, database: psycopg.Connection
) -> None:
    body = {"light": [{"projectCode": PROJECT, "ruleCode": "PM_POST_MISSING", "detail": "why"}]}
    status, text = client.request("POST", "/sandbox/lamps", json.dumps(body))
    (lamp,) = json.loads(text)["lit"]
    assert status == 200
    assert [row["lampId"] for row in client.call("WarningLamp.Query", LAMPS)[1]["rows"]] == [lamp]
    text = client.request("POST", "/sandbox/lamps", json.dumps({"clear": [lamp]}))[1]
    assert json.loads(text) == {"lit": [], "cleared": [lamp]}
    (row,) = client.call("WarningLamp.Query", LAMPS)[1]["rows"]
    assert (row["clearedAt"], row["detail"]) == ("2026-11-20 21:30:00", "why")
    (kept,) = json.loads(client.request("GET", "/sandbox/lamps")[1])
    assert kept["lamp_id"] == lamp
    for wrong in ("[]", "no json", json.dumps({"light": [{"projectCode": "X", "ruleCode": "Y"}]})):
        assert client.request("POST", "/sandbox/lamps", wrong)[0] == 400
    assert client.request("POST", "/sandbox/lamps/judge")[0] == 400
    assert province(sandbox.url("province")).request("GET", "/sandbox/lamps")[0] == 404


def test_a_project_that_reports_people_and_no_manager_gets_its_lamp_and_loses_it(
    sandbox: RunningPlatforms, client: Client, database: psycopg.Connection
) -> None:
    judge = "/sandbox/lamps/judge?date=2026-11-20"
    assert json.loads(client.request("POST", judge)[1]) == {"lit": [], "cleared": []}  # it reports nobody yet
    database.execute(
        "insert into province.worker (project_code, id_card_type, id_number, corp_code, worker_name, is_team_leader,"
        " payload, serial_code) values (%s, '01', %s, 'X', '林一', false, '{}', 's')",
        [PROJECT, MANAGER_ID],
    )
    (lamp,) = json.loads(client.request("POST", judge)[1])["lit"]
    rows = client.call("WarningLamp.Query", LAMPS)[1]["rows"]
    assert [(row["lampId"], row["ruleCode"], row["clearedAt"]) for row in rows] == [(lamp, "PM_POST_MISSING", None)]
    database.execute(
        "insert into province.key_post values (%s, 'G01', %s, '林一', '{\"startDate\": \"2026-11-01\"}', 's')",
        [PROJECT, MANAGER_ID],
    )
    judged = json.loads(client.request("POST", judge)[1])
    assert judged["cleared"] == [lamp]
    codes = [row["ruleCode"] for row in client.call("WarningLamp.Query", LAMPS)[1]["rows"]]
    assert len(judged["lit"]) == 1
    assert "CATEGORY_MISMATCH" in codes  # whom the platform knows, and not as registered
