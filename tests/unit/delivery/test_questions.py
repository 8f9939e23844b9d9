"""A platform is asked what it has only when it can have finished."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from realname_sync.delivery.questions import let_the_platform_finish
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
