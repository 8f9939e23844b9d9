"""Building workers: their teams, who comes, goes and is on leave, and the papers kept of them."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from realname_sync.sandbox.companies import of_kind
from realname_sync.sandbox.model import UNDER_CONSTRUCTION, City, Company, Member, Site
from realname_sync.sandbox.municipal_rows import Contract, Leave, Payroll, Team, Training
from realname_sync.sandbox.people import People
from realname_sync.sandbox.reference import part, stream, weighted
from realname_sync.sandbox.sites import take_part
from realname_sync.sandbox.staffing import add_team, come, join, leave

_PAID = 0.1
"""Share of the workers whose last month's wages are kept."""


def crew_sites(city: City, people: People, workers: int) -> None:
    """Spread that many workers over the projects, in teams of one trade and company."""
    rng = stream(city.seed, "crews")
    weights = [part("city")["crew_weight"].get(site.status, 1) * rng.uniform(0.6, 1.5) for site in city.sites]
    shares = [int(workers * weight / sum(weights)) for weight in weights]
    for index in range(workers - sum(shares)):
        shares[index % len(shares)] += 1
    for index, (site, share) in enumerate(zip(city.sites, shares, strict=True)):
        _crew_site(city, people, stream(city.seed, f"crew/{index}"), site, share)


def enter_papers(city: City) -> None:
    """Write contracts, trainings, leave and some payroll rows for those on the rosters."""
    rng = stream(city.seed, "papers")
    for member in city.members():
        started = member.stays[0][0]
        if rng.random() < 0.97:
            _contract(city, rng, member, started)
        _training(city, rng, member, started)
        if member.team and member.worker.work_role == "20" and rng.random() < _PAID:
            _payroll(city, rng, member, member.team)


def add_crew(city: City, people: People, rng: random.Random, site: Site, company: Company, size: int) -> None:
    """One team of that many workers; its first one leads it."""
    trades = part("trades")["trades"]
    trade = weighted(rng, {code: facts["weight"] for code, facts in trades.items()})
    days = city.days
    opened = min(site.start + timedelta(days=rng.randint(0, 30)), days.first - timedelta(days=rng.randint(8, 12)))
    name = f"{company.name[:4]}{trades[trade]['team']}{len(site.teams)}组"
    team = add_team(city, site, company, name, opened)
    for place in range(size):
        human = people.make(rng, company)
        span = max(1, ((site.completed or days.first) - opened).days - 6)
        since = opened + timedelta(days=rng.randrange(min(span, 200)))
        member = join(city, rng, site, human, company, since, team=team, work_type=trade, pattern=_pattern(rng))
        if place == 0:
            member.worker.is_team_leader = 1
            team.leader_id_number = human.id_number
        elif site.status == UNDER_CONSTRUCTION:
            _come_and_go(city, rng, member)


