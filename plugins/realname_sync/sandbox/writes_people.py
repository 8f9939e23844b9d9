"""Writes about people: workers of a project, and their joining and leaving it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from realname_sync.sandbox.credentials import Connection
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.submissions import Judgement, NotTakenError, Outcome, Submission, kept_fields
from realname_sync.sandbox.writes_companies import (
    LATER_THAN_TODAY,
    json_of,
    one_row,
    require_participant,
    require_project,
)
from realname_sync.workdate import work_date_of

BUILDING_WORKER = 5
ENTRY = 1
TEAM_INVALID = "teamSysNo超出范围或无效"
_SHARED_FIELDS = {"workerName": "name", "idCardType": "idCardType", "cellPhone": "phone"}
_SPACE = re.compile(r"\s+")

Person = tuple[str, str, str]
"""Project code, kind of the identity document, its number."""


async def require_team(
    connection: Connection, submission: Submission, project_code: str, team_sys_no: int | None
) -> None:
    """Refuse a team that is not the project's and the company's, or goes by another name.

    Raises:
        NotTakenError: it is not.
    """
    if team_sys_no is None:
        return
    query = "select corp_code, team_name from team where team_sys_no = %s and project_code = %s"
    team = await one_row(connection, query, team_sys_no, project_code)
    if team is None:
        raise NotTakenError(TEAM_INVALID)
    header = submission.data.header
    if team["corp_code"] != header["corpCode"]:
        raise NotTakenError("corpCode与班组所属企业不一致")
    if header.get("teamName", team["team_name"]) != team["team_name"]:
        raise NotTakenError("teamName与班组名称不一致")


async def add_workers(connection: Connection, rules: PlatformRules, submission: Submission) -> Outcome:
    """ProjectWorker.Add: people of one company, with a team or (management staff at the province) without."""
    header, rows = submission.data.header, submission.data.rows
    project_code = await require_project(connection, submission)
    await require_participant(connection, rules, project_code, header["corpCode"])
    team_sys_no = header.get("teamSysNo")
    await require_team(connection, submission, project_code, team_sys_no)
    numbers = [row.get("idCardNumber", "") for row in rows]
    known = set(await workers_of(connection, [(project_code, number) for number in numbers]))
    shared = await _shared_persons(connection, numbers) if rules.name == "province" else {}
    judgement = Judgement(submission)
    for index, row in enumerate(rows):
        if not judgement.is_good(index):
            continue
        person = (project_code, row["idCardType"], row["idCardNumber"])
        if rules.only_citizen_cards and row["idCardType"] != "01":
            judgement.refuse(index, "idCardType", "目前仅支持居民身份证")
        if row.get("identityType") == BUILDING_WORKER and team_sys_no is None:
            judgement.refuse(index, "teamSysNo", "建筑工人不能为空")
        for name in _contradictions(row, shared.get(row["idCardNumber"], {})):
            judgement.refuse(index, name, "与诚信平台登记的人员信息不一致")
        if person in known:
            judgement.refuse(index, "idCardNumber", "该人员已存在于项目中", duplicate=True)
        known.add(person)
    kept = [(index, rows[index]) for index in judgement.kept(rules)]
    insert = """
        insert into worker (project_code, id_card_type, id_number, corp_code, team_sys_no, worker_name,
            identity_type, is_team_leader, payload, serial_code)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    """
    async with connection.cursor() as cursor:
        await cursor.executemany(
            insert,
            [
                (
                    project_code,
                    row["idCardType"],
                    row["idCardNumber"],
                    header["corpCode"],
                    team_sys_no,
                    row["workerName"],
                    row.get("identityType"),
                    row["isTeamLeader"] == 1,
                    json_of(kept_fields(row)),
                    submission.serial_code,
                )
                for _, row in kept
            ],
        )
    return judgement.outcome(rules)


async def workers_of(connection: Connection, wanted: Sequence[tuple[str, str]]) -> dict[Person, dict[str, Any]]:
    """Who of these (project code, identity number) is a worker there, with company, team and identity type."""
    query = """
        select w.project_code, w.id_card_type, w.id_number, w.corp_code, w.team_sys_no, w.identity_type
        from unnest(%s::text[], %s::text[]) as wanted (project_code, id_number)
        inner join worker as w using (project_code, id_number)
    """
    distinct = sorted(set(wanted))
    cursor = await connection.execute(query, [[one[0] for one in distinct], [one[1] for one in distinct]])
    return {(row["project_code"], row["id_card_type"], row["id_number"]): row for row in await cursor.fetchall()}


async def _shared_persons(connection: Connection, numbers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    query = """
        select payload from integrity.shared_row
        where object = 'person' and not deleted and payload ->> 'idCardNumber' = any(%s)
    """
    cursor = await connection.execute(query, [list(numbers)])
    return {row["payload"]["idCardNumber"]: row["payload"] for row in await cursor.fetchall()}


def _contradictions(row: Mapping[str, Any], shared: Mapping[str, Any]) -> list[str]:
    """The fields whose value differs, in more than its spelling, from what the integrity platform has registered."""
    return [
        name
        for name, shared_name in _SHARED_FIELDS.items()
        if shared.get(shared_name) and _plain(row.get(name)) != _plain(shared[shared_name])
    ]


def _plain(value: Any) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", str(value or ""))).casefold()


async def move_workers(connection: Connection, rules: PlatformRules, submission: Submission) -> Outcome:
    """WorkerEntryExit.Add: people join (1) or leave (0) a project, in the order of the days."""
    header, rows = submission.data.header, submission.data.rows
    project_code = await require_project(connection, submission)
    team_sys_no = header.get("teamSysNo")
    await require_team(connection, submission, project_code, team_sys_no)
    wanted = [(project_code, row.get("idCardNumber", "")) for row in rows]
    workers = await workers_of(connection, wanted)
    movements = await movements_of(connection, wanted)
    today = work_date_of(submission.arrived_at)
    judgement = Judgement(submission)
    for index, row in enumerate(rows):
        if not judgement.is_good(index):
            continue
        person = (project_code, row["idCardType"], row["idCardNumber"])
        worker = workers.get(person)
        if worker is None:
            judgement.refuse(index, "idCardNumber", "该人员不在项目中")
            continue
        if worker["corp_code"] != header["corpCode"]:
            judgement.refuse(index, "idCardNumber", "该人员不属于该企业")
        if worker["team_sys_no"] != team_sys_no:
            judgement.refuse(index, "teamSysNo", "该人员不在该班组中")
        if row["date"] > today:
            judgement.refuse(index, "date", LATER_THAN_TODAY)
        for name, reason in _movement_faults(row, movements.get(person, [])):
            judgement.refuse(index, name, reason)
        if judgement.is_good(index):
            movements.setdefault(person, []).append((row["date"], row["type"]))
    insert = """
        insert into entry_exit (project_code, id_card_type, id_number, corp_code, team_sys_no, moved_on, kind,
            reason, serial_code)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    """
    async with connection.cursor() as cursor:
        await cursor.executemany(
            insert,
            [
                (
                    project_code,
                    rows[index]["idCardType"],
                    rows[index]["idCardNumber"],
                    header["corpCode"],
                    team_sys_no,
                    rows[index]["date"],
                    rows[index]["type"],
                    rows[index].get("reason"),
                    submission.serial_code,
                )
                for index in judgement.kept(rules)
            ],
        )
    return judgement.outcome(rules)


async def movements_of(
    connection: Connection, wanted: Sequence[tuple[str, str]]
) -> dict[Person, list[tuple[date, int]]]:
    """The entries and exits of these (project code, identity number) as (day, kind), in the order received."""
    query = """
        select m.project_code, m.id_card_type, m.id_number, m.moved_on, m.kind
        from unnest(%s::text[], %s::text[]) as wanted (project_code, id_number)
        inner join entry_exit as m using (project_code, id_number)
        order by m.entry_exit_id
    """
    distinct = sorted(set(wanted))
    cursor = await connection.execute(query, [[one[0] for one in distinct], [one[1] for one in distinct]])
    movements: dict[Person, list[tuple[date, int]]] = {}
    for row in await cursor.fetchall():
        person = (row["project_code"], row["id_card_type"], row["id_number"])
        movements.setdefault(person, []).append((row["moved_on"], row["kind"]))
    return movements


def is_on_project(movements: Sequence[tuple[date, int]], day: date) -> bool:
    """Whether a person belongs to the project on a day: entered by then and not gone before it; the last day counts."""
    before = [kind for moved_on, kind in movements if moved_on < day]
    return (bool(before) and before[-1] == ENTRY) or (day, ENTRY) in movements


def _movement_faults(row: Mapping[str, Any], movements: Sequence[tuple[date, int]]) -> list[tuple[str, str]]:
    last_day, last_kind = movements[-1] if movements else (date.min, None)
    if row["date"] < last_day:
        return [("date", "不能早于该人员上一次进退场日期")]
    if row["type"] == ENTRY and last_kind == ENTRY:
        return [("type", "该人员已进场")]
    if row["type"] != ENTRY and last_kind != ENTRY:
        return [("type", "该人员未进场")]
    return []
