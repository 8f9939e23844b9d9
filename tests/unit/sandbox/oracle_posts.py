"""The rules about who holds a key post once more, in plain Python and from the rows alone."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from oracle_master import WARNED, Finding, MasterData, holds, plain

from realname_sync.sandbox.model import City
from realname_sync.sandbox.municipal_rows import KeyPostFilled

CERTIFICATES = {"G01": "B", "G04": "C"}
SPECIALTIES = {
    ("G01", "01"): {"建筑工程", "房屋建筑工程"},
    ("G01", "02"): {"市政公用工程"},
    ("G01", "03"): {"机电工程"},
    ("J01", "01"): {"建筑工程", "房屋建筑工程"},
    ("J01", "02"): {"市政公用工程"},
    ("J01", "03"): {"机电工程", "机电安装工程"},
}
STATED = {
    "registrationCategory": ("category", "registration_category"),
    "registrationLevel": ("level", "registration_level"),
    "registrationNo": ("registrationNo", "registration_no"),
}
SIDES = {"1": "buildCorpCode", "2": "supervisionCorpCode", "3": "contractorCorpCode"}


def post_findings(city: City, day: date) -> set[Finding]:
    data = MasterData(city)
    active = [row for row in data.rows.key_post_filled if holds(row.start_date, row.end_date, day)]
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for registration in data.shared["registration"]:
        held[registration["personId"]].append(registration)
    found: set[Finding] = {*_too_many(data, active, held, day), *_units(data, day), *_safety_staff(data, active)}
    for row in active:
        person = data.person_ids.get(data.number(row.person_id))
        found |= {*_stated(row, held[person], day)} if person else set()
        if not _runs(data, row.project_code):
            continue
        if person is None:
            appointed = data.appointed(row.project_code, row.post_code, day)
            if row.post_code not in WARNED or not appointed:  # else it is a lamp of its own
                found.add(("KPS-006", "key_post", _key(row), "personId"))
            continue
        found |= {*_certificate(row, held[person], day)}
        if row.post_code in WARNED:
            found |= {*_registration(data, row, held[person], day)}
    return found


def scale(project: dict[str, Any]) -> str | None:
    """Large, medium or small; None where nothing tells."""
    if project["prjSize"]:
        return str(project["prjSize"])
    if project["category"] == "02":
        return _step(project["contractAmount"], 1000, 3000)
    if project["category"] != "01":
        return None
    estate = project["functionNum"] == "100"
    measures = [
        _step(project["floors"], 5, 25),
        _step(project["maxSpan"], 15, 30),
        _step(project["buildingArea"], 3000, 100_000 if estate else 30_000),
    ]
    known = [one for one in measures if one] or [_step(project["contractAmount"], 300, 3000)]
    return min(one for one in known if one)


def _step(value: float | None, medium: float, large: float) -> str | None:
    if not value:
        return None
    return "01" if value >= large else "02" if value >= medium else "03"


def _key(row: KeyPostFilled) -> str:
    return f"{row.project_code}|{row.post_code}|{row.person_id}"


def _runs(data: MasterData, code: str) -> bool:
    project = data.projects.get(code)
    return project is not None and project["prjStatus"] == data.copies[code].prj_status == "003"


def _valid(registration: dict[str, Any], day: date) -> bool:
    return registration["status"] == 1 and holds(registration["issueDate"], registration["validTo"], day)


def _registration(data: MasterData, row: KeyPostFilled, held: list[dict[str, Any]], day: date) -> Iterator[Finding]:
    project = data.projects[row.project_code]
    of_category = [one for one in held if one["category"] == WARNED[row.post_code]]
    valid = [one for one in of_category if _valid(one, day)]
    if of_category and not valid:
        yield "KPS-003", "key_post", _key(row), "registrationStatus"
    if not valid:
        return
    size, accepted = scale(project), SPECIALTIES[row.post_code, project["category"]]
    fitting = [one for one in valid if accepted & set(one["specialties"])]
    if not fitting and (row.post_code == "J01" or size in ("01", "02")):
        yield "KPS-002", "key_post", _key(row), "specialties"
    levels = [int(one["level"]) for one in fitting or valid if one["level"]]
    if row.post_code == "G01" and size == "01" and levels and min(levels) > 1:
        yield "KPS-001", "key_post", _key(row), "level"
    company = project["contractorCorpCode" if row.post_code == "G01" else "supervisionCorpCode"]
    if company and all(one["employerCorpCode"] != company for one in valid):
        yield "KPS-004", "key_post", _key(row), "employerCorpCode"
    if max(one["validTo"] for one in valid) <= str(day + timedelta(days=30)):
        yield "KPS-009", "key_post", _key(row), "validTo"


def _certificate(row: KeyPostFilled, held: list[dict[str, Any]], day: date) -> Iterator[Finding]:
    wanted = CERTIFICATES.get(row.post_code)
    if wanted is None or (row.post_code == "G01" and not held):
        return
    if not any(one["safetyCertClass"] == wanted and one["safetyCertValidTo"] >= str(day) for one in held):
        yield "KPS-005", "key_post", _key(row), "safetyCertClass"


def _stated(row: KeyPostFilled, held: list[dict[str, Any]], day: date) -> Iterator[Finding]:
    if (
        not any((row.registration_category, row.registration_level, row.registration_no))
        and row.post_code not in WARNED
    ):
        return
    lamp = row.post_code in WARNED and all(one["category"] != WARNED[row.post_code] for one in held)
    if not held:
        if row.registration_category and not lamp:
            yield "CMP-010", "key_post", _key(row), "registrationCategory"
        return
    # Whether the registration is chosen by its number or by its validity must not matter.
    same = [one for one in held if plain(one["registrationNo"]) == plain(row.registration_no)]
    chosen = (same or [one for one in held if _valid(one, day)])[0]
    for field, (name, column) in STATED.items():
        told = lamp and field == "registrationCategory"
        if chosen[name] and plain(chosen[name]) != plain(getattr(row, column)) and not told:
            yield "CMP-010", "key_post", _key(row), field


def _too_many(
    data: MasterData, active: list[KeyPostFilled], held: dict[str, list[dict[str, Any]]], day: date
) -> Iterator[Finding]:
    stopped = {
        row.project_code
        for row in data.rows.stop_work
        if holds(row.from_date, row.to_date, day) and (row.to_date - row.from_date).days + 1 > 120
    }
    led: dict[str, list[KeyPostFilled]] = defaultdict(list)
    watched: dict[str, list[KeyPostFilled]] = defaultdict(list)
    for row in active:
        project = data.projects.get(row.project_code)
        number = data.number(row.person_id)
        if project and row.post_code == "J01" and project["prjStatus"] != "004":
            watched[number].append(row)
        binds = project and project["prjStatus"] in ("003", "005") and row.project_code not in stopped
        if binds and row.post_code == "G01":
            led[number].append(row)
    for number, rows in led.items():
        locks = {one["lockProjectCode"] for one in held[data.person_ids.get(number, "")] if _valid(one, day)} - {None}
        first = min(rows, key=lambda row: (row.project_code not in locks, row.start_date, row.project_code))
        assert not locks or first.project_code in locks, "bound to a project that is not led: not made here"
        for row in rows:
            if row is not first:
                yield "KPS-007", "key_post", _key(row), "projectCode"
    for rows in watched.values():
        for row in sorted(rows, key=lambda row: (row.start_date, row.project_code))[3:]:
            yield "KPS-008", "key_post", _key(row), "projectCode"


def _safety_staff(data: MasterData, active: list[KeyPostFilled]) -> Iterator[Finding]:
    for code, project in data.projects.items():
        if code not in data.copies or not _runs(data, code):
            continue
        people = {data.number(row.person_id) for row in active if (row.project_code, row.post_code) == (code, "G04")}
        building = project["category"] == "01"
        size = project["buildingArea" if building else "contractAmount"]
        limits = (10_000, 50_000) if building else (5_000, 10_000)
        if size and len(people) < 1 + (size >= limits[0]) + (size >= limits[1]):
            yield "KPS-010", "project", code, "postCode:G04"


def _units(data: MasterData, day: date) -> Iterator[Finding]:
    latest: dict[tuple[str, str], tuple[date, int]] = {}
    for move in data.rows.entry_exit:
        if move.date <= day:
            who = move.project_code, move.person_id
            latest[who] = max(latest.get(who, (date.min, 0)), (move.date, move.kind))
    there = {
        (row.project_code, row.identity_type)
        for row in data.rows.project_worker
        if latest.get((row.project_code, row.person_id), (day, 1))[1] == 1
    }
    for code, project in data.projects.items():
        if code in data.copies and _runs(data, code):
            for identity, company in SIDES.items():
                if project[company] and (code, identity) not in there:
                    yield "COV-001", "project", code, f"identityType:{identity}"
