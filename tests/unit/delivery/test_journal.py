"""Entries follow one another by their hashes, one chain a date and platform, however many senders append."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, event, text

from realname_sync.delivery import journal
from realname_sync.delivery.journal import FIRST_HASH, entry_hash
from realname_sync.delivery.ledger_check import verify
from realname_sync.warehouse.engine import Role, transaction

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 14, 30, 5, 123456, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
ENTRY = {
    "work_date": DAY,
    "target": "nation",
    "entry_no": 7,
    "batch_id": 42,
    "project_code": "P1",
    "kind": "attendance",
    "state": "acknowledged",
    "serial_code": "码",
    "data_sha256": None,
    "row_count": 20,
    "as_of_change": 3,
    "rows_digest": bytes(32),
    "row_marks": b"\x01\x02\x03\x04",
    "outcomes_digest": bytes(32),
    "told_at": NOW,
    "hash": b"",
}


@pytest.fixture
def batches(warehouse: Engine) -> Sequence[int]:
    """Twelve acknowledged batches of two rows each, by their ids."""
    with warehouse.begin() as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": DAY})
        made = connection.execute(
            text(
                "INSERT INTO delivery.batch (work_date, project_code, target, kind, row_count, state, planned_at)"
                " SELECT :day, 'P1', 'nation', 'attendance', 2, 'acknowledged', :now FROM generate_series(1, 12)"
                " RETURNING batch_id"
            ),
            {"day": DAY, "now": NOW},
        )
        ids = sorted(made.scalars())
        connection.execute(
            text(
                "INSERT INTO delivery.punch_batch SELECT work_date, project_code, target, batch_id || '.' || n,"
                " batch_id, n FROM delivery.batch CROSS JOIN generate_series(0, 1) AS n"
            )
        )
    return ids


def _append(engine: Engine, ids: Sequence[int], told_at: datetime = NOW) -> int:
    with transaction(engine, Role.SEND) as connection:
        return journal.write(connection, DAY, "nation", ids, told_at)


def _entries(engine: Engine) -> list[tuple[int, int, bytes]]:
    with engine.connect() as connection:
        told = connection.execute(text("SELECT entry_no, batch_id, hash FROM delivery.journal ORDER BY entry_no"))
        return [(row.entry_no, row.batch_id, bytes(row.hash)) for row in told]


def _flaw(engine: Engine) -> Any:
    with transaction(engine, Role.READ) as connection:
        return verify(connection, DAY, "nation", KEY).flaw


def test_the_form_that_is_hashed_stays_what_it_is() -> None:
    """Chains of years ago must verify: who changes this needs another version of entries."""
    assert entry_hash(FIRST_HASH, ENTRY).hex() == "4529c4e8266d2ef7f4bb78b2470ece1d2277d3b52f8458fbedc39d416cdbb28c"


@pytest.mark.parametrize("name", [name for name in ENTRY if name != "hash"])
def test_each_thing_an_entry_says_counts(name: str) -> None:
    other: Any = {int: 8, str: "x", bytes: b"x", date: DAY + timedelta(1), datetime: NOW + timedelta(microseconds=1)}
    value = ENTRY[name]
    changed = ENTRY | {name: other.get(type(value), "x")}
    assert entry_hash(FIRST_HASH, changed) != entry_hash(FIRST_HASH, ENTRY)


def test_the_hash_before_counts() -> None:
    assert entry_hash(b"\x01" + bytes(31), ENTRY) != entry_hash(FIRST_HASH, ENTRY)


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    elsewhere = ENTRY | {"told_at": NOW.astimezone(timezone(timedelta(hours=8)))}
    assert entry_hash(FIRST_HASH, elsewhere) == entry_hash(FIRST_HASH, ENTRY)


def test_a_chain_goes_on_where_it_ended(warehouse: Engine, batches: Sequence[int]) -> None:
    assert _append(warehouse, batches[:5]) == 5
    assert _append(warehouse, batches[5:]) == 12
    assert [(number, batch_id) for number, batch_id, _ in _entries(warehouse)] == list(enumerate(batches, 1))
    assert _flaw(warehouse) is None


def test_senders_append_one_after_the_other(warehouse: Engine, batches: Sequence[int]) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: _append(warehouse, batches[number::6]), range(6)))
    entries = _entries(warehouse)
    assert [number for number, _, _ in entries] == list(range(1, 13))
    assert sorted(batch_id for _, batch_id, _ in entries) == batches
    assert _flaw(warehouse) is None


def test_what_is_undone_leaves_no_entry(warehouse: Engine, batches: Sequence[int]) -> None:
    with warehouse.connect() as connection:
        assert journal.write(connection, DAY, "nation", batches, NOW) == 12
        connection.rollback()
    assert _entries(warehouse) == []
    assert _append(warehouse, batches) == 12


def test_what_a_failed_transaction_had_to_tell_is_not_told_by_the_next(
    warehouse: Engine, batches: Sequence[int]
) -> None:
    with transaction(warehouse, Role.SEND) as connection:
        journal.tell(connection, batches)
        journal.forget(connection)
        journal.tell(connection, batches[:2])
        journal.tell(connection, batches[1:3])
        journal.write_told(connection, DAY, "nation", NOW)
        journal.write_told(connection, DAY, "nation", NOW)
    assert [batch_id for _, batch_id, _ in _entries(warehouse)] == batches[:3]


def test_planned_batches_are_not_told(warehouse: Engine, batches: Sequence[int]) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("UPDATE delivery.batch SET state = 'planned' WHERE batch_id = :id"), {"id": batches[0]})
    _append(warehouse, batches)
    assert [batch_id for _, batch_id, _ in _entries(warehouse)] == batches[1:]
    assert _flaw(warehouse) is None


def test_a_group_costs_three_statements_and_a_copy_however_large_it_is(
    warehouse: Engine, batches: Sequence[int]
) -> None:
    told: list[str] = []
    event.listen(warehouse, "before_cursor_execute", lambda *seen: told.append(seen[2]))
    counts = []
    for group in (batches[:1], batches[1:]):
        told.clear()
        _append(warehouse, group)
        counts.append(len([statement for statement in told if "SET LOCAL" not in statement]))
    assert counts == [3, 3]
