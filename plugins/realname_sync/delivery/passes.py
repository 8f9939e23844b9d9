"""What tells one punch from another at every platform: the person's number, the second, the direction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from realname_sync.errors import MalformedAnswerError
from realname_sync.warehouse.protection import normalise
from realname_sync.workdate import SHANGHAI

Pass = tuple[str, datetime, str]
"""Number, instant to the second, direction. A platform may have the same pass more than once, so passes are counted."""

_TO_THE_SECOND = len("yyyy-MM-dd HH:mm:ss")


def pass_of(id_number: str, made_at: datetime, direction: str) -> Pass:
    """The pass as it is told to a platform: what is below the second is cut off."""
    return normalise(id_number), made_at.replace(microsecond=0), direction


def read_pass(platform: str, row: Mapping[str, Any]) -> Pass:
    """The pass in a row of WorkerAttendance.Query, its number in plain text; a direction may come as a number.

    Raises:
        MalformedAnswerError: it cannot be told, so nothing may follow from what seems to be missing there.
    """
    number, told, direction = row.get("idCardNumber"), str(row.get("date")), row.get("direction")
    try:
        made_at = datetime.fromisoformat(told) if len(told) >= _TO_THE_SECOND else None
    except ValueError:
        made_at = None
    if not number or made_at is None or direction in (None, ""):
        raise MalformedAnswerError(
            f"{platform}: WorkerAttendance.Query gave a punch whose person, time or direction cannot be read",
            str({name: value for name, value in row.items() if name != "idCardNumber"}),
        )
    made_at = made_at if made_at.tzinfo else made_at.replace(tzinfo=SHANGHAI)
    return pass_of(str(number), made_at, str(direction).zfill(2))
