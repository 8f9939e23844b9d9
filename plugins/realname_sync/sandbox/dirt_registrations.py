"""Faults of the registrations of people in key posts: level, specialty, validity, employer, certificate, as stated."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

from realname_sync.sandbox.companies import of_kind
from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.dirt_posts import WARNED, key_of, matched, post_of
from realname_sync.sandbox.model import Appointment, SharedRow, Site
from realname_sync.sandbox.reference import part
from realname_sync.sandbox.staffing import PROJECT_MANAGER, SAFETY_OFFICER, company_of

_WITHOUT_CATEGORY = ("other category", "withdrawn")
_NOT_VALID = ("expired", "suspended", "cancelled", "said to be expired")
_OF_NO_WORKS_HERE = "港口与航道工程"
_SURELY_LARGE = {"01": Decimal(100_000), "02": Decimal(3_000)}
"""By category, a floor area in m² or an amount in 10 000 yuan from which a project is large whatever its use."""


def plant_low_level(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-001: managers of large projects, whose size is stated or follows from the measures."""
    candidates = [held for held in _single(planter) if held.post == PROJECT_MANAGER and _is_large(held.site)]
    for held in planter.pick(plant, candidates, claim=post_of):
        for row in _registrations(planter, held):
            row.revise("level", "2")
        if held.filled is not None:
            held.filled.registration_level = "2"
            _note(planter, "KPS-001", held, "level", f"large, size {held.site.size or 'not stated'}")


