"""Faults of a row by itself: numbers that cannot be, values that are missing, too long, unknown or implausible."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Any

from realname_sync.sandbox.dirt import Planter, Step
from realname_sync.sandbox.dirt_punches import Punches
from realname_sync.sandbox.identifiers import citizen_check
from realname_sync.sandbox.model import Human, Member
from realname_sync.sandbox.municipal_rows import EntryExit, Person, ProjectWorker, Team
from realname_sync.sandbox.reference import part
from realname_sync.sandbox.sites import add_device

_BLANKS = (None, "", "  ")
_TOO_LONG = {"name": 60, "address": 230, "grant_org": 30, "team_name": 120}
_REASONS = ("CHECKSUM", "MASKED", "LENGTH", "DATE", "CHARSET", "ADDRESS_PREFIX")


def plant_wrong_number(planter: Planter, plant: Mapping[str, Any]) -> None:
    """IDN-001: of workers only, for the management staff is shared."""
    numbers = {person.id_number for person in planter.city.municipal.person}
    for human, how in zip(_workers(planter, plant), cycle(_REASONS), strict=False):
        person = human.members[0].person
        masked = _spoil_number(person.id_number, "MASKED")
        reason = "LENGTH" if how == "MASKED" and masked in numbers else how  # two masked numbers may look the same
        wrong = _spoil_number(person.id_number, reason)
        numbers.add(wrong)
        person.id_number = wrong
        planter.note("IDN-001", "person", person.person_id, "idCardNumber", reason)


def plant_on_persons(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-001, SHP-002, SHP-003 of the person's own facts."""
    for index, human in enumerate(_workers(planter, plant)):
        person, column = human.members[0].person, plant["columns"][index % len(plant["columns"])]
        _spoil(planter, plant["rule"], person, column, index)
        planter.note(plant["rule"], "person", person.person_id, column, _NOTES[plant["rule"]])


