"""What differing rows come to: sent again, adopted, or left to a person."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from realname_sync.delivery.discrepancies import judge

EIGHT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def alike(
    ours: str = "", *, there: int, person: bytes = b"a", made_at: datetime = EIGHT, direction: str = "01"
) -> list[Any]:
    """The rows of one key: a letter each, A acknowledged, U unsettled, W waiting, H held, R refused."""
    names = {"A": "acknowledged", "U": "unsettled", "W": "waiting", "H": "held", "R": "refused"}
    common = {"person_hash": person, "made_at": made_at, "direction": direction, "platform_count": there}
    common["our_count"] = ours.count("A")
    rows = [
        SimpleNamespace(**common, standing=names[letter], punch_id=f"{letter}{number}")
        for number, letter in enumerate(ours)
    ]
    return rows or [SimpleNamespace(**common, standing=None, punch_id=None)]


def told(rows: Iterable[Any], *, counts_once: bool = False) -> list[tuple[str, str, str | None, int]]:
    found = judge(rows, counts_once=counts_once)
    return [(one.kind, one.handled, one.punch_id, one.times) for one in found]


@pytest.mark.parametrize(
    ("ours", "there", "expected"),
    [
        ("A", 0, [("missing", "released", "A0", 1)]),
        ("AAA", 1, [("missing", "released", "A0", 1), ("missing", "released", "A1", 1)]),
        ("AW", 0, [("missing", "released", "A0", 1)]),
        ("", 2, [("extra", "left", None, 2)]),
        ("A", 3, [("doubled", "left", "A0", 2)]),
        ("W", 1, [("adopted", "adopted", "W0", 1)]),
        ("H", 1, [("adopted", "adopted", "H0", 1)]),
        ("R", 1, [("adopted", "adopted", "R0", 1)]),
        ("W", 2, [("adopted", "adopted", "W0", 1), ("doubled", "left", "W0", 1)]),
        ("AW", 2, [("adopted", "adopted", "W1", 1)]),
        ("AH", 2, [("doubled", "left", "A0", 1)]),
        ("WH", 1, [("adopted", "adopted", "W0", 1)]),
        ("WH", 2, [("adopted", "adopted", "W0", 1), ("doubled", "left", "W0", 1)]),
        ("U", 1, []),
        ("AU", 2, []),
        ("U", 2, [("doubled", "left", "U0", 1)]),
        ("UW", 1, []),
        ("UW", 2, [("adopted", "adopted", "W1", 1)]),
    ],
    ids=str,
)
@pytest.mark.parametrize("counts_once", [False, True], ids=["each", "once"])
def test_rows_alike(ours: str, there: int, expected: list[Any], *, counts_once: bool) -> None:
    assert told(alike(ours, there=there), counts_once=counts_once) == expected


@pytest.mark.parametrize(
    ("ours", "there", "released"),
    [("A", 0, ["A0"]), ("AA", 0, ["A0", "A1"]), ("AA", 1, ["A0", "A1"]), ("AAAA", 2, ["A0", "A1", "A2", "A3"])],
    ids=str,
)
def test_all_alike_go_again_where_one_is_missing_and_a_record_counts_once(
    ours: str, there: int, released: list[str]
) -> None:
    found = judge(alike(ours, there=there), counts_once=True)
    assert len(found) == len(ours) - there, "what is reported is what is missing"
    assert sorted(row.punch_id for one in found for row in (one.row, *one.alike)) == released


@pytest.mark.parametrize(
    ("ours", "there", "kinds"),
    [("WW", 1, []), ("AWW", 2, []), ("WW", 2, ["adopted", "adopted"]), ("WW", 3, ["adopted", "adopted", "doubled"])],
    ids=str,
)
def test_none_of_several_that_wait_is_adopted_where_a_record_counts_once(
    ours: str, there: int, kinds: list[str]
) -> None:
    assert [kind for kind, *_ in told(alike(ours, there=there), counts_once=True)] == kinds


@pytest.mark.parametrize(
    ("stranger", "handled"),
    [
        ({"person": b"b"}, "left"),
        ({"person": b"b", "direction": "02"}, "released"),
        ({"person": b"b", "made_at": EIGHT + timedelta(seconds=1)}, "released"),
        ({"person": b"a", "made_at": EIGHT + timedelta(hours=8)}, "left"),
    ],
    ids=str,
)
def test_a_missing_row_is_left_where_a_stranger_may_be_the_very_same(stranger: dict[str, Any], handled: str) -> None:
    found = judge([*alike("A", there=0), *alike(there=1, **stranger)], counts_once=False)
    assert [(one.kind, one.handled) for one in found] == [("missing", handled), ("extra", "left")]


def test_a_doubled_row_is_no_stranger() -> None:
    found = told([*alike("A", there=0), *alike("A", there=2, made_at=EIGHT + timedelta(hours=8))])
    assert found == [("missing", "released", "A0", 1), ("doubled", "left", "A0", 1)]


def test_a_punch_is_adopted_once_though_it_is_there_as_it_was_and_as_it_is() -> None:
    former = alike("W", there=1)
    present = alike("W", there=1, made_at=EIGHT + timedelta(seconds=1))
    assert [kind for kind, *_ in told([*former, *present])] == ["adopted", "extra"]
