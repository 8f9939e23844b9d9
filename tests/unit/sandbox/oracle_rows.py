"""The rules about rows, rosters and punches once more, in plain Python and from the rows alone."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from oracle_master import id_number

from realname_sync.sandbox.model import City
from realname_sync.sandbox.municipal_rows import Attendance
from realname_sync.standards import load_standard

Finding = tuple[str, str, str, str]
REQUIRED = {
    "person": ["name", "nation", "address", "grant_org", "phone", "education", "politics", "head_image", "id_number"],
    "team": ["team_name", "corp_code", "leader_id_number", "entry_date"],
    "project_worker": ["work_type", "work_role", "identity_type", "corp_code", "bank_card_number", "bank_code"],
    "entry_exit": ["date", "kind", "reason"],
    "device": [],
    "attendance": ["direction", "attend_type", "device_sn", "person_id", "punched_at", "received_at"],
    "project_copy": ["name", "category", "area_code", "address", "lng", "lat", "start_date", "prj_status"],
    "participant_copy": ["corp_name", "contract_no", "contract_amount", "entry_time", "pm_name", "pm_id_card_number"],
    "corp_copy": ["corp_name", "corp_type", "area_code", "legal_man", "register_date", "address"],
    "key_post_filled": ["post_code", "start_date"],
}
LENGTHS = {
    "person": {"name": 50, "nation": 10, "address": 200, "grant_org": 20, "phone": 20, "head_image": 51200},
    "team": {"team_name": 100, "team_id": 50},
    "project_worker": {"work_type": 4, "bank_code": 4},
    "entry_exit": {"reason": 200},
    "device": {"device_sn": 50, "model": 50, "role": 4, "gate_name": 50, "standard_version": 20, "status": 20},
    "attendance": {"device_sn": 50, "device_record_id": 50, "direction": 9, "attend_type": 9},
    "project_copy": {"name": 200, "address": 200},
    "participant_copy": {"corp_name": 200, "contract_no": 50, "pm_name": 50},
    "corp_copy": {"corp_name": 200, "legal_man": 50, "address": 200, "corp_type": 3},
    "key_post_filled": {"registration_category": 50, "registration_level": 2, "registration_no": 50},
}
CODES = {
    "person": {
        "id_card_type": "idCardType",
        "education": "cultureLevelType",
        "politics": "politicsType",
        "gender": "gender",
    },
    "project_worker": {
        "work_type": "workType",
        "work_role": "workRole",
        "identity_type": "identityType",
        "contract_kind": "contractKind",
        "is_team_leader": "yesNo",
        "bank_code": "bank",
    },
    "entry_exit": {"kind": "entryExitType"},
    "device": {"role": "deviceRole"},
    "attendance": {"direction": "direction", "attend_type": "attendType"},
    "project_copy": {"category": "projectCategory", "prj_status": "projectStatus", "area_code": "division"},
    "participant_copy": {"corp_type": "participationType"},
    "corp_copy": {"corp_type": "registrationType", "area_code": "division"},
    "key_post_filled": {"post_code": "keyPost", "registration_category": "registrationCategory"},
    "contract": {"contract_period_type": "contractPeriodType", "contract_kind": "contractKind", "unit": "contractUnit"},
    "training": {"training_type_code": "trainingType", "is_pass": "yesNo"},
    "payroll": {"is_back_pay": "yesNo", "pay_bank_code": "bank"},
}
SHARED_REQUIRED = {
    "project": [
        *("projectCode", "name", "category", "areaCode", "buildCorpCode", "buildCorpName", "contractorCorpCode"),
        *("contractorCorpName", "builderLicenses", "startDate", "planCompleteDate", "prjStatus", "statusSince"),
        "supervisingBodyCode",
    ],
    "corp": ["corpCode", "corpName", "areaCode"],
    "participant": ["projectCode", "corpCode", "corpType", "corpName"],
    "person": ["personId", "name", "idCardType", "idCardNumber", "employerCorpCode"],
    "registration": [
        *("personId", "category", "registrationNo", "specialties", "employerCorpCode", "issueDate", "validTo"),
        "status",
    ],
    "key_post": ["projectCode", "postCode", "personId", "corpCode", "corpType", "startDate", "isPrimary"],
}
SHARED_LENGTHS = {
    "investmentCode": 50,
    "name": 200,
    "corpName": 200,
    "contractNo": 50,
    "registrationNo": 50,
    "safetyCertNo": 50,
    "appointmentDocNo": 50,
}
SHARED_NUMBERS = ["lng", "lat", "invest", "buildingArea", "buildingLength", "contractAmount", "maxSpan", "floors"]
SHARED_CODES = {
    ("project", "category"): "projectCategory",
    ("project", "functionNum"): "projectFunction",
    ("project", "propertyNum"): "projectProperty",
    ("project", "prjSize"): "projectSize",
    ("project", "prjStatus"): "projectStatus",
    ("corp", "corpType"): "registrationType",
    ("participant", "corpType"): "participationType",
    ("person", "idCardType"): "idCardType",
    ("registration", "category"): "registrationCategory",
    ("registration", "status"): "registrationStatus",
    ("registration", "safetyCertClass"): "safetyCertClass",
    ("key_post", "postCode"): "keyPost",
    ("key_post", "corpType"): "participationType",
    ("key_post", "isPrimary"): "yesNo",
}
SHARED_DATES = ["startDate", "actualCompleteDate", "statusSince", "entryTime", "exitTime", "issueDate", "lockSince"]
DATES = {"entry_exit": ["date"], "team": ["entry_date", "exit_date"], "device": ["install_date"]}
OBJECTS = {"attendance": "punch"}
KEYS = {"team": "team_id", "person": "person_id", "entry_exit": "id", "device": "device_sn", "attendance": "id"}


def shape_findings(city: City, day: date) -> set[Finding]:
    tables = load_standard("zhejiang_2_0").code_tables
    found: set[Finding] = set()
    for table in REQUIRED | CODES:
        for row in getattr(city.municipal, table):
            if table == "attendance" and day_of(row) != day:
                continue
            name, key = OBJECTS.get(table, table), key_of(table, row)
            for column in REQUIRED.get(table, []):
                if is_blank(getattr(row, column)):
                    found.add(("SHP-001", name, key, column))
            for column, length in LENGTHS.get(table, {}).items():
                if len(str(getattr(row, column) or "")) > length:
                    found.add(("SHP-002", name, key, column))
            for column, codes in CODES.get(table, {}).items():
                value = getattr(row, column)
                if not is_blank(value) and str(value) not in tables[codes].codes:
                    found.add(("SHP-003", name, key, column))
            for column in DATES.get(table, []):
                value = getattr(row, column)
                if value and not date(2000, 1, 2) <= value <= day.replace(year=day.year + 1):
                    found.add(("SHP-004", name, key, column))
            if table == "attendance" and is_implausible(row):
                found.add(("SHP-004", name, key, "punched_at"))
    found |= _shared_shape(city, day)
    for person in city.municipal.person:
        if person.id_card_type == "01" and not citizen_number_is_right(id_number(person.id_number)):
            found.add(("IDN-001", "person", person.person_id, "idCardNumber"))
    return found


def _shared_shape(city: City, day: date) -> set[Finding]:
    """What the integrity platform itself has wrong; only this city's rows that were not withdrawn count."""
    tables = load_standard("zhejiang_2_0").code_tables
    found: set[Finding] = set()
    for row in city.shared:
        if row.deleted or not row.area_code.startswith("3301"):
            continue
        for field, value in row.payload.items():
            codes, wrong = SHARED_CODES.get((row.object, field)), ""
            if is_blank(value) or value == []:
                wrong = "SHP-005" if field in SHARED_REQUIRED[row.object] else ""
            elif len(str(value)) > SHARED_LENGTHS.get(field, 10**6) or (
                field in SHARED_NUMBERS and not isinstance(value, int | float)
            ):
                wrong = "SHP-006"
            elif codes and str(value) not in tables[codes].codes:
                wrong = "SHP-007"
            elif field in SHARED_DATES and not "2000-01-02" <= str(value)[:10] <= str(day.replace(year=day.year + 1)):
                wrong = "SHP-008"
            if wrong:
                found.add((wrong, f"shared_{row.object}", row.source_id, field))
        assert set(SHARED_REQUIRED[row.object]) <= set(row.payload)
    return found


