"""Projects: where they lie, how they are named and numbered, who takes part, and the devices at their gates."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from realname_sync.sandbox.companies import of_kind
from realname_sync.sandbox.model import UNDER_CONSTRUCTION, City, Company, Gate, Human, Participation, Site
from realname_sync.sandbox.municipal_rows import Device, ParticipantCopy, ProjectCopy, StopWork
from realname_sync.sandbox.reference import division_on, divisions, part, stream, weighted

PREPARING, COMPLETED, STOPPED = "001", "004", "005"


def open_sites(city: City, projects: int) -> None:
    """Open that many projects, in every district first and then by their weight, with their devices."""
    facts, rng = part("city"), stream(city.seed, "sites")
    statuses = [code for code, share in facts["statuses"].items() for _ in range(round(projects * share))]
    for must in (PREPARING, STOPPED):
        if must not in statuses:
            statuses.append(must)
    statuses += [UNDER_CONSTRUCTION] * (projects - len(statuses))
    counties = list(facts["counties"])
    rng.shuffle(counties)
    weights = {code: county["weight"] for code, county in facts["counties"].items()}
    counties += [weighted(rng, weights) for _ in range(projects - len(counties))]
    running = [index for index, status in enumerate(statuses) if status == UNDER_CONSTRUCTION]
    unsupervised = set(rng.sample(running, max(1, round(projects * facts["without_supervision"]))))
    stopped_once = set(rng.sample(running, round(projects * facts["stopped_once"])))
    for index, status in enumerate(statuses):
        site = make_site(city, stream(city.seed, f"site/{index}"), counties[index], status, index not in unsupervised)
        city.sites.append(site)
        equip(city, site, stream(city.seed, f"gates/{index}"))
        if status == STOPPED:
            site.stop = (city.days.first - timedelta(days=35), city.days.last + timedelta(days=60))
        if site.stop or index in stopped_once:
            past = (city.days.first - timedelta(days=28), city.days.first - timedelta(days=21))
            _state_stop(city, site, rng, site.stop or past)


def make_site(
    city: City, rng: random.Random, county: str, status: str, supervised: bool, category: str | None = None
) -> Site:
    """A project of that district and status, of any category where none is asked for; nobody works on it yet."""
    facts = part("city")
    first, last = city.days.first, city.days.last
    category = category or weighted(rng, {code: kind["weight"] for code, kind in facts["categories"].items()})
    kind, area = facts["categories"][category], facts["counties"][county]
    completed = first - timedelta(days=rng.randint(30, 60)) if status == COMPLETED else None
    start = first - timedelta(days=rng.randint(90, 700))
    if status == PREPARING:
        start = last + timedelta(days=rng.randint(7, 25))
    plan = completed or last + timedelta(days=rng.randint(60, 700))
    permit = start - timedelta(days=rng.randint(12, 40))
    number, contradicts = city.number("site"), rng.random() < facts["contradicting_number"]
    written = rng.choice(["01", "02", "03"]) if contradicts else category
    place = rng.choice(area["places"])
    name = rng.choice(kind["names"]).format(
        county=divisions()[county],
        place=place,
        block=f"{rng.choice('ABCDEFG')}{rng.randint(1, 29):02d}",
        year=start.year,
        number=rng.randint(1, 60),
    )
    if any(other.name == name for other in city.sites):
        name = f"{name}({number}标段)"
    amount = Decimal(rng.randint(120_000, 9_000_000)) / 100
    stated = "01" if amount > 30_000 else "02" if amount > 3_000 else "03"
    return Site(
        code=f"{division_on(county, permit)}{permit:%y%m%d}{written}{number:04d}",
        name=name,
        category=category,
        function=rng.choice(kind["functions"]),
        area_code=county,
        address=f"杭州市{divisions()[county]}{place}{rng.choice(part('names')['roads'])}{rng.randint(1, 600)}号",
        lng=_near(rng, area["lng"], facts["spread"]),
        lat=_near(rng, area["lat"], facts["spread"]),
        status=status,
        start=start,
        plan_complete=plan,
        completed=completed,
        owner=rng.choice(of_kind(city, "owner")),
        contractor=rng.choice(of_kind(city, "contractor")),
        supervision=rng.choice(of_kind(city, "supervision")) if supervised else None,
        permit_number=f"{division_on(county, permit)}{permit:%Y%m%d}{rng.randint(1, 6):02d}{category}",
        amount=amount,
        size=None if rng.random() < facts["without_size"] else stated,
    )


def copy_site(city: City, site: Site) -> None:
    """Enter the project and those who take part in it on the municipal platform."""
    stamp = city.days.entered(min(site.start, city.days.first - timedelta(days=3)))
    site.copy = ProjectCopy(
        project_code=site.code,
        name=site.name,
        category=site.category,
        area_code=site.area_code,
        address=site.address,
        lng=site.lng,
        lat=site.lat,
        contractor_corp_code=site.contractor.code,
        contractor_corp_name=site.contractor.name,
        build_corp_code=site.owner.code,
        build_corp_name=site.owner.name,
        supervision_corp_code=site.supervision.code if site.supervision else None,
        supervision_corp_name=site.supervision.name if site.supervision else None,
        start_date=site.start,
        plan_complete_date=site.plan_complete,
        prj_status=site.status,
        updated_at=stamp,
    )
    city.municipal.project_copy.append(site.copy)
    for participation in site.participations:
        copy_participation(city, site, participation)


def copy_participation(city: City, site: Site, participation: Participation) -> None:
    """Enter one company's part in the project on the municipal platform."""
    participation.copy = ParticipantCopy(
        project_code=site.code,
        corp_code=participation.company.code,
        corp_type=participation.corp_type,
        corp_name=participation.company.name,
        contract_no=participation.contract_no,
        contract_amount=participation.contract_amount,
        entry_time=participation.entry_time,
        exit_time=participation.exit_time,
        pm_name=participation.manager.name,
        pm_id_card_number=participation.manager.id_number,
        updated_at=city.days.entered(min(participation.entry_time.date(), city.days.first - timedelta(days=2))),
    )
    city.municipal.participant_copy.append(participation.copy)


