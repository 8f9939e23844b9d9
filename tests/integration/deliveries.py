"""How a delivery under faults is driven to its end, and what has to hold then."""

from datetime import date
from typing import Any

from realname_sync.errors import RealnameError
from realname_sync.pipelines.deliver import completeness, deliver

DAY = date(2026, 11, 20)
STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")
ATTENDANCE = "WorkerAttendance.Add"


def deliver_until_it_ends(town: Any, target: str, tries: int = 4) -> None:
    for _ in range(tries):
        try:
            deliver(town.city, DAY, target)
        except RealnameError:
            town.platforms.clear_faults()
        else:
            return
    raise AssertionError("the delivery did not end")


def assert_effect_equals_acknowledged(town: Any, target: str) -> None:
    counts = completeness(town.city, DAY)[target]
    assert sum(counts[state] for state in STATES) == counts["read"]
    assert counts["waiting"] == counts["in_batch"] == 0
    assert town.platforms.attendance(target, DAY)["rows"] == counts["acknowledged"]
