"""Bugs to plant in the engine, one at a time: each breaks a promise, and the simulation has to notice."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from realname_sync.delivery import attendance, chain, outcomes, questions
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.outcomes import Verdict
from realname_sync.errors import NotSentError, RequestRefusedError
from realname_sync.platforms.open_api.envelope import Call
from realname_sync.resources import sql_text
from realname_sync.standards import Profile
from realname_sync.warehouse import statements

Plant = Callable[[pytest.MonkeyPatch], None]
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Mutant:
    """A bug: what it is called, how it is planted, and the days on which it is known to show."""

    name: str
    plant: Plant
    seeds: Sequence[int]


def _sql(name: str, old: str, new: str) -> Plant:
    """The statement of that name, changed."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        content = sql_text(name)
        assert old in content, f"{name} no longer says {old!r}: the bug cannot be planted"
        changed, original = text(content.replace(old, new)), statements.statement
        patch.setattr(statements, "statement", lambda wanted: changed if wanted == name else original(wanted))

    return plant


def _set(owner: Any, name: str, value: Any) -> Plant:
    """Something of a module or class, replaced."""
    return lambda patch: patch.setattr(owner, name, value)


def _settled_as(fate: Any) -> Plant:
    """Every doubtful batch gets one fate, and nobody is asked."""

    def settle(desk: Desk, _project: str, batch_ids: Sequence[int]) -> None:
        with desk.commit("resolve") as connection:
            questions.settle_attendance(desk, connection, {key: Verdict(fate, "guessed") for key in batch_ids})

    return _set(questions, "_settle_project", settle)


def _lost_is_not_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Call, "lost", lambda self, how, _answer="": NotSentError(f"{self.platform}: {how}"))


def _code_is_refusal(code: int) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        original = Call.raise_for_code

        def raise_for_code(self: Call, answer: Any) -> None:
            if answer.code == code:
                raise RequestRefusedError("refused", "参数错误")
            original(self, answer)

        patch.setattr(Call, "raise_for_code", raise_for_code)

    return plant


def _working_is_done(patch: pytest.MonkeyPatch) -> None:
    original = outcomes.read_verdict

    def read_verdict(profile: Any, result: Any, rows: int) -> Verdict | None:
        return original(profile, result, rows) or Verdict("acknowledged")

    patch.setattr("realname_sync.delivery.settling.read_verdict", read_verdict)


MUTANTS = (
    Mutant("what is unknown is sent again without asking", _settled_as("released"), (0,)),
    Mutant("what is unknown counts as arrived", _settled_as("acknowledged"), (0,)),
    Mutant(
        "the platform is asked before it can have finished",
        _set(questions, "let_the_platform_finish", lambda *_: None),
        (190,),
    ),
    Mutant("a claim is taken over as soon as its lease is over", _set(Desk, "unsafe_for", timedelta(0)), (11,)),
    Mutant(
        "a half loses a row",
        _sql("delivery/split_batch", "ELSE 1 END;", "ELSE 1 END\nWHERE ledger.row_index > 0;"),
        (0,),
    ),
    Mutant(
        "the rows that others account for are forgotten",
        _sql("delivery/acknowledged_like", "WHERE\n    batch.work_date", "WHERE\n    FALSE AND batch.work_date"),
        (16,),
    ),
    Mutant(
        "a refused row goes again",
        _sql(
            "delivery/return_to_backlog",
            "outcome.outcome = 'released' OR",
            "outcome.outcome IN ('released', 'refused') OR",
        ),
        (5,),
    ),
    Mutant(
        "a row of a half waits as well",
        _sql("delivery/return_to_backlog", "later.batch_id > ledger.batch_id", "FALSE"),
        (0,),
    ),
    Mutant(
        "a released row is forgotten",
        _sql(
            "delivery/return_to_backlog",
            "ledger.work_date = :work_date AND ledger.batch_id",
            "FALSE AND ledger.work_date = :work_date AND ledger.batch_id",
        ),
        (0,),
    ),
    Mutant(
        "a packed row stays in the backlog",
        _sql(
            "delivery/pack_candidates",
            "numbered.is_known AND numbered.batch_id IS NOT NULL",
            "FALSE AND numbered.batch_id IS NOT NULL",
        ),
        (0,),
    ),
    Mutant(
        "what would not fill a call is dropped",
        _sql("delivery/pack_candidates", "WHERE batch_id IS NULL\n    ON CONFLICT", "WHERE FALSE\n    ON CONFLICT"),
        (0,),
    ),
    Mutant(
        "the reading a batch was planned from is not kept",
        _sql("delivery/pack_candidates", "cast(:change_no AS bigint)\n    FROM packed", "0\n    FROM packed"),
        (2,),
    ),
    Mutant(
        "the digest of what was tried is not kept",
        _sql("delivery/record_sent", "coalesce(batch.data_sha256, told.data_sha256)", "NULL"),
        (0,),
    ),
    Mutant(
        "forgotten results are sent again",
        _sql("delivery/doubt_batches", "state = 'unknown'", "state = 'planned', sent_at = NULL"),
        (0,),
    ),
    Mutant(
        "claims of the dead are sent again",
        _sql("delivery/doubt_senders", "state = 'unknown'", "state = 'planned'"),
        (67,),
    ),
    Mutant(
        "claims of the silent are sent again",
        _sql("delivery/doubt_abandoned", "state = 'unknown'", "state = 'planned'"),
        (0,),
    ),
    Mutant(
        "a claim does not say whose it is",
        _sql("delivery/claim_batches", "sender = :sender", "sender = 'anybody ' || :sender"),
        (0,),
    ),
    Mutant(
        "planning goes on behind what is new",
        _sql("delivery/end_sweep", "upto_change_no = :change_no", "upto_change_no = :change_no + 1"),
        (0,),
    ),
    Mutant("already there counts as refused", _set(outcomes, "_ALREADY", _NEVER), (14,)),
    Mutant("the platform's own trouble counts against the rows", _set(outcomes, "_ITS_OWN_TROUBLE", _NEVER), (18,)),
    Mutant("no answer counts as not sent", _lost_is_not_sent, (5,)),
    Mutant("too many calls counts as a refusal", _code_is_refusal(-5), (1,)),
    Mutant("a nonce seen twice counts as a refusal", _code_is_refusal(-1), (5,)),
    Mutant("in progress counts as done", _working_is_done, (5,)),
    Mutant(
        "which of several alike is there gets guessed",
        _set(Profile, "counts_once", False),
        (8,),
    ),
    Mutant("the day never closes", _set(Desk, "closing", False), (0,)),
    Mutant("movements are told again without asking", _set(chain, "movements_there", lambda *_: {}), (28,)),
    Mutant(
        "nobody looks after what an earlier run left",
        _set(attendance.AttendanceDelivery, "_carry_on", lambda _self: 0),
        (0,),
    ),
)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The engine with this bug."""
    with pytest.MonkeyPatch.context() as patch:
        mutant.plant(patch)
        yield
