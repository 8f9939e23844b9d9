"""The journal of the ledger: what became of each batch, entry by entry in a hash chain, so that a later change shows.

One chain for each date and platform. An entry holds what a batch was when something was told of it: its state, serial
code and digest, and digests of its rows and of what was told of single rows. Each hash covers the one before it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from realname_sync.warehouse import bulk, statements

FIRST_HASH = bytes(32)
_TOLD = "realname_sync.told"
MARK_BYTES = 4

_CONTENT = (
    "batch_id", "project_code", "kind", "state", "serial_code", "data_sha256", "row_count", "as_of_change",
    "rows_digest", "row_marks", "outcomes_digest",
)  # fmt: skip
_COLUMNS = ("work_date", "target", "entry_no", *_CONTENT, "told_at", "hash")


def entry_hash(before: bytes, entry: Mapping[str, Any]) -> bytes:
    """SHA-256 over the hash of the entry before and everything an entry says, written in one way only."""
    content = {name: _plain(entry[name]) for name in _COLUMNS if name != "hash"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + text.encode()).digest()


def tell(connection: Connection, batch_ids: Iterable[int]) -> None:
    """Have these batches written into the journal at the end of the transaction, by what they are then."""
    connection.info.setdefault(_TOLD, set()).update(batch_ids)


def forget(connection: Connection) -> None:
    """Begin a transaction with nothing to tell, whatever one that failed left behind."""
    connection.info.pop(_TOLD, None)


def write_told(connection: Connection, work_date: date, target: str, told_at: datetime) -> None:
    """Write what was to be told; the last thing a transaction does."""
    write(connection, work_date, target, connection.info.pop(_TOLD, ()), told_at)


def write(connection: Connection, work_date: date, target: str, batch_ids: Collection[int], told_at: datetime) -> int:
    """Append what these batches are just now, as this transaction sees them; how many entries there are then.

    Senders append one after the other: the chain stays locked until the transaction ends, so this comes last in it.
    """
    if not batch_ids:
        return 0
    key = {"work_date": work_date, "target": target}
    statements.rows(connection, "delivery/lock_journal", **key)
    contents = statements.records(connection, "delivery/journal_content", batch_ids=sorted(set(batch_ids)), **key)
    head = statements.rows(connection, "delivery/journal_head", **key)
    entry_no, before = (head[0].entry_no, bytes(head[0].hash)) if head else (0, FIRST_HASH)
    rows = []
    for content in contents:
        entry_no += 1
        entry = {**key, "entry_no": entry_no, **content, "told_at": told_at}
        before = entry_hash(before, entry)
        rows.append([*(entry[name] for name in _COLUMNS[:-1]), before])
    bulk.copy_rows(connection, "delivery.journal", _COLUMNS, rows)
    return entry_no


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            return value
