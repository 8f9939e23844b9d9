"""The functions rules compare and show with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from databases import database_spec
from realname_sync.standards.identifiers import credit_code_problem
from realname_sync.warehouse.engine import open_engine

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "identifiers.json").read_text(encoding="utf-8"))["uscc"]


@pytest.fixture(scope="module")
def engine(postgres: Any, migrated_template: str) -> Iterator[Engine]:
    engine = open_engine(database_spec(postgres, migrated_template))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as everything:
        connection.execute(text("SET LOCAL ROLE realname_check"))
        yield connection
        everything.rollback()


def value(connection: Connection, expression: str, **given: Any) -> Any:
    return connection.execute(text(f"SELECT {expression}"), given).scalar_one()


@pytest.mark.parametrize("case", [*VECTORS["valid"], *VECTORS["invalid"]], ids=lambda case: case["value"] or "empty")
def test_credit_codes_are_judged_as_in_python(connection: Connection, case: dict[str, Any]) -> None:
    found = value(connection, "quality.credit_code_problem(:code)", code=case["value"])
    assert (found or "") == case.get("reason", "") == credit_code_problem(case["value"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州建工（集团）有限公司", "杭州建工(集团)有限公司"),
        ("杭州建工【集团】有限公司", " 杭州建工 (集团) 有限公司　"),
        ("ＥＦＣ　５号楼", "efc5号楼"),
        ("买买提·艾山", "买买提•艾山"),
        ("一标段—二标段", "一标段-二标段"),
        ("“杭建”一分公司、二分公司", '"杭建"一分公司，二分公司'),
        ("一标段―二标段", "一标段－二标段"),
        ("杭州\u200d建工\u00ad集团", "杭州建工集团"),
        ("", None),
        (" 　", None),
    ],
)
def test_texts_that_mean_the_same_have_one_normal_form(connection: Connection, one: str, other: str | None) -> None:
    same = "quality.normal_form(:one) IS NOT DISTINCT FROM quality.normal_form(cast(:other AS text))"
    assert value(connection, same, one=one, other=other)


@pytest.mark.parametrize(("one", "other"), [("西湖安置房", "西湖安置房二期"), ("1200.5", "12005"), ("A-1", "A1")])
def test_texts_that_differ_keep_differing(connection: Connection, one: str, other: str) -> None:
    assert value(connection, "quality.normal_form(:one) <> quality.normal_form(:other)", one=one, other=other)


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("欧阳修远", "欧***"), ("张", "张*"), (None, None)])
def test_a_name_keeps_its_first_character(connection: Connection, name: str | None, masked: str | None) -> None:
    assert value(connection, "quality.masked_name(cast(:name AS text))", name=name) == masked


@pytest.mark.parametrize(
    ("area", "wider", "inside"),
    [
        ("330106", "330100", True),
        ("330100", "330100", True),
        ("330106", "330106", True),
        ("330106", "330105", False),
        ("330203", "330100", False),
        ("330203", "330000", True),
        ("320106", "330000", False),
    ],
)
def test_a_city_covers_its_counties(connection: Connection, area: str, wider: str, inside: bool) -> None:
    assert value(connection, "quality.lies_within(:area, :wider)", area=area, wider=wider) is inside


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("2026-11-20", "2026-11-20", True),
        ("2026-11-21", None, False),
        (None, "2026-11-19", False),
        (None, None, True),
    ],
)
def test_both_ends_of_a_period_belong_to_it(
    connection: Connection, first: str | None, last: str | None, holds: bool
) -> None:
    asked = "quality.holds_on(cast(:first AS date), cast(:last AS date), DATE '2026-11-20')"
    assert value(connection, asked, first=first, last=last) is holds


@pytest.mark.parametrize(
    ("level", "rank"),
    [("1", 1), (" 一级 ", 1), ("壹级", 1), ("２", 2), ("二级", 2), ("贰", 2), ("临时", None), ("", None), (None, None)],
)
def test_levels_are_told_however_written(connection: Connection, level: str | None, rank: int | None) -> None:
    assert value(connection, "quality.registration_level(cast(:level AS text))", level=level) == rank


def test_distances_are_those_of_the_globe(connection: Connection) -> None:
    degree = value(connection, "quality.metres_between(120, 30, 120, 31)")
    assert degree == pytest.approx(111_195, abs=5)
    assert value(connection, "quality.metres_between(120.1, 30.2, 120.1, 30.2)") == 0
