"""Faults that a whole day shows: clocks, stays, ages, places on a roster, devices, and projects that send nothing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from realname_sync.sandbox.dirt import Planter, Step, belongs_to
from realname_sync.sandbox.dirt_punches import Punches, silence
from realname_sync.sandbox.model import UNDER_CONSTRUCTION, Gate, Human, Member, Site
from realname_sync.sandbox.municipal_rows import Attendance
from realname_sync.sandbox.punches import make_punch
from realname_sync.sandbox.sites import add_device

_YEAR = 365.2425
_VISITORS = 3
"""People who pass a device of its own twice a day: six records tell how its clock stands."""
_LEAST_BUSY = 40
"""Punches a day of a project that is taken for one at work."""
_STILL_EARLY = time(7, 50)
"""Sixteen hours later it is still the same day."""


def plant_silence(planter: Planter, plant: Mapping[str, Any]) -> None:
    """CVR-001: the smallest projects at work send nothing on any day."""
    city = planter.city
    working = [site for site in _running(planter) if all(site.works_on(day) for day in _days(planter))]
    smallest = sorted(working, key=lambda site: len(site.members))
    for site in planter.pick(plant, smallest, claim=silence, shuffled=False):
        city.municipal.attendance = [row for row in city.municipal.attendance if row.project_code != site.code]
        for day in _days(planter):
            planter.note_day("CVR-001", "project", site.code, "attendance", day, "nothing sent")


def plant_clock(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-010, RST-011, RST-012: a further device, its clock off, which the same few people pass every day."""
    rule, offsets = plant["rule"], planter.facts["clock_off_seconds"][plant["rule"]]
    for index in range(planter.amount(plant)):
        by_site = _visitors(planter)
        site = planter.rng.choice([site for site in _running(planter) if len(by_site.get(site, ())) >= _VISITORS])
        gate = add_device(planter.city, site, planter.rng, "both", planter.city.days.first - timedelta(days=30))
        gate.clock_ahead = offsets[index % len(offsets)]
        visitors = planter.pick(plant, by_site[site], _VISITORS, claim=lambda member: member.human)
        planter.city.municipal.attendance += _visits(planter, gate, visitors)
        for day in _days(planter):
            note = f"{gate.clock_ahead} seconds ahead"
            planter.note_day(rule, "device", gate.row.device_sn, "deviceClock", day, note)