def _crew_site(city: City, people: People, rng: random.Random, site: Site, share: int) -> None:
    sizes: list[int] = []
    facts = part("trades")["crew_size"]
    while share > sum(sizes):
        sizes.append(min(rng.randint(facts["smallest"], facts["largest"]), share - sum(sizes)))
    labour = rng.sample(of_kind(city, "labour"), min(len(of_kind(city, "labour")), 1 + len(sizes) // 4))
    special = rng.sample(of_kind(city, "professional"), rng.randint(1, 2))
    for company in labour + special:
        participation = take_part(city, site, company, people.make(rng, company, manager=True), rng)
        if company in labour:
            since = participation.entry_time.date() + timedelta(days=1)
            join(city, rng, site, participation.manager, company, since)
    for index, size in enumerate(sizes):
        add_crew(city, people, rng, site, labour[index % len(labour)], size)


def _pattern(rng: random.Random) -> str:
    patterns = part("shifts")["patterns"]
    return weighted(rng, {name: facts["share"] for name, facts in patterns.items()})


def _come_and_go(city: City, rng: random.Random, member: Member) -> None:
    """Let a few workers leave, come back, come or go within the range, or take leave."""
    facts, days, chance = part("trades"), city.days, rng.random()
    started = member.stays[0][0]
    gone = days.first - timedelta(days=rng.randint(2, 30))
    for what in ("left_before", "came_back", "moving", "on_leave"):
        if chance < facts[what]:
            break
        chance -= facts[what]
    else:
        return
    within = days.first + timedelta(days=rng.randint(0, (days.last - days.first).days))
    if what == "left_before" and started < gone:
        leave(city, member, gone)
    elif what == "came_back" and started < days.first - timedelta(days=35):
        leave(city, member, days.first - timedelta(days=rng.randint(12, 30)))
        come(city, member, days.first - timedelta(days=rng.randint(4, 9)))
    elif what == "moving" and rng.random() < 0.5:
        member.stays = [(within, None)]
        member.movements[0].date = within
    elif what == "moving" and started < within:
        leave(city, member, within)
    elif what == "on_leave":
        member.leave = (within - timedelta(days=rng.randint(0, 2)), within + timedelta(days=rng.randint(0, 5)))
        city.municipal.leave.append(
            Leave(
                id=f"L{city.number('leave'):06d}",
                project_code=member.site.code,
                person_id=member.person.person_id,
                from_date=member.leave[0],
                to_date=member.leave[1],
                approved_by=member.site.owner.legal_man,
                updated_at=days.entered(member.leave[0] - timedelta(days=1)),
            )
        )


def _contract(city: City, rng: random.Random, member: Member, started: date) -> None:
    piecework = member.worker.contract_kind == "2"
    city.municipal.contract.append(
        Contract(
            project_code=member.site.code,
            person_id=member.person.person_id,
            corp_code=member.worker.corp_code,
            contract_period_type="1" if piecework else "0",
            contract_kind=member.worker.contract_kind,
            start_date=started,
            end_date=max(started + timedelta(days=365), city.days.last),
            unit=rng.choice(["80", "81", "82"]) if piecework else None,
            unit_price=Decimal(rng.randint(800, 9000)) / 100 if piecework else None,
            updated_at=city.days.entered(started),
        )
    )


def _training(city: City, rng: random.Random, member: Member, started: date) -> None:
    city.municipal.training.append(
        Training(
            id=f"X{city.number('training'):08d}",
            project_code=member.site.code,
            person_id=member.person.person_id,
            training_date=started,
            training_duration=Decimal(rng.choice(["2.0", "4.0", "8.0"])),
            training_name="进场三级安全教育",
            training_type_code="003002",
            is_pass=1,
            training_score=Decimal(rng.randint(600, 1000)) / 10,
            updated_at=city.days.entered(started),
        )
    )


def _payroll(city: City, rng: random.Random, member: Member, team: Team) -> None:
    month_end = city.days.first.replace(day=1) - timedelta(days=1)
    if member.stays[0][0] > month_end.replace(day=1):
        return
    days, number = rng.randint(18, 28), city.number("payroll")
    back = rng.random() < 0.05
    due = Decimal(days * rng.randint(240, 420))
    city.municipal.payroll.append(
        Payroll(
            id=f"W{number:08d}",
            project_code=member.site.code,
            person_id=member.person.person_id,
            corp_code=member.worker.corp_code,
            team_id=team.team_id,
            pay_month=f"{month_end:%Y-%m}",
            days=days,
            work_hours=Decimal(days * 9),
            total_pay_amount=due,
            actual_amount=due,
            is_back_pay=int(back),
            back_pay_month=f"{month_end.replace(day=1) - timedelta(days=1):%Y-%m}" if back else None,
            balance_date=min(month_end + timedelta(days=rng.randint(1, 20)), city.days.last),
            third_pay_roll_code=f"SLIP-{number:010d}",
            pay_bank_card_number=f"{part('names')['bank_card_prefix']}9{number:012d}",
            pay_bank_code=member.human.bank_code,
            pay_bank_name="农民工工资专用账户开户行",
            updated_at=datetime.combine(min(month_end + timedelta(days=21), city.days.last), time(10, 5, 1)),
        )
    )
