"""Faults of key posts: nobody there, the wrong person, other days, not filled at all, too few, unknown, not covered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.model import Appointment, Site
from realname_sync.sandbox.reference import part
from realname_sync.sandbox.staffing import (
    CHIEF_SUPERVISOR,
    PROJECT_MANAGER,
    SAFETY_OFFICER,
    appoint,
    company_of,
    join,
    make_holder,
    safety_staff,
)

WARNED = (PROJECT_MANAGER, CHIEF_SUPERVISOR)
_NEVER_ON_THE_PLATFORM = ("G05", "J04", "G07")
_OTHER_STAFF = "4"


def plant_empty_manager(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-001."""
    _empty(planter, plant, PROJECT_MANAGER)


def plant_empty_chief(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-002."""
    _empty(planter, plant, CHIEF_SUPERVISOR)


def plant_other_person(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-004: someone else is on site, who by turns is known to the integrity platform or not."""
    city, rng = planter.city, planter.rng
    candidates = [held for held in matched(planter) if held.post in WARNED]
    for index, held in enumerate(planter.pick(plant, candidates, claim=post_of)):
        facts = part("trades")["posts"][held.post]
        company = company_of(held.site, facts["side"])
        if company is None or held.filled is None:
            continue
        if index % 2:
            human, note = planter.people.make(rng, company, manager=True), "unknown to the integrity platform"
        else:
            human, note = (
                make_holder(city, planter.people, rng, company, held.post, held.site),
                "registered, not appointed",
            )
            planter.platform.enter_person(human, held.site.area_code)
        team = held.human.members[0].team if company is held.site.contractor else None
        member = join(city, rng, held.site, human, company, held.start, side=facts["side"], team=team)
        unfill(planter, held)
        appoint(city, member, held.post, held.start, held.end)
        planter.note("LMP-004", "key_post", key_of(held, member.person.person_id), "personId", note)


def plant_unfilled(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-009: a post with one appointed person, whom the municipal platform does not have in it.

    Not of safety staff, who would be missed by KPS-010.
    """
    others = [held for held in matched(planter) if held.post not in (*WARNED, SAFETY_OFFICER)]
    alone = [held for held in others if sum(other.post == held.post for other in held.site.appointments) == 1]
    for held in planter.pick(plant, alone, claim=post_of):
        unfill(planter, held)
        planter.note("CMP-009", "key_post", key_of(held, str(held.human.shared_id)), "", "not filled on site")


def plant_other_days(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-005: first or last day differs; the post is filled on every day of the range either way."""
    for index in range(planter.amount(plant)):
        with_end = [held for held in matched(planter) if held.end is not None]
        candidates = with_end if index % 2 else matched(planter)
        for held in planter.pick(plant, candidates, 1, claim=post_of):
            if held.filled is None:
                continue
            days = timedelta(days=planter.rng.randint(3, 60))
            field = "endDate" if index % 2 else "startDate"
            if index % 2 and held.filled.end_date:
                held.filled.end_date += days
            else:
                held.filled.start_date -= days
            planter.note(
                "CMP-005", "key_post", key_of(held, held.filled.person_id), field, f"differs by {days.days} days"
            )


def _empty(planter: Planter, plant: Mapping[str, Any], post: str) -> None:
    """By turns: nothing was ever filled in, or the predecessor's row ended and the successor's is missing.

    People in several posts first, because faults of a registration need those in one.
    """
    city = planter.city
    candidates = [held for held in matched(planter) if held.post == post]
    candidates.sort(key=lambda held: -len(held.human.appointments))
    for index, held in enumerate(planter.pick(plant, candidates, claim=post_of, shuffled=False)):
        note = "never filled in"
        if index % 2 and held.filled and held.shared:
            note = "successor not filled in"
            end = city.days.first - timedelta(days=planter.rng.randint(3, 6))
            held.end = held.filled.end_date = end
            held.shared.revise("endDate", end.isoformat())
            company = held.human.employer
            successor = make_holder(city, planter.people, planter.rng, company, post, held.site)
            planter.platform.enter_person(successor, held.site.area_code)
            after = end + timedelta(days=1)
            planter.platform.enter_appointment(Appointment(held.site, post, successor, after, None))
        else:
            unfill(planter, held)
        planter.note(plant["rule"], "project", held.site.code, f"postCode:{post}", note)


def matched(planter: Planter) -> list[Appointment]:
    """Appointments that both platforms have, of projects both have, that hold all over the range."""
    return [
        held
        for site in planter.known_sites()
        for held in site.appointments
        if held.filled is not None and held.shared is not None and held.active(planter.city.days)
    ]


def post_of(held: Appointment) -> tuple[str, str]:
    """What a fault of a post claims."""
    return held.site.code, held.post


def key_of(held: Appointment, person: str) -> str:
    """The key of the post as filled by a person."""
    return f"{held.site.code}|{held.post}|{person}"


def unfill(planter: Planter, held: Appointment) -> None:
    """Take the post off the municipal platform."""
    if held.filled is not None:
        planter.city.municipal.key_post_filled.remove(held.filled)
        held.filled = None


def plant_too_few(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-010: so many of the safety staff left in due form, on both platforms, that one is missing."""
    staff = {
        site: [held for held in matched(planter) if held.site is site and held.post == SAFETY_OFFICER]
        for site in planter.known_sites()
    }
    candidates = [site for site, held in staff.items() if len(held) >= safety_staff(site)]
    for site in planter.pick(plant, candidates, claim=lambda site: (site.code, SAFETY_OFFICER)):
        for held in staff[site][safety_staff(site) - 1 :]:
            unfill(planter, held)
            if held.shared is not None:
                held.shared.deleted, held.shared.source_version = True, held.shared.source_version + 1
        planter.note("KPS-010", "project", site.code, f"postCode:{SAFETY_OFFICER}", "one too few")


def plant_unknown_person(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-006: one more in a post, whom the integrity platform does not have."""
    city, rng = planter.city, planter.rng
    candidates = [held for held in matched(planter) if held.post in _NEVER_ON_THE_PLATFORM]
    for held in planter.pick(plant, candidates, claim=post_of):
        facts = part("trades")["posts"][held.post]
        company = company_of(held.site, facts["side"])
        if company is None:
            continue
        human = planter.people.make(rng, company, manager=True)
        team = held.human.members[0].team if company is held.site.contractor else None
        member = join(city, rng, held.site, human, company, held.start, side=facts["side"], team=team)
        appoint(city, member, held.post, held.start, held.end)
        planter.note("KPS-006", "key_post", key_of(held, member.person.person_id), "personId", "not on the platform")


def plant_uncovered_side(planter: Planter, plant: Mapping[str, Any]) -> None:
    """COV-001: everyone of owner, contractor or supervision company, by turns, is entered as someone else's staff."""
    sides = list(part("trades")["sides"])
    for index in range(planter.amount(plant)):
        side = sides[index % len(sides)]
        identity = part("trades")["sides"][side]["identity_type"]
        sites = [site for site in planter.known_sites() if company_of(site, side) is not None]
        for site in planter.pick(plant, sites, 1, claim=_coverage):
            _leave_alone(planter, site)
            for member in site.members:
                if member.worker.identity_type == identity:
                    member.worker.identity_type = _OTHER_STAFF
            planter.note("COV-001", "project", site.code, f"identityType:{identity}", f"nobody of the {side}")


def _coverage(site: Site) -> tuple[str, str]:
    return site.code, "coverage"


def _leave_alone(planter: Planter, site: Site) -> None:
    """Keep the project under construction on both platforms."""
    planter.claim((site.code, site.appointments[-1].post))


STEPS: Mapping[str, Step] = {
    "LMP-004": plant_other_person,
    "KPS-010": plant_too_few,
    "KPS-006": plant_unknown_person,
    "COV-001": plant_uncovered_side,
    "CMP-009": plant_unfilled,
    "CMP-005": plant_other_days,
}
FIRST_STEPS: Mapping[str, Step] = {"LMP-001": plant_empty_manager, "LMP-002": plant_empty_chief}
"""What needs one post of a project and no other, before the other faults of the posts take their carriers."""
