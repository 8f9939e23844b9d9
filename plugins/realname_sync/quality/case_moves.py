"""The steps a case can take: the table quality.case_move, and what is said when a step is refused."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from realname_sync.errors import DataError
from realname_sync.warehouse import statements

STATES = ("raised", "notified", "acknowledged", "rectifying", "submitted", "rechecked", "closed", "escalated")


@dataclass(frozen=True, slots=True)
class Move:
    """One step; `by_person`: whether a person may take it, `needs_note`: whether that takes a reason."""

    from_state: str
    to_state: str
    by_person: bool
    needs_note: bool


@dataclass(frozen=True)
class CaseMoves:
    """All steps."""

    moves: tuple[Move, ...]

    def of_person(self, state: str) -> dict[str, Move]:
        """Where a person may take a case from there, by the state it would have then."""
        return {move.to_state: move for move in self.moves if move.from_state == state and move.by_person}

    def require(self, case_id: int, state: str, wanted: str, note: str) -> Move:
        """The step a person asks for.

        Raises:
            DataError: there is no such step from that state, or it takes a reason and none is given.
        """
        possible = self.of_person(state)
        move = possible.get(wanted)
        if move is None:
            told = ", ".join(f"{name}{' (with --note)' if one.needs_note else ''}" for name, one in possible.items())
            raise DataError(
                f"case {case_id} is {state} and cannot become {wanted} by hand; "
                f"it can become {told or 'nothing else: it is raised again when it recurs'}"
            )
        if move.needs_note and not note.strip():
            raise DataError(f"case {case_id} cannot become {wanted} without a reason: give it with --note")
        return move


def load_moves(connection: Connection) -> CaseMoves:
    """The steps as the warehouse has them."""
    return moves_of(tuple(row) for row in statements.rows(connection, "quality/case_moves"))


def moves_of(rows: Iterable[tuple[str, str, bool, bool]]) -> CaseMoves:
    """The steps in these rows of quality.case_move, remarks left out."""
    return CaseMoves(tuple(Move(*row) for row in rows if row[0] != row[1]))
