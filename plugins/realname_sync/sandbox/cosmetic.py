"""Differences in writing between the two platforms: widths, spaces, brackets, case. None of them is a fault."""

import random
from collections.abc import Callable

from realname_sync.sandbox.model import City, Human, Participation, Site
from realname_sync.sandbox.reference import part, stream
from realname_sync.sandbox.truth import Planted

_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"}
_BRACKETS = str.maketrans("()（）", "（）()")
_SPACES = (" ", "　")


def write_differently(city: City, planted: tuple[Planted, ...]) -> dict[str, int]:
    """Write some of the city's copies differently; returns how many rows of each kind."""
    shares, rng = part("dirt")["cosmetic"], stream(city.seed, "cosmetic")
    spoilt = {item.key for item in planted if item.object == "person"}
    counts = dict.fromkeys(shares, 0)

    def chosen(kind: str) -> bool:
        hit: bool = rng.random() < shares[kind]
        counts[kind] += hit
        return hit

    for site in city.sites:
        if site.shared is not None and chosen("project"):
            _site(rng, site)
        for participation in site.participations:
            if participation.shared is not None and chosen("participant"):
                _participation(rng, participation)
    for company in city.companies:
        if company.copy is not None and company.row is not None and chosen("corp"):
            company.copy.corp_name = _text(rng, company.copy.corp_name)
            company.copy.legal_man = _spaced(rng, company.copy.legal_man)
    for post in city.municipal.key_post_filled:
        if post.registration_no and chosen("registration"):
            number = post.registration_no
            post.registration_no = rng.choice([_widened(number), _spaced(rng, number)])
    for human in city.humans:
        if human.members and human.shared_id and chosen("key_person"):
            _key_person(rng, human)
    for person in city.municipal.person:
        if person.person_id not in spoilt and chosen("id_number"):
            person.id_number = _number(rng, person.id_number)
    for team in city.municipal.team:
        if team.leader_id_number and chosen("id_number"):
            team.leader_id_number = _number(rng, team.leader_id_number)
    return counts


def _site(rng: random.Random, site: Site) -> None:
    copy = site.copy
    if copy is not None:
        copy.name = _text(rng, copy.name)
        copy.contractor_corp_name = _text(rng, copy.contractor_corp_name)
        copy.build_corp_name = _text(rng, copy.build_corp_name)


def _participation(rng: random.Random, participation: Participation) -> None:
    copy = participation.copy
    if copy is not None:
        copy.corp_name = _text(rng, copy.corp_name)
        copy.contract_no = rng.choice([str.lower, _widened])(copy.contract_no)
        copy.pm_name = _spaced(rng, copy.pm_name)
        copy.pm_id_card_number = _number(rng, copy.pm_id_card_number)


def _key_person(rng: random.Random, human: Human) -> None:
    person = human.members[0].person
    if person.name:
        person.name = _spaced(rng, person.name)
    if person.phone:
        person.phone = rng.choice([_widened, _phone_spaced])(person.phone)


def _text(rng: random.Random, text: str) -> str:
    """The same text with other brackets, widths, case or spaces; always one that looks different."""
    ways: list[Callable[[str], str]] = [_rebracketed, _widened, str.lower]
    different = [way(text) for way in ways if way(text) != text]
    return rng.choice([*different, _spaced(rng, text)])


def _number(rng: random.Random, number: str) -> str:
    """The same citizen number with a small x, wide digits, or a space before or behind."""
    different = [_widened(number), f" {number}", f"{number}{rng.choice(_SPACES)}"]
    if number.endswith("X"):
        different += [number.lower()] * 3
    return rng.choice(different)


def _spaced(rng: random.Random, text: str) -> str:
    place = rng.randint(1, len(text))
    return f"{text[:place]}{rng.choice(_SPACES)}{text[place:]}"


def _phone_spaced(phone: str) -> str:
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}"


def _widened(text: str) -> str:
    return text.translate(_WIDE)


def _rebracketed(text: str) -> str:
    return text.translate(_BRACKETS)
