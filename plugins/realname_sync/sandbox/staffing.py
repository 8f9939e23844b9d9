"""Management staff: who fills the key posts of each project, with registrations, and who went before them."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from realname_sync.sandbox.companies import of_kind
from realname_sync.sandbox.model import (
    UNDER_CONSTRUCTION,
    Appointment,
    City,
    Company,
    Human,
    Member,
    Registration,
    Site,
)
from realname_sync.sandbox.municipal_rows import EntryExit, KeyPostFilled, ProjectWorker, Team
from realname_sync.sandbox.people import People, register_person
from realname_sync.sandbox.reference import part, stream
from realname_sync.sandbox.sites import take_part

OFFICE = "office"
PROJECT_MANAGER, CHIEF_SUPERVISOR, SAFETY_OFFICER, OWNER_LEADER = "G01", "J01", "G04", "O01"


def staff_sites(city: City, people: People) -> None:
    """Fill the key posts of every project and let owner, contractor and supervision company take part."""
    chiefs = _chiefs(city, people)
    for index, site in enumerate(city.sites):
        chief = chiefs.get(site.code)
        posts = {CHIEF_SUPERVISOR: chief} if chief else {}
        staff_site(city, people, stream(city.seed, f"staff/{index}"), site, posts)


def staff_site(
    city: City,
    people: People,
    rng: random.Random,
    site: Site,
    holders: Mapping[str, Human],
    since: Mapping[str, date] | None = None,
) -> None:
    """Fill the key posts of a project, those of `holders` with them, and let their companies take part.

    Args:
        city: where the rows go.
        people: makes whoever is not given.
        rng: the source of chance.
        site: a project with devices and companies, nobody on it yet.
        holders: by post, who is to hold it.
        since: by post, the day its holder comes; any day before the range where none is given.
    """
    came = since or {}
    team = add_team(city, site, site.contractor, part("trades")["management_team"], _came(city, site, rng))
    for post, facts in part("trades")["posts"].items():
        company = company_of(site, facts["side"])
        if company is None:
            continue
        wanted = rng.choice(facts["people"])
        for _ in range(max(wanted, safety_staff(site)) if facts.get("minimum") else wanted):
            human = holders.get(post) or make_holder(city, people, rng, company, post, site)
            day = came.get(post) or _came(city, site, rng)
            if post == PROJECT_MANAGER and site.status == UNDER_CONSTRUCTION and post not in holders:
                day = _succeed(city, people, rng, site, team, day)
            side_team = team if company is site.contractor else None
            member = join(city, rng, site, human, company, day, side=facts["side"], team=side_team)
            end = site.completed or (site.plan_complete if rng.random() < 0.3 else None)
            appoint(city, member, post, day, end)
    leads = {OWNER_LEADER: site.owner, PROJECT_MANAGER: site.contractor, CHIEF_SUPERVISOR: site.supervision}
    for post, leader in leads.items():
        if leader is not None:
            take_part(city, site, leader, _holder(site, post), rng)
    team.leader_id_number = _holder(site, PROJECT_MANAGER).id_number
    _member(site, _holder(site, PROJECT_MANAGER)).worker.is_team_leader = 1


def safety_staff(site: Site) -> int:
    """How many full-time safety staff a project of that size needs."""
    steps = part("trades")["safety_staff"]
    measure, limits = (site.area, steps["area"]) if site.area is not None else (site.amount, steps["amount"])
    return 1 + sum(int(measure >= limit) for limit in limits)


def company_of(site: Site, side: str) -> Company | None:
    """The project's company of that side; None where there is no supervision."""
    return {"owner": site.owner, "contractor": site.contractor, "supervision": site.supervision}[side]


def make_holder(city: City, people: People, rng: random.Random, company: Company, post: str, *sites: Site) -> Human:
    """Someone who may hold that post of those projects, known to the integrity platform."""
    facts = part("trades")["posts"][post]
    human = people.make_shared(rng, company)
    if "registered" in facts and rng.random() < facts.get("share", 1):
        human.registration = registration(city, rng, post, sites)
    return human


def registration(city: City, rng: random.Random, post: str, sites: Sequence[Site]) -> Registration:
    """A registration that is valid all over the range, good for that post of those projects."""
    trades = part("trades")
    facts = trades["posts"][post]
    category = facts["registered"]
    issued = city.days.first - timedelta(days=rng.randint(200, 1000))
    qualified, serial = issued.year - rng.randint(0, 6), rng.randrange(10**5)
    certificate = facts.get("certificate")
    level = rng.choice(trades["registration_levels"].get(category, [None]))
    if post == PROJECT_MANAGER and any(site.size in (None, "01") for site in sites):
        level = "1"  # what is not known to be medium or small may be large
    specialties = trades["specialties"][category]
    number = f"浙{level}33{qualified % 100:02d}{issued.year % 100:02d}{serial:05d}" if level else f"33{serial:06d}"
    return Registration(
        category=category,
        number=number,
        level=level,
        specialties=[specialties[one] for one in dict.fromkeys(site.category for site in sites)],
        issued=issued,
        valid_to=city.days.last + timedelta(days=rng.randint(40, 700)),
        certificate=certificate,
        certificate_number=f"浙建安{certificate}({issued.year}){serial:07d}" if certificate else None,
        certificate_until=max(issued + timedelta(days=1095), city.days.last + timedelta(days=40))
        if certificate
        else None,
    )