def punch_findings(city: City, day: date) -> set[Finding]:
    return {*_roster(city, day), *_two_places(city, day), *_repeats(city, day)}


def day_of(row: Attendance) -> date:
    return (row.received_at if is_implausible(row) or is_ahead(row) else row.punched_at).date()


def is_implausible(row: Attendance) -> bool:
    return row.punched_at.year < 2015 or row.punched_at > row.received_at + timedelta(days=2)


def is_ahead(row: Attendance) -> bool:
    return not is_implausible(row) and row.punched_at > row.received_at + timedelta(minutes=10)


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def key_of(table: str, row: Any) -> str:
    if table in KEYS:
        return str(getattr(row, KEYS[table]))
    names = [field.name for field in fields(row)]
    parts = ["project_code", "post_code" if table == "key_post_filled" else "", "person_id", "corp_code", "corp_type"]
    return "|".join(str(getattr(row, part)) for part in parts[: 3 if "person_id" in names else 5] if part in names)


def citizen_number_is_right(number: str) -> bool:
    if len(number) != 18 or not number[:17].isdigit() or number[:2] == "00":
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return number[17] == "10X98765432"[total % 11]


def _roster(city: City, day: date) -> Iterator[Finding]:
    rows = city.municipal
    members = {(row.project_code, row.person_id) for row in rows.project_worker}
    devices = {(row.project_code, row.device_sn) for row in rows.device}
    starts = {row.project_code: row.start_date for row in rows.project_copy}
    moves: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for move in rows.entry_exit:
        moves[move.project_code, move.person_id].append((move.date, move.kind))
    for row in rows.attendance:
        if day_of(row) != day:
            continue
        who, key = (row.project_code, row.person_id), str(row.id)
        if who not in members:
            yield "RST-001", "punch", key, "personId"
        if not any(kind == 1 and moved <= day for moved, kind in moves[who]):
            yield "RST-002", "punch", key, "date"
        before = sorted(move for move in moves[who] if move[0] < day)
        if before and before[-1][1] == 0:
            yield "RST-003", "punch", key, "date"
        if (row.project_code, row.device_sn) not in devices:
            yield "RST-004", "punch", key, "deviceSn"
        if is_ahead(row):
            yield "RST-005", "punch", key, "date"
        if row.punched_at.date() < starts[row.project_code] and not is_implausible(row):
            yield "RST-008", "punch", key, "date"