def plant_reused_number(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-009: the last record of a device's day has the number of one of that morning, of somebody else."""
    punches = Punches(planter)
    by_device: dict[tuple[str, date], list[Attendance]] = {}
    for row in punches.ordinary():
        by_device.setdefault((row.device_sn, row.punched_at.date()), []).append(row)
    newest = [(device, day) for device, day in sorted(by_device) if day == planter.city.days.last]
    for index in range(planter.amount(plant)):
        pool = newest if index % 2 == 0 else sorted(by_device)
        pairs = [pair for key in pool if (pair := _morning_and_evening(planter, punches, by_device[key]))]
        for first, last in planter.pick(plant, pairs, 1, claim=lambda pair: punches.member(pair[1]).human):
            planter.claim(punches.member(first).human)
            last.device_record_id = first.device_record_id
            planter.note_punch("RST-009", last, "deviceRecordId", "number used twice")


def plant_no_out(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-013: came in the morning and went out by another way."""
    punches = Punches(planter)
    stays = _stays(punches)
    for came in punches.pick(plant, [came for came in stays if came.punched_at.time() < _STILL_EARLY]):
        planter.city.municipal.attendance.remove(stays[came])
        planter.note_punch("RST-013", came, "direction", "no way out")


def plant_long_stay(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-014: in before dawn, out in the evening, and not seen in between."""
    punches, rng = Punches(planter), planter.rng
    stays = _stays(punches)
    for came in punches.pick(plant, stays):
        left, day = stays[came], came.punched_at.date()
        for row, at in ((came, time(4, 20)), (left, time(20, 40))):
            row.punched_at = datetime.combine(day, at) + timedelta(seconds=rng.randrange(600))
            row.received_at = row.punched_at + timedelta(seconds=rng.randint(1, 20))
        planter.note_punch("RST-014", left, "hoursOnSite", "sixteen hours and more")


def plant_unfit_place(planter: Planter, plant: Mapping[str, Any]) -> None:
    """RST-015: by turns a team of another project, and a company that takes no part in the project."""
    city, rng, punches = planter.city, planter.rng, Punches(planter)
    leads = [
        human
        for site in _running(planter)
        for member in site.members
        if (human := member.human) and member.worker.identity_type == "4" and len(human.members) == 1
    ]
    for index in range(planter.amount(plant)):
        present = [human for human in leads if _was_there(planter, punches, human)]
        pool = present if index % 2 else punches.seen_last()
        for human in planter.pick(plant, pool, 1):
            member = human.members[0]
            if index % 2:
                taking_part = {participation.company for participation in member.site.participations}
                strangers = [company for company in city.companies if company not in taking_part and company.row]
                member.worker.corp_code, field = rng.choice(strangers).code, "corpCode"
            else:
                others = [team for team in city.municipal.team if team.project_code != member.site.code]
                member.worker.team_id, field = rng.choice(others).team_id, "teamId"
            _note_member(planter, punches, "RST-015", member, field, "does not fit")


def plant_young(planter: Planter, plant: Mapping[str, Any]) -> None:
    """AGE-001, AGE-002: fifteen or seventeen years old, by a number that says so too."""
    city, rng, punches = planter.city, planter.rng, Punches(planter)
    below = 16 if plant["rule"] == "AGE-001" else 18
    for human in planter.pick(plant, punches.seen_last()):
        human.birthday = city.days.last - timedelta(days=int(_YEAR * below)) + timedelta(days=rng.randint(60, 300))
        human.id_number = planter.people.number(rng, human.birthday, human.female)
        member = human.members[0]
        member.person.birthday, member.person.id_number = human.birthday, human.id_number
        _note_member(planter, punches, plant["rule"], member, "birthday", f"below {below}")


def plant_old_device(planter: Planter, plant: Mapping[str, Any]) -> None:
    """DEV-001: a device of before the standard, at a project that has to keep it."""
    gates = [gate for site in _running(planter) for gate in site.gates]
    for gate in planter.pick(plant, gates, claim=lambda gate: gate.row.device_sn):
        gate.row.standard_version = "2018"
        planter.note("DEV-001", "device", gate.row.device_sn, "standardVersion", "before the standard")


def plant_silent_device(planter: Planter, plant: Mapping[str, Any]) -> None:
    """DEV-002: a further device of a project at work, which sends nothing."""
    city, rows = planter.city, planter.city.municipal.attendance
    busy = [
        site
        for site in _running(planter)
        if all(
            sum(row.project_code == site.code and belongs_to(row) == day for row in rows) >= _LEAST_BUSY
            for day in _days(planter)
        )
    ]
    for _ in range(planter.amount(plant)):
        site = planter.rng.choice(busy)
        device = add_device(city, site, planter.rng, "both", city.days.first - timedelta(days=30)).row
        for day in _days(planter):
            planter.note_day("DEV-002", "device", device.device_sn, "records", day, "nothing sent")


def _days(planter: Planter) -> list[date]:
    days = planter.city.days
    return [days.first + timedelta(days=offset) for offset in range((days.last - days.first).days + 1)]


def _running(planter: Planter) -> list[Site]:
    """Projects that both platforms say are under construction."""
    return [
        site
        for site in planter.known_sites()
        if site.copy is not None
        and site.copy.prj_status == UNDER_CONSTRUCTION
        and site.shared is not None
        and site.shared.payload["prjStatus"] == UNDER_CONSTRUCTION
    ]


def _visitors(planter: Planter) -> dict[Site, list[Member]]:
    """Plain workers who may be on site on every day of the range, by project; none of a project that sends nothing."""
    by_site: dict[Site, list[Member]] = {}
    for human in planter.plain_workers():
        member = human.members[0]
        there = all(member.present_on(day) and member.site.works_on(day) for day in _days(planter))
        if there and planter.is_free(silence(member.site)):
            by_site.setdefault(member.site, []).append(member)
    return by_site


def _visits(planter: Planter, gate: Gate, visitors: list[Member]) -> Iterator[Attendance]:
    """In at noon and out a little later, every day; at once by the device's own clock."""
    for day in _days(planter):
        for place, member in enumerate(visitors):
            noon = datetime.combine(day, time(12, 5)) + timedelta(minutes=12 * place)
            for at, direction in ((noon, "01"), (noon + timedelta(minutes=40 + 5 * place), "02")):
                yield make_punch(planter.rng, member.site, member.person.person_id, gate, at, direction)


def _stays(punches: Punches) -> dict[Attendance, Attendance]:
    """Days of two punches, in and out, of plain workers: the way out by the way in."""
    by_day: dict[tuple[Human, date], list[Attendance]] = {}
    for row in punches.ordinary():
        by_day.setdefault((punches.member(row).human, row.punched_at.date()), []).append(row)
    stays: dict[Attendance, Attendance] = {}
    for (human, day), rows in by_day.items():
        everything = [row for row in punches.by_human[human] if row.punched_at.date() == day]
        came, left = min(rows, key=_when), max(rows, key=_when)
        if len(rows) == len(everything) == 2 and (came.direction, left.direction) == ("01", "02"):
            stays[came] = left
    return stays


def _when(row: Attendance) -> datetime:
    return row.punched_at


def _morning_and_evening(
    planter: Planter, punches: Punches, rows: list[Attendance]
) -> tuple[Attendance, Attendance] | None:
    """The first and the last of a device's records, of two people, more than an hour apart."""
    first, last = rows[0], rows[-1]
    free = [planter.is_free(punches.member(row).human) for row in (first, last)]
    other = punches.member(first).human is not punches.member(last).human
    return (first, last) if all(free) and other and last.punched_at - first.punched_at > timedelta(hours=1) else None


def _was_there(planter: Planter, punches: Punches, human: Human) -> bool:
    return any(belongs_to(row) == planter.city.days.last for row in punches.by_human[human])


def _note_member(planter: Planter, punches: Punches, rule: str, member: Member, field: str, note: str) -> None:
    """Write down a fault of a place on a roster: one a day on which the person punched."""
    key = f"{member.site.code}|{member.person.person_id}"
    for day in sorted({belongs_to(row) for row in punches.by_human[member.human]} & set(_days(planter))):
        planter.note_day(rule, "project_worker", key, field, day, note)


FIRST_STEPS: Mapping[str, Step] = {"CVR-001": plant_silence}
"""What takes punches away, before any is planted."""

STEPS: Mapping[str, Step] = {
    "RST-014": plant_long_stay,
    "RST-013": plant_no_out,
    "RST-009": plant_reused_number,
    "RST-015": plant_unfit_place,
    "AGE-001": plant_young,
    "AGE-002": plant_young,
    "RST-010": plant_clock,
    "RST-011": plant_clock,
    "RST-012": plant_clock,
    "DEV-001": plant_old_device,
    "DEV-002": plant_silent_device,
}
