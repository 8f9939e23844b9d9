"""What tests and the demo may ask of a platform from this machine: calls, counts, punches, faults, tickets, lamps.

Nothing here belongs to the protocol; a real platform has none of it.
"""

import json
from datetime import date
from ipaddress import ip_address
from typing import Any

from aiohttp import web
from psycopg import sql

from realname_sync.sandbox import corrections_desk, lamps
from realname_sync.sandbox.platform import Platform
from realname_sync.sandbox.wire_json import dump_json

STORED_TABLES: dict[str, tuple[str, ...]] = {
    "integrity": ("shared_row", "lamp", "correction", "rectification"),
    "province": ("sub_contractor", "team", "worker", "entry_exit", "key_post", "device", "attendance"),
    "nation": ("corp", "sub_contractor", "team", "worker", "entry_exit", "attendance"),
}


async def counts(platform: Platform) -> dict[str, Any]:
    """Calls by method, how many of them were accepted, write calls, and rows stored by object."""
    await platform.receipts.settled()
    await platform.calls.flush()
    async with platform.pool.connection() as connection:
        cursor = await connection.execute(
            """
            select coalesce(method, '') as method, count(*) as received, count(*) filter (where code = 0) as accepted,
                count(*) filter (where is_write) as writes
            from control.call where platform = %s group by 1 order by 1
            """,
            [platform.name],
        )
        methods = await cursor.fetchall()
        rows: dict[str, int] = {}
        for table in STORED_TABLES[platform.name]:
            counting = sql.SQL("select count(*) as rows from {}").format(sql.Identifier(table))
            counted = await (await connection.execute(counting)).fetchone()
            rows[table] = int(counted["rows"]) if counted else 0
    return {
        "platform": platform.name,
        "calls": {row["method"]: row["received"] for row in methods},
        "accepted_calls": {row["method"]: row["accepted"] for row in methods},
        "write_calls": sum(row["writes"] for row in methods),
        "rows": rows,
    }


async def attendance(platform: Platform, work_date: date) -> dict[str, Any]:
    """Punches stored for a day: rows, persons and late rows by project, and rows in all."""
    await platform.receipts.settled()
    async with platform.pool.connection() as connection:
        cursor = await connection.execute(
            """
            select project_code, count(*) as rows, count(distinct (id_card_type, id_number)) as persons,
                count(*) filter (where is_late) as late_rows
            from attendance where work_date = %s group by project_code order by project_code
            """,
            [work_date],
        )
        projects = await cursor.fetchall()
    return {
        "platform": platform.name,
        "date": work_date,
        "rows": sum(row["rows"] for row in projects),
        "projects": {row.pop("project_code"): row for row in projects},
    }


async def corrections(platform: Platform) -> list[dict[str, Any]]:
    """The tickets of the integrity platform, oldest first, once all that was accepted has been worked off."""
    await platform.receipts.settled()
    async with platform.pool.connection() as connection:
        return await corrections_desk.tickets(connection)


async def decide_correction(platform: Platform, ticket_no: str, action: str, reason: str | None) -> dict[str, Any]:
    """What the integrity platform's clerk does with a ticket: `accept`, `reject` or `apply`.

    Raises:
        NotDecidedError: that cannot be done with it; nothing has changed.
    """
    await platform.receipts.settled()
    async with platform.pool.connection() as connection, connection.transaction():
        return await corrections_desk.decide(connection, ticket_no, action, platform.arrival_clock(), reason)


async def recent_calls(platform: Platform, after: int, limit: int) -> list[dict[str, Any]]:
    """Calls with a number above `after`, oldest first."""
    await platform.calls.flush()
    async with platform.pool.connection() as connection:
        cursor = await connection.execute(
            """
            select call_id, method, is_write, appid, project_code, code, http_status, fault, serial_code, row_count,
                request_bytes, data_sha256, received_at, elapsed_ms
            from control.call where platform = %s and call_id > %s order by call_id limit %s
            """,
            [platform.name, after, limit],
        )
        return await cursor.fetchall()


