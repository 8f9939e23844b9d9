"""The clerk of the integrity platform who accepts, rejects and applies corrections; no part of the protocol.

A ticket goes from received (1) to accepted (2) to applied (4), or from either of the first two to rejected (3).
Applying it gives the shared row its next version, with the municipal value in that field and nothing else changed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from realname_sync.sandbox.credentials import Connection
from realname_sync.sandbox.platform_integrity import move_row
from realname_sync.sandbox.writes_companies import one_row
from realname_sync.workdate import SHANGHAI

_RECEIVED, _ACCEPTED, _REJECTED, _APPLIED = 1, 2, 3, 4
_FROM = {"accept": (_RECEIVED,), "reject": (_RECEIVED, _ACCEPTED), "apply": (_ACCEPTED,)}
_LONGEST_REASON = 200
_DATES = {"startDate", "endDate", "planCompleteDate", "actualCompleteDate", "statusSince"}
_INSTANTS = {"entryTime", "exitTime"}


class NotDecidedError(Exception):
    """The ticket cannot be decided so; the text says why."""


async def decide(
    connection: Connection, ticket_no: str, action: str, at: datetime, reason: str | None = None
) -> dict[str, Any]:
    """Decide on a ticket: `accept`, `reject` (with a reason) or `apply`.

    Returns:
        The ticket as it stands then: ticketNo, status, reason, appliedVersion.

    Raises:
        NotDecidedError: there is no such ticket or action, its state does not allow it, a reason is missing or too long
            or given where none belongs, or the value is none that the field can hold.
    """
    if action not in _FROM:
        raise NotDecidedError(f"{action} is nothing a clerk does; there are {', '.join(_FROM)}")
    ticket = await one_row(connection, "select * from integrity.correction where ticket_no = %s for update", ticket_no)
    if ticket is None:
        raise NotDecidedError(f"there is no ticket {ticket_no}")
    if ticket["status"] not in _FROM[action]:
        raise NotDecidedError(f"ticket {ticket_no} has status {ticket['status']}, so a clerk cannot {action} it")
    words = (reason or "").strip()
    if (action == "reject") != bool(words):
        raise NotDecidedError("a reason is given where a ticket is rejected, and only there")
    if len(words) > _LONGEST_REASON:
        raise NotDecidedError(f"a reason has at most {_LONGEST_REASON} characters")
    status = {"accept": _ACCEPTED, "reject": _REJECTED, "apply": _APPLIED}[action]
    version = await _apply(connection, ticket, at) if action == "apply" else None
    await connection.execute(
        """
        update integrity.correction
        set status = %s, reject_reason = %s, applied_version = %s, updated_at = greatest(updated_at, %s::timestamp)
        where ticket_no = %s
        """,
        [status, words or None, version, at.astimezone(SHANGHAI).replace(tzinfo=None), ticket_no],
    )
    return {"ticketNo": ticket_no, "status": status, "reason": words or None, "appliedVersion": version}


async def tickets(connection: Connection) -> list[dict[str, Any]]:
    """Every ticket, oldest first; values of persons are left out."""
    cursor = await connection.execute(
        """
        select ticket_no as "ticketNo", object_type as "objectType", source_id as "sourceId",
            source_version as "sourceVersion", field, status, reject_reason as reason,
            applied_version as "appliedVersion"
        from integrity.correction order by ticket_no
        """
    )
    return await cursor.fetchall()


async def _apply(connection: Connection, ticket: Mapping[str, Any], at: datetime) -> int:
    key = (ticket["object_type"], ticket["source_id"])
    find = "select payload, deleted from integrity.shared_row where object = %s and source_id = %s for update"
    row = await one_row(connection, find, *key)
    if row is None or row["deleted"]:
        raise NotDecidedError(f"the row of ticket {ticket['ticket_no']} is not there any more")
    field = ticket["field"]
    value = _fitting(field, row["payload"].get(field), ticket["municipal_value"])
    await move_row(connection, *key, {field: value}, deleted=False, at=at)
    version = "select source_version from integrity.shared_row where object = %s and source_id = %s"
    changed = await one_row(connection, version, *key)
    return int(changed["source_version"]) if changed else 0


def _fitting(field: str, before: Any, text: str | None) -> Any:
    """The text in the form the field has in the row: numbers as numbers, dates only if they are some."""
    if text is None or text == "":
        return None
    try:
        if isinstance(before, bool | list | dict):
            raise NotDecidedError(f"{field} is no single value")
        if isinstance(before, int):
            return int(text)
        if isinstance(before, float):
            return float(Decimal(text))
        if field in _DATES:
            return date.fromisoformat(text).isoformat()
        if field in _INSTANTS:
            return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"
    except (ValueError, InvalidOperation):
        raise NotDecidedError(f"{field} cannot hold what was asked for") from None
    return text
