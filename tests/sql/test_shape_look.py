"""The suites are asked again only where what they ask or the rows they look at are not as before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rule_cases import given
from sqlalchemy import Engine, text

from realname_sync.errors import RetriableError
from realname_sync.quality import findings, shape_look
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.shape import Question, find_misshapen, load_suites, questions_about
from realname_sync.quality.shape_look import Look, Name, keep_look, look_at_shape, stage_look
from realname_sync.warehouse.bulk import copy_rows
from realname_sync.warehouse.engine import Role, transaction

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
RULES = load_catalogue().in_force(DAY, "330100")
EVERY = frozenset(question.name for question in questions_about(DAY, RULES))
PERSON: Name = ("person", "lasting")


@pytest.fixture
def people(warehouse: Engine) -> Engine:
    with warehouse.begin() as connection:
        rows = [("W1", "欧阳甲", "", b""), ("W2", "诸葛" * 40, "999", b"")]
        copy_rows(connection, "core.person", ("person_id", "name", "education", "digest"), rows)
    return warehouse


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Name]:
    """The parts of suites that Great Expectations was asked about, while it is asked as ever."""
    names: list[Name] = []

    def told(engine: Engine, questions: Sequence[Question], *others: Any) -> Any:
        names.extend(question.name for question in questions)
        return find_misshapen(engine, questions, *others)

    monkeypatch.setattr(shape_look, "find_misshapen", told)
    return names


def _look(engine: Engine, day: date = DAY, rules: Any = RULES) -> tuple[Look, set[tuple[Any, ...]]]:
    """Look and keep it; returns it with all that is staged."""
    look = look_at_shape(engine, rules, day)
    with transaction(engine, Role.CHECK) as connection:
        findings.begin_staging(connection, rules.values())
        stage_look(connection, day, look)
        keep_look(connection, day, look, AT)
        staged = {tuple(row) for row in connection.execute(text("SELECT * FROM staged_finding"))}
    return look, staged


def test_what_is_the_same_stands_and_what_changed_is_asked(people: Engine, asked: list[Name]) -> None:
    first, found = _look(people)
    assert set(asked) == EVERY
    assert found
    assert not first.standing
    asked.clear()
    second, again = _look(people)
    assert (asked, again, second.standing) == ([], found, EVERY)
    with people.begin() as connection:
        connection.execute(text("UPDATE core.person SET education = '01' WHERE person_id = 'W2'"))
    changed = _look(people)[1]
    assert asked == [PERSON]
    assert changed == {row for row in found if row[2:4] != ("W2", "education")} != found
    asked.clear()
    with people.begin() as connection:
        connection.execute(text("UPDATE core.person SET education = '999' WHERE person_id = 'W2'"))
    assert _look(people)[1] == found, "as it was, and asked again because the last look saw something else"
    assert asked == [PERSON]


def test_other_bounds_are_asked(people: Engine, asked: list[Name]) -> None:
    _look(people)
    asked.clear()
    dated = RULES["SHP-004"]
    later = dated.thresholds | {"years_ahead": dated.thresholds["years_ahead"] + 1}
    _look(people, rules={**RULES, "SHP-004": replace(dated, thresholds=later)})
    assert ("team", "dated") in asked, "its dates have this rule's bounds"
    assert {part for _, part in asked} == {"dated"}


def _by_part(staged: set[tuple[Any, ...]]) -> tuple[set[Any], set[Any]]:
    """What was found without regard to the date, and by its bounds, with what was expected."""
    findings = {(*row[:4], row[5]) for row in staged}
    dated = {one for one in findings if one[0] == "SHP-004"}
    return findings - dated, dated


def test_another_date_is_asked_only_what_hangs_on_the_date(people: Engine, asked: list[Name]) -> None:
    with people.begin() as connection:
        given(connection, {"core.team": [{"entry_date": date(2031, 11, 20)}]})
    found = _look(people)[1]
    asked.clear()
    day = DAY + timedelta(days=1)
    look, of_it = _look(people, day)
    assert set(asked) == {name for name in EVERY if name[1] == "dated"}
    assert set(look.borrowed) == {name for name in EVERY if name[1] == "lasting"}
    (lasting, dated), (lasting_of_it, dated_of_it) = _by_part(found), _by_part(of_it)
    assert lasting == lasting_of_it != set()
    assert dated != dated_of_it != set()
    asked.clear()
    again, staged = _look(people, day)
    assert (again.standing, again.borrowed, again.results, staged) == (EVERY, {}, {}, of_it)
    assert asked == []
    with people.begin() as connection:
        connection.execute(text("UPDATE core.person SET education = '01' WHERE person_id = 'W2'"))
    _look(people, day)
    assert asked == [PERSON], "no date's look was at these rows"
    assert {row[2:4] for row in _look(people)[1]} == {row[2:4] for row in _look(people, day)[1]}
    assert asked == [PERSON], "and now one was"


def test_a_look_that_was_to_hold_for_another_date_and_is_gone_is_told(people: Engine) -> None:
    _look(people)
    day = DAY + timedelta(days=1)
    look = look_at_shape(people, RULES, day)
    with people.begin() as connection:
        connection.execute(text("UPDATE quality.shape_result SET seen = 'else' WHERE object = 'person'"))
    with transaction(people, Role.CHECK) as connection:
        findings.begin_staging(connection, RULES.values())
        with pytest.raises(RetriableError, match="check it again"):
            stage_look(connection, day, look)


def test_punches_of_one_date_tell_nothing_of_another(people: Engine, asked: list[Name]) -> None:
    """Written in one transaction, as many and with nothing else about them, they look the same from afar."""
    with people.begin() as connection:
        days = [{"work_date": DAY, "direction": "09"}, {"work_date": DAY + timedelta(days=1), "direction": "01"}]
        given(connection, {"core.punch": [{"punch_id": str(number), **one} for number, one in enumerate(days)]})
    assert "punch" in {row[1] for row in _look(people)[1] if row[0] == "SHP-003"}
    assert "punch" not in {row[1] for row in _look(people, DAY + timedelta(days=1))[1] if row[0] == "SHP-003"}


def test_rows_that_changed_while_they_were_looked_at_are_asked_again(
    people: Engine, asked: list[Name], monkeypatch: pytest.MonkeyPatch
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
    assert asked == [PERSON]


def test_only_punches_of_the_date_count(people: Engine, asked: list[Name]) -> None:
    def punched(punch_id: str, work_date: date, **values: Any) -> None:
        with people.begin() as connection:
            given(connection, {"core.punch": [{"punch_id": punch_id, "work_date": work_date, **values}]})

    punched("1", DAY)
    _look(people)
    asked.clear()
    punched("2", DAY - timedelta(days=1), direction="09")
    assert _look(people)[0].standing == EVERY
    punched("3", DAY, direction="09")
    assert ("SHP-003", "punch") in {(row[0], row[1]) for row in _look(people)[1]}
    assert asked == [("punch", "dated")]


def test_what_is_seen_is_of_the_snapshot_and_no_later(people: Engine) -> None:
    def found(snapshot: str | None) -> set[tuple[str, str]]:
        looked = find_misshapen(people, questions_about(DAY, RULES, [load_suites()["person"]]), DAY, snapshot=snapshot)
        return {(one.object_key, one.field) for _, one in looked}

    one_instant = people.execution_options(isolation_level="REPEATABLE READ")
    with one_instant.begin() as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        with people.begin() as other:
            other.execute(text("UPDATE core.person SET education = '01' WHERE person_id = 'W2'"))
        assert ("W2", "education") in found(snapshot)
        assert ("W2", "education") not in found(None)


def test_a_suite_with_very_many_findings_is_asked_again(
    people: Engine, asked: list[Name], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shape_look, "_MOST_FINDINGS", 1)
    _, found = _look(people)
    asked.clear()
    assert _look(people)[1] == found
    assert asked == [PERSON]
