"""The reads of the nation and the province: what they keep of companies, teams, workers, movements and punches."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from realname_sync.sandbox.credentials import Caller, Connection
from realname_sync.sandbox.paging import page_answer, page_request, read_page
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.protocol import Code, RefusedCallError
from realname_sync.workdate import SHANGHAI

Query = Mapping[str, Any]
Read = Callable[[Connection, PlatformRules, Caller, Query], Awaitable[Any]]
"""Answers a query with the answer's `data` in plain text; what travels encrypted is encrypted afterwards."""

_NAMES = ("projectCode", "corpCode", "corpName", "teamSysNo", "teamName", "idCardType", "idCardNumber", "date")


def _parameters(query: Query) -> dict[str, Any]:
    return {name: query.get(name) for name in _NAMES}


def _present(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what is not known."""
    return {name: value for name, value in row.items() if value is not None}


async def query_corp(connection: Connection, rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """Corp.Query."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="payload",
        source="""
            from corp
            where corp_code = coalesce(%(corpCode)s, corp_code) and corp_name = coalesce(%(corpName)s, corp_name)
        """,
        order="corp_code",
        parameters=_parameters(query),
    )
    return page_answer(rules, page, total, [row["payload"] for row in rows])


async def query_project(connection: Connection, rules: PlatformRules, caller: Caller, query: Query) -> Any:
    """Project.Query: the project as the integrity platform has it, for the nation knows it from there."""
    page = page_request(rules, query)
    names = ("contractorCorpCode", "contractorCorpName")
    contractor = Jsonb({name: query[name] for name in names if name in query})
    total, rows = await read_page(
        connection,
        page,
        select="payload",
        source="""
            from integrity.shared_row
            where object = 'project' and not deleted
                and payload ->> 'projectCode' = coalesce(%(projectCode)s, payload ->> 'projectCode')
                and payload @> %(contractor)s
                and payload ->> 'projectCode' = coalesce(%(ownProject)s, payload ->> 'projectCode')
        """,
        order="source_id",
        parameters=_parameters(query) | {"contractor": contractor, "ownProject": caller.project_code},
    )
    return page_answer(rules, page, total, [_present(row["payload"]) for row in rows])


