"""Writes that come first: companies, who takes part in a project, teams."""

from datetime import date
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from realname_sync.sandbox.credentials import Connection
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.submissions import DONE, NotTakenError, Outcome, Submission, kept_fields
from realname_sync.sandbox.wire_json import dump_json
from realname_sync.workdate import work_date_of

LATER_THAN_TODAY = "不能晚于今天"


async def one_row(connection: Connection, query: LiteralString, *parameters: object) -> dict[str, Any] | None:
    """The first row of a query's answer, if there is one."""
    cursor = await connection.execute(query, parameters)
    return await cursor.fetchone()


def json_of(values: dict[str, Any]) -> Jsonb:
    """An object's fields as they are kept: dates and decimals as they are written on the wire."""
    return Jsonb(values, dumps=dump_json)


def require_not_later(submission: Submission, *names: str) -> None:
    """Refuse a write whose header names a day after the one it arrived on.

    Raises:
        NotTakenError: one of the fields lies in the future.
    """
    today = work_date_of(submission.arrived_at)
    for name in names:
        value = submission.data.header.get(name)
        if isinstance(value, date) and date(value.year, value.month, value.day) > today:
            raise NotTakenError(f"{name}{LATER_THAN_TODAY}")


async def require_project(connection: Connection, submission: Submission) -> str:
    """The project a write is for, if the platform knows it and it lies in the caller's area.

    Raises:
        NotTakenError: it does not.
    """
    project_code = str(submission.data.header["projectCode"])
    if submission.caller.project_code == project_code:
        return project_code
    query = """
        select area_code from integrity.shared_row
        where object = 'project' and payload ->> 'projectCode' = %s and not deleted
    """
    row = await one_row(connection, query, project_code)
    if row is None or not submission.caller.owns_area(row["area_code"]):
        raise NotTakenError("projectCode不存在")
    return project_code


async def require_participant(connection: Connection, rules: PlatformRules, project_code: str, corp_code: str) -> None:
    """Refuse a company that does not take part in the project; at the province shared participants do.

    Raises:
        NotTakenError: it takes no part.
    """
    query = "select 1 as found from sub_contractor where project_code = %s and corp_code = %s"
    found = await one_row(connection, query, project_code, corp_code)
    if found is None and rules.name == "province":
        found = await _shared_participant(connection, project_code, corp_code, None)
    if found is None:
        raise NotTakenError("corpCode不是该项目的参建单位")


async def _shared_participant(
    connection: Connection, project_code: str, corp_code: str, corp_type: str | None
) -> dict[str, Any] | None:
    query = """
        select 1 as found from integrity.shared_row
        where object = 'participant' and payload ->> 'projectCode' = %s and not deleted
            and payload ->> 'corpCode' = %s and payload ->> 'corpType' = coalesce(%s, payload ->> 'corpType')
    """
    return await one_row(connection, query, project_code, corp_code, corp_type)


async def upload_corp(connection: Connection, _rules: PlatformRules, submission: Submission) -> Outcome:
    """Corp.Upload: enter a company, or replace what is known of it."""
    header = submission.data.header
    query = """
        insert into corp (corp_code, corp_name, payload, serial_code) values (%s, %s, %s, %s)
        on conflict (corp_code) do update
        set corp_name = excluded.corp_name, payload = excluded.payload, serial_code = excluded.serial_code
    """
    parameters = [header["corpCode"], header["corpName"], json_of(header), submission.serial_code]
    await connection.execute(query, parameters)
    return Outcome(DONE)


async def add_sub_contractor(connection: Connection, rules: PlatformRules, submission: Submission) -> Outcome:
    """ProjectSubContractor.Add: a company takes part in a project; once for each kind of participation."""
    header = submission.data.header
    project_code = await require_project(connection, submission)
    require_not_later(submission, "exitTime")
    if rules.name == "province":
        if await _shared_participant(connection, project_code, header["corpCode"], header["corpType"]):
            raise NotTakenError("该参建单位已在诚信平台登记，不接受上报")
    elif await one_row(connection, "select 1 as found from corp where corp_code = %s", header["corpCode"]) is None:
        raise NotTakenError("corpCode对应的企业不存在，请先上传企业信息")
    query = """
        insert into sub_contractor (project_code, corp_code, corp_type, corp_name, payload, serial_code)
        values (%s, %s, %s, %s, %s, %s) on conflict do nothing
    """
    key = [project_code, header["corpCode"], header["corpType"], header["corpName"]]
    cursor = await connection.execute(query, [*key, json_of(header), submission.serial_code])
    if cursor.rowcount == 0:
        raise NotTakenError("该参建单位已存在")
    return Outcome(DONE)


async def add_team(connection: Connection, rules: PlatformRules, submission: Submission) -> Outcome:
    """Team.Add: a team of a company in a project; the result is the number the platform issues for it."""
    header = submission.data.header
    project_code = await require_project(connection, submission)
    require_not_later(submission, "entryTime", "exitTime")
    await require_participant(connection, rules, project_code, header["corpCode"])
    query = """
        select team_sys_no from team
        where project_code = %s and ((corp_code = %s and team_name = %s) or local_team_id = %s)
    """
    local_team_id = header.get("localTeamId")
    key = (project_code, header["corpCode"], header["teamName"], local_team_id)
    existing = await one_row(connection, query, *key)
    if existing is not None:
        raise NotTakenError(f"班组已存在，班组编号：{existing['team_sys_no']}")
    insert = """
        insert into team (project_code, corp_code, team_name, local_team_id, payload, serial_code)
        values (%s, %s, %s, %s, %s, %s) returning team_sys_no
    """
    kept = json_of(kept_fields(header))
    team = await one_row(connection, insert, *key, kept, submission.serial_code)
    return Outcome(DONE, dump_json({"teamSysNo": team["team_sys_no"] if team else None}))
