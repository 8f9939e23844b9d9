"""Faults of people who lead too much at a time: a manager of two projects, a chief supervision engineer of four.

A small city has no company with so many projects, so further ones are opened for them, with staff and devices and on
both platforms; they are in good order otherwise and may carry other faults.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.dirt_posts import key_of, matched, post_of
from realname_sync.sandbox.model import UNDER_CONSTRUCTION, Appointment, Site
from realname_sync.sandbox.reference import stream
from realname_sync.sandbox.sites import copy_site, equip, make_site
from realname_sync.sandbox.staffing import CHIEF_SUPERVISOR, PROJECT_MANAGER, staff_site

_MOST_CONTRACTS = 3


def plant_manager_of_two(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-007: of a second project, which they came to later; the two are no sections of one works."""
    candidates = [
        held
        for held in matched(planter)
        if held.post == PROJECT_MANAGER and len(held.human.appointments) == 1 and _has_highest_level(held)
    ]
    for held in planter.pick(plant, candidates, claim=post_of):
        second = _open_project(planter, held)
        planter.claim(post_of(second))
        _note(planter, "KPS-007", second, f"also of {held.site.code}")


def plant_chief_of_four(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-008: one project before and so many more that the last one is too many."""
    candidates = [
        held for held in matched(planter) if held.post == CHIEF_SUPERVISOR and len(held.human.appointments) == 1
    ]
    for held in planter.pick(plant, candidates, claim=post_of):
        more = [_open_project(planter, held) for _ in range(_MOST_CONTRACTS)]
        for other in more:
            planter.claim(post_of(other))
        latest = max(more, key=lambda other: (other.start, other.site.code))
        _note(planter, "KPS-008", latest, f"contract number {_MOST_CONTRACTS + 1}")


def _open_project(planter: Planter, held: Appointment) -> Appointment:
    """A further project of the same companies and category, the same person in that post; returns the appointment."""
    city, platform, like = planter.city, planter.platform, held.site
    rng = stream(city.seed, f"further/{city.number('further project')}")
    supervised = like.supervision is not None
    site = make_site(city, rng, like.area_code, UNDER_CONSTRUCTION, supervised, like.category)
    site.owner, site.contractor, site.supervision = like.owner, like.contractor, like.supervision
    site.amount, site.size = site.amount + 30_000, "01"  # so that every city has a large project whose manager is free
    city.sites.append(site)
    equip(city, site, rng)
    since = city.days.first - timedelta(days=rng.randint(3, 6))  # after everyone else of the city came
    staff_site(city, planter.people, rng, site, {held.post: held.human}, {held.post: since})
    copy_site(city, site)
    _share(planter, site)
    platform.enter_project(site)
    return next(one for one in site.appointments if one.human is held.human)


def _share(planter: Planter, site: Site) -> None:
    for participation in site.participations:
        planter.platform.enter_company(participation.company, site.area_code)
        planter.platform.enter_participation(site, participation)
    for appointment in site.appointments:
        if appointment.human.appointments[0] is appointment:  # the others are there already
            leads = appointment.post == PROJECT_MANAGER and appointment.end is None
            planter.platform.enter_person(appointment.human, site.area_code, site if leads else None)
        planter.platform.enter_appointment(appointment)


def _has_highest_level(held: Appointment) -> bool:
    return held.human.registration is not None and held.human.registration.level == "1"


def _note(planter: Planter, rule: str, held: Appointment, note: str) -> None:
    if held.filled is not None:
        planter.note(rule, "key_post", key_of(held, held.filled.person_id), "projectCode", note)


STEPS: Mapping[str, Step] = {"KPS-007": plant_manager_of_two, "KPS-008": plant_chief_of_four}
