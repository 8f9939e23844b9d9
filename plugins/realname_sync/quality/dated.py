"""Entries of files below expectations/ that hold from a day to a day in a region: one reading of that for all of them.

Both days are included, and no last day is open-ended. A province covers its cities, a city its counties; of two entries
that hold the one of the narrower region counts.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from realname_sync.errors import SettingsError


class Dated(Protocol):
    """What holds for a time in a region; `region` is a division code."""

    @property
    def region(self) -> str:
        """As in 330000."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The last day, if there is one."""


Entry = TypeVar("Entry", bound=Dated)


def covers(region: str, area_code: str) -> bool:
    """Whether what holds for a division holds for another one."""
    return area_code.startswith(_significant(region))


def holds(entry: Dated, day: date, area_code: str) -> bool:
    """Whether an entry is in force on that day in that place."""
    in_time = entry.valid_from <= day and (entry.valid_to is None or day <= entry.valid_to)
    return in_time and covers(entry.region, area_code)


def holding(entries: Iterable[Entry], day: date, area_code: str) -> list[Entry]:
    """The entries in force on that day in that place, the narrowest region last: of one name the last one counts."""
    held = [entry for entry in entries if holds(entry, day, area_code)]
    return sorted(held, key=lambda entry: (len(_significant(entry.region)), entry.valid_from))


def overlapping(entries: Iterable[Entry], name_of: Callable[[Entry], str]) -> Iterator[Entry]:
    """Each entry that begins while an earlier one of its name and region still holds."""
    ordered = sorted(entries, key=lambda entry: (name_of(entry), entry.region, entry.valid_from))
    for earlier, later in pairwise(ordered):
        same = (name_of(earlier), earlier.region) == (name_of(later), later.region)
        if same and (earlier.valid_to is None or later.valid_from <= earlier.valid_to):
            yield later


def refuse_overlaps(file: str, entries: Iterable[Entry], name_of: Callable[[Entry], str]) -> None:
    """Refuse two entries of one name and region that hold on one day.

    Raises:
        SettingsError: there are two.
    """
    for later in overlapping(entries, name_of):
        raise SettingsError(
            f"{file}, {name_of(later)}: two entries of region {later.region} hold on {later.valid_from}"
        )


def require_dates(name: str, valid_from: Any, valid_to: Any) -> None:
    """See that both are dates (the last one may be None) and in their order.

    Raises:
        SettingsError: they are not.
    """
    if not isinstance(valid_from, date) or not isinstance(valid_to, date | None):
        raise SettingsError(f"{name}: valid_from and valid_to must be dates, as in 2021-06-01")
    if valid_to is not None and valid_to < valid_from:
        raise SettingsError(f"{name}: valid_to is before valid_from")


def _significant(code: str) -> str:
    """The leading digits of a division that its parts share: 33 of 330000, 3301 of 330100."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
