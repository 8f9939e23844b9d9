"""How a delivery under faults is driven to its end, and what has to hold then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

from effect import differences

from realname_sync.errors import RealnameError
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.settings import ConnectionSpec
from realname_sync.workdate import SHANGHAI

DAY = date(2026, 11, 20)
CONNECTIONS = ("warehouse_db", "municipal_db", "integrity_platform", "province_platform", "nation_platform")
STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")
ATTENDANCE = "WorkerAttendance.Add"


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


class Clock:
    """Set to an instant, it runs on from there; city and platforms go by it.

    It counts by the monotonic clock: the machine's own may be put right in the middle of a test.
    """

    def __init__(self, instant: datetime) -> None:
        self.set(instant)

    def __call__(self) -> datetime:
        return self._set_to + timedelta(seconds=monotonic() - self._set_at)

    def set(self, instant: datetime) -> None:
        self._set_to, self._set_at = instant, monotonic()


@dataclass(frozen=True)
class CityPlan:
    """A city as a process of its own is told of it; the lane's library does not outlive a fork."""

    connections: Mapping[str, ConnectionSpec]
    clock: Clock

    def open(self) -> City:
        return open_city(self.connections.__getitem__, self.clock)


def plan_of(town: Any) -> CityPlan:
    return CityPlan({name: town.city.connection(name) for name in CONNECTIONS}, town.city.clock)


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
