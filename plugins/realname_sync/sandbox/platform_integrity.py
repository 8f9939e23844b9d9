"""What the integrity platform answers: shared master data, lamps, corrections and what was done after a lamp."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from realname_sync.sandbox.credentials import Caller, Connection
from realname_sync.sandbox.paging import page_answer, page_request, read_page
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.protocol import Code, RefusedCallError
from realname_sync.sandbox.reads import Query, Read
from realname_sync.sandbox.submissions import DONE, NotTakenError, Outcome, Submission, Write, one_by_one
from realname_sync.sandbox.wire_json import dump_json
from realname_sync.sandbox.writes_companies import one_row, require_not_later
from realname_sync.workdate import SHANGHAI

SHARED_OBJECTS: Mapping[str, str] = {
    "SharedProject.Query": "project",
    "SharedCorp.Query": "corp",
    "SharedParticipant.Query": "participant",
    "SharedPerson.Query": "person",
    "SharedRegistration.Query": "registration",
    "SharedKeyPost.Query": "key_post",
}
_PERIOD_START = datetime(1, 1, 1)  # noqa: DTZ001 - compared with local times that have no zone


def _area_pattern(caller: Caller, query: Query) -> str:
    """What the area codes asked for look like; a city covers its counties."""
    area_code = str(query["areaCode"])
    if area_code.endswith("0000"):
        raise RefusedCallError(Code.BAD_REQUEST, "areaCode应为市或县（市、区）")
    if not caller.owns_area(area_code):
        raise RefusedCallError(Code.NO_PERMISSION, "该 appid 无权访问此区域")
    return f"{area_code[:4]}%" if area_code.endswith("00") else area_code


def shared_read(shared_object: str) -> Read:
    """The read of one shared object: rows of an area changed since an instant (inclusive), oldest change first."""

    async def read(connection: Connection, rules: PlatformRules, caller: Caller, query: Query) -> Any:
        page = page_request(rules, query)
        total, rows = await read_page(
            connection,
            page,
            select="source_id, source_version, updated_at, deleted, payload",
            source="""
                from integrity.shared_row
                where object = %(object)s and area_code like %(area)s and updated_at >= %(since)s
            """,
            order="updated_at, source_id",
            parameters={
                "object": shared_object,
                "area": _area_pattern(caller, query),
                "since": query.get("updatedSince", _PERIOD_START),
            },
        )
        return page_answer(rules, page, total, [_shared_row(row) for row in rows])

    return read


def _shared_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sourceId": row["source_id"],
        "sourceVersion": row["source_version"],
        "updatedAt": row["updated_at"],
        "deleted": int(row["deleted"]),
        **row["payload"],
    }


async def query_lamp(connection: Connection, rules: PlatformRules, caller: Caller, query: Query) -> Any:
    """WarningLamp.Query."""
    page = page_request(rules, query)
    total, rows = await read_page(
        connection,
        page,
        select="""
            lamp_id as "lampId", project_code as "projectCode", rule_code as "ruleCode", lit_at as "litAt",
            cleared_at as "clearedAt", detail
        """,
        source="from integrity.lamp where area_code like %(area)s and updated_at >= %(since)s",
        order="updated_at, lamp_id",
        parameters={"area": _area_pattern(caller, query), "since": query.get("updatedSince", _PERIOD_START)},
    )
    return page_answer(rules, page, total, rows)


async def query_correction(connection: Connection, rules: PlatformRules, caller: Caller, query: Query) -> Any:
    """Correction.Query: by ticket, or all of the caller's that changed since an instant."""
    page = page_request(rules, query)
    if "ticketNo" not in query and "updatedSince" not in query:
        raise RefusedCallError(Code.BAD_REQUEST, "ticketNo与updatedSince至少填写一项")
    total, rows = await read_page(
        connection,
        page,
        select="""ticket_no as "ticketNo", status, reject_reason as reason""",
        source="""
            from integrity.correction
            where appid = %(appid)s and ticket_no = coalesce(%(ticketNo)s, ticket_no) and updated_at >= %(since)s
        """,
        order="updated_at, ticket_no",
        parameters={
            "appid": caller.appid,
            "ticketNo": query.get("ticketNo"),
            "since": query.get("updatedSince", _PERIOD_START),
        },
    )
    return page_answer(rules, page, total, rows)


