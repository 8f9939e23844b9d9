"""Faults of the city's copies of shared data: values that differ, rows that one side lacks, wrong credit codes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle, islice
from typing import Any

from realname_sync.sandbox.companies import copy_company, make_company, of_kind
from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.identifiers import credit_check
from realname_sync.sandbox.model import Company, Site
from realname_sync.sandbox.people import person_name
from realname_sync.sandbox.reference import part, stream
from realname_sync.sandbox.sites import copy_participation, make_site, take_part
from realname_sync.sandbox.staffing import CHIEF_SUPERVISOR, PROJECT_MANAGER

_PROJECT_COLUMNS = {
    "name": "name",
    "category": "category",
    "areaCode": "area_code",
    "contractorCorpCode": "contractor_corp_code",
    "contractorCorpName": "contractor_corp_name",
    "buildCorpCode": "build_corp_code",
    "buildCorpName": "build_corp_name",
    "supervisionCorpCode": "supervision_corp_code",
    "supervisionCorpName": "supervision_corp_name",
    "planCompleteDate": "plan_complete_date",
}
_CORP_COLUMNS = {"corpName": "corp_name", "corpType": "corp_type", "areaCode": "area_code", "legalMan": "legal_man"}
_PARTICIPANT_COLUMNS = {
    "corpName": "corp_name",
    "contractNo": "contract_no",
    "contractAmount": "contract_amount",
    "entryTime": "entry_time",
    "exitTime": "exit_time",
    "pmName": "pm_name",
    "pmIDCardNumber": "pm_id_card_number",
}


def plant_unshared_project(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-007: of the smallest projects, for all that is theirs is kept back."""
    smallest = sorted(planter.known_sites(), key=lambda site: len(site.members))
    for site in planter.pick(plant, smallest, shuffled=False):
        planter.city.shared = [row for row in planter.city.shared if row.payload.get("projectCode") != site.code]
        for row in planter.city.shared:
            if row.payload.get("lockProjectCode") == site.code:
                row.payload |= {"lockProjectCode": None, "lockSince": None}
        site.shared = None
        for appointment in site.appointments:
            appointment.shared = None
        for participation in site.participations:
            participation.shared = None
        planter.note("CMP-007", "project", site.code, "", "unknown to the integrity platform")


