"""Seeding fills both databases, may be repeated, and hands out what the command line needs."""

import csv
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import psycopg
import pytest

from databases import create_database, drop_database
from realname_sync.sandbox.city import seed_sandbox
from realname_sync.sandbox.municipal_rows import Municipal
from realname_sync.sandbox.truth import Truth
from realname_sync.workdate import parse_work_date

CITY = {"seed": 9, "projects": 8, "workers": 200, "work_date": parse_work_date("2026-11-20"), "days": 1}
TABLES = [table.name for table in fields(Municipal)]


@pytest.fixture(scope="module")
def urls(postgres: Path) -> Iterator[tuple[str, str]]:
    names = ("seeding_municipal", "seeding_sandbox")
    for name in names:
        create_database(postgres, name)
    yield tuple(f"postgresql://postgres@/{name}?host={postgres}" for name in names)
    for name in names:
        drop_database(postgres, name)


def digests(urls: tuple[str, str]) -> list[str]:
    found = []
    for url, tables in zip(urls, (TABLES, ["integrity.shared_row", "control.credential"]), strict=True):
        with psycopg.connect(url) as connection:
            for table in tables:
                query = f"select md5(string_agg(r::text, '' order by r::text)) from {table} as r"
                found.append(str(connection.execute(query).fetchone()))
    return found


def test_seeding_again_gives_the_same_rows_and_leaves_what_was_received(urls: tuple[str, str], tmp_path: Path) -> None:
    truth = seed_sandbox(*urls, **CITY)
    before = digests(urls)
    with psycopg.connect(urls[1]) as connection:
        connection.execute("insert into nation.corp values ('kept', 'kept', '{}', 'serial')")
    assert seed_sandbox(*urls, **CITY) == truth
    assert digests(urls) == before
    with psycopg.connect(urls[1]) as connection:
        assert connection.execute("select count(*) from nation.corp").fetchone() == (1,)
    assert_counts(urls, truth)


def assert_counts(urls: tuple[str, str], truth: Truth) -> None:
    with psycopg.connect(urls[0]) as connection:
        for table, count in truth.expected["rows"].items():
            query = f"select count(*) from {table}"
            assert connection.execute(query).fetchone() == (count,), table
        largest = connection.execute("select max(id) from attendance").fetchone() or (0,)
        insert = "insert into attendance (project_code) values ('x') returning id"
        assert connection.execute(insert).fetchone() == (largest[0] + 1,)
        connection.rollback()


def test_every_project_has_a_pair_of_its_own_for_the_nation(urls: tuple[str, str], tmp_path: Path) -> None:
    truth = seed_sandbox(*urls, **CITY, nation_pairs=tmp_path / "pairs.csv")
    projects = truth.expected["rows"]["project_copy"]
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    assert len(pairs) == projects >= CITY["projects"]
    assert len({pair["secret"] for pair in pairs}) == projects
    assert all(pair["appid"] == pair["project_code"] and len(pair["secret"]) == 32 for pair in pairs)


def test_the_truth_file_holds_keys_and_no_person(urls: tuple[str, str], tmp_path: Path) -> None:
    truth = seed_sandbox(*urls, **CITY)
    truth.write(tmp_path / "deep" / "truth.json")
    text = (tmp_path / "deep" / "truth.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert content["work_date"] == "2026-11-20"
    assert {"rule", "object", "key", "field", "work_date", "note"} == set(content["planted"][0])
    with psycopg.connect(urls[0]) as connection:
        people = connection.execute("select id_number, phone, name from person").fetchall()
    assert not any(value and len(value) > 3 and value.strip() in text for row in people for value in row if value)
