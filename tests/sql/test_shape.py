"""The suites on PostgreSQL: they find every row, stay on their day, and see nobody's name or number."""

import dataclasses
from datetime import date
from typing import Any

import pytest
from rule_cases import CITY, WORK_DATE, given
from sqlalchemy import Engine, text

from realname_sync.errors import SettingsError
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.findings import Finding
from realname_sync.quality.shape import Bounds, Suite, find_misshapen, load_suites, questions_about

RULES = load_catalogue().in_force(WORK_DATE, CITY)


def misshapen(warehouse: Engine, *objects: str, work_date: date = WORK_DATE) -> list[Finding]:
    return asked(warehouse, RULES, work_date, [load_suites()[one] for one in objects])


def asked(warehouse: Engine, rules: Any, work_date: date, suites: list[Suite] | None = None) -> list[Finding]:
    questions = questions_about(work_date, rules, suites)
    return [finding for _, finding in find_misshapen(warehouse, questions, work_date)]


def test_every_row_that_does_not_fit_is_found(warehouse: Engine) -> None:
    rows: list[dict[str, Any]] = [{"direction": "09"}] * 3_000 + [{}] * 50
    with warehouse.begin() as connection:
        given(connection, {"core.punch": rows})
    found = misshapen(warehouse, "punch")
    assert len({one.object_key for one in found}) == len(found) == 3_000
    assert {(one.rule_id, one.field, one.actual) for one in found} == {("SHP-003", "direction", "09")}


def test_punches_are_those_of_the_work_date(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        given(connection, {"core.punch": [{"direction": "09"}, {"direction": "08", "work_date": date(2026, 11, 19)}]})
    assert [one.actual for one in misshapen(warehouse, "punch")] == ["09"]
    assert [one.actual for one in misshapen(warehouse, "punch", work_date=date(2026, 11, 19))] == ["08"]


def test_no_name_or_number_of_a_person_reaches_the_suites(warehouse: Engine) -> None:
    name, address, phone = "欧阳" * 40, "浙江省" * 80, "199****0001"
    with warehouse.begin() as connection:
        given(
            connection,
            {
                "core.person": [{"name": name, "address": address, "id_card_type": "77", "education": None}],
                "core.municipal_participant": [{"pm_name": name}],
                "core.municipal_corp": [{"legal_man": name}],
            },
        )
        columns = connection.execute(
            text("SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE 'shape\\_%'")
        ).all()
        person = connection.execute(text("SELECT * FROM quality.shape_person")).mappings().one()
    assert not [column for _, column in columns if column.endswith(("_hash", "_cipher"))]
    assert (person["phone"], person["name"]) == (phone, "欧" + "*" * 79)
    found = misshapen(warehouse, "person", "participant", "corp")
    assert {(one.rule_id, one.field) for one in found} == {
        ("SHP-001", "education"),
        ("SHP-002", "name"),
        ("SHP-002", "address"),
        ("SHP-002", "pm_name"),
        ("SHP-002", "legal_man"),
        ("SHP-003", "id_card_type"),
    }
    assert not [one for one in found if "阳" in str(one) or "江" in str(one)]


def test_a_rule_that_is_not_in_force_finds_nothing(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        given(connection, {"core.team": [{"team_name": None, "entry_date": date(1970, 1, 1)}]})
    only = {name: rule for name, rule in RULES.items() if name != "SHP-004"}
    found = asked(warehouse, only, WORK_DATE, [load_suites()["team"]])
    assert [one.rule_id for one in found] == ["SHP-001"]
    assert asked(warehouse, {}, WORK_DATE) == []


def test_an_expectation_that_cannot_be_evaluated_is_told_and_not_passed_over(warehouse: Engine) -> None:
    suite = load_suites()["team"]
    broken = dataclasses.replace(
        suite,
        expectations=[
            {**one, "kwargs": {**one["kwargs"], "column": "no_such_column"}} for one in suite.expectations[:1]
        ],
    )
    with pytest.raises(SettingsError, match=r"suite team: .* of no_such_column could not be evaluated"):
        asked(warehouse, RULES, WORK_DATE, [broken])


def test_every_view_has_the_columns_its_suite_asks_for(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        for suite in load_suites().values():
            columns = set(
                connection.execute(
                    text(
                        "SELECT column_name FROM information_schema.columns"
                        " WHERE table_schema = 'quality' AND table_name = :view"
                    ),
                    {"view": suite.view},
                ).scalars()
            )
            assert {one["kwargs"]["column"] for one in suite.expectations} | {"object_key", "project_code"} <= columns


def test_no_connection_stays_open(warehouse: Engine) -> None:
    misshapen(warehouse, "team")
    with warehouse.begin() as connection:
        others = connection.execute(
            text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        ).scalar_one()
    assert others == 0


@pytest.mark.parametrize(
    ("work_date", "latest"),
    [(date(2026, 11, 20), date(2027, 11, 20)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_the_latest_day_is_a_year_on(work_date: date, latest: date) -> None:
    assert Bounds.of([RULES["SHP-004"]], work_date).parameters["latest_date"] == latest
