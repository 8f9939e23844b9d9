"""Generates a city: the same seed and sizes give the same rows, on every machine."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.sandbox import (
    dirt_attendance,
    dirt_contracts,
    dirt_copies,
    dirt_posts,
    dirt_punches,
    dirt_registrations,
    dirt_shape,
)
from realname_sync.sandbox.companies import copy_company, found_companies
from realname_sync.sandbox.cosmetic import write_differently
from realname_sync.sandbox.crews import crew_sites, enter_papers
from realname_sync.sandbox.dirt import Planter, belongs_to
from realname_sync.sandbox.integrity_data import share
from realname_sync.sandbox.model import City, Days
from realname_sync.sandbox.people import People
from realname_sync.sandbox.punches import number_punches, punch
from realname_sync.sandbox.sites import copy_site, open_sites
from realname_sync.sandbox.staffing import staff_sites
from realname_sync.sandbox.truth import Planted, Truth

_SMALLEST = {True: {"projects": 8, "workers": 160, "days": 1}, False: {"projects": 4, "workers": 40, "days": 1}}
"""What a city needs at least, with dirt and without."""


def generate(
    *, seed: int, projects: int, workers: int, work_date: date, days: int, dirt: bool = True
) -> tuple[City, Truth]:
    """A city of that many projects and building workers, over the `days` days that end with the work date.

    Management staff comes in addition to `workers`, and some faults need a further project beside those. The databases
    stand as at midnight after the work date: nothing was received later. Without `dirt` nothing breaks a rule and
    nothing is written differently on the two platforms.

    Raises:
        SettingsError: the city would be too small to be one, or to carry what dirt.yaml asks for.
    """
    for (what, smallest), given in zip(_SMALLEST[dirt].items(), (projects, workers, days), strict=True):
        if given < smallest:
            raise SettingsError(f"a sandbox needs at least {smallest} {what}, not {given}")
    city = City(seed, Days(work_date - timedelta(days=days - 1), work_date))
    people = People(city)
    found_companies(city, projects)
    open_sites(city, projects)
    staff_sites(city, people)
    crew_sites(city, people, workers)
    _copy(city)
    platform = share(city, people)
    planted: tuple[Planted, ...] = ()
    cosmetic: dict[str, int] = {}
    if dirt:
        planter = Planter(city, people, platform)
        planter.run(dirt_copies.FIRST_STEPS)
        planter.run(dirt_contracts.STEPS)
        planter.run(dirt_posts.FIRST_STEPS)
        planter.run(dirt_registrations.STEPS)
        planter.run(dirt_posts.STEPS)
        planter.run(dirt_copies.STEPS)
        punch(city)
        planter.run(dirt_attendance.FIRST_STEPS)
        planter.run(dirt_punches.STEPS)
        planter.run(dirt_attendance.STEPS)
        planter.run(dirt_shape.STEPS)
        number_punches(city)
        planted = planter.settle()
        cosmetic = write_differently(city, planted)
    else:
        punch(city)
        number_punches(city)
    enter_papers(city)
    truth = Truth(seed, work_date, days, planted, _expected(city, planted, cosmetic))
    return city, truth


def _copy(city: City) -> None:
    """Let the municipal platform copy the projects and the companies that take part in them."""
    for site in city.sites:
        copy_site(city, site)
    present = {participation.company for site in city.sites for participation in site.participations}
    for company in city.companies:
        if company in present:
            copy_company(city, company)


def _expected(city: City, planted: tuple[Planted, ...], cosmetic: dict[str, int]) -> dict[str, Any]:
    rows = city.municipal
    punches = Counter(belongs_to(row) for row in rows.attendance)
    return {
        "rows": {table: len(getattr(rows, table)) for table in type(rows).__dataclass_fields__},
        "shared": dict(sorted(Counter(row.object for row in city.shared if not row.deleted).items())),
        "withdrawn": dict(sorted(Counter(row.object for row in city.shared if row.deleted).items())),
        "punches": {day.isoformat(): count for day, count in sorted(punches.items())},
        "findings": dict(sorted(Counter(item.rule for item in planted).items())),
        "cosmetic": cosmetic,
    }
