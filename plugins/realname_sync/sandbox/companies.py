"""Companies of every kind a construction project needs."""

import random
from datetime import date, timedelta

from realname_sync.sandbox.identifiers import credit_code
from realname_sync.sandbox.model import City, Company
from realname_sync.sandbox.municipal_rows import CorpCopy
from realname_sync.sandbox.people import person_name
from realname_sync.sandbox.reference import county_codes, divisions, part, stream, weighted

_SHARED_LABOUR = 0.35
"""Share of the labour companies that are entered on the integrity platform; of the other kinds all are."""


def found_companies(city: City, projects: int) -> None:
    """Found the companies of a city with that many projects."""
    for kind, facts in part("companies")["kinds"].items():
        if facts["share"]:
            rng = stream(city.seed, f"companies/{kind}")
            for index in range(max(2, round(projects * facts["share"]))):
                shared = kind != "labour" or index == 0 or rng.random() < _SHARED_LABOUR
                city.companies.append(make_company(city, rng, kind, shared))


def make_company(city: City, rng: random.Random, kind: str, shared: bool) -> Company:
    """One more company of that kind, with a name and a credit code no other has."""
    words, facts = part("companies"), part("companies")["kinds"][kind]
    public = rng.random() < facts.get("public_share", 0)
    taken = {company.name for company in city.companies}
    name = ""
    while not name or name in taken:
        pattern = rng.choice(facts["public"] if public else facts["names"])
        brand = rng.choice(words["first"]) + rng.choice(words["second"])
        name = pattern.format(place=rng.choice(words["places"]), brand=brand)
    area = rng.choice([code for code in county_codes() if code.startswith("3301")] + list(county_codes()))
    return Company(
        kind=kind,
        code=credit_code(rng, area, public),
        name=name,
        registration_type=words["public_registration_type"] if public else weighted(rng, words["registration_types"]),
        area_code=area,
        legal_man=person_name(rng, rng.random() < 0.2),
        register_date=date(1998, 1, 5) + timedelta(days=rng.randrange(8000)),
        address=f"浙江省{divisions()[area]}{rng.choice(part('names')['roads'])}{rng.randint(1, 999)}号",
        shared=shared,
        qualifications=[
            {
                "name": item["name"],
                "level": rng.choice(item["levels"]),
                "validTo": f"{city.days.last + timedelta(days=rng.randint(100, 1500)):%Y-%m-%d}",
            }
            for item in facts.get("qualifications", [])
        ],
    )


def copy_company(city: City, company: Company) -> None:
    """Enter the company on the municipal platform."""
    company.copy = CorpCopy(
        corp_code=company.code,
        corp_name=company.name,
        corp_type=company.registration_type,
        area_code=company.area_code,
        legal_man=company.legal_man,
        register_date=company.register_date,
        address=company.address,
        updated_at=city.days.entered(city.days.first - timedelta(days=len(company.name) * 7)),
    )
    city.municipal.corp_copy.append(company.copy)


def of_kind(city: City, kind: str) -> list[Company]:
    """The companies of one kind."""
    return [company for company in city.companies if company.kind == kind]