async def query_sub_contractor(connection: Connection, rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """ProjectSubContractor.Query."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="payload",
        source="""
            from sub_contractor
            where project_code = %(projectCode)s
                and corp_code = coalesce(%(corpCode)s, corp_code) and corp_name = coalesce(%(corpName)s, corp_name)
        """,
        order="corp_code, corp_type",
        parameters=_parameters(query),
    )
    return page_answer(rules, page, total, [row["payload"] for row in rows])


async def query_team(connection: Connection, rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """Team.Query: the teams, each with the worker who was flagged as its leader."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="""
            t.team_sys_no, t.payload, l.worker_name, l.id_card_type, l.id_number, l.payload ->> 'cellPhone' as phone
        """,
        source="""
            from team as t
            left join lateral (
                select * from worker as w where w.team_sys_no = t.team_sys_no and w.is_team_leader
                order by w.id_number limit 1
            ) as l on true
            where t.project_code = %(projectCode)s
                and t.team_sys_no = coalesce(%(teamSysNo)s, t.team_sys_no)
                and t.team_name = coalesce(%(teamName)s, t.team_name)
                and t.corp_code = coalesce(%(corpCode)s, t.corp_code)
                and t.payload ->> 'corpName' = coalesce(%(corpName)s, t.payload ->> 'corpName')
        """,
        order="t.team_sys_no",
        parameters=_parameters(query),
    )
    teams = [
        row["payload"]
        | _present(
            {
                "teamSysNo": row["team_sys_no"],
                "teamLeaderName": row["worker_name"],
                "teamLeaderPhone": row["phone"],
                "teamLeaderIDCardType": row["id_card_type"],
                "teamLeaderIDNumber": row["id_number"],
            }
        )
        for row in rows
    ]
    return page_answer(rules, page, total, teams)


async def query_worker(connection: Connection, rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """ProjectWorker.Query: the workers with the days they joined and left; sex and birthday come from the number."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="""
            w.payload, w.corp_code, w.team_sys_no, t.team_name, w.id_card_type, w.id_number,
            (select max(m.moved_on) from entry_exit as m where m.project_code = w.project_code
                and m.id_card_type = w.id_card_type and m.id_number = w.id_number and m.kind = 1) as entered,
            (select case when m.kind = 0 then m.moved_on end from entry_exit as m
                where m.project_code = w.project_code and m.id_card_type = w.id_card_type
                    and m.id_number = w.id_number order by m.entry_exit_id desc limit 1) as left_on
        """,
        source="""
            from worker as w
            left join team as t on t.team_sys_no = w.team_sys_no
            where w.project_code = %(projectCode)s and w.corp_code = coalesce(%(corpCode)s, w.corp_code)
                and w.team_sys_no is not distinct from coalesce(%(teamSysNo)s, w.team_sys_no)
                and w.id_card_type = coalesce(%(idCardType)s, w.id_card_type)
                and w.id_number = coalesce(%(idCardNumber)s, w.id_number)
        """,
        order="w.id_card_type, w.id_number",
        parameters=_parameters(query),
    )
    return page_answer(rules, page, total, [_worker(str(query["projectCode"]), row) for row in rows])


def _worker(project_code: str, row: Mapping[str, Any]) -> dict[str, Any]:
    number = str(row["id_number"])
    derived: dict[str, Any] = {}
    if row["id_card_type"] == "01":
        birthday = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        derived = {"gender": 1 - int(number[16]) % 2, "birthday": birthday}  # 0 is male, 1 female
    known = {
        "projectCode": project_code,
        "corpCode": row["corp_code"],
        "teamSysNo": row["team_sys_no"],
        "teamName": row["team_name"],
        "entryTime": row["entered"],
        "exitTime": row["left_on"],
        "hasContract": 0,
    }
    return {**row["payload"], **_present(known), **derived}


async def query_movement(connection: Connection, rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """WorkerEntryExit.Query."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="""
            m.project_code as "projectCode", m.corp_code as "corpCode", m.team_sys_no as "teamSysNo",
            m.id_card_type as "idCardType", m.id_number as "idCardNumber", m.moved_on as "date", m.kind as "type",
            m.reason
        """,
        source="""
            from entry_exit as m
            where m.project_code = %(projectCode)s and m.corp_code = coalesce(%(corpCode)s, m.corp_code)
                and m.team_sys_no is not distinct from coalesce(%(teamSysNo)s, m.team_sys_no)
                and m.id_card_type = coalesce(%(idCardType)s, m.id_card_type)
                and m.id_number = coalesce(%(idCardNumber)s, m.id_number)
        """,
        order="m.entry_exit_id",
        parameters=_parameters(query),
    )
    return page_answer(rules, page, total, [_present(row) for row in rows])


async def query_attendance(connection: Connection, rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """WorkerAttendance.Query: the punches of one project and day."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="""
            a.team_sys_no as "teamSysNo", a.id_card_type as "idCardType", a.id_number as "idCardNumber",
            a.punched_at as "date", a.direction, a.channel, a.attend_type as "attendType", a.lng, a.lat,
            a.device_sn as "deviceSn", a.device_record_id as "deviceRecordId", a.received_at as "receivedAt",
            a.post_code as "postCode"
        """,
        source="""
            from attendance as a
            where a.project_code = %(projectCode)s and a.work_date = %(date)s
                and a.team_sys_no is not distinct from coalesce(%(teamSysNo)s, a.team_sys_no)
                and a.id_card_type = coalesce(%(idCardType)s, a.id_card_type)
                and a.id_number = coalesce(%(idCardNumber)s, a.id_number)
        """,
        order="a.attendance_id",
        parameters=_parameters(query),
    )
    return page_answer(rules, page, total, [_present(row) for row in rows])


async def query_attendance_day(connection: Connection, _rules: PlatformRules, _caller: Caller, query: Query) -> Any:
    """AttendanceDay.Query: how much of a project's day is here, and when the last of it came."""
    cursor = await connection.execute(
        """
        select count(*) as "rows", count(distinct (id_card_type, id_number)) as persons,
            count(*) filter (where is_late) as "lateRows", max(arrived_at) as "lastReceivedAt"
        from attendance where project_code = %(projectCode)s and work_date = %(date)s
        """,
        _parameters(query),
    )
    day = await cursor.fetchone() or {}
    last: datetime | None = day.get("lastReceivedAt")
    return dict(day) | {"lastReceivedAt": last.astimezone(SHANGHAI).replace(microsecond=0) if last else None}


def require_own_project(caller: Caller, data: Mapping[str, Any]) -> None:
    """Refuse data of a project that the caller's pair is not for.

    Raises:
        RefusedCallError: the pair is another project's.
    """
    project_code = data.get("projectCode")
    if caller.project_code is not None and project_code not in (None, caller.project_code):
        raise RefusedCallError(Code.NO_PERMISSION, "该 appid 无权访问此项目")
