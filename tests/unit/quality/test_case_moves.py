"""The steps of a case: any way through the table, drawn by Hypothesis, keeps what is promised of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from realname_sync.errors import DataError
from realname_sync.quality.case_moves import STATES, CaseMoves, Move, load_moves
from realname_sync.warehouse.engine import Role, transaction


@pytest.fixture(scope="module")
def moves(postgres: object, migrated_template: str) -> CaseMoves:
    from databases import database_spec
    from realname_sync.warehouse.engine import open_engine

    engine = open_engine(database_spec(postgres, migrated_template))  # type: ignore[arg-type]
    with transaction(engine, Role.READ) as connection:
        read = load_moves(connection)
    engine.dispose()
    return read


def reachable(moves: CaseMoves, start: str, *, by_person: bool) -> set[str]:
    seen, ahead = {start}, [start]
    while ahead:
        state = ahead.pop()
        for move in moves.moves:
            if move.from_state == state and move.to_state not in seen and (move.by_person or not by_person):
                seen.add(move.to_state)
                ahead.append(move.to_state)
    return seen


def test_every_state_is_reached_from_the_beginning(moves: CaseMoves) -> None:
    assert reachable(moves, "raised", by_person=False) == set(STATES)


def test_a_person_alone_can_neither_recheck_nor_reopen(moves: CaseMoves) -> None:
    assert reachable(moves, "raised", by_person=True) == set(STATES) - {"rechecked"}
    assert reachable(moves, "closed", by_person=True) == {"closed"}


def test_every_open_state_can_be_closed_by_a_person_with_a_reason_and_by_a_check_through_rechecked(
    moves: CaseMoves,
) -> None:
    by_pair = {(move.from_state, move.to_state): move for move in moves.moves}
    for state in set(STATES) - {"closed"}:
        assert by_pair[state, "closed"].by_person
        assert by_pair[state, "closed"].needs_note
    for state in set(STATES) - {"closed", "rechecked"}:
        assert not by_pair[state, "rechecked"].by_person


def test_submitted_comes_only_after_rectifying_and_with_words(moves: CaseMoves) -> None:
    assert [move for move in moves.moves if move.to_state == "submitted"] == [
        Move("rectifying", "submitted", by_person=True, needs_note=True)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(wishes=st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(["", "why"])), max_size=12))
def test_whatever_is_asked_for_the_case_takes_only_steps_of_the_table_and_is_told_what_it_may(
    moves: CaseMoves, wishes: list[tuple[str, str]]
) -> None:
    state = "raised"
    for wanted, note in wishes:
        possible = moves.of_person(state)
        lacks_reason = wanted in possible and possible[wanted].needs_note and not note
        if wanted not in possible or lacks_reason:
            with pytest.raises(DataError) as refused:
                moves.require(7, state, wanted, note)
            assert lacks_reason or all(name in str(refused.value) for name in possible)
            continue
        move = moves.require(7, state, wanted, note)
        assert (move.from_state, move.to_state, move.by_person) == (state, wanted, True)
        state = wanted


def test_the_states_of_the_table_are_the_states_there_are(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        rows = connection.execute(text("SELECT from_state, to_state FROM quality.case_move")).all()
    assert {state for row in rows for state in row} == set(STATES)
