"""Holds the journal against its hashes, its signed heads and the batches as they are: the first thing that is wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from realname_sync.delivery.journal import FIRST_HASH, MARK_BYTES, entry_hash
from realname_sync.delivery.ledger_head import Anchor, Head
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
    last_head: Head | None
    flaw: Flaw | None = None
    dropped_at: datetime | None = None

    @property
    def last_signed_at(self) -> datetime | None:
        """When the newest head was signed."""
        return self.last_head.signed_at if self.last_head else None

    @property
    def unsigned(self) -> int:
        """How many entries there are after the newest head: chained, and not signed yet."""
        return max(self.entries - (self.last_head.entries if self.last_head else 0), 0)


def verify(
    connection: Connection, work_date: date, target: str, public_key: Ed25519PublicKey, kept: Sequence[Head] = ()
) -> Verified:
    """Verify one chain, its heads and its batches; reads it row by row, so memory does not grow with it.

    What is wrong with the journal itself is said before what does not agree with it. Heads in `kept` were kept
    elsewhere and count like those of the database: who removes or replaces these does not reach them.
    """
    key = {"work_date": work_date, "target": target}
    stored = [_head(key, row) for row in statements.rows(connection, "delivery/ledger_heads", **key)]
    heads = [*stored, *(head for head in kept if (head.work_date, head.target) == (work_date, target))]
    forged = [head for head in heads if not head.is_signed(public_key)]
    genuine = [head for head in heads if head not in forged]
    flaws = [
        Flaw(one.entries, "the signature of the head is not by this key, or the head was changed") for one in forged
    ]
    if anchor := _anchor(connection, key):
        flaws += _dropped_flaws(connection, key, anchor, public_key, stored, genuine)
        first = min(flaws, key=lambda one: one.entry_no, default=None)
        last = stored[-1] if stored else None
        return Verified(work_date, target, anchor.entries, anchor.head_hash, last, first, anchor.dropped_at)
    entries, head_hash, flaw = _walk(connection, key, genuine)
    flaws += [flaw] if flaw else []
    flaws += [
        Flaw(entries + 1, f"the entry is missing: a head was signed over {head.entries}, so some were removed")
        for head in genuine
        if head.entries > entries
    ]
    first = min(flaws, key=lambda one: one.entry_no, default=None) or _mismatch(connection, key)
    return Verified(work_date, target, entries, head_hash, stored[-1] if stored else None, first)


def _walk(connection: Connection, key: Mapping[str, Any], heads: Sequence[Head]) -> tuple[int, bytes, Flaw | None]:
    """Go through the chain; how long it is, its last hash, and the first entry that does not follow from the last."""
    signed: dict[int, set[bytes]] = defaultdict(set)
    for head in heads:
        signed[head.entries].add(head.head_hash)
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
            elif signed.get(entry["entry_no"], {written}) != {written}:
                flaw = Flaw(entry["entry_no"], "the chain was written anew: a head was signed over another one")
        before, number = written, entry["entry_no"]
    return number, before, flaw


def _anchor(connection: Connection, key: Mapping[str, Any]) -> Anchor | None:
    for row in statements.rows(connection, "delivery/ledger_anchor", **key):
        return Anchor(
            key["work_date"],
            key["target"],
            row.entries,
            bytes(row.head_hash),
            row.dropped_at,
            row.key_id,
            bytes(row.signature),
        )
    return None


def _dropped_flaws(
    connection: Connection,
    key: Mapping[str, Any],
    anchor: Anchor,
    public_key: Ed25519PublicKey,
    stored: Sequence[Head],
    genuine: Sequence[Head],
) -> Iterator[Flaw]:
    """What is wrong with a chain whose entries were dropped: where it ended is held against its heads."""
    if not anchor.is_signed(public_key):
        yield Flaw(anchor.entries, "that the day was dropped is not said under this key, or was changed")
    if next(statements.stream(connection, "delivery/journal_entries", 1, **key), None) is not None:
        yield Flaw(1, "there are entries of a day that was dropped: they were added since")
    if not any(head.entries == anchor.entries for head in stored):
        yield Flaw(anchor.entries, "the signed head of the chain's end is gone")
    for head in genuine:
        if head.entries > anchor.entries:
            yield Flaw(anchor.entries + 1, f"a head was signed over {head.entries} entries: some were gone before")
        elif head.entries == anchor.entries and head.head_hash != anchor.head_hash:
            yield Flaw(head.entries, "the chain was written anew before it was dropped: a head was signed over another")


def _head(key: Mapping[str, Any], row: Any) -> Head:
    return Head(
        key["work_date"],
        key["target"],
        row.entries,
        bytes(row.head_hash),
        row.signed_at,
        row.key_id,
        bytes(row.signature),
    )


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
