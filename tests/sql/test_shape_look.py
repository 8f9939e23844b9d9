"""The suites are asked again only where what they ask or the rows they look at are not as before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from realname_sync.quality import findings, shape_look
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.shape import find_misshapen, load_suites
from realname_sync.quality.shape_look import Look, keep_look, look_at_shape, stage_look
from realname_sync.warehouse.bulk import copy_rows
from realname_sync.warehouse.engine import Role, transaction

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
RULES = load_catalogue().in_force(DAY, "330100")


@pytest.fixture
def people(warehouse: Engine) -> Engine:
    with warehouse.begin() as connection:
        rows = [("W1", "欧阳甲", "", b""), ("W2", "诸葛" * 40, "999", b"")]
        copy_rows(connection, "core.person", ("person_id", "name", "education", "digest"), rows)
    return warehouse


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects whose suites Great Expectations was asked about, while it is asked as ever."""
    objects: list[str] = []

    def told(engine: Engine, rules: Any, work_date: date, suites: Sequence[Any], keep: Any) -> Any:
        objects.extend(suite.object for suite in suites)
        return find_misshapen(engine, rules, work_date, suites, keep)

    monkeypatch.setattr(shape_look, "find_misshapen", told)
    return objects


def _look(engine: Engine, day: date = DAY, rules: Any = RULES) -> tuple[Look, set[tuple[Any, ...]]]:
    """Look and keep it; returns it with all that is staged."""
    look = look_at_shape(engine, rules, day)
    with transaction(engine, Role.CHECK) as connection:
        findings.begin_staging(connection, rules.values())
        stage_look(connection, day, look)
        keep_look(connection, day, look, AT)
        staged = {tuple(row) for row in connection.execute(text("SELECT * FROM staged_finding"))}
    return look, staged


def test_what_is_the_same_stands_and_what_changed_is_asked(people: Engine, asked: list[str]) -> None:
    first, found = _look(people)
    assert set(asked) == set(load_suites())
    assert found
    assert not first.standing
    asked.clear()
    second, again = _look(people)
    assert (asked, again, second.standing) == ([], found, frozenset(load_suites()))
    with people.begin() as connection:
        connection.execute(text("UPDATE core.person SET education = '01' WHERE person_id = 'W2'"))
    changed = _look(people)[1]
    assert asked == ["person"]
    assert changed == {row for row in found if row[2:4] != ("W2", "education")} != found
    asked.clear()
    with people.begin() as connection:
        connection.execute(text("UPDATE core.person SET education = '999' WHERE person_id = 'W2'"))
    assert _look(people)[1] == found, "as it was, and asked again because the last look saw something else"
    assert asked == ["person"]


def test_other_bounds_and_other_dates_are_asked(people: Engine, asked: list[str]) -> None:
    _look(people)
    asked.clear()
    dated = RULES["SHP-004"]
    later = dated.thresholds | {"years_ahead": dated.thresholds["years_ahead"] + 1}
    _look(people, rules={**RULES, "SHP-004": replace(dated, thresholds=later)})
    assert "team" in asked, "its dates have this rule's bounds"
    assert "person" not in asked
    asked.clear()
    _look(people, DAY + timedelta(days=1))
    assert set(asked) == set(load_suites())


def test_rows_that_changed_while_they_were_looked_at_are_asked_again(
    people: Engine, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = shape_look.find_misshapen

    def meanwhile(engine: Engine, *arguments: Any) -> Any:
        yield from told(engine, *arguments)
        with engine.begin() as connection:
            connection.execute(text("UPDATE core.person SET education = '01' WHERE person_id = 'W2'"))

    monkeypatch.setattr(shape_look, "find_misshapen", meanwhile)
    _look(people)
    asked.clear()
    monkeypatch.setattr(shape_look, "find_misshapen", told)
    _look(people)
    assert asked == ["person"]


def test_a_suite_with_very_many_findings_is_asked_again(
    people: Engine, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shape_look, "_MOST_FINDINGS", 1)
    _, found = _look(people)
    asked.clear()
    assert _look(people)[1] == found
    assert asked == ["person"]
