"""How a delivery under faults is driven to its end, and what has to hold then."""

from datetime import date, datetime, time
from typing import Any

from effect import differences

from realname_sync.errors import RealnameError
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.workdate import SHANGHAI, system_clock

DAY = date(2026, 11, 20)
STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")
ATTENDANCE = "WorkerAttendance.Add"


class DayClock:
    """A clock for city and platforms alike: set to a time of the work date, it runs on from there."""

    def __init__(self, hour: int, minute: int = 0) -> None:
        self.set(hour, minute)

    def __call__(self) -> datetime:
        return system_clock() + self._offset

    def set(self, hour: int, minute: int = 0) -> None:
        self._offset = datetime.combine(DAY, time(hour, minute), tzinfo=SHANGHAI) - system_clock()


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
    assert differences(town, target, DAY) == []
