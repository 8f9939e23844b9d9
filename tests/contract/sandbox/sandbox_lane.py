"""The usual chain of writes up to the point where punches are taken, at the nation and at the province."""

import json
from typing import Any

from sandbox_city import CONTRACTOR, LABOUR, MANAGER_ID, PROJECT
from sandbox_client import Client

WORKER_IDS = [f"33000019900101{n:03d}1" for n in range(1, 60)]
IMAGE = "data:image/png;base64,iVBORw0KGgo="
TEAM_NAME = "钢筋一班"


def corp(corp_code: str = LABOUR) -> dict[str, Any]:
    return {"corpCode": corp_code, "corpName": "乙劳务有限公司", "areaCode": "330106"}


def participant(**changed: Any) -> dict[str, Any]:
    values = {"projectCode": PROJECT, "corpCode": LABOUR, "corpName": "乙劳务有限公司", "corpType": "006"}
    return values | changed


def team(**changed: Any) -> dict[str, Any]:
    return {"projectCode": PROJECT, "corpCode": LABOUR, "corpName": "乙劳务有限公司", "teamName": TEAM_NAME} | changed


def person(client: Client, number: str, **changed: Any) -> dict[str, Any]:
    values = {
        "workerName": "王二",
        "isTeamLeader": 0,
        "idCardType": "01",
        "idCardNumber": client.hidden(number),
        "workType": "020",
        "workRole": 20,
        "nation": "汉",
        "address": "某路一号",
        "headImage": IMAGE,
        "politicsType": "13",
        "cellPhone": "19900000002",
        "cultureLevelType": "02",
        "grantOrg": "某公安局",
    } | changed
    return {name: value for name, value in values.items() if value is not None}


def workers(team_sys_no: int | None, rows: list[Any], **changed: Any) -> dict[str, Any]:
    values = team() | {"teamSysNo": team_sys_no, "workerList": rows} | changed
    return {name: value for name, value in values.items() if value is not None}


def movement(client: Client, number: str, date: str = "2026-11-01", kind: int = 1) -> dict[str, Any]:
    return {"idCardType": "01", "idCardNumber": client.hidden(number), "date": date, "type": kind}


def movements(team_sys_no: int | None, rows: list[Any], **changed: Any) -> dict[str, Any]:
    values = {key: value for key, value in workers(team_sys_no, []).items() if key not in {"teamName", "workerList"}}
    return values | {"workerList": rows} | changed


def punch(client: Client, number: str, date: str = "2026-11-20 07:00:00", **changed: Any) -> dict[str, Any]:
    values = {"idCardType": "01", "idCardNumber": client.hidden(number), "date": date, "direction": "01"} | changed
    return {name: value for name, value in values.items() if value is not None}


def device_punch(client: Client, number: str, record: str, team_sys_no: int | None, **changed: Any) -> dict[str, Any]:
    device = {"deviceSn": "D1", "deviceRecordId": record, "receivedAt": "2026-11-20 07:00:05"}
    return punch(client, number, **({"teamSysNo": team_sys_no} | device | changed))


def done(answer: tuple[int, str]) -> str:
    """The result text of a write that has to have gone well."""
    status, result = answer
    assert status == 20, result
    return result


def nation_team(client: Client, people: int = 2) -> int:
    """Company, participant, team, workers and their entry at the nation; the team's number."""
    done(client.write("Corp.Upload", corp()))
    done(client.write("ProjectSubContractor.Add", participant()))
    number = int(json.loads(done(client.write("Team.Add", team())))["teamSysNo"])
    for first in range(0, people, 5):
        ids = WORKER_IDS[first : min(first + 5, people)]
        done(client.write("ProjectWorker.Add", workers(number, [person(client, one) for one in ids])))
    done(client.write("WorkerEntryExit.Add", movements(number, [movement(client, one) for one in WORKER_IDS[:people]])))
    return number


def province_team(client: Client, people: int = 2) -> int:
    """Participant, team, workers, their entry and a device at the province; the team's number."""
    done(client.write("ProjectSubContractor.Add", participant()))
    number = int(json.loads(done(client.write("Team.Add", team(localTeamId="T-1"))))["teamSysNo"])
    rows = [person(client, one, identityType=5) for one in WORKER_IDS[:people]]
    done(client.write("ProjectWorker.Add", workers(number, rows)))
    done(client.write("WorkerEntryExit.Add", movements(number, [movement(client, one) for one in WORKER_IDS[:people]])))
    device = {"deviceSn": "D1", "role": "both"}
    done(client.write("Device.Upload", {"projectCode": PROJECT, "devices": [device]}))
    return number


def manager_at_province(client: Client) -> None:
    """A project manager without a team, registered on the integrity platform, who has joined the project."""
    parties = {"corpCode": CONTRACTOR, "corpName": "甲建设有限公司", "teamName": None}
    row = person(client, MANAGER_ID, identityType=3, workRole=10, workType="900", workerName="林一")
    done(client.write("ProjectWorker.Add", workers(None, [row | {"cellPhone": "19900000001"}], **parties)))
    joined = movements(None, [movement(client, MANAGER_ID)], corpCode=CONTRACTOR, corpName="甲建设有限公司")
    done(client.write("WorkerEntryExit.Add", joined))