async def add_correction(connection: Connection, _rules: PlatformRules, submission: Submission) -> Outcome:
    """Correction.Add: one open ticket at a time for a field of a row."""
    header = submission.data.header
    key = (header["objectType"], header["sourceId"])
    find = """
        select source_version, area_code, deleted, payload from integrity.shared_row
        where object = %s and source_id = %s
    """
    row = await one_row(connection, find, *key)
    if row is None or not submission.caller.owns_area(row["area_code"]):
        raise NotTakenError("sourceId不存在")
    if header["sourceVersion"] > row["source_version"]:
        raise NotTakenError("sourceVersion大于当前版本")
    if row["deleted"]:
        raise NotTakenError("sourceId已删除")
    if header["field"] not in row["payload"]:
        raise NotTakenError("field不存在")
    open_ticket = """
        select ticket_no from integrity.correction
        where object_type = %s and source_id = %s and field = %s and status in (1, 2)
    """
    existing = await one_row(connection, open_ticket, *key, header["field"])
    if existing is not None:
        raise NotTakenError(f"该字段已有未办结的更正申请：{existing['ticket_no']}")
    arrived_at = submission.arrived_at.astimezone(SHANGHAI).replace(tzinfo=None)
    insert = """
        insert into integrity.correction (ticket_no, object_type, source_id, source_version, field, shared_value,
            municipal_value, reason, appid, created_at, updated_at)
        values ('GZ' || to_char(%s::timestamp, 'YYYYMMDD') || lpad(nextval('integrity.ticket_no')::text, 6, '0'),
            %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        returning ticket_no
    """
    values = (header.get("sharedValue"), header.get("municipalValue"), header.get("reason"))
    ticket = await one_row(
        connection,
        insert,
        arrived_at,
        *key,
        header["sourceVersion"],
        header["field"],
        *values,
        submission.caller.appid,
        arrived_at,
        arrived_at,
    )
    return Outcome(DONE, dump_json({"ticketNo": ticket["ticket_no"] if ticket else None}))


async def add_rectification(connection: Connection, _rules: PlatformRules, submission: Submission) -> Outcome:
    """Rectification.Add: what was done after a lamp."""
    header = submission.data.header
    require_not_later(submission, "doneAt")
    find = "select project_code, area_code from integrity.lamp where lamp_id = %s"
    lamp = await one_row(connection, find, header["lampId"])
    if lamp is None or not submission.caller.owns_area(lamp["area_code"]):
        raise NotTakenError("lampId不存在")
    if lamp["project_code"] != header["projectCode"]:
        raise NotTakenError("projectCode与亮灯项目不一致")
    insert = """
        insert into integrity.rectification (lamp_id, project_code, measure, done_at, attachment_count, serial_code,
            arrived_at)
        values (%s, %s, %s, %s, %s, %s, %s)
    """
    await connection.execute(
        insert,
        [
            header["lampId"],
            header["projectCode"],
            header["measure"],
            header["doneAt"],
            len(header.get("attachments", [])),
            submission.serial_code,
            submission.arrived_at,
        ],
    )
    return Outcome(DONE)


async def move_row(
    connection: Connection,
    shared_object: str,
    source_id: str,
    change: Mapping[str, Any],
    *,
    deleted: bool,
    at: datetime,
) -> None:
    """Change a shared row as if somebody did so between two pages: next version, latest of all changes."""
    await connection.execute(
        """
        update integrity.shared_row set
            source_version = source_version + 1,
            payload = payload || %s,
            deleted = deleted or %s,
            updated_at = greatest(
                %s::timestamp,
                (select max(other.updated_at) + interval '1 second' from integrity.shared_row as other
                    where other.object = %s)
            )
        where object = %s and source_id = %s
        """,
        [
            Jsonb(dict(change)),
            deleted,
            at.astimezone(SHANGHAI).replace(tzinfo=None),
            shared_object,
            shared_object,
            source_id,
        ],
    )


INTEGRITY_WRITES: Mapping[str, Write] = {
    "Correction.Add": one_by_one(add_correction),
    "Rectification.Add": one_by_one(add_rectification),
}
INTEGRITY_READS: Mapping[str, Read] = {
    **{method: shared_read(shared_object) for method, shared_object in SHARED_OBJECTS.items()},
    "WarningLamp.Query": query_lamp,
    "Correction.Query": query_correction,
}
