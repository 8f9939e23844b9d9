"""Lanes by hand, without a ledger: rows in memory, calls made, results asked for, nothing written down anywhere.

The sequential loop is what a script does: a call of 20 rows, then one question for its result. The asynchronous one has
128 calls in flight. The province's sends 500 rows a call with 32 in flight. All sign and encrypt as the protocol says.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import aiohttp
import requests
from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from bench.references.open_call import encrypted, signed
from realname_sync.settings import SANDBOX_SECRET
from realname_sync.workdate import SHANGHAI

APPID = "zj-330100"
_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
# Of a large day only the first projects are put in order; those of twice the rows, for the joins leave some out.
_ROWS = """
    SELECT punch.project_code, worker.team_id, punch.punch_id, person.id_card_type, person.id_cipher, punch.punched_at,
        punch.received_at, punch.direction, device.gate_name, punch.attend_type, punch.lng, punch.lat, punch.device_sn,
        punch.device_record_id
    FROM core.punch
    JOIN core.project_worker AS worker USING (project_code, person_id)
    JOIN core.person USING (person_id)
    JOIN core.device USING (device_sn)
    WHERE punch.work_date = :day
        AND (CAST(:most AS bigint) IS NULL OR punch.project_code <= coalesce((
            SELECT project_code FROM core.punch WHERE work_date = :day
            ORDER BY project_code OFFSET 2 * CAST(:most AS bigint) LIMIT 1
        ), punch.project_code))
    ORDER BY punch.project_code, worker.team_id, punch.punched_at
    LIMIT CAST(:most AS bigint)"""


def sequential(place: Place, watch: Watch) -> None:
    """One call after the other over one kept connection, its result asked for at once."""
    rows = read_day(place)
    with requests.Session() as session, watch.running(len(rows)):
        session.headers["Content-Type"] = _TYPE
        for call in _calls(rows, 20, by_team=True):
            serial = session.post(f"{place.receiver}/open.api", data=_signed("WorkerAttendance.Add", call), timeout=30)
            question = json.dumps({"requestSerialCode": serial.json()["data"]["requestSerialCode"]})
            answer = session.post(
                f"{place.receiver}/open.api", data=_signed("AsyncHandleResult.Query", question), timeout=30
            )
            assert answer.json()["data"]["status"] == "20"


def asynchronous(place: Place, watch: Watch) -> None:
    """The nation's calls, 128 in flight."""
    _in_flight(place, watch, 20, 128, by_team=True)


def province(place: Place, watch: Watch) -> None:
    """The province's calls, 32 in flight."""
    _in_flight(place, watch, 500, 32, by_team=False)


def _in_flight(place: Place, watch: Watch, rows_a_call: int, in_flight: int, *, by_team: bool) -> None:
    rows = read_day(place)

    async def send() -> None:
        calls = _calls(rows, rows_a_call, by_team=by_team)

        async def work(session: aiohttp.ClientSession) -> None:
            for call in calls:
                answer = await _post(session, "WorkerAttendance.Add", call)
                question = json.dumps({"requestSerialCode": answer["data"]["requestSerialCode"]})
                assert (await _post(session, "AsyncHandleResult.Query", question))["data"]["status"] == "20"

        async def _post(session: aiohttp.ClientSession, method: str, data: str) -> Any:
            async with session.post(
                f"{place.receiver}/open.api", data=_signed(method, data), headers={"Content-Type": _TYPE}
            ) as response:
                return json.loads(await response.read())

        connector = aiohttp.TCPConnector(limit=in_flight)
        async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(work(session))

    with watch.running(len(rows)):
        asyncio.run(send())


def read_day(place: Place) -> Sequence[dict[str, Any]]:
    """The day's rows with numbers in plain, as a script would hold them; the reading is not timed."""
    city = place.city()
    with city.engine.connect() as connection:
        found = connection.execute(text(_ROWS), {"day": place.work_date, "most": place.only or None}).mappings()
        rows = [{**row, "number": city.vault.reveal(row["id_cipher"])} for row in found]
    city.close()
    return rows


def _calls(rows: Sequence[dict[str, Any]], size: int, *, by_team: bool) -> Iterator[str]:
    key = itemgetter("project_code", "team_id") if by_team else itemgetter("project_code")
    for _, group in groupby(rows, key=key):
        one = list(group)
        for start in range(0, len(one), size):
            yield _data(one[start : start + size], by_team=by_team)


def _data(rows: Sequence[dict[str, Any]], *, by_team: bool) -> str:
    listed = []
    for row in rows:
        values = {
            "idCardType": row["id_card_type"],
            "idCardNumber": encrypted(SANDBOX_SECRET, row["number"]),
            "date": local(row["punched_at"]),
            "direction": row["direction"],
            "channel": row["gate_name"],
            "attendType": row["attend_type"],
            "lng": float(row["lng"]),
            "lat": float(row["lat"]),
        }
        if not by_team:
            values |= {
                "deviceSn": row["device_sn"],
                "deviceRecordId": row["device_record_id"],
                "receivedAt": local(row["received_at"]),
            }
        listed.append(values)
    header = {"projectCode": rows[0]["project_code"], **({"teamSysNo": 1000000001} if by_team else {})}
    return json.dumps({**header, "dataList": listed}, ensure_ascii=False, separators=(",", ":"))


def local(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _signed(method: str, data: str) -> bytes:
    return signed(APPID, SANDBOX_SECRET, method, data)
