"""Writes of the day: key posts and devices of a project (province only), and attendance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from realname_sync.sandbox.credentials import Connection
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.submissions import Judgement, NotTakenError, Outcome, Submission, refused
from realname_sync.sandbox.writes_companies import LATER_THAN_TODAY, json_of, require_project
from realname_sync.sandbox.writes_people import (
    BUILDING_WORKER,
    TEAM_INVALID,
    Person,
    is_on_project,
    movements_of,
    workers_of,
)
from realname_sync.workdate import SHANGHAI, work_date_of

_COLUMNS = (
    "project_code, team_sys_no, id_card_type, id_number, punched_at, work_date, direction, attend_type, channel, lng, "
    "lat, device_sn, device_record_id, received_at, post_code, has_image, is_late, arrived_at, serial_code"
)
RecordKey = tuple[str, str]
"""Device serial number and the device's own number of the record."""


async def upload_key_posts(connection: Connection, rules: PlatformRules, submission: Submission) -> Outcome:
    """KeyPost.Upload: who fills which post on site; said again, it replaces what was said before."""
    rows = submission.data.rows
    project_code = await require_project(connection, submission)
    workers = await workers_of(connection, [(project_code, row.get("idCardNumber", "")) for row in rows])
    known = {number for _, _, number in workers}
    judgement = Judgement(submission)
    for index, row in enumerate(rows):
        if not judgement.is_good(index):
            continue
        if row["idCardNumber"] not in known:
            judgement.refuse(index, "idCardNumber", "该人员不在项目中")
        if row.get("endDate", date.max) < row.get("startDate", date.min):
            judgement.refuse(index, "endDate", "不能早于 startDate")
    insert = """
        insert into key_post (project_code, post_code, id_number, worker_name, payload, serial_code)
        values (%s, %s, %s, %s, %s, %s)
        on conflict (project_code, post_code, id_number) do update
        set worker_name = excluded.worker_name, payload = excluded.payload, serial_code = excluded.serial_code
    """
    for row in (rows[index] for index in judgement.kept(rules)):
        key = (project_code, row["postCode"], row["idCardNumber"], row["workerName"])
        await connection.execute(insert, [*key, json_of(row), submission.serial_code])
    return judgement.outcome(rules)


async def upload_devices(connection: Connection, rules: PlatformRules, submission: Submission) -> Outcome:
    """Device.Upload: the attendance devices of a project; a device that has moved belongs to the new project."""
    project_code = await require_project(connection, submission)
    judgement = Judgement(submission)
    insert = """
        insert into device (device_sn, project_code, payload, serial_code) values (%s, %s, %s, %s)
        on conflict (device_sn) do update set project_code = excluded.project_code, payload = excluded.payload,
            serial_code = excluded.serial_code
    """
    for row in (submission.data.rows[index] for index in judgement.kept(rules)):
        await connection.execute(insert, [row["deviceSn"], project_code, json_of(row), submission.serial_code])
    return judgement.outcome(rules)


async def add_attendance(
    connection: Connection, rules: PlatformRules, submissions: Sequence[Submission]
) -> list[Outcome]:
    """WorkerAttendance.Add, many calls at once: what they need to know is read together and the rows go in together."""
    book = await _read_book(connection, rules, submissions)
    outcomes: list[Outcome] = []
    stored: list[tuple[Any, ...]] = []
    for submission in submissions:
        try:
            project_code = await require_project(connection, submission)
            judgement = _judge(rules, submission, project_code, book)
        except NotTakenError as error:
            outcomes.append(refused(rules, submission, str(error)))
            continue
        for index in judgement.kept(rules):
            row = submission.data.rows[index]
            if rules.punch_kept_once:
                key = (row["deviceSn"], row["deviceRecordId"])
                if key in book.records:
                    continue
                book.records[key] = _content(project_code, row)
            stored.append(_stored_row(submission, project_code, row))
        outcomes.append(judgement.outcome(rules))
    if stored:
        statement = f"copy attendance ({_COLUMNS}) from stdin"
        async with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for values in stored:
                await copy.write_row(values)
    return outcomes


@dataclass(frozen=True)
class _Book:
    """What the platform knows that punches are judged by."""

    workers: dict[Person, dict[str, Any]]
    movements: dict[Person, list[tuple[date, int]]]
    teams: dict[int, str]
    devices: dict[str, str]
    records: dict[RecordKey, tuple[Any, ...]]


