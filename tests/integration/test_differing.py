"""A day that was read before: only what differs is read again, and the day stands as a read of the whole leaves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from municipality import DAY, DAY_BEFORE, Municipality, opened_municipality

from realname_sync.pipelines import differing
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.warehouse import bulk

MANY = 60


@pytest.fixture
def read(postgres: Path, migrated_template: str) -> Iterator[Municipality]:
    """A day of which all was read."""
    with opened_municipality(postgres, migrated_template) as municipality:
        for number in range(1, MANY + 1):
            municipality.punch(number, f"2026-11-20 08:{number % 60:02}:00")
        extract_municipal(municipality.city, DAY)
        yield municipality


@contextmanager
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows came over whole, by reading."""
    counts: list[int] = []
    plain = bulk.copy_blocks

    def counted(connection: Any, table: str, *given: Any) -> int:
        rows = plain(connection, table, *given)
        if table == "staged_attendance":
            counts.append(rows)
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(bulk, "copy_blocks", counted)
        yield counts


CHANGES: dict[str, tuple[str, int, int]] = {
    "a value": ("UPDATE attendance SET direction = '02' WHERE id = 7", 1, 1),
    "a new row": (
        "INSERT INTO attendance (id, project_code, person_id, punched_at, received_at)"
        " VALUES (99, 'P1', 'h1', '2026-11-20 12:00', '2026-11-20 12:00')", 1, 1,
    ),
    "rows that are gone": ("DELETE FROM attendance WHERE id < 4", 0, 3),
    "another project": ("UPDATE attendance SET project_code = 'P2' WHERE id = 7", 1, 2),
    "another date": ("UPDATE attendance SET punched_at = '2026-11-19 08:00' WHERE id = 7", 1, 1),
    "a blank that does not count": ("UPDATE attendance SET person_id = ' h1 ' WHERE id = 7", 1, 0),
    "places": ("UPDATE attendance SET device_record_id = 'r' || (17 - id) WHERE id IN (8, 9)", 2, 2),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_only_what_differs_is_read_and_the_day_stands_as_after_a_read_of_the_whole(
    read: Municipality, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    statement, rows, changed = CHANGES[change]
    read.database.execute(statement.encode())
    with staged(monkeypatch) as counts:
        told = extract_municipal(read.city, DAY)["punches"]
    assert counts == [rows]
    assert told["written"] + told["withdrawn"] == changed
    by_difference = values(read)
    read.database.execute("UPDATE attendance SET image_ref = 'again.jpg'")
    whole(read, monkeypatch)
    read.database.execute("UPDATE attendance SET image_ref = NULL")
    whole(read, monkeypatch)
    assert values(read) == by_difference


def test_what_was_kept_otherwise_and_says_the_same_is_not_read_again(
    read: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    read.database.execute("UPDATE attendance SET person_id = ' h1 ' WHERE id = 7")
    extract_municipal(read.city, DAY)
    read.database.execute("UPDATE attendance SET direction = '02' WHERE id = 8")
    with staged(monkeypatch) as counts:
        extract_municipal(read.city, DAY)
    assert counts == [1]


def test_a_row_that_came_back_stands_again(read: Municipality) -> None:
    read.database.execute("CREATE TABLE kept AS SELECT * FROM attendance WHERE id = 7")
    read.database.execute("DELETE FROM attendance WHERE id = 7")
    extract_municipal(read.city, DAY)
    assert sum(row.withdrawn_at is not None for row in read.punches()) == 1
    read.database.execute("INSERT INTO attendance SELECT * FROM kept")
    extract_municipal(read.city, DAY)
    assert sum(row.withdrawn_at is not None for row in read.punches()) == 0


@pytest.mark.parametrize("few", [1_000, 0], ids=["by its key", "with the whole day"])
def test_a_punch_that_moves_to_another_date_counts_there_and_only_there(
    read: Municipality, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(differing, "_FEW", few)
    read.database.execute("UPDATE attendance SET punched_at = '2026-11-19 08:00' WHERE id % 10 = 7")
    told = extract_municipal(read.city, DAY)["punches"]
    assert told["other_days"] == {"2026-11-19": {"rows": 6, "not_yet_read": 6}}
    extract_municipal(read.city, DAY_BEFORE)
    standing = [row.work_date for row in read.punches() if row.punch_id == "7" and row.withdrawn_at is None]
    assert standing == [DAY_BEFORE]


def test_of_two_rows_with_one_key_the_other_one_counts_once_the_first_is_gone(read: Municipality) -> None:
    read.database.execute("ALTER TABLE attendance DROP CONSTRAINT attendance_pkey")
    read.database.execute(
        "INSERT INTO attendance (id, project_code, person_id, punched_at, received_at, direction)"
        " VALUES (7, 'P1', 'h1', '2026-11-20 20:00', '2026-11-20 20:00', '02')"
    )
    for deleted, direction in ((None, "01"), ("01", "02")):
        if deleted:
            read.database.execute("DELETE FROM attendance WHERE id = 7 AND direction = '01'")
        extract_municipal(read.city, DAY)
        assert [row.direction for row in read.punches() if row.punch_id == "7"] == [direction]


def test_where_too_much_differs_the_whole_day_is_read(read: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    read.database.execute("UPDATE attendance SET direction = '02' WHERE id <= 4")
    monkeypatch.setattr(differing, "_FEW", 3)
    with staged(monkeypatch) as counts:
        told = extract_municipal(read.city, DAY)["punches"]
    assert counts == [MANY]
    assert told["written"] == 4


def whole(municipality: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the day whole, as where more differs than is read by keys."""
    with monkeypatch.context() as patched, staged(patched) as counts:
        patched.setattr(differing, "_MANY", 0)
        told = extract_municipal(municipality.city, DAY)["punches"]
    assert counts == [told["staged"]]


def values(municipality: Municipality) -> list[Any]:
    """What the punches say, without how often they were read."""
    told = ("work_date", "project_code", "punch_id", "person_id", "device_record_id", "punched_at", "direction")
    return [
        (*(getattr(row, name) for name in told), row.withdrawn_at is None, row.source_digest)
        for row in municipality.punches()
    ]
