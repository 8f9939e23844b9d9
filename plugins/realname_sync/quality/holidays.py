"""Days off work, from `expectations/holidays.yaml`: the State Council's yearly calendar, with its basis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.resources import expectations


@dataclass(frozen=True)
class Holidays:
    """The days off of the years that are known.

    Attributes:
        days: the festival of each day off.
        years: the years whose calendar is known, each with its basis.
    """

    days: Mapping[date, str]
    years: Mapping[int, str]

    def knows(self, day: date) -> bool:
        """Whether the calendar of that year is known; where it is not, no day of it counts as one off."""
        return day.year in self.years

    def before(self, day: date, reach: int) -> list[date]:
        """The days off among that day and the `reach` days before it, in order."""
        return sorted(off for off in self.days if day - timedelta(days=reach) <= off <= day)


@cache
def load_holidays(path: Path | None = None) -> Holidays:
    """The calendar of that file; without one, the project's own.

    Raises:
        SettingsError: a year has no basis, or a festival no days, or days of another year.
    """
    import yaml  # takes 20 ms to import

    with (path or expectations() / "holidays.yaml").open("rb") as stream:
        entries: Mapping[int, Mapping[str, Any]] = yaml.load(stream, Loader=yaml.CSafeLoader)["years"]
    days: dict[date, str] = {}
    for year, entry in entries.items():
        if not entry.get("basis"):
            raise SettingsError(f"holidays of {year}: the basis must be given")
        for festival in entry.get("days", ()):
            days |= dict.fromkeys(_span(year, festival), festival["name"])
    return Holidays(days, {year: str(entry["basis"]) for year, entry in entries.items()})


def _span(year: int, festival: Mapping[str, Any]) -> list[date]:
    first, last = festival.get("from"), festival.get("to")
    if not (isinstance(first, date) and isinstance(last, date) and festival.get("name")):
        raise SettingsError(f"holidays of {year}: {dict(festival)} needs name, from and to, the days as in 2026-10-01")
    if last < first or {first.year, last.year} != {year}:
        raise SettingsError(f"holidays of {year}: {festival['name']} from {first} to {last} is no span of that year")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