async def _read_book(connection: Connection, rules: PlatformRules, submissions: Sequence[Submission]) -> _Book:
    rows = [(str(one.data.header["projectCode"]), row) for one in submissions for row in one.data.rows]
    people = [(project_code, row["idCardNumber"]) for project_code, row in rows if "idCardNumber" in row]
    teams = {one.data.header.get("teamSysNo") for one in submissions} | {row.get("teamSysNo") for _, row in rows}
    devices: dict[str, str] = {}
    records: dict[RecordKey, tuple[Any, ...]] = {}
    if rules.punch_kept_once:
        named = (row for _, row in rows if "deviceSn" in row and "deviceRecordId" in row)
        keys = sorted({(row["deviceSn"], row["deviceRecordId"]) for row in named})
        devices = await _devices(connection, sorted({sn for sn, _ in keys}))
        records = await _records(connection, keys)
    return _Book(
        workers=await workers_of(connection, people),
        movements=await movements_of(connection, people),
        teams=await _teams(connection, [number for number in teams if number is not None]),
        devices=devices,
        records=records,
    )


async def _teams(connection: Connection, numbers: list[int]) -> dict[int, str]:
    query = "select team_sys_no, project_code from team where team_sys_no = any(%s::bigint[])"
    cursor = await connection.execute(query, [numbers])
    return {row["team_sys_no"]: row["project_code"] for row in await cursor.fetchall()}


async def _devices(connection: Connection, serials: list[str]) -> dict[str, str]:
    query = "select device_sn, project_code from device where device_sn = any(%s)"
    cursor = await connection.execute(query, [serials])
    return {row["device_sn"]: row["project_code"] for row in await cursor.fetchall()}


async def _records(connection: Connection, keys: Sequence[RecordKey]) -> dict[RecordKey, tuple[Any, ...]]:
    query = """
        select a.device_sn, a.device_record_id, a.project_code, a.id_card_type, a.id_number, a.punched_at, a.direction
        from unnest(%s::text[], %s::text[]) as wanted (device_sn, device_record_id)
        inner join attendance as a using (device_sn, device_record_id)
    """
    cursor = await connection.execute(query, [[sn for sn, _ in keys], [record for _, record in keys]])
    return {
        (row["device_sn"], row["device_record_id"]): (
            row["project_code"],
            row["id_card_type"],
            row["id_number"],
            row["punched_at"],
            row["direction"],
        )
        for row in await cursor.fetchall()
    }


def _content(project_code: str, row: dict[str, Any]) -> tuple[Any, ...]:
    """What makes two records with one key the same punch."""
    return (project_code, row["idCardType"], row["idCardNumber"], row["date"], row["direction"])


def _judge(rules: PlatformRules, submission: Submission, project_code: str, book: _Book) -> Judgement:
    header_team = submission.data.header.get("teamSysNo")
    if header_team is not None and book.teams.get(header_team) != project_code:
        raise NotTakenError(TEAM_INVALID)
    today = work_date_of(submission.arrived_at)
    judgement = Judgement(submission)
    batch: dict[RecordKey, tuple[Any, ...]] = {}
    for index, row in enumerate(submission.data.rows):
        if not judgement.is_good(index):
            continue
        day = row["date"].date()
        person = (project_code, row["idCardType"], row["idCardNumber"])
        worker = book.workers.get(person)
        if worker is None:
            judgement.refuse(index, "idCardNumber", "该人员不在项目中")
            continue
        if not is_on_project(book.movements.get(person, []), day):
            judgement.refuse(index, "date", "该人员当日未进场或已退场")
        if day > today:
            judgement.refuse(index, "date", LATER_THAN_TODAY)
        team = header_team if header_team is not None else row.get("teamSysNo")
        if team != worker["team_sys_no"] or (team is None and worker["identity_type"] == BUILDING_WORKER):
            known = team is None or book.teams.get(team) == project_code
            judgement.refuse(index, "teamSysNo", "该人员不在该班组中" if known else "超出范围或无效")
        if rules.punch_kept_once:
            key, content = (row["deviceSn"], row["deviceRecordId"]), _content(project_code, row)
            if book.devices.get(row["deviceSn"]) != project_code:
                judgement.refuse(index, "deviceSn", "设备未登记于该项目")
            if book.records.get(key, batch.setdefault(key, content)) != content:
                judgement.refuse(index, "deviceRecordId", "该设备的记录编号已用于另一条记录")
    return judgement


def _stored_row(submission: Submission, project_code: str, row: dict[str, Any]) -> tuple[Any, ...]:
    day = row["date"].date()
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)
    return (
        project_code,
        submission.data.header.get("teamSysNo", row.get("teamSysNo")),
        row["idCardType"],
        row["idCardNumber"],
        row["date"],
        day,
        row["direction"],
        row.get("attendType"),
        row.get("channel"),
        row.get("lng"),
        row.get("lat"),
        row.get("deviceSn"),
        row.get("deviceRecordId"),
        row.get("receivedAt"),
        row.get("postCode"),
        "image" in row,
        submission.arrived_at >= midnight,
        submission.arrived_at,
        submission.serial_code,
    )
