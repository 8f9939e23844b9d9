"""Asks what became of sent batches, oldest first and never in a hurry, and hands the verdicts on to be written down."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.calls import Question, Sent, ask_results
from realname_sync.delivery.desk import LEASE, Desk, has_ended
from realname_sync.delivery.outcomes import Verdict, read_verdict
from realname_sync.errors import RequestRefusedError, RetriableError
from realname_sync.warehouse import statements

Settle = Callable[[Connection, Mapping[int, Verdict]], None]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds between two rounds of questions
_AT_A_TIME = 400


def claim(desk: Desk, kind: str, wanted: int = 200) -> Sequence[Any]:
    """Take planned batches of a kind for this sender; committed before the first of them is sent."""
    with desk.commit() as connection:
        return statements.rows(
            connection,
            "delivery/claim_batches",
            kind=kind,
            sender=desk.sender,
            lease_until=desk.clock() + LEASE,
            wanted=wanted,
            **desk.key,
        )


def doubt_lost_claims(desk: Desk, kind: str) -> None:
    """Count batches as of unknown outcome whose sender has ended or did not come back in time."""
    with desk.commit() as connection:
        holders = statements.rows(connection, "delivery/sending_senders", kind=kind, **desk.key)
        ended = [row.sender for row in holders if has_ended(row.sender)]
        statements.run(connection, "delivery/doubt_senders", senders=ended, now=desk.clock(), **desk.key)
        statements.run(connection, "delivery/doubt_abandoned", now=desk.clock(), **desk.key)


def require_no_other_sender(desk: Desk, kind: str) -> None:
    """See that nothing is left in the hands of another sender when this one ends.

    Raises:
        RetriableError: another sender holds batches; a later run takes them up if it does not finish them.
    """
    with desk.commit() as connection:
        holders = statements.rows(connection, "delivery/sending_senders", kind=kind, **desk.key)
    if holders:
        batches, until = sum(row.batches for row in holders), max(row.lease_until for row in holders)
        raise RetriableError(
            f"{desk.target}: another sender holds {batches} batches of kind {kind} until {until:%H:%M:%S} UTC; "
            "run this again then, and what it did not finish is taken up"
        )


def record_sent(desk: Desk, connection: Connection, sent: Sequence[Sent]) -> None:
    """Write down how the calls of one claimed group ended, in one statement."""
    statements.run(
        connection,
        "delivery/record_sent",
        work_date=desk.work_date,
        sender=desk.sender,
        told_at=desk.clock(),
        batch_ids=[one.batch_id for one in sent],
        states=[one.state for one in sent],
        serial_codes=[one.serial_code for one in sent],
        digests=[one.digest for one in sent],
        reasons=[one.reason for one in sent],
    )


def settle_batches(desk: Desk, connection: Connection, verdicts: Mapping[int, Verdict]) -> None:
    """Write the verdicts onto their batches; `split` counts as released, its parts are planned anew."""
    states = {"split": "released"}
    statements.run(
        connection,
        "delivery/settle_batches",
        work_date=desk.work_date,
        told_at=desk.clock(),
        batch_ids=list(verdicts),
        states=[states.get(verdict.fate, verdict.fate) for verdict in verdicts.values()],
        reasons=[verdict.reason or None for verdict in verdicts.values()],
    )


def collect_results(desk: Desk, kind: str, settle: Settle) -> None:
    """Ask after every sent batch of a kind until each has its verdict.

    Raises:
        RetriableError: some have none after the desk's patience; they stay sent and are asked after by the next run.
        FatalError: the platform refuses the caller.
    """
    give_up_at = desk.clock() + desk.patience
    pause = _FIRST_PAUSE
    while open_ones := _open(desk, kind):
        desk.sleep(pause)  # asked right after the call, no platform has an answer yet
        settled = 0
        for start in range(0, len(open_ones), _AT_A_TIME):
            settled += _round(desk, open_ones[start : start + _AT_A_TIME], settle)
        if settled < len(open_ones):
            if desk.clock() > give_up_at:
                raise RetriableError(
                    f"{desk.target}: {len(open_ones) - settled} calls of kind {kind} have no result yet; "
                    "they stay recorded, and the next run asks after them first"
                )
            pause = _FIRST_PAUSE if settled else min(pause * 2, _LONGEST_PAUSE)


def _open(desk: Desk, kind: str) -> Sequence[Any]:
    with desk.commit() as connection:
        return statements.rows(connection, "delivery/open_batches", kind=kind, state="sent", **desk.key)


def _round(desk: Desk, open_ones: Sequence[Any], settle: Settle) -> int:
    answers = ask_results(
        desk.uplink,
        [Question(row.batch_id, row.project_code, row.serial_code, row.row_count) for row in open_ones],
        desk.calls_in_flight,
    )
    sent_at = {row.batch_id: row.sent_at for row in open_ones}
    verdicts: dict[int, Verdict] = {}
    doubtful: list[int] = []
    for question, result in answers:
        if isinstance(result, RequestRefusedError) or (
            result is None and _is_forgotten(desk, sent_at[question.batch_id])
        ):
            doubtful.append(question.batch_id)
        elif result is not None:
            verdict = read_verdict(desk.uplink.profile, result, question.row_count)
            if verdict is not None:
                verdicts[question.batch_id] = verdict
    with desk.commit() as connection:
        if verdicts:
            settle(connection, verdicts)
        if doubtful:
            statements.run(connection, "delivery/doubt_batches", work_date=desk.work_date, batch_ids=doubtful)
    return len(verdicts) + len(doubtful)


def _is_forgotten(desk: Desk, sent_at: Any) -> bool:
    hours = desk.uplink.profile.results_hours
    return hours is not None and desk.clock() - sent_at > timedelta(hours=hours)
