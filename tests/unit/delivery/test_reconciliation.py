"""Which projects are compared at once: whole ones, of no more rows than Python may have to hold."""

import pytest

from realname_sync.delivery import reconciliation
from realname_sync.delivery.reconciliation import in_groups


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({}, []),
        ({"a": 0, "b": 0}, [["a", "b"]]),
        ({"a": 4, "b": 6, "c": 1}, [["a", "b"], ["c"]]),
        ({"a": 4, "b": 7, "c": 3}, [["a"], ["b", "c"]]),
        ({"a": 1, "b": 25, "c": 1}, [["a"], ["b"], ["c"]]),
    ],
)
def test_groups_hold_whole_projects(
    monkeypatch: pytest.MonkeyPatch, rows: dict[str, int], expected: list[list[str]]
) -> None:
    monkeypatch.setattr(reconciliation, "_ROWS_AT_ONCE", 10)
    assert list(in_groups(rows)) == expected
