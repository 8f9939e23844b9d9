"""Faults of key posts: nobody in the post, the wrong person, no registration, other days, not filled at all."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.model import Appointment, SharedRow
from realname_sync.sandbox.reference import part
from realname_sync.sandbox.staffing import CHIEF_SUPERVISOR, PROJECT_MANAGER, appoint, company_of, join, make_holder

_WARNED = (PROJECT_MANAGER, CHIEF_SUPERVISOR)
_NEVER_FULFILLED = ("expired", "suspended", "other category", "withdrawn")


def plant_empty_manager(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-001."""
    _empty(planter, plant, PROJECT_MANAGER)


def plant_empty_chief(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-002."""
    _empty(planter, plant, CHIEF_SUPERVISOR)


def plant_other_person(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-004: someone else is on site, who by turns is known to the integrity platform or not."""
    city, rng = planter.city, planter.rng
    candidates = [held for held in _matched(planter) if held.post in _WARNED]
    for index, held in enumerate(planter.pick(plant, candidates, claim=_post)):
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
        _unfill(planter, held)
        appoint(city, member, held.post, held.start, held.end)
        planter.note("LMP-004", "key_post", _key(held, member.person.person_id), "personId", note)


def plant_no_registration(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-003: of people in one post only, so that one fault is one finding."""
    candidates = [held for held in _matched(planter) if held.post in _WARNED and len(held.human.appointments) == 1]
    for index, held in enumerate(planter.pick(plant, candidates, claim=_post)):
        how = _NEVER_FULFILLED[index % len(_NEVER_FULFILLED)]
        for row in _registrations(planter, held):
            _spoil(planter, row, how)
        if held.filled is not None:
            planter.note("LMP-003", "key_post", _key(held, held.filled.person_id), "registrationCategory", how)


def plant_unfilled(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-009: a post with one appointed person, whom the municipal platform does not have in it."""
    matched = [held for held in _matched(planter) if held.post not in _WARNED]
    alone = [held for held in matched if sum(other.post == held.post for other in held.site.appointments) == 1]
    for held in planter.pick(plant, alone, claim=_post):
        _unfill(planter, held)
        planter.note("CMP-009", "key_post", _key(held, str(held.human.shared_id)), "", "not filled on site")


def plant_other_days(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-005: first or last day differs; the post is filled on every day of the range either way."""
    for index in range(planter.amount(plant)):
        with_end = [held for held in _matched(planter) if held.end is not None]
        candidates = with_end if index % 2 else _matched(planter)
        for held in planter.pick(plant, candidates, 1, claim=_post):
            if held.filled is None:
                continue
            days = timedelta(days=planter.rng.randint(3, 60))
            field = "endDate" if index % 2 else "startDate"
            if index % 2 and held.filled.end_date:
                held.filled.end_date += days
            else:
                held.filled.start_date -= days
            planter.note(
                "CMP-005", "key_post", _key(held, held.filled.person_id), field, f"differs by {days.days} days"
            )


def _empty(planter: Planter, plant: Mapping[str, Any], post: str) -> None:
    """By turns: nothing was ever filled in, or the predecessor's row ended and the successor's is missing."""
    city = planter.city
    candidates = [held for held in _matched(planter) if held.post == post]
    for index, held in enumerate(planter.pick(plant, candidates, claim=_post)):
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
            _unfill(planter, held)
        planter.note(plant["rule"], "project", held.site.code, f"postCode:{post}", note)


def _matched(planter: Planter) -> list[Appointment]:
    """Appointments that both platforms have, of projects both have, that hold all over the range."""
    return [
        held
        for site in planter.known_sites()
        for held in site.appointments
        if held.filled is not None and held.shared is not None and held.active(planter.city.days)
    ]


def _post(held: Appointment) -> tuple[str, str]:
    return held.site.code, held.post


def _key(held: Appointment, person: str) -> str:
    return f"{held.site.code}|{held.post}|{person}"


def _unfill(planter: Planter, held: Appointment) -> None:
    if held.filled is not None:
        planter.city.municipal.key_post_filled.remove(held.filled)
        held.filled = None


def _registrations(planter: Planter, held: Appointment) -> Iterator[SharedRow]:
    """The person's registrations that are valid within the range."""
    first = planter.city.days.first
    for row in planter.city.shared:
        theirs = row.object == "registration" and row.payload["personId"] == held.human.shared_id
        if theirs and row.payload["status"] == 1 and date.fromisoformat(row.payload["validTo"]) >= first:
            yield row


def _spoil(planter: Planter, row: SharedRow, how: str) -> None:
    if how == "expired":
        row.revise("validTo", (planter.city.days.first - timedelta(days=planter.rng.randint(3, 90))).isoformat())
    elif how == "suspended":
        row.revise("status", 3)
    elif how == "other category":
        categories = {part("trades")["posts"][post]["registered"] for post in _WARNED}
        row.revise("category", (categories - {row.payload["category"]}).pop())
    else:
        row.deleted, row.source_version = True, row.source_version + 1


STEPS: Mapping[str, Step] = {
    "LMP-001": plant_empty_manager,
    "LMP-002": plant_empty_chief,
    "LMP-004": plant_other_person,
    "LMP-003": plant_no_registration,
    "CMP-009": plant_unfilled,
    "CMP-005": plant_other_days,
}
