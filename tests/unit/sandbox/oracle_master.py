"""The rules about master data once more, in plain Python and from the rows alone: what the SQL rules have to find."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from realname_sync.sandbox.model import City

Finding = tuple[str, str, str, str]
WARNED = {"G01": "注册建造师", "J01": "注册监理工程师"}
PROJECT = {
    "name": "name",
    "category": "category",
    "areaCode": "area_code",
    "contractorCorpCode": "contractor_corp_code",
    "contractorCorpName": "contractor_corp_name",
    "buildCorpCode": "build_corp_code",
    "buildCorpName": "build_corp_name",
    "supervisionCorpCode": "supervision_corp_code",
    "supervisionCorpName": "supervision_corp_name",
    "startDate": "start_date",
    "planCompleteDate": "plan_complete_date",
    "prjStatus": "prj_status",
}
CORP = {"corpName": "corp_name", "corpType": "corp_type", "areaCode": "area_code", "legalMan": "legal_man"}
PERSON = {"name": "name", "phone": "phone", "idCardType": "id_card_type"}
PARTICIPANT = {
    "corpName": "corp_name",
    "contractNo": "contract_no",
    "contractAmount": "contract_amount",
    "entryTime": "entry_time",
    "exitTime": "exit_time",
    "pmName": "pm_name",
    "pmIDCardNumber": "pm_id_card_number",
}


def plain(value: Any) -> Any:
    """One form for values that are written in different ways."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return Decimal(str(value)).normalize()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d%H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value)).casefold()


