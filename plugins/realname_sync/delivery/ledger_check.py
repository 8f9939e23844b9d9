"""Holds the journal against its hashes, its signed heads and the batches as they are: the first thing that is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from realname_sync.delivery.journal import FIRST_HASH, MARK_BYTES, entry_hash
from realname_sync.warehouse import statements

_AT_A_TIME = 5000


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the ledger of a date at a platform; `entry_no` is where, 0 where no entry is concerned."""

    entry_no: int
    wrong: str
    batch_id: int | None = None


@dataclass(frozen=True)
class Verified:
    """What came of verifying one chain."""

    work_date: date
    target: str
    entries: int
    head_hash: bytes
    heads: int
    last_signed_at: datetime | None
    flaw: Flaw | None = None


def head_text(work_date: date, target: str, entries: int, head_hash: bytes, signed_at: datetime) -> bytes:
    """The bytes that a signature of a head is made over."""
    signed = f"{signed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"realname ledger 1\n{work_date}\n{target}\n{entries}\n{head_hash.hex()}\n{signed}".encode()


def verify(connection: Connection, work_date: date, target: str, public_key: Ed25519PublicKey) -> Verified:
    """Verify one chain, its heads and its batches; reads it row by row, so memory does not grow with it.

    What is wrong with the journal itself is said before what does not agree with it.
    """
    key = {"work_date": work_date, "target": target}
    heads = statements.rows(connection, "delivery/ledger_heads", **key)
    forged = [head for head in heads if not _is_signed(key, head, public_key)]
    entries, head_hash, flaw = _walk(connection, key, [head for head in heads if head not in forged])
    flaws = [
        Flaw(one.entries, "the signature of the head is not by this key, or the head was changed") for one in forged
    ]
    flaws += [flaw] if flaw else []
    flaws += [
        Flaw(entries + 1, f"the entry is missing: a head was signed over {head.entries}, so some were removed")
        for head in heads
        if head.entries > entries and head not in forged
    ]
    first = min(flaws, key=lambda one: one.entry_no, default=None) or _mismatch(connection, key)
    signed_at = heads[-1].signed_at if heads else None
    return Verified(work_date, target, entries, head_hash, len(heads), signed_at, first)


def _walk(connection: Connection, key: Mapping[str, Any], heads: Sequence[Any]) -> tuple[int, bytes, Flaw | None]:
    """Go through the chain; how long it is, its last hash, and the first entry that does not follow from the last."""
    signed = {head.entries: bytes(head.head_hash) for head in heads}
    flaw: Flaw | None = None
    before, number = FIRST_HASH, 0
    for row in statements.stream(connection, "delivery/journal_entries", _AT_A_TIME, **key):
        entry = dict(row._mapping)
        written = bytes(entry["hash"])
        if flaw is None:
            if entry["entry_no"] != number + 1:
                flaw = Flaw(number + 1, "the entry is missing: it was removed")
            elif entry_hash(before, entry) != written:
                flaw = Flaw(
                    entry["entry_no"], "the entry is not the one that was written: its hash differs", row.batch_id
                )
            elif signed.get(entry["entry_no"], written) != written:
                flaw = Flaw(entry["entry_no"], "the chain was written anew: a head was signed over another one")
        before, number = written, entry["entry_no"]
    return number, before, flaw


def _is_signed(key: Mapping[str, Any], head: Any, public_key: Ed25519PublicKey) -> bool:
    text = head_text(key["work_date"], key["target"], head.entries, bytes(head.head_hash), head.signed_at)
    try:
        public_key.verify(bytes(head.signature), text)
    except InvalidSignature:
        return False
    return True


def _mismatch(connection: Connection, key: Mapping[str, Any]) -> Flaw | None:
    found = statements.rows(connection, "delivery/journal_mismatches", **key)
    return Flaw(found[0].entry_no or 0, _what(connection, key, found[0]), found[0].batch_id) if found else None


def _what(connection: Connection, key: Mapping[str, Any], row: Any) -> str:
    if row.is_added:
        return f"batch {row.batch_id} is {row.state} and not in the journal: it was added, or its entries were removed"
    if row.is_gone:
        return f"batch {row.batch_id}, told as {row.told_state}, is gone: it was removed"
    if row.are_other_rows:
        return f"batch {row.batch_id}: {_which_row(connection, key, row)}"
    named = {
        f"its state is {row.state} and was told as {row.told_state}": row.state != row.told_state,
        "its serial code is another one": row.is_other_serial,
        "the digest of what was sent is another one": row.is_other_data,
        "it counts another number of rows": row.is_other_count,
        "what was told of single rows was changed, removed or added": row.are_other_outcomes,
        "its project, kind or reading is another one": row.is_moved,
    }
    return f"batch {row.batch_id}: " + "; ".join(text for text, holds in named.items() if holds)


def _which_row(connection: Connection, key: Mapping[str, Any], row: Any) -> str:
    """The first row that is another one now, was removed, or was added."""
    told, now = _marks(row.told_marks), _marks(row.row_marks)
    rows = statements.rows(connection, "delivery/rows_of_batch", work_date=key["work_date"], batch_id=row.batch_id)
    for index, mark in enumerate(told):
        if index >= len(now):
            return f"row {index} was removed"
        if now[index] != mark:
            if len(now) < len(told) and now[index : index + 1] == told[index + 1 : index + 2]:
                return f"row {index} was removed"
            return f"row {rows[index].row_index} was changed or swapped: it is {rows[index].local_key} now"
    if len(now) > len(told):
        return f"row {rows[len(told)].row_index} was added: {rows[len(told)].local_key}"
    return "its rows are numbered otherwise"


def _marks(marks: bytes) -> list[bytes]:
    content = bytes(marks)
    return [content[start : start + MARK_BYTES] for start in range(0, len(content), MARK_BYTES)]
