"""A platform is asked what it has only when it can have finished; what follows of rows that are alike."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realname_sync.delivery.questions import judge_doubtful, let_the_platform_finish
from realname_sync.standards import load_profile

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def desk(slept: list[float]) -> Any:
    profile = replace(load_profile("nation"), unknown_wait_seconds=60)
    return SimpleNamespace(
        target="nation",
        clock=lambda: NOW,
        sleep=slept.append,
        progress=lambda _text: None,
        uplink=SimpleNamespace(profile=profile),
    )


@pytest.mark.parametrize(
    ("ages", "expected"),
    [([10], [50.0]), ([10, 100], [50.0]), ([-600], [60.0]), ([60], []), ([3600], []), ([None], []), ([], [])],
    ids=str,
)
def test_the_youngest_lost_call_decides_how_long_to_wait(ages: list[int | None], expected: list[float]) -> None:
    slept: list[float] = []
    lost = [SimpleNamespace(sent_at=None if age is None else NOW - timedelta(seconds=age)) for age in ages]
    let_the_platform_finish(desk(slept), lost)
    assert slept == expected


IN, OUT = ("330000199001010014", NOW, "01"), ("330000199001010014", NOW, "02")


@pytest.mark.parametrize(
    ("there", "counts_once", "expected"),
    [
        ({}, False, {1: ("released", 0), 2: ("released", 0)}),
        ({}, True, {1: ("released", 0), 2: ("released", 0)}),
        ({IN: -1}, False, {1: ("released", 0), 2: ("released", 0)}),
        ({IN: 1}, False, {1: ("acknowledged", 0), 2: ("released", 0)}),
        ({IN: 1}, True, {1: ("again", 0), 2: ("again", 0)}),
        ({IN: 1, OUT: 1}, False, {1: ("acknowledged", 0), 2: ("acknowledged", 1)}),
        ({IN: 1, OUT: 1}, True, {1: ("again", 0), 2: ("again", 0)}),
        ({IN: 2}, True, {1: ("acknowledged", 0), 2: ("acknowledged", 1)}),
        ({IN: 5, OUT: 1}, True, {1: ("acknowledged", 0), 2: ("acknowledged", 0)}),
        ({IN: 5, OUT: 1}, False, {1: ("acknowledged", 0), 2: ("acknowledged", 0)}),
    ],
    ids=str,
)
def test_two_calls_with_rows_alike(there: dict[Any, int], expected: dict[int, Any], *, counts_once: bool) -> None:
    """Each of the two has one of two passes of a second; expected is the fate, and how many rows have another one."""
    verdicts = judge_doubtful([(1, 0, IN), (2, 0, IN), (2, 1, OUT)], there, counts_once=counts_once)
    assert {key: (one.fate, len(one.rows)) for key, one in verdicts.items()} == expected


@pytest.mark.parametrize("counts_once", [False, True], ids=["each", "once"])
def test_one_call_with_rows_alike_of_which_one_is_there(*, counts_once: bool) -> None:
    verdicts = judge_doubtful([(1, 0, IN), (1, 1, IN), (1, 2, OUT)], {IN: 1, OUT: 1}, counts_once=counts_once)
    assert (verdicts[1].fate, list(verdicts[1].rows)) == (("again", []) if counts_once else ("acknowledged", [1]))


@settings(max_examples=300, deadline=None)
@given(calls=st.lists(st.lists(st.sampled_from([IN, OUT]), min_size=1, max_size=3), max_size=5), data=st.data())
def test_what_is_recorded_is_what_a_platform_has_that_counts_a_record_once(
    calls: list[list[Any]], data: st.DataObject
) -> None:
    """Whatever arrived before anybody asked: what is given up is not there, all else is, or goes again."""
    rows = [(key, index, made) for key, call in enumerate(calls) for index, made in enumerate(call)]
    there = data.draw(st.sets(st.sampled_from(rows))) if rows else set()
    verdicts = judge_doubtful(rows, Counter(made for _, _, made in there), counts_once=True)
    there |= {row for row in rows if verdicts[row[0]].fate == "again"}
    recorded = {
        row
        for row in rows
        if (fate := verdicts[row[0]].fate) == "again"
        or verdicts[row[0]].rows.get(row[1], (fate, ""))[0] == "acknowledged"
    }
    assert recorded == there
