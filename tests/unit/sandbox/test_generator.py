"""The same seed gives the same city; people and companies are well formed and invented."""

import base64
import hashlib
import json
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path

from oracle_master import credit_code_is_right, id_number
from oracle_rows import citizen_number_is_right

from realname_sync.sandbox.generator import generate
from realname_sync.sandbox.model import City

VECTORS = Path(__file__).parents[2] / "vectors" / "identifiers.json"
ARGUMENTS = {"projects": 8, "workers": 200, "work_date": date(2026, 11, 20), "days": 2}


def digest(city: City) -> str:
    text = hashlib.sha256()
    for table in fields(city.municipal):
        for row in getattr(city.municipal, table.name):
            text.update(repr(astuple(row)).encode())
    for shared in city.shared:
        text.update(repr(astuple(shared)).encode())
    return text.hexdigest()


def test_the_same_seed_gives_the_same_rows() -> None:
    one, truth = generate(seed=11, **ARGUMENTS)
    other, same_truth = generate(seed=11, **ARGUMENTS)
    assert digest(one) == digest(other)
    assert truth == same_truth
    assert digest(one) != digest(generate(seed=12, **ARGUMENTS)[0])


def test_people_and_companies_have_right_numbers_of_nobody() -> None:
    city, _ = generate(seed=13, **ARGUMENTS, dirt=False)
    rows = city.municipal
    numbers = [person.id_number for person in rows.person]
    assert all(number.startswith("330000") and citizen_number_is_right(id_number(number)) for number in numbers)
    assert all(person.birthday.strftime("%Y%m%d") == person.id_number[6:14] for person in rows.person)
    assert all(int(person.id_number[16]) % 2 == (person.gender == "0") for person in rows.person)
    assert all(person.phone and person.phone.startswith("1400") for person in rows.person)
    assert all(credit_code_is_right(corp.corp_code) for corp in rows.corp_copy)
    codes = [project.project_code for project in rows.project_copy]
    assert all(len(code) == 18 and code.isdigit() for code in codes)
    assert len(set(codes)) == len(codes)


def test_the_second_writing_of_the_identifiers_agrees_with_the_vectors() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert all(citizen_number_is_right(item["value"]) for item in vectors["citizen_id"]["valid"])
    assert not any(citizen_number_is_right(item["value"]) for item in vectors["citizen_id"]["invalid"])
    assert all(credit_code_is_right(item["value"]) for item in vectors["uscc"]["valid"])
    assert not any(credit_code_is_right(item["value"]) for item in vectors["uscc"]["invalid"])


def test_portraits_are_small_jpegs() -> None:
    city, _ = generate(seed=14, **ARGUMENTS, dirt=False)
    images = [person.head_image or "" for person in city.municipal.person]
    assert len(set(images)) == len(images)
    prefix = "data:image/jpg;base64,"
    assert all(image.startswith(prefix) and len(image) < 500 for image in images)
    picture = base64.b64decode(images[0].removeprefix(prefix), validate=True)
    assert picture[:2] == b"\xff\xd8"
    assert picture[-2:] == b"\xff\xd9"


def test_rosters_hang_together() -> None:
    city, _ = generate(seed=15, **ARGUMENTS, dirt=False)
    rows = city.municipal
    participants = {(row.project_code, row.corp_code) for row in rows.participant_copy}
    teams = {row.team_id: (row.project_code, row.corp_code) for row in rows.team}
    people = {row.person_id: id_number(row.id_number) for row in rows.person}
    for worker in rows.project_worker:
        assert (worker.project_code, worker.corp_code) in participants
        assert worker.team_id is None or teams[worker.team_id] == (worker.project_code, worker.corp_code)
        assert worker.identity_type != "5" or worker.team_id
    on_project = [(worker.project_code, people[worker.person_id]) for worker in rows.project_worker]
    assert len(set(on_project)) == len(on_project), "nobody is on one project under two numbers"
    names = [(team.project_code, team.team_name) for team in rows.team]
    assert len(set(names)) == len(names)
    leaders = {(w.team_id, people[w.person_id]) for w in rows.project_worker if w.is_team_leader}
    assert {(team.team_id, team.leader_id_number) for team in rows.team} == leaders


def test_every_project_has_its_key_posts_and_some_chiefs_have_several() -> None:
    city, _ = generate(seed=16, **ARGUMENTS, dirt=False)
    posts = {f"G0{n}" for n in range(1, 8)} | {"O01"}
    supervised = posts | {f"J0{n}" for n in range(1, 5)}
    filled: dict[str, set[str]] = {}
    for row in city.municipal.key_post_filled:
        filled.setdefault(row.project_code, set()).add(row.post_code)
    for project in city.municipal.project_copy:
        assert filled[project.project_code] == (supervised if project.supervision_corp_code else posts)
    held = [len({a.site.code for a in human.appointments if a.post == "J01"}) for human in city.humans]
    assert 1 < max(held) <= 3
