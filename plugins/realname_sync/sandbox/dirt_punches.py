"""Faults of punches: of strangers and people gone, of devices and clocks, at two places at once, sent again."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.model import Gate, Human, Member, Site
from realname_sync.sandbox.municipal_rows import Attendance, EntryExit, Team
from realname_sync.sandbox.punches import choose_gate, make_punch
from realname_sync.sandbox.sites import PREPARING
from realname_sync.sandbox.staffing import join, leave

_FAR_APART_KM = 8.0
_KEPT_APART = timedelta(minutes=45)
_STAY_THERE = timedelta(minutes=55)
"""Long enough that going out there is no second finding, and over before the person goes out here."""
_EVENING = time(19, 40)


class Punches:
    """The clean punches as carriers: found by person, and by what they lend themselves to."""

    def __init__(self, planter: Planter) -> None:
        self._planter = planter
        city = planter.city
        self.gates = {gate.row.device_sn: gate for site in city.sites for gate in site.gates}
        self.members = {(m.site.code, m.person.person_id): m for m in city.members()}
        self.by_human: dict[Human, list[Attendance]] = defaultdict(list)
        for row in city.municipal.attendance:
            if self.is_known(row):
                self.by_human[self.member(row).human].append(row)

    def is_known(self, row: Attendance) -> bool:
        """Whether the person is on the project's roster."""
        return (row.project_code, row.person_id) in self.members

    def member(self, row: Attendance) -> Member:
        """Who punched."""
        return self.members[row.project_code, row.person_id]

    def gate(self, row: Attendance) -> Gate:
        """Where."""
        return self.gates[row.device_sn]

    def ordinary(self, counted: bool = True) -> list[Attendance]:
        """Punches received at once, by day, of plain workers, at devices that count records (or that do not)."""
        plain = set(self._planter.plain_workers())
        return [
            row
            for row in self._planter.city.municipal.attendance
            if self.is_known(row)
            and self.member(row).human in plain
            and self.gate(row).counts_records is counted
            and row.received_at - row.punched_at < timedelta(minutes=5)
            and row.received_at.time() < _EVENING
            and row.received_at.date() == row.punched_at.date()
        ]

    def pick(self, plant: Mapping[str, Any], rows: Iterable[Attendance], amount: int | None = None) -> list[Attendance]:
        """Claim that many punches, each of another person; at least half of them are of the last day."""
        planter, pool = self._planter, list(rows)
        wanted = planter.amount(plant) if amount is None else amount
        newest = [row for row in pool if row.punched_at.date() == planter.city.days.last]
        picked: list[Attendance] = []
        for some, number in ((newest, wanted - wanted // 2), (pool, wanted // 2)):
            picked += planter.pick(plant, some, number, claim=lambda row: self.member(row).human)
        return picked

    def seen_last(self) -> list[Human]:
        """Plain workers who punched on the last day."""
        last = self._planter.city.days.last
        workers = self._planter.plain_workers()
        return [human for human in workers if any(row.punched_at.date() == last for row in self.by_human[human])]


def plant_no_entry(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-002: every punch of a worker whose entry was never recorded."""
    punches = Punches(planter)
    for human in planter.pick(plant, punches.seen_last()):
        for movement in human.members[0].movements:
            planter.city.municipal.entry_exit.remove(movement)
        for row in punches.by_human[human]:
            planter.note_punch("RST-002", row, "date", "no entry recorded")


def plant_gone(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-003: every punch of a worker who left before them."""
    punches, gone = Punches(planter), planter.city.days.first - timedelta(days=3)
    candidates = [
        human
        for human in punches.seen_last()
        if len(human.members[0].stays) == 1
        and human.members[0].stays[0][0] < gone
        and human.members[0].stays[0][1] is None
    ]
    for human in planter.pick(plant, candidates):
        leave(planter.city, human.members[0], gone)
        for row in punches.by_human[human]:
            planter.note_punch("RST-003", row, "date", "had left")


def plant_before_start(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-008: at projects in preparation, by people who have entered them."""
    members = [
        member
        for site in planter.city.sites
        if site.status == PREPARING
        for member in site.members
        if len(member.human.members) == 1 and member.worker.identity_type == "5"
    ]
    for index, member in enumerate(planter.pick(plant, members, claim=lambda member: member.human)):
        row = _extra(planter, member.site, member.person.person_id, time(9, 15), index)
        planter.note_punch("RST-008", row, "date", "before the works began")


def plant_two_places(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-006: a quarter of an hour after a punch, at another project far away that the person belongs to as well."""
    city, rng, punches = planter.city, planter.rng, Punches(planter)
    targets = [site for site in planter.known_sites() if _at_work(planter, site) and _crews(site)]
    far = {site: [other for other in targets if distance_km(site, other) > _FAR_APART_KM] for site in city.sites}
    rows = [
        row
        for row in punches.ordinary()
        if row.direction == "01" and far[punches.member(row).site] and _alone(punches, row)
    ]
    for row in punches.pick(plant, rows):
        member = punches.member(row)
        site = rng.choice(far[member.site])
        team = rng.choice(_crews(site))
        company = next(company for company in city.companies if company.code == team.corp_code)
        since, trade = city.days.first - timedelta(days=5), member.worker.work_type
        there = join(city, rng, site, member.human, company, since, team=team, work_type=trade)
        at = row.punched_at + timedelta(minutes=rng.randint(9, 24))
        again = make_punch(rng, site, there.person.person_id, choose_gate(rng, site, "01"), at, "01")
        left = make_punch(rng, site, there.person.person_id, choose_gate(rng, site, "02"), at + _STAY_THERE, "02")
        city.municipal.attendance += [again, left]
        planter.note_punch("RST-006", again, "projectCode", "two projects far apart")


def plant_stranger(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-001: someone of another project, whose entry here was recorded but who is not on the roster here."""
    city, rng, punches = planter.city, planter.rng, Punches(planter)
    idle = [
        member
        for member in city.members()
        if member.worker.identity_type == "5"
        and not member.worker.is_team_leader
        and len(member.human.members) == 1
        and not punches.by_human[member.human]
        and member.stays[-1][1] is None
    ]
    for index, member in enumerate(planter.pick(plant, idle, claim=lambda member: member.human)):
        site = rng.choice(
            [site for site in planter.known_sites() if site is not member.site and _at_work(planter, site)]
        )
        since = city.days.first - timedelta(days=4)
        city.municipal.entry_exit.append(
            EntryExit(
                id=f"E{city.number('movement'):08d}",
                project_code=site.code,
                person_id=member.person.person_id,
                kind=1,
                date=since,
                reason="临时支援",
                updated_at=city.days.entered(since),
            )
        )
        row = _extra(planter, site, member.person.person_id, time(7, 5), index)
        planter.note_punch("RST-001", row, "personId", "not on the roster")


def plant_other_device(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-004: by turns a device nobody knows and one of another project."""
    punches, city = Punches(planter), planter.city
    for index, row in enumerate(punches.pick(plant, punches.ordinary())):
        others = [gate for sn, gate in sorted(punches.gates.items()) if gate.row.project_code != row.project_code]
        if index % 2:
            gate = planter.rng.choice(others)
            row.device_sn, row.device_record_id = gate.row.device_sn, gate.record_id()
        else:
            row.device_sn = f"HZ0000{city.number('device'):06d}"
        planter.note_punch("RST-004", row, "deviceSn", "another project's device" if index % 2 else "unknown device")


def plant_clock_ahead(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-005: a clock ahead by minutes, by eight hours, by a day."""
    punches, minutes = Punches(planter), planter.facts["clock_ahead_minutes"]
    for index, row in enumerate(punches.pick(plant, punches.ordinary())):
        ahead = minutes[index % len(minutes)]
        row.punched_at = row.received_at + timedelta(minutes=ahead, seconds=5)
        planter.note_punch("RST-005", row, "date", f"{ahead} minutes ahead")


def plant_repeat(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-007: the same record minutes later or the next morning; one is of a device that counts no records."""
    punches, city = Punches(planter), planter.city
    amount, uncounted = planter.amount(plant), punches.ordinary(counted=False)
    newest = [row for row in uncounted if row.punched_at.date() == city.days.last]
    rows = punches.pick(plant, newest, 1) if amount > 1 and newest else []
    rows += punches.pick(plant, punches.ordinary(), amount - len(rows))
    for index, row in enumerate(rows):
        again = row.received_at + timedelta(seconds=planter.rng.randint(30, 900))
        if index % 2 and row.received_at.date() < city.days.last:
            again = datetime.combine(row.received_at.date() + timedelta(days=1), time(8, 30, index % 60))
        repeat = replace(row, received_at=again)
        city.municipal.attendance.append(repeat)
        planter.note_punch("RST-007", repeat, "deviceRecordId", "received again")


def distance_km(one: Site, other: Site) -> float:
    """Great-circle distance between two projects."""
    lng1, lat1, lng2, lat2 = (math.radians(float(x)) for x in (one.lng, one.lat, other.lng, other.lat))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lng2 - lng1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))


def _alone(punches: Punches, row: Attendance) -> bool:
    """Whether the person has no other punch near the quarter of an hour after this one."""
    after = row.punched_at + timedelta(minutes=15)
    others = [other for other in punches.by_human[punches.member(row).human] if other is not row]
    return all(abs(other.punched_at - after) > _KEPT_APART for other in others)


def _crews(site: Site) -> list[Team]:
    """The teams of workers, without the management team."""
    return [team for team in site.teams if team.corp_code != site.contractor.code]


def silence(site: Site) -> tuple[str, Site]:
    """What is claimed of a project that sends nothing."""
    return "silence", site


def _at_work(planter: Planter, site: Site) -> bool:
    days = planter.city.days
    return site.works_on(days.first) and site.works_on(days.last) and planter.is_free(silence(site))


def _extra(planter: Planter, site: Site, person_id: str, at: time, index: int) -> Attendance:
    """One more punch, by turns on the last day and on any day of the range."""
    days, rng = planter.city.days, planter.rng
    any_day: date = days.first + timedelta(days=rng.randint(0, (days.last - days.first).days))
    day = any_day if index % 2 else days.last
    instant = datetime.combine(day, at) + timedelta(seconds=rng.randint(0, 1800))
    row = make_punch(rng, site, person_id, choose_gate(rng, site, "01"), instant, "01")
    planter.city.municipal.attendance.append(row)
    return row


STEPS: Mapping[str, Step] = {
    "RST-002": plant_no_entry,
    "RST-003": plant_gone,
    "RST-008": plant_before_start,
    "RST-006": plant_two_places,
    "RST-001": plant_stranger,
    "RST-004": plant_other_device,
    "RST-005": plant_clock_ahead,
    "RST-007": plant_repeat,
}
