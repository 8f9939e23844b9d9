"""Takes batches, gives them back, asks what became of them oldest first, and writes down the verdicts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery import journal
from realname_sync.delivery.calls import Sent
from realname_sync.delivery.desk import Desk, has_ended
from realname_sync.delivery.outcomes import ASKED, Verdict, read_verdict
from realname_sync.errors import FatalError, OtherSenderError, RequestRefusedError, RetriableError
from realname_sync.platforms.open_api.client import AsyncResult
from realname_sync.warehouse import statements

Settle = Callable[[Connection, Mapping[int, Verdict]], None]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds between two rounds of questions
_AT_A_TIME = 400


def claims(desk: Desk, kind: str, wanted: int = 400) -> Iterator[Sequence[Any]]:
    """Take planned batches of a kind for this sender, group by group, oldest first, each once.

    A group is committed before the first of it is sent. Each is looked for from behind the last, so that what other
    senders are still to claim is gone through once and not for each group.
    """
    newest = 0
    while True:
        with desk.commit("claim") as connection:
            claimed = statements.rows(
                connection,
                "delivery/claim_batches",
                kind=kind,
                sender=desk.sender,
                lease_until=desk.clock() + desk.lease,
                wanted=wanted,
                after_batch_id=newest,
                **desk.key,
            )
        if not claimed:
            return
        yield claimed
        newest = max(row.batch_id for row in claimed)


def doubt_lost_claims(desk: Desk, kind: str) -> None:
    """Count batches as of unknown outcome whose sender has ended or did not come back in time."""
    with desk.commit("doubt") as connection:
        holders = statements.rows(connection, "delivery/sending_senders", kind=kind, **desk.key)
        ended = [row.sender for row in holders if has_ended(row.sender)]
        gone = statements.rows(connection, "delivery/doubt_senders", senders=ended, now=desk.clock(), **desk.key)
        late = statements.rows(
            connection, "delivery/doubt_abandoned", now=desk.clock(), unsafe_for=desk.unsafe_for, **desk.key
        )
        journal.tell(connection, (row.batch_id for row in (*gone, *late)))


def require_no_other_sender(desk: Desk, kind: str) -> None:
    """See that nothing is left in the hands of another sender when this one ends.

    Raises:
        OtherSenderError: another sender holds batches; a later run takes them up if it does not finish them.
    """
    with desk.look() as connection:
        holders = statements.rows(connection, "delivery/sending_senders", kind=kind, **desk.key)
    if holders:
        batches = sum(row.batches for row in holders)
        until = max(row.lease_until for row in holders) + desk.unsafe_for
        raise OtherSenderError(
            f"{desk.target}: another sender holds {batches} batches of kind {kind} until {until:%H:%M:%S} UTC; "
            "run this again then, and what it did not finish is taken up"
        )


def record_sent(desk: Desk, connection: Connection, sent: Sequence[Sent]) -> None:
    """Write down how the calls of one claimed group ended, in one statement; keep answers that cannot be read."""
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
    journal.tell(connection, (one.batch_id for one in sent))
    for one in sent:
        if one.evidence:
            statements.run(
                connection,
                "raw/keep_rejected_answer",
                platform=desk.target,
                method="",
                object="batch",
                row_key=str(one.batch_id),
                reason=one.reason,
                body_cipher=desk.vault.encrypt(one.evidence),
                received_at=desk.clock(),
            )


def refusals(desk: Desk, claimed: Sequence[Any], sent: Sequence[Sent]) -> dict[int, Verdict]:
    """What calls that were refused at once say of their batches: read as a failed result is, row by row if it can."""
    rows = {row.batch_id: row.row_count for row in claimed}
    verdicts = {
        one.batch_id: read_verdict(desk.uplink.profile, AsyncResult(10, one.refusal), rows[one.batch_id])
        for one in sent
        if one.refusal
    }
    return {batch_id: verdict for batch_id, verdict in verdicts.items() if verdict is not None}


def settle_batches(desk: Desk, connection: Connection, verdicts: Mapping[int, Verdict]) -> Mapping[int, Verdict]:
    """Write the verdicts onto their batches; `split` and `troubled` count as released, the rows are planned anew.

    A batch that goes `again` is planned as it is.

    Returns:
        The verdicts that counted. A batch that another sender settled meanwhile is not among them: nothing more may
        follow from what is said of it here.
    """
    states = {"split": "released", "troubled": "released", "again": "planned"}
    changed = statements.rows(
        connection,
        "delivery/settle_batches",
        work_date=desk.work_date,
        told_at=desk.clock(),
        batch_ids=list(verdicts),
        states=[states.get(verdict.fate, verdict.fate) for verdict in verdicts.values()],
        reasons=[verdict.reason or None for verdict in verdicts.values()],
    )
    journal.tell(connection, (row.batch_id for row in changed))
    counted = {row.batch_id for row in changed}
    return {batch_id: verdict for batch_id, verdict in verdicts.items() if batch_id in counted}


def settle_attendance(desk: Desk, connection: Connection, verdicts: Mapping[int, Verdict]) -> None:
    """Write down what became of batches of punches: the batches, rows of another fate, halves, and what waits again.

    A batch that a platform failed at is halved like one that was refused without a reason; a row alone waits, and is
    refused once it failed alone again and again while others were taken.
    """
    troubled = [batch_id for batch_id, verdict in verdicts.items() if verdict.fate == "troubled"]
    hopeless: Sequence[Any] = ()
    if troubled:
        hopeless = statements.rows(connection, "delivery/hopeless_batches", batch_ids=troubled, asked=ASKED, **desk.key)
    refused = {row.batch_id: replace(verdicts[row.batch_id], fate="refused") for row in hopeless}
    counted = settle_batches(desk, connection, {**verdicts, **refused})
    record_rows(
        desk,
        connection,
        [
            (batch_id, index, fate, reason)
            for batch_id, verdict in counted.items()
            for index, (fate, reason) in verdict.rows.items()
            if fate != verdict.fate
        ],
    )
    in_parts = [batch_id for batch_id, verdict in counted.items() if verdict.fate in {"split", "troubled"}]
    for batch_id in in_parts:
        statements.run(
            connection, "delivery/split_batch", work_date=desk.work_date, batch_id=batch_id, now=desk.clock()
        )
    not_taken_whole = [
        batch_id
        for batch_id, verdict in counted.items()
        if batch_id not in refused and (verdict.rows or verdict.fate not in {"acknowledged", "again"})
    ]
    return_to_backlog(desk, connection, not_taken_whole)


def record_rows(desk: Desk, connection: Connection, rows: Sequence[tuple[int, int, str, str]]) -> None:
    """Write down rows whose outcome is not that of their batch, as (batch, row index, outcome, reason)."""
    if rows:
        statements.run(
            connection,
            "delivery/record_row_outcomes",
            work_date=desk.work_date,
            told_at=desk.clock(),
            batch_ids=[row[0] for row in rows],
            row_indexes=[row[1] for row in rows],
            outcomes=[row[2] for row in rows],
            reasons=[row[3] for row in rows],
        )
        journal.tell(connection, (row[0] for row in rows))


def return_to_backlog(desk: Desk, connection: Connection, batch_ids: Sequence[int]) -> None:
    """Make the released rows of these batches wait again."""
    if batch_ids:
        statements.run(connection, "delivery/return_to_backlog", work_date=desk.work_date, batch_ids=list(batch_ids))


def release_rows(desk: Desk, connection: Connection, rows: Sequence[tuple[int, int, str]]) -> None:
    """Make rows of settled batches wait again that the platform turned out not to have, as (batch, index, reason)."""
    record_rows(desk, connection, [(batch_id, index, "released", reason) for batch_id, index, reason in rows])
    return_to_backlog(desk, connection, sorted({row[0] for row in rows}))


def collect_results(desk: Desk, kind: str, settle: Settle) -> None:
    """Ask after every sent batch of a kind until each has its verdict.

    Raises:
        RetriableError: some have none after the desk's patience; they stay sent and are asked after by the next run.
        FatalError: the platform refuses the caller.
    """
    give_up_at = desk.clock() + desk.patience
    pause = _FIRST_PAUSE
    attempt = 0
    while waiting := _count_sent(desk, kind):
        desk.sleep(pause)  # asked right after the call, no platform has an answer yet
        settled = _ask_in_order_of_age(desk, kind, settle, attempt=attempt)
        if settled < waiting and desk.clock() > give_up_at:
            raise RetriableError(
                f"{desk.target}: {waiting - settled} calls of kind {kind} have no result yet; "
                "they stay recorded, and the next run asks after them first"
            )
        pause = _FIRST_PAUSE if settled == waiting else min(pause * 2, _LONGEST_PAUSE)
        attempt += 1


def collect_ripe(desk: Desk, kind: str, settle: Settle, age: timedelta) -> None:
    """Ask once after the batches that were sent at least `age` ago, in order of age; the others have time."""
    _ask_in_order_of_age(desk, kind, settle, older_than=age)


def batches_in(desk: Desk, kind: str, state: str) -> Sequence[Any]:
    """All batches of a kind that are in a state, in order of age."""
    with desk.look() as connection:
        return _page(desk, connection, kind, state)


def _page(
    desk: Desk,
    connection: Connection,
    kind: str,
    state: str,
    sent_before: datetime | None = None,
    after: Any = None,
    wanted: int | None = None,
) -> Sequence[Any]:
    return statements.rows(
        connection,
        "delivery/open_batches",
        kind=kind,
        state=state,
        sent_before=sent_before,
        after_sent_at=after and after.sent_at,
        after_batch_id=after and after.batch_id,
        wanted=wanted,
        **desk.key,
    )


def _count_sent(desk: Desk, kind: str) -> int:
    with desk.look() as connection:
        return int(statements.scalar(connection, "delivery/count_batches", kind=kind, state="sent", **desk.key))


def _ask_in_order_of_age(
    desk: Desk, kind: str, settle: Settle, *, attempt: int = 0, older_than: timedelta | None = None
) -> int:
    """One round of questions, oldest first, and how many were settled.

    One batch is asked after first, another one in each attempt, so that one that never ends stands in nobody's way: a
    platform that has nothing ready costs one question. The round ends where most of the asked have no result yet, for
    the younger ones have none either.
    """
    settled = 0
    last: Any = None
    before = desk.clock() - older_than if older_than else None
    while True:
        with desk.look() as connection:
            page = list(_page(desk, connection, kind, "sent", before, last, _AT_A_TIME))
        if not page:
            return settled
        answered, asked = 0, len(page)
        rest = page
        if last is None:
            first = page[attempt % len(page)]
            rest = [row for row in page if row is not first]
            answered = _ask(desk, [first], settle)
            if not answered:
                return settled
        answered += _ask(desk, rest, settle) if rest else 0
        settled += answered
        if answered * 2 < asked:
            return settled
        last = page[-1]


def _ask(desk: Desk, page: Sequence[Any], settle: Settle) -> int:
    answers = desk.uplink.results_of([(row.project_code, row.serial_code) for row in page], desk.calls_in_flight)
    verdicts: dict[int, Verdict] = {}
    doubtful: list[int] = []
    for row, answer in zip(page, answers, strict=True):
        if isinstance(answer, FatalError):
            raise answer
        verdict = read_verdict(desk.uplink.profile, answer, row.row_count) if isinstance(answer, AsyncResult) else None
        if verdict is not None:
            verdicts[row.batch_id] = verdict
        elif isinstance(answer, RequestRefusedError) or _is_forgotten(desk, row.sent_at):
            doubtful.append(row.batch_id)
    if verdicts or doubtful:
        with desk.commit("settle") as connection:
            if verdicts:
                settle(connection, verdicts)
            if doubtful:
                forgotten = statements.rows(
                    connection, "delivery/doubt_batches", work_date=desk.work_date, batch_ids=doubtful
                )
                journal.tell(connection, (row.batch_id for row in forgotten))
    return len(verdicts) + len(doubtful)


def _is_forgotten(desk: Desk, sent_at: Any) -> bool:
    """Whether no result can be expected any more: the platform keeps them so long, and this call is older."""
    hours = desk.uplink.profile.results_hours
    return hours is not None and desk.clock() - sent_at > timedelta(hours=hours)
