"""What a backfill is asked for: days, steps, platforms and projects; what makes no sense is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from realname_sync.errors import RefusedError, SettingsError
from realname_sync.pipelines.city import City
from realname_sync.quality.report.scope import Scope, scoped_to
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import work_date_of

STEPS = ("extract", "check", "push", "reconcile", "report")
TARGETS = ("province", "nation")
MOST_DAYS = 92
"""More days than these have to be confirmed: a slip in a year would otherwise ask for hundreds."""


@dataclass(frozen=True)
class Request:
    """What is to be done for which days.

    Attributes:
        first: the first work date.
        last: the last one.
        targets: the platforms, in the order of TARGETS.
        steps: in the order of STEPS.
        project_codes: whose rows are sent; None is every project's. Reading, checking and comparing are of whole days.
        area_code: the district that some of the projects were asked for by.
        newest_first: which end of the range to begin with.
    """

    first: date
    last: date
    targets: tuple[str, ...] = TARGETS
    steps: tuple[str, ...] = STEPS
    project_codes: tuple[str, ...] | None = None
    area_code: str | None = None
    newest_first: bool = False

    @property
    def days(self) -> list[date]:
        """The days, in the order they are worked on."""
        days = [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        return days[::-1] if self.newest_first else days

    @property
    def chosen(self) -> list[str] | None:
        """The projects as statements take them."""
        return None if self.project_codes is None else list(self.project_codes)

    @property
    def columns(self) -> dict[str, Any]:
        """The request as ops.backfill keeps it."""
        return {
            "first": self.first,
            "last": self.last,
            "targets": list(self.targets),
            "steps": list(self.steps),
            "project_codes": self.chosen,
            "area_code": self.area_code,
            "newest_first": self.newest_first,
        }

    def __str__(self) -> str:
        days = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{days} ({', '.join(self.targets)})"


def make_request(
    city: City,
    first: date,
    last: date,
    *,
    targets: Sequence[str] = (),
    steps: Sequence[str] = (),
    projects: Sequence[str] = (),
    area_code: str | None = None,
    newest_first: bool = False,
    is_long_meant: bool = False,
) -> Request:
    """The request for these days; of targets or steps none means all.

    Raises:
        RefusedError: the range is reversed, ends in the future or is long and not confirmed, or there is no such
            project or district.
    """
    today = work_date_of(city.clock())
    days = (last - first).days + 1
    if first > last:
        raise RefusedError(f"--from {first} is after --to {last}")
    if last > today:
        raise RefusedError(f"{last} lies in the future: today is {today} in Shanghai")
    if days > MOST_DAYS and not is_long_meant:
        raise RefusedError(f"{first} to {last} are {days} days: more than {MOST_DAYS} at once need --yes")
    return Request(
        first,
        last,
        tuple(one for one in TARGETS if one in targets) or TARGETS,
        tuple(one for one in STEPS if one in steps) or STEPS,
        _projects(city, projects, area_code),
        area_code,
        newest_first,
    )


def _projects(city: City, projects: Sequence[str], area_code: str | None) -> tuple[str, ...] | None:
    if not projects and area_code is None:
        return None
    scopes = [{"project_code": code} for code in projects] + ([{"area_code": area_code}] if area_code else [])
    found: set[str] = set()
    with transaction(city.engine, Role.READ) as connection:
        for one in scopes:
            try:
                found |= set(scoped_to(connection, Scope(**one)).project_codes or ())
            except SettingsError as unknown:
                raise RefusedError(str(unknown)) from None
    return tuple(sorted(found))