def id_number(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().upper()


class MasterData:
    """Both sides, found by key."""

    def __init__(self, city: City) -> None:
        self.rows = city.municipal
        self.shared: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in city.shared:
            if not row.deleted and row.area_code.startswith("3301"):
                self.shared[row.object].append(row.payload)
        self.copies = {row.project_code: row for row in self.rows.project_copy}
        self.projects = {row["projectCode"]: row for row in self.shared["project"]}
        self.persons = {row.person_id: row for row in self.rows.person}
        self.numbers = {row["personId"]: id_number(row["idCardNumber"]) for row in self.shared["person"]}
        self.person_ids = {number: person_id for person_id, number in self.numbers.items()}

    def number(self, person_id: str) -> str:
        return id_number(self.persons[person_id].id_number)

    def appointed(self, project: str, post: str, day: date) -> list[str]:
        """Identity numbers of those the integrity platform has in a post on a day."""
        return [
            self.numbers[row["personId"]]
            for row in self.shared["key_post"]
            if (row["projectCode"], row["postCode"]) == (project, post) and holds(row["startDate"], row["endDate"], day)
        ]


def holds(start: str | date, end: str | date | None, day: date) -> bool:
    return str(start) <= str(day) and (end is None or str(day) <= str(end))


def master_findings(city: City, day: date) -> set[Finding]:
    data = MasterData(city)
    return {*_lamps(data, day), *_differences(data), *_missing(data, day), *_credit_codes(data)}


def _lamps(data: MasterData, day: date) -> Iterator[Finding]:
    active = [row for row in data.rows.key_post_filled if holds(row.start_date, row.end_date, day)]
    filled = {(row.project_code, row.post_code) for row in active}
    for code, copy in data.copies.items():
        shared = data.projects.get(code)
        if shared and copy.prj_status == shared["prjStatus"] == "003":
            if (code, "G01") not in filled:
                yield "LMP-001", "project", code, "postCode:G01"
            if copy.supervision_corp_code and (code, "J01") not in filled:
                yield "LMP-002", "project", code, "postCode:J01"
    for row in active:
        if row.post_code not in WARNED:
            continue
        key, number = f"{row.project_code}|{row.post_code}|{row.person_id}", data.number(row.person_id)
        known = data.person_ids.get(number)
        if known and not any(
            held["personId"] == known and held["category"] == WARNED[row.post_code]
            for held in data.shared["registration"]
        ):
            yield "LMP-003", "key_post", key, "registrationCategory"
        appointed = data.appointed(row.project_code, row.post_code, day)
        if appointed and number not in appointed:
            yield "LMP-004", "key_post", key, "personId"


def _compared(name: str, key: str, shared: dict[str, Any], copy: Any, columns: dict[str, str]) -> Iterator[Finding]:
    rule = {
        "project": "CMP-001",
        "corp": "CMP-002",
        "participant": "CMP-003",
        "person": "CMP-004",
        "key_post": "CMP-005",
    }
    for field, column in columns.items():
        if plain(shared[field]) != plain(getattr(copy, column)):
            yield rule[name], name, key, field


def _differences(data: MasterData) -> Iterator[Finding]:
    for code, copy in data.copies.items():
        if code in data.projects:
            yield from _compared("project", code, data.projects[code], copy, PROJECT)
    corps = {row["corpCode"]: row for row in data.shared["corp"]}
    for corp in data.rows.corp_copy:
        if corp.corp_code in corps:
            yield from _compared("corp", corp.corp_code, corps[corp.corp_code], corp, CORP)
    parts = {(row["projectCode"], row["corpCode"], row["corpType"]): row for row in data.shared["participant"]}
    for row in data.rows.participant_copy:
        key = (row.project_code, row.corp_code, row.corp_type)
        if key in parts:
            yield from _compared("participant", "|".join(key), parts[key], row, PARTICIPANT)
    people = {id_number(row["idCardNumber"]): row for row in data.shared["person"]}
    for person in data.rows.person:
        shared = people.get(id_number(person.id_number))
        if shared:
            yield from _compared("person", person.person_id, shared, person, PERSON)
    posts = {
        (row["projectCode"], row["postCode"], data.numbers[row["personId"]]): row for row in data.shared["key_post"]
    }
    for post in data.rows.key_post_filled:
        same = posts.get((post.project_code, post.post_code, data.number(post.person_id)))
        if same:
            key = f"{post.project_code}|{post.post_code}|{post.person_id}"
            yield from _compared("key_post", key, same, post, {"startDate": "start_date", "endDate": "end_date"})


def _missing(data: MasterData, day: date) -> Iterator[Finding]:
    for code, shared in data.projects.items():
        if shared["prjStatus"] == "003" and code not in data.copies:
            yield "CMP-006", "project", code, ""
    for code in data.copies:
        if code not in data.projects:
            yield "CMP-007", "project", code, ""
    copied = {(row.project_code, row.corp_code, row.corp_type) for row in data.rows.participant_copy}
    for row in data.shared["participant"]:
        key = (row["projectCode"], row["corpCode"], row["corpType"])
        if row["projectCode"] in data.copies and key not in copied:
            yield "CMP-008", "participant", "|".join(key), ""
    # Whether a post counts as filled by anybody or by that person only must not matter.
    filled = {(row.project_code, row.post_code, data.number(row.person_id)) for row in data.rows.key_post_filled}
    active = {row for row in data.rows.key_post_filled if holds(row.start_date, row.end_date, day)}
    anybody = {(row.project_code, row.post_code) for row in active}
    for row in data.shared["key_post"]:
        if row["postCode"] not in WARNED and holds(row["startDate"], row["endDate"], day):
            project, post = row["projectCode"], row["postCode"]
            if (project, post, data.numbers[row["personId"]]) not in filled:
                assert (project, post) not in anybody, "the post is filled by someone else: the rule would be ambiguous"
                yield "CMP-009", "key_post", f"{project}|{post}|{row['personId']}", ""


def _credit_codes(data: MasterData) -> Iterator[Finding]:
    codes = {row.corp_code for row in data.rows.corp_copy} | {row.corp_code for row in data.rows.participant_copy}
    for code in codes:
        if not credit_code_is_right(code):
            yield "IDN-002", "corp", code, "corpCode"


def credit_code_is_right(code: str) -> bool:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    if len(code) != 18 or not set(code) <= set(alphabet) or not code[2:8].isdigit():
        return False
    return (sum(alphabet.index(c) * 3**i for i, c in enumerate(code[:17])) + alphabet.index(code[17])) % 31 == 0