def plant_on_rosters(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-001, SHP-003 of a person's place on a project."""
    for index, human in enumerate(_workers(planter, plant)):
        worker, column = human.members[0].worker, plant["columns"][index % len(plant["columns"])]
        _spoil(planter, plant["rule"], worker, column, index)
        key = f"{worker.project_code}|{worker.person_id}"
        planter.note(plant["rule"], "project_worker", key, column, _NOTES[plant["rule"]])


def plant_on_teams(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-001, SHP-002, SHP-004 of the smallest crews, for their people are kept back with them."""
    for index, team in enumerate(planter.pick(plant, _small_teams(planter), shuffled=False)):
        column = plant["columns"][index % len(plant["columns"])]
        _spoil(planter, plant["rule"], team, column, index)
        planter.note(plant["rule"], "team", team.team_id, column, _NOTES[plant["rule"]])


def plant_on_punches(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-001, SHP-003, SHP-004 of punches; one whose time cannot be belongs to the day of its receipt."""
    punches, rule = Punches(planter), plant["rule"]
    dates = planter.facts["implausible_dates"]
    for index, row in enumerate(punches.pick(plant, punches.ordinary())):
        column = plant["columns"][index % len(plant["columns"])]
        if rule == "SHP-004":
            seconds = planter.rng.randint(8 * 3600, 9 * 3600)
            row.punched_at = datetime.combine(dates[index % len(dates)], time()) + timedelta(seconds=seconds)
        elif rule == "SHP-001":
            setattr(row, column, _BLANKS[index % len(_BLANKS)])
        else:
            setattr(row, column, planter.facts["unknown_codes"][column])
        planter.note_punch(rule, row, column, _NOTES[rule])


def plant_on_movements(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-004: an entry stored with a default date, beside the right one, so that nobody seems not to have entered."""
    city, dates = planter.city, planter.facts["implausible_dates"]
    for index, human in enumerate(_workers(planter, plant)):
        member: Member = human.members[0]
        row = EntryExit(
            id=f"E{city.number('movement'):08d}",
            project_code=member.site.code,
            person_id=member.person.person_id,
            kind=1,
            date=dates[index % len(dates)],
            reason="系统导入",
            updated_at=city.days.entered(city.days.first - timedelta(days=3)),
        )
        city.municipal.entry_exit.append(row)
        planter.note("SHP-004", "entry_exit", row.id, "date", _NOTES["SHP-004"])


def plant_on_devices(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-004: a further device that was never set up, so that no punch hangs on it."""
    city, dates = planter.city, planter.facts["implausible_dates"]
    for index, site in enumerate(planter.pick(plant, planter.known_sites(), claim=lambda site: ("device", site))):
        device = add_device(city, site, planter.rng, "both", city.days.first - timedelta(days=30)).row
        device.install_date = dates[index % len(dates)]
        planter.note("SHP-004", "device", device.device_sn, "install_date", _NOTES["SHP-004"])


def plant_on_shared(planter: Planter, plant: Mapping[str, Any]) -> None:
    """SHP-005 to SHP-008 of what the integrity platform holds of the city itself; a row carries one of them."""
    facts, counties, name = planter.facts, part("city")["counties"], plant["of"]
    rows = {row.source_id: row for row in planter.city.shared if row.object == name and not row.deleted}
    ours = [source_id for source_id, row in rows.items() if row.area_code in counties]
    for index, source_id in enumerate(planter.pick(plant, ours)):
        row = rows[source_id]
        field = plant["fields"][index % len(plant["fields"])]
        row.payload[field] = {
            "SHP-005": None,
            "SHP-006": facts["written_in_words"].get(field) or str(row.payload[field] or "任命") * 10,
            "SHP-007": facts["unknown_codes"].get(field),
            "SHP-008": facts["implausible_dates"][index % len(facts["implausible_dates"])].isoformat(),
        }[plant["rule"]]
        planter.note(plant["rule"], f"shared_{name}", row.source_id, field, _NOTES[plant["rule"]])


def _workers(planter: Planter, plant: Mapping[str, Any]) -> list[Human]:
    return planter.pick(plant, planter.plain_workers())


def _small_teams(planter: Planter) -> Iterator[Team]:
    sizes: dict[str | None, int] = {}
    for worker in planter.city.municipal.project_worker:
        sizes[worker.team_id] = sizes.get(worker.team_id, 0) + 1
    crews = [team for site in planter.known_sites() for team in site.teams if team.corp_code != site.contractor.code]
    yield from sorted(crews, key=lambda team: sizes.get(team.team_id, 0))


def _spoil(planter: Planter, rule: str, row: Person | ProjectWorker | Team, column: str, index: int) -> None:
    if rule == "SHP-001":
        setattr(row, column, None if column == "head_image" else _BLANKS[index % len(_BLANKS)])
    elif rule == "SHP-002":
        old = str(getattr(row, column))
        setattr(row, column, (old * _TOO_LONG[column])[: _TOO_LONG[column]])
    elif rule == "SHP-003":
        setattr(row, column, planter.facts["unknown_codes"][column])
    else:
        dates = planter.facts["implausible_dates"]
        setattr(row, column, dates[index % len(dates)])


def _spoil_number(number: str, reason: str) -> str:
    """A number that is wrong for that reason and no other."""
    if reason == "MASKED":
        return f"{number[:6]}********{number[14:]}"
    if reason == "LENGTH":
        return number[:16]
    if reason == "CHARSET":
        return f"{number[:10]}X{number[11:]}"
    if reason == "CHECKSUM":
        return number[:17] + ("1" if number[17] != "1" else "2")
    body = f"00{number[2:17]}" if reason == "ADDRESS_PREFIX" else f"{number[:10]}13{number[12:17]}"
    return body + citizen_check(body)


_NOTES = {
    **dict.fromkeys(("SHP-001", "SHP-005"), "missing"),
    "SHP-002": "too long",
    **dict.fromkeys(("SHP-003", "SHP-007"), "unknown code"),
    **dict.fromkeys(("SHP-004", "SHP-008"), "implausible date"),
    "SHP-006": "does not fit its field",
}

STEPS: Mapping[str, Step] = {
    "IDN-001": plant_wrong_number,
    "SHP-001 punch": plant_on_punches,
    "SHP-003 punch": plant_on_punches,
    "SHP-004 punch": plant_on_punches,
    "SHP-001 person": plant_on_persons,
    "SHP-002 person": plant_on_persons,
    "SHP-003 person": plant_on_persons,
    "SHP-001 project_worker": plant_on_rosters,
    "SHP-003 project_worker": plant_on_rosters,
    "SHP-001 team": plant_on_teams,
    "SHP-002 team": plant_on_teams,
    "SHP-004 team": plant_on_teams,
    "SHP-004 entry_exit": plant_on_movements,
    "SHP-004 device": plant_on_devices,
    **dict.fromkeys(("SHP-005", "SHP-006", "SHP-007", "SHP-008"), plant_on_shared),
}