def plant_uncopied_project(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-006: further projects, which only the integrity platform has."""
    city, platform = planter.city, planter.platform
    for index in range(planter.amount(plant)):
        rng = stream(city.seed, f"uncopied/{index}")
        site = make_site(city, rng, rng.choice(list(part("city")["counties"])), "003", supervised=True)
        platform.enter_project(site)
        for company in (site.owner, site.contractor, site.supervision):
            if company is not None:
                platform.enter_company(company, site.area_code)
                manager = planter.people.make(rng, company, manager=True)
                platform.enter_participation(site, take_part(city, site, company, manager, rng))
        planter.note("CMP-006", "project", site.code, "", "no municipal copy")


def plant_uncopied_participant(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-008: a company for one kind of works that only the integrity platform has."""
    city, rng = planter.city, planter.rng
    for _ in range(planter.amount(plant)):
        site, company = rng.choice(planter.known_sites()), make_company(city, rng, "professional", shared=True)
        city.companies.append(company)
        participation = take_part(city, site, company, planter.people.make(rng, company, manager=True), rng)
        planter.platform.enter_company(company, site.area_code)
        planter.platform.enter_participation(site, participation)
        key = f"{site.code}|{company.code}|{participation.corp_type}"
        planter.note("CMP-008", "participant", key, "", "no municipal copy")


def plant_project_difference(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-001: one field of each, all fields in turn."""
    fields = [*_PROJECT_COLUMNS, "startDate", "prjStatus"]
    planter.rng.shuffle(fields)
    able = {field: [site for site in planter.known_sites() if _may_differ(planter, site, field)] for field in fields}
    for field in islice(cycle([field for field in fields if able[field]]), planter.amount(plant)):
        for site in planter.pick(plant, able[field], 1, claim=partial(_field_of, field)):
            _change_project(planter, site, field)
            planter.note("CMP-001", "project", site.code, field, "differs")


def plant_company_difference(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-002: one field of each, all fields in turn."""
    companies = [company for company in planter.city.companies if company.copy and company.row]
    carriers = planter.pick(plant, companies)
    for company, field in zip(carriers, cycle(_CORP_COLUMNS), strict=False):
        old = getattr(company.copy, _CORP_COLUMNS[field])
        setattr(company.copy, _CORP_COLUMNS[field], _other(planter, field, old))
        planter.note("CMP-002", "corp", company.code, field, "differs")


def plant_participant_difference(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-003: one field of each, all fields in turn."""
    candidates = [
        (participation, participation.copy)
        for site in planter.known_sites()
        for participation in site.participations
        if participation.copy is not None and participation.shared is not None
    ]
    fields = [
        field for field in _PARTICIPANT_COLUMNS if field != "exitTime" or any(row.exit_time for _, row in candidates)
    ]
    planter.rng.shuffle(fields)
    for field in islice(cycle(fields), planter.amount(plant)):
        able = [pair for pair in candidates if field != "exitTime" or pair[1].exit_time]
        for _, row in planter.pick(plant, able, 1, claim=lambda pair: pair[0]):
            column = _PARTICIPANT_COLUMNS[field]
            setattr(row, column, _other(planter, field, getattr(row, column)))
            key = f"{row.project_code}|{row.corp_code}|{row.corp_type}"
            planter.note("CMP-003", "participant", key, field, "differs")


def plant_person_difference(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CMP-004: of people in no lamp's post whom the municipal platform knows under one number."""
    warned = (PROJECT_MANAGER, CHIEF_SUPERVISOR)
    candidates = [
        human
        for human in planter.city.humans
        if human.shared_id and len(human.members) == 1 and all(held.post not in warned for held in human.appointments)
    ]
    for human, field in zip(planter.pick(plant, candidates), cycle(("name", "phone")), strict=False):
        person = human.members[0].person
        setattr(person, field, _other(planter, field, getattr(person, field)))
        planter.note("CMP-004", "person", person.person_id, field, "differs")


def plant_wrong_credit_code(planter: Planter, plant: Mapping[str, Any]) -> None:
    """IDN-002: of suppliers that only the municipal platform has; every third stands among the participants only."""
    city, rng = planter.city, planter.rng
    sites = planter.known_sites()
    for index in range(planter.amount(plant)):
        company, site = make_company(city, rng, "material", shared=False), rng.choice(sites)
        reason = _spoil_credit_code(company, index)
        city.companies.append(company)
        participation = take_part(city, site, company, planter.people.make(rng, company, manager=True), rng)
        copy_participation(city, site, participation)
        if index % 3 != 2:
            copy_company(city, company)
        planter.note("IDN-002", "corp", company.code, "corpCode", reason)


def _field_of(field: str, site: Site) -> tuple[Site, str]:
    return site, field


def _may_differ(planter: Planter, site: Site, field: str) -> bool:
    """Whether the project has the field; one that is stopped on one side must carry nothing that asks for work."""
    if field == "prjStatus":
        return all(planter.is_free((site.code, held.post)) for held in site.appointments)
    return site.supervision is not None or not field.startswith("supervision")


def _change_project(planter: Planter, site: Site, field: str) -> None:
    """Change the city's copy, or where other rules lean on the copy, the shared row."""
    if site.shared is None or site.copy is None:
        return
    if field == "startDate":
        site.shared.revise(field, (site.start - timedelta(days=planter.rng.randint(5, 40))).isoformat())
    elif field == "prjStatus":
        site.shared.revise(field, "005")
    else:
        column = _PROJECT_COLUMNS[field]
        setattr(site.copy, column, _other(planter, field, getattr(site.copy, column)))


def _other(planter: Planter, field: str, old: Any) -> Any:
    """A value of the same kind that no normalisation makes equal to the old one."""
    rng, facts = planter.rng, part("companies")
    if isinstance(old, datetime):
        return old - timedelta(days=rng.randint(5, 20))
    if isinstance(old, date):
        return old + timedelta(days=rng.randint(20, 120))
    if isinstance(old, Decimal):
        return (old * Decimal("1.15")).quantize(Decimal("0.01"))
    if field == "areaCode":
        return rng.choice([code for code in part("city")["counties"] if code != old])
    if field == "category":
        return rng.choice([code for code in part("city")["categories"] if code != old])
    if field == "corpType":
        return rng.choice([code for code in facts["registration_types"] if code != old])
    if field.endswith("CorpCode"):
        kind = {"contractorCorpCode": "contractor", "buildCorpCode": "owner", "supervisionCorpCode": "supervision"}[
            field
        ]
        return rng.choice([company.code for company in of_kind(planter.city, kind) if company.code != old])
    if field in ("name", "legalMan", "pmName") and len(old) < 5:
        return _other_name(planter, old)
    if field == "pmIDCardNumber":
        return planter.people.number(rng, date(1980, 5, 17), female=False)
    if field == "phone":
        return f"{old[:4]}{(int(old[4:]) + rng.randint(1, 10**6)) % 10**7:07d}"
    return {"contractNo": f"{old}-1", "name": f"{old}变更"}.get(field) or old.replace(
        "有限公司", "股份有限公司"
    ) + "分部"


def _other_name(planter: Planter, old: str) -> str:
    name = old
    while name == old:
        name = person_name(planter.rng, female=False)
    return name


def _spoil_credit_code(company: Company, index: int) -> str:
    """Break the code in one of three ways, and say how."""
    code = company.code
    if index % 3 == 0:
        other = "0" if credit_check(code[:17]) != "0" else "1"
        company.code = code[:17] + other
        return "CHECKSUM"
    if index % 3 == 1:
        company.code = code[:11] + "I" + code[12:]
        return "CHARSET"
    company.code = code[:17]
    return "LENGTH"


STEPS: Mapping[str, Step] = {
    "CMP-001": plant_project_difference,
    "CMP-002": plant_company_difference,
    "CMP-003": plant_participant_difference,
    "CMP-004": plant_person_difference,
    "CMP-008": plant_uncopied_participant,
    "IDN-002": plant_wrong_credit_code,
}
FIRST_STEPS: Mapping[str, Step] = {"CMP-007": plant_unshared_project, "CMP-006": plant_uncopied_project}
"""What changes which projects both platforms have, before anything else is planted."""