def _two_places(city: City, day: date) -> Iterator[Finding]:
    numbers = {row.person_id: id_number(row.id_number) for row in city.municipal.person}
    by_number: dict[str, list[Attendance]] = defaultdict(list)
    for row in city.municipal.attendance:
        by_number[numbers[row.person_id]].append(row)
    for punches in by_number.values():
        for one, other in combinations(sorted(punches, key=lambda row: row.punched_at), 2):
            near = other.punched_at - one.punched_at <= timedelta(minutes=30)
            if near and one.project_code != other.project_code and _km(one, other) > 5 and day_of(other) == day:
                yield "RST-006", "punch", str(other.id), "projectCode"


def _repeats(city: City, day: date) -> Iterator[Finding]:
    seen: set[tuple[Any, ...]] = set()
    for row in sorted(city.municipal.attendance, key=lambda row: (row.received_at, row.id)):
        key: tuple[Any, ...] = (row.device_sn, row.device_record_id, row.punched_at)
        if row.device_record_id is None:
            key = (row.device_sn, row.person_id, row.punched_at, row.direction)
        if key in seen and day_of(row) == day:
            yield "RST-007", "punch", str(row.id), "deviceRecordId"
        seen.add(key)


def _km(one: Attendance, other: Attendance) -> float:
    x = math.radians(float(one.lng - other.lng)) * math.cos(math.radians(float(one.lat)))
    return 6371 * math.hypot(x, math.radians(float(one.lat - other.lat)))