def inspection_routes(platform: Platform) -> list[web.AbstractRouteDef]:
    """The addresses below /sandbox/, which answer this machine only."""

    async def get_counts(_request: web.Request) -> web.Response:
        return _json(await counts(platform))

    async def get_attendance(request: web.Request) -> web.Response:
        if platform.name == "integrity":
            raise web.HTTPNotFound(text="the integrity platform takes no attendance")
        try:
            work_date = date.fromisoformat(request.query.get("date", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="date is needed, as yyyy-MM-dd") from None
        return _json(await attendance(platform, work_date))

    async def get_calls(request: web.Request) -> web.Response:
        after, limit = request.query.get("after", "0"), request.query.get("limit", "1000")
        if not (after.isdecimal() and limit.isdecimal()):
            raise web.HTTPBadRequest(text="after and limit are whole numbers")
        return _json(await recent_calls(platform, int(after), int(limit)))

    async def get_corrections(_request: web.Request) -> web.Response:
        _require_integrity(platform)
        return _json(await corrections(platform))

    async def post_correction(request: web.Request) -> web.Response:
        _require_integrity(platform)
        ticket_no, action = request.match_info["ticket_no"], request.match_info["action"]
        try:
            body = json.loads(await request.text() or "{}")
            reason = body.get("reason")
            if set(body) - {"reason"} or not isinstance(reason, str | None):
                raise ValueError("the body may hold a reason, and nothing else")
            return _json(await decide_correction(platform, ticket_no, action, reason))
        except (ValueError, AttributeError, corrections_desk.NotDecidedError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None

    async def get_faults(_request: web.Request) -> web.Response:
        return _json(platform.faults.described())

    async def post_faults(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text())
            platform.faults.switch_on(body.get("faults", body) if isinstance(body, dict) else body)
        except (ValueError, TypeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return _json(platform.faults.described())

    async def delete_faults(_request: web.Request) -> web.Response:
        platform.faults.clear()
        return _json([])

    def only_integrity() -> None:
        if platform.name != "integrity":
            raise web.HTTPNotFound(text="only the integrity platform has lamps")

    async def get_lamps(_request: web.Request) -> web.Response:
        only_integrity()
        return _json(await lamps.list_lamps(platform))

    async def post_lamps(request: web.Request) -> web.Response:
        """`{"light": [{projectCode, ruleCode, detail}], "clear": [lampId]}`, either or both."""
        only_integrity()
        try:
            body = json.loads(await request.text())
            lit = await lamps.light(platform, platform.now(), body.get("light", ()))
            cleared = await lamps.clear(platform, platform.now(), body.get("clear", ()))
        except (ValueError, TypeError, AttributeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return _json({"lit": lit, "cleared": cleared})

    async def judge_lamps(request: web.Request) -> web.Response:
        only_integrity()
        try:
            day = date.fromisoformat(request.query.get("date", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="date is needed, as yyyy-MM-dd") from None
        return _json(await lamps.judge(platform, platform.now(), day))

    return [
        web.get("/sandbox/lamps", get_lamps),
        web.post("/sandbox/lamps", post_lamps),
        web.post("/sandbox/lamps/judge", judge_lamps),
        web.get("/sandbox/counts", get_counts),
        web.get("/sandbox/attendance", get_attendance),
        web.get("/sandbox/calls", get_calls),
        web.get("/sandbox/corrections", get_corrections),
        web.post("/sandbox/corrections/{ticket_no}/{action}", post_correction),
        web.get("/sandbox/faults", get_faults),
        web.post("/sandbox/faults", post_faults),
        web.delete("/sandbox/faults", delete_faults),
    ]


def _require_integrity(platform: Platform) -> None:
    if platform.name != "integrity":
        raise web.HTTPNotFound(text="only the integrity platform has corrections")


def from_this_machine(request: web.Request) -> bool:
    """Whether a request comes from the machine the sandbox runs on."""
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _json(value: Any) -> web.Response:
    return web.Response(text=dump_json(value), content_type="application/json")
