"""Punches at the gates: shifts, nights that cross midnight, and how late each record reached the platform."""

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from realname_sync.sandbox.model import City, Gate, Human, Member, Site
from realname_sync.sandbox.municipal_rows import Attendance
from realname_sync.sandbox.reference import part, stream, weighted
from realname_sync.sandbox.staffing import OFFICE

DAYS_BEFORE = 2
"""Days before the range whose late records may still arrive in it."""


def punch(city: City) -> None:
    """Let everyone go through the gates; keeps what the platform received within the range."""
    days, rng = city.days, stream(city.seed, "punches")
    made = [days.first + timedelta(days=offset) for offset in range(-DAYS_BEFORE, (days.last - days.first).days + 1)]
    passages = sorted(_passages(city, rng, made), key=lambda passage: passage[0])
    bulk = _Outages(city, made)
    opening = datetime.combine(days.first, time.min)
    for at, member, direction in passages:
        gate = choose_gate(rng, member.site, direction)
        if at.date() < days.first and not bulk.kept_back(gate, at.date()):
            continue
        row = make_punch(rng, member.site, member.person.person_id, gate, at, direction)
        row.received_at = bulk.received(gate, row)
        if opening <= row.received_at < days.closing:
            city.municipal.attendance.append(row)


def make_punch(rng: random.Random, site: Site, person_id: str, gate: Gate, at: datetime, direction: str) -> Attendance:
    """A punch at a true instant, by the device's own clock, received at once; it has no id yet."""
    facts = part("city")["attendance"]
    record = gate.record_id()
    image = f"captures/{gate.row.device_sn}/{at:%Y%m%d}/{at:%H%M%S}-{person_id}.jpg"
    return Attendance(
        id=0,
        project_code=site.code,
        person_id=person_id,
        device_sn=gate.row.device_sn,
        device_record_id=record,
        punched_at=at + timedelta(seconds=gate.clock_ahead),
        received_at=at + timedelta(seconds=rng.randint(1, 20)),
        direction=direction,
        attend_type=weighted(rng, facts["recognised_by"]),
        image_ref=None if rng.random() < facts["without_image"] else image,
        lng=site.lng,
        lat=site.lat,
    )


def choose_gate(rng: random.Random, site: Site, direction: str) -> Gate:
    """One of the project's devices that people pass in that direction."""
    role = "in" if direction == "01" else "out"
    return rng.choice([gate for gate in site.gates if gate.row.role in (role, "both")])


def number_punches(city: City) -> None:
    """Give the ids in the order of receipt, but for a few rows whose transaction committed late."""
    rows, rng = city.municipal.attendance, stream(city.seed, "ids")
    rows.sort(key=lambda row: row.received_at)
    late = set(rng.sample(range(len(rows)), round(len(rows) * part("city")["attendance"]["committed_late"])))
    order = sorted(range(len(rows)), key=lambda place: place - (rng.randint(2, 40) if place in late else 0))
    for number, place in enumerate(order, start=1):
        rows[place].id = number


class _Outages:
    """Which devices could not send on which day, and when their records came instead."""

    def __init__(self, city: City, made: Iterable[date]) -> None:
        facts, self._rng = part("shifts")["bulk"], stream(city.seed, "outages")
        gates = [gate for site in city.sites if site.works_on(city.days.last) for gate in site.gates]
        share = part("city")["attendance"]["outage"]
        self._bulk: dict[tuple[str, date], datetime] = {}
        for day in made:
            for gate in self._rng.sample(gates, min(len(gates), max(1, round(len(gates) * share)))):
                arrived = min(day + timedelta(days=self._rng.choice([1, 1, 2])), city.days.last)
                arrived = max(arrived, min(day + timedelta(days=DAYS_BEFORE), city.days.first))
                hours = ("evening", "late_evening") if arrived == day else ("from", "until")
                earliest, latest = (datetime.combine(arrived, time.fromisoformat(facts[name])) for name in hours)
                seconds = self._rng.randrange(int((latest - earliest).total_seconds()))
                self._bulk[gate.row.device_sn, day] = earliest + timedelta(seconds=seconds)

    def kept_back(self, gate: Gate, day: date) -> bool:
        """Whether the device could not send on that day."""
        return (gate.row.device_sn, day) in self._bulk

    def received(self, gate: Gate, row: Attendance) -> datetime:
        """When the platform received the record: at once, or with many others after the outage."""
        arrived = self._bulk.get((gate.row.device_sn, row.punched_at.date()))
        return row.received_at if arrived is None else arrived + timedelta(seconds=self._rng.randrange(4))


def _passages(city: City, rng: random.Random, made: list[date]) -> Iterator[tuple[datetime, Member, str]]:
    """Every passage of a gate within the days that are made: true instant, who, direction."""
    attending, shifts = part("shifts")["attending"], [made[0] - timedelta(days=1), *made]
    for human in city.humans:
        for shift in shifts:
            if not human.members or rng.random() >= attending:
                continue
            passages = [(_instant(rng, shift, entry), member, entry) for member, entry in _shift(rng, human, shift)]
            # Nobody begins a night whose morning they may not be there for: who came in goes out.
            if all(member.site.works_on(at.date()) and member.present_on(at.date()) for at, member, _ in passages):
                for at, member, entry in passages:
                    if made[0] <= at.date() <= made[-1]:
                        yield at, member, entry["direction"]


def _shift(rng: random.Random, human: Human, day: date) -> Iterator[tuple[Member, Mapping[str, Any]]]:
    """What a person does at the gates in the shift that begins on that day."""
    facts = part("shifts")
    here = [member for member in human.members if member.site.works_on(day) and member.present_on(day)]
    if not here:
        return
    if len(here) > 1 and rng.random() < facts["half_days"]:
        for member, half in zip(rng.sample(here, 2), ("morning", "afternoon"), strict=True):
            for entry in facts[half]:
                yield member, entry
        return
    member = rng.choice(here)
    for entry in facts["office"] if member.pattern == OFFICE else facts["patterns"][member.pattern]["punches"]:
        yield member, entry


def _instant(rng: random.Random, day: date, entry: Mapping[str, Any]) -> datetime:
    start = datetime.combine(day + timedelta(days=entry.get("day", 0)), time.fromisoformat(entry["at"]))
    return start + timedelta(seconds=rng.randint(-entry["spread"] * 60, entry["spread"] * 60))