def join(
    city: City,
    rng: random.Random,
    site: Site,
    human: Human,
    company: Company,
    since: date,
    *,
    side: str | None = None,
    team: Team | None = None,
    work_type: str | None = None,
    pattern: str = OFFICE,
    left: date | None = None,
) -> Member:
    """Put a person on the roster of a project: a worker of a trade, or management staff of a side.

    Without trade and side it is management staff of another participant. Someone already on another roster keeps
    their municipal number or gets a second one.
    """
    trades, manager = part("trades"), work_type is None
    person = human.members[0].person if human.members else None
    if person is None or rng.random() < trades["second_number"]:
        person = register_person(city, human, since)
    identity = "5" if not manager else trades["sides"][side]["identity_type"] if side else "4"
    worker = ProjectWorker(
        project_code=site.code,
        person_id=person.person_id,
        team_id=team.team_id if team else None,
        corp_code=company.code,
        work_type=trades["manager_work_type"] if manager else work_type,
        work_role="10" if manager else "20",
        identity_type=identity,
        is_team_leader=0,
        contract_kind="1" if manager or rng.random() < 0.7 else "2",
        safety_trained_at=city.days.entered(since) - timedelta(hours=17),
        bank_card_number=human.bank_card,
        bank_code=human.bank_code,
        updated_at=city.days.entered(since),
    )
    city.municipal.project_worker.append(worker)
    member = Member(site, human, person, worker, team, pattern, [], [])
    site.members.append(member)
    human.members.append(member)
    come(city, member, since)
    if left or site.completed:
        leave(city, member, left or site.completed or since)
    return member


def come(city: City, member: Member, day: date) -> None:
    """Record that the person joined the project on that day."""
    member.stays.append((day, None))
    _move(city, member, 1, day, "进场")


def leave(city: City, member: Member, day: date) -> None:
    """Record that the person left the project on that day, which is the last of the present stay."""
    member.stays[-1] = (member.stays[-1][0], day)
    _move(city, member, 0, day, "完工退场" if member.site.completed else "个人原因")


def appoint(city: City, member: Member, post: str, start: date, end: date | None) -> Appointment:
    """Appoint someone on the roster to a post, and state it on the municipal platform."""
    held = member.human.registration
    appointment = Appointment(member.site, post, member.human, start, end)
    appointment.filled = KeyPostFilled(
        project_code=member.site.code,
        post_code=post,
        person_id=member.person.person_id,
        registration_category=held.category if held else None,
        registration_level=held.level if held else None,
        registration_no=held.number if held else None,
        start_date=start,
        end_date=end,
        updated_at=city.days.entered(start),
    )
    city.municipal.key_post_filled.append(appointment.filled)
    member.site.appointments.append(appointment)
    member.human.appointments.append(appointment)
    return appointment


def add_team(city: City, site: Site, company: Company, name: str, since: date) -> Team:
    """One more team of a company on a project."""
    team = Team(
        team_id=f"T{city.number('team'):07d}",
        project_code=site.code,
        corp_code=company.code,
        team_name=name,
        leader_id_number=None,
        entry_date=since,
        exit_date=site.completed,
        updated_at=city.days.entered(since),
    )
    city.municipal.team.append(team)
    site.teams.append(team)
    return team


def _chiefs(city: City, people: People) -> dict[str, Human]:
    """The chief supervision engineer of each supervised project; within a company one serves up to three."""
    rng, chiefs = stream(city.seed, "chiefs"), {}
    for company in of_kind(city, "supervision"):
        sites = [site for site in city.sites if site.supervision is company]
        sizes = part("trades")["projects_of_one_chief"]
        groups = 0
        while sites:
            size = sizes[groups % len(sizes)]
            while len({site.category for site in sites[:size]}) > part("trades")["most_specialties"]:
                size -= 1
            human = make_holder(city, people, rng, company, CHIEF_SUPERVISOR, *sites[:size])
            chiefs.update({site.code: human for site in sites[:size]})
            sites, groups = sites[size:], groups + 1
    return chiefs


def _succeed(city: City, people: People, rng: random.Random, site: Site, team: Team, since: date) -> date:
    """Perhaps let another project manager go before; returns the day the present one came."""
    changed = city.days.first - timedelta(days=rng.randint(15, 40))
    if rng.random() >= part("trades")["manager_changed"] or changed <= since + timedelta(days=20):
        return since
    human = make_holder(city, people, rng, site.contractor, PROJECT_MANAGER, site)
    member = join(city, rng, site, human, site.contractor, since, side="contractor", team=team, left=changed)
    appoint(city, member, PROJECT_MANAGER, since, changed)
    return changed + timedelta(days=1)


def _came(city: City, site: Site, rng: random.Random) -> date:
    return min(site.start + timedelta(days=rng.randint(-8, 15)), city.days.first - timedelta(days=rng.randint(8, 14)))


def _move(city: City, member: Member, kind: int, day: date, reason: str) -> None:
    row = EntryExit(
        id=f"E{city.number('movement'):08d}",
        project_code=member.site.code,
        person_id=member.person.person_id,
        kind=kind,
        date=day,
        reason=reason,
        updated_at=city.days.entered(day),
    )
    city.municipal.entry_exit.append(row)
    member.movements.append(row)


def _holder(site: Site, post: str) -> Human:
    """The present holder of a post that every project fills."""
    return [appointment.human for appointment in site.appointments if appointment.post == post][-1]


def _member(site: Site, human: Human) -> Member:
    return next(member for member in site.members if member.human is human)
