"""Every rule on its cases: the statements in a transaction that is rolled back, the suites on their own warehouse."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from rule_cases import WORK_DATE, Case, given, rule_cases
from sqlalchemy import Connection, Engine, text

from databases import create_database, database_spec, drop_database
from realname_sync.quality.catalogue import SUITES, Rule, load_catalogue
from realname_sync.quality.findings import begin_staging
from realname_sync.quality.requirements import stage_requirements
from realname_sync.quality.rules import run_rule
from realname_sync.quality.shape import find_misshapen, load_suites, questions_about
from realname_sync.warehouse.engine import open_engine

CASES = list(rule_cases())
RULES: Mapping[str, Mapping[str, Rule]] = {
    city: load_catalogue().in_force(WORK_DATE, city) for city in {case.city for case in CASES}
}
BY_STATEMENT = [case for case in CASES if RULES[case.city][case.rule].implemented_by != SUITES]
BY_SUITE = [case for case in CASES if RULES[case.city][case.rule].implemented_by == SUITES]


@pytest.fixture(scope="module")
def shared_warehouse(postgres: Any, migrated_template: str) -> Iterator[Engine]:
    create_database(postgres, "w_rules", migrated_template)
    engine = open_engine(database_spec(postgres, "w_rules"))
    yield engine
    engine.dispose()
    drop_database(postgres, "w_rules")


@pytest.fixture
def connection(shared_warehouse: Engine) -> Iterator[Connection]:
    with shared_warehouse.connect() as connection, connection.begin() as everything:
        yield connection
        everything.rollback()


@pytest.mark.parametrize("case", BY_STATEMENT, ids=str)
def test_statement(connection: Connection, case: Case) -> None:
    given(connection, case.given)
    connection.execute(text("SET LOCAL ROLE realname_check"))
    rules = RULES[case.city]
    begin_staging(connection, rules.values())
    stage_requirements(connection, WORK_DATE, case.city)
    run_rule(connection, rules[case.rule], WORK_DATE, case.city, case.checked_at)
    assert_found(case, connection.execute(text("SELECT * FROM staged_finding")).mappings().all())


@pytest.mark.parametrize("case", BY_SUITE, ids=str)
def test_suite(warehouse: Engine, case: Case) -> None:
    with warehouse.begin() as connection:
        given(connection, case.given)
    suites = [load_suites()[one] for one in {suite_of(table) for table in case.given} if one]
    rules = RULES[case.city]
    questions = questions_about(WORK_DATE, {case.rule: rules[case.rule]}, suites)
    findings = [finding for _, finding in find_misshapen(warehouse, questions, WORK_DATE)]
    names = ("rule_id", "object", "object_key", "field", "project_code", "expected", "actual")
    rows = [{name: getattr(one, name) for name in names} for one in findings]
    assert_found(case, rows)


def suite_of(table: str) -> str | None:
    """The suite that looks at a table of core; raw rows are looked at beside them."""
    schema, name = table.split(".")
    renamed = {"key_post_filled": "key_post"}
    return None if schema == "raw" else renamed.get(name, name.removeprefix("municipal_"))


def assert_found(case: Case, rows: Any) -> None:
    """What was found is what the case says, finding by finding."""
    keys = ("object_key", "field")
    found = sorted(rows, key=lambda row: [row[key] for key in keys])
    expected = sorted(case.found, key=lambda row: [row[key] for key in keys])
    assert [[row[key] for key in keys] for row in found] == [[row[key] for key in keys] for row in expected]
    for actual, wanted in zip(found, expected, strict=True):
        assert {name: actual[name] for name in wanted} == wanted