def take_part(city: City, site: Site, company: Company, manager: Human, rng: random.Random) -> Participation:
    """Let a company take part in a project; a company for one kind of works may have left again."""
    since = min(site.start + timedelta(days=rng.randint(0, 20)), city.days.first - timedelta(days=6))
    left = site.completed
    if company.kind == "professional" and site.status == UNDER_CONSTRUCTION and rng.random() < 0.5:
        left = city.days.first - timedelta(days=rng.randint(3, 25))
    participation = Participation(
        company=company,
        corp_type=part("companies")["kinds"][company.kind]["participation"],
        contract_no=f"HT-{since.year}-{city.number('contract'):05d}",
        contract_amount=(site.amount * rng.randint(3, 95) / 100).quantize(Decimal("0.01")),
        entry_time=datetime.combine(since, time(9)),
        exit_time=datetime.combine(left, time(17)) if left else None,
        manager=manager,
    )
    site.participations.append(participation)
    return participation


def add_device(city: City, site: Site, rng: random.Random, role: str, installed: date) -> Gate:
    """One more device at a gate of the project."""
    facts = part("city")
    ahead = facts["attendance"]["clock_ahead_seconds"]
    gate = Gate(
        row=Device(
            device_sn=f"HZ{site.code[2:6]}{city.number('device'):06d}",
            project_code=site.code,
            model=rng.choice(facts["device_models"]),
            role=role,
            gate_name=rng.choice(facts["gates"]),
            install_date=installed,
            standard_version="2021" if installed > date(2021, 5, 30) else "2018",
            status="1",
            updated_at=city.days.entered(min(installed, city.days.first)),
        ),
        clock_ahead=rng.randint(-ahead, ahead),
        counts_records=rng.random() >= facts["attendance"]["without_record_id"],
        next_record=rng.randint(200, 60_000),
    )
    city.municipal.device.append(gate.row)
    return gate


def equip(city: City, site: Site, rng: random.Random) -> None:
    """Put devices at the gates of the project."""
    installed = min(site.start, city.days.first - timedelta(days=40))
    roles = rng.choice([("both", "both"), ("in", "out"), ("in", "out", "both")])
    site.gates = [add_device(city, site, rng, role, installed) for role in roles]


def _state_stop(city: City, site: Site, rng: random.Random, stop: tuple[date, date]) -> None:
    city.municipal.stop_work.append(
        StopWork(
            id=f"S{city.number('stop'):06d}",
            project_code=site.code,
            from_date=stop[0],
            to_date=stop[1],
            approved_by=rng.choice(part("city")["stop_reasons_by"]),
            updated_at=city.days.entered(stop[0]),
        )
    )


def _near(rng: random.Random, centre: float, spread: float) -> Decimal:
    return Decimal(f"{rng.uniform(centre - spread, centre + spread):.6f}")