def plant_other_specialty(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-002: chiefs of any project, managers of those that are large or medium."""
    candidates = [held for held in _single(planter) if held.post != PROJECT_MANAGER or _is_more_than_small(held.site)]
    for held in planter.pick(plant, candidates, claim=post_of):
        for row in _registrations(planter, held):
            row.revise("specialties", [_OF_NO_WORKS_HERE])
        _note(planter, "KPS-002", held, "specialties", "specialty of other works")


def plant_no_category(planter: Planter, plant: Mapping[str, Any]) -> None:
    """LMP-003: of people in one post only, so that one fault is one finding."""
    for how, held in zip(cycle(_WITHOUT_CATEGORY), planter.pick(plant, _single(planter), claim=post_of), strict=False):
        categories = {part("trades")["posts"][post]["registered"] for post in WARNED}
        for row in _every_registration(planter, held):
            if how == "withdrawn":
                row.deleted, row.source_version = True, row.source_version + 1
            else:
                row.revise("category", (categories - {row.payload["category"]}).pop())
        _note(planter, "LMP-003", held, "registrationCategory", how)


def plant_not_valid(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-003: the category is right, and the registration ran out, is suspended or cancelled."""
    for how, held in zip(cycle(_NOT_VALID), planter.pick(plant, _single(planter), claim=post_of), strict=False):
        for row in _registrations(planter, held):
            if how == "expired":
                last = planter.city.days.first - timedelta(days=planter.rng.randint(3, 90))
                row.revise("validTo", last.isoformat())
            else:
                row.revise("status", {"suspended": 3, "cancelled": 2}.get(how, 4))
        _note(planter, "KPS-003", held, "registrationStatus", how)


def plant_other_employer(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-004: registered with another company of the same kind."""
    for held in planter.pick(plant, _single(planter), claim=post_of):
        company = company_of(held.site, part("trades")["posts"][held.post]["side"])
        if company is None:
            continue
        others = [other for other in of_kind(planter.city, company.kind) if other is not company]
        for row in _registrations(planter, held):
            row.revise("employerCorpCode", planter.rng.choice(others).code)
        _note(planter, "KPS-004", held, "employerCorpCode", "registered elsewhere")


def plant_no_certificate(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-005: by turns of safety staff and of managers; expired, or never there."""
    for index in range(planter.amount(plant)):
        post = (SAFETY_OFFICER, PROJECT_MANAGER)[index % 2]
        candidates = [held for held in _of_one_post(planter) if held.post == post]
        for held in planter.pick(plant, candidates, 1, claim=post_of):
            how = ("expired", "none")[index // 2 % 2]
            for row in _every_registration(planter, held):
                if how == "none":
                    row.payload |= {"safetyCertClass": None, "safetyCertNo": None, "safetyCertValidTo": None}
                    row.source_version += 1
                elif row.payload["safetyCertClass"]:
                    last = planter.city.days.first - timedelta(days=planter.rng.randint(3, 200))
                    row.revise("safetyCertValidTo", last.isoformat())
            _note(planter, "KPS-005", held, "safetyCertClass", how)


def plant_ending(planter: Planter, plant: Mapping[str, Any]) -> None:
    """KPS-009: it holds all over the range, with at most 30 days to go on each of its days; not of a longer range."""
    first, last = planter.city.days.first, planter.city.days.last
    if (last - first).days >= 29:
        return
    for held in planter.pick(plant, _single(planter), claim=post_of):
        end = last + timedelta(days=planter.rng.randint(1, 30 - (last - first).days))
        for row in _registrations(planter, held):
            row.revise("validTo", end.isoformat())
        _note(planter, "KPS-009", held, "validTo", f"ends on {end}")


def plant_otherwise_stated(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-010: one field of each as the site states it, all fields in turn."""
    fields = ["registrationNo", "registrationLevel", "registrationCategory"]
    planter.rng.shuffle(fields)
    registered = [held for held in matched(planter) if held.human.registration is not None and held.post not in WARNED]
    for index in range(planter.amount(plant)):
        field = fields[index % len(fields)]
        able = [
            held
            for held in registered
            if field != "registrationLevel" or (held.filled and held.filled.registration_level)
        ]
        for held in planter.pick(plant, able, 1, claim=post_of):
            if held.filled is None:
                continue
            if field == "registrationNo":
                number = held.filled.registration_no or ""
                held.filled.registration_no = number[:-1] + str((int(number[-1]) + 3) % 10)
            elif field == "registrationLevel":
                held.filled.registration_level = "2" if held.filled.registration_level == "1" else "1"
            else:
                categories = {part("trades")["posts"][post]["registered"] for post in WARNED}
                held.filled.registration_category = (categories - {held.filled.registration_category}).pop()
            _note(planter, "CMP-010", held, field, "stated otherwise")


def _single(planter: Planter) -> list[Appointment]:
    """Posts that need a registration, of people who hold no other."""
    return [held for held in _of_one_post(planter) if held.post in WARNED]


def _of_one_post(planter: Planter) -> list[Appointment]:
    return [held for held in matched(planter) if len(held.human.appointments) == 1]


def _is_large(site: Site) -> bool:
    return site.size == "01" or (
        site.size is None and _measure(site) >= _SURELY_LARGE.get(site.category, Decimal("Infinity"))
    )


def _is_more_than_small(site: Site) -> bool:
    """All projects of measure are: the smallest has 3 600 m², or 12 million yuan."""
    return site.size in ("01", "02") or (site.size is None and site.category in _SURELY_LARGE)


def _measure(site: Site) -> Decimal:
    return site.amount if site.area is None else site.area


def _every_registration(planter: Planter, held: Appointment) -> Iterator[SharedRow]:
    for row in planter.city.shared:
        if row.object == "registration" and not row.deleted and row.payload["personId"] == held.human.shared_id:
            yield row


def _registrations(planter: Planter, held: Appointment) -> Iterator[SharedRow]:
    """The person's registrations that are valid within the range."""
    first = planter.city.days.first
    for row in _every_registration(planter, held):
        if row.payload["status"] == 1 and date.fromisoformat(row.payload["validTo"]) >= first:
            yield row


def _note(planter: Planter, rule: str, held: Appointment, field: str, note: str) -> None:
    if held.filled is not None:
        planter.note(rule, "key_post", key_of(held, held.filled.person_id), field, note)


STEPS: Mapping[str, Step] = {
    "KPS-001": plant_low_level,
    "KPS-002": plant_other_specialty,
    "LMP-003": plant_no_category,
    "KPS-003": plant_not_valid,
    "KPS-004": plant_other_employer,
    "KPS-009": plant_ending,
    "KPS-005": plant_no_certificate,
    "CMP-010": plant_otherwise_stated,
}
