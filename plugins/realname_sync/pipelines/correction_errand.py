"""What runs that ask for corrections have at hand, and how one request is sent and found out about.

A request is committed before it is sent. Where the answer was lost, the platform is asked which tickets came since,
before the very same text goes again; and it answers a second request for a field with the ticket that is open.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from realname_sync.delivery.desk import CallBook
from realname_sync.delivery.questions import seconds_in_the_works
from realname_sync.errors import (
    FatalError,
    MalformedAnswerError,
    RequestRefusedError,
    RetriableError,
    UnknownOutcomeError,
)
from realname_sync.pipelines.city import City
from realname_sync.platforms.integrity import IntegrityPlatform
from realname_sync.platforms.opening import open_integrity
from realname_sync.quality.corrections import tell
from realname_sync.quality.report.privacy import Privacy
from realname_sync.settings import ConnectionSpec
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

log = logging.getLogger(__name__)

OPEN = ("received", "accepted")
"""States of a correction whose ticket a clerk has still to decide on."""

_SIGN_WITHIN = timedelta(minutes=1)  # a process that was stopped after its claim and wakes up later sends nothing
_DONE, _FAILED = 20, 10
_PATIENCE = (
    0.2,
    0.5,
    1.0,
    2.0,
)  # seconds between questions for a result; the next run takes what comes later
_TICKET = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{3,}")
_STATE_OF = {"1": "received", "2": "accepted", "3": "rejected", "4": "applied"}  # code table correctionStatus

Progress = Callable[[str], None]


def silent(_text: str) -> None:
    """Tell nobody."""


@dataclass
class Errand:
    """What one run needs at hand; `at` is told where it stands, just before and after each commit."""

    city: City
    platform: IntegrityPlatform
    book: CallBook
    progress: Progress
    sleep: Callable[[float], None]
    at: Callable[[str], None]

    @contextmanager
    def commit(self, step: str) -> Iterator[Any]:
        """One transaction of the checking role, with the calls made since the last one."""
        with transaction(self.city.engine, Role.CHECK) as connection:
            yield connection
            self.book.write(connection)
            self.at(f"{step}.before")
        self.at(f"{step}.after")


@contextmanager
def open_errand(
    city: City, progress: Progress, sleep: Callable[[float], None], at: Callable[[str], None]
) -> Iterator[Errand]:
    """What a run needs at hand, given back at the end."""
    book = CallBook()
    platform = open_integrity(integrity_spec(city), clock=city.clock, on_call=book.note)
    errand = Errand(city, platform, book, progress, sleep, at)
    try:
        yield errand
    finally:
        with errand.commit("close"):
            pass  # the calls made since the last commit are written whatever happened
        platform.client.close()


def integrity_spec(city: City) -> ConnectionSpec:
    """The connection integrity_platform, without what is no setting of the profile."""
    spec = city.connection("integrity_platform")
    return replace(spec, extra={name: value for name, value in spec.extra.items() if name != "area_code"})


def list_corrections(city: City, states: Sequence[str] | None = None) -> Sequence[Row[Any]]:
    """Every correction, of these states if given: rows of sql/quality/list_corrections.sql."""
    with transaction(city.engine, Role.READ) as connection:
        return statements.rows(connection, "quality/list_corrections", states=list(states) if states else None)


def corrections_in(city: City, states: Iterable[str]) -> Sequence[Row[Any]]:
    """The corrections in these states, oldest first."""
    return list_corrections(city, list(states))


def in_doubt(city: City) -> Iterator[Row[Any]]:
    """The corrections whose call was begun and of which no answer is known."""
    return (row for row in corrections_in(city, ("sent",)) if row.serial_code is None)


def state_by_id(city: City) -> dict[int, str]:
    """How every correction stands."""
    return {row.correction_id: row.state for row in list_corrections(city)}


def send_draft(errand: Errand, correction_id: int) -> None:
    """Send one draft; whoever claims it sends it, once. Its answer is recorded in a transaction of its own."""
    city = errand.city
    sent_at = city.clock()
    with errand.commit("claim") as connection:
        claimed = statements.rows(connection, "quality/claim_correction", correction_id=correction_id, sent_at=sent_at)
    if not claimed:
        return  # somebody else is sending it
    text = city.vault.reveal(claimed[0].data_cipher)
    if city.clock() - sent_at > _SIGN_WITHIN:
        return  # stopped in between: whether somebody took it over is found out like any other doubt
    key = {"correction_id": correction_id}
    try:
        serial_code = errand.platform.ask_for_correction(text)
    except UnknownOutcomeError as lost:
        log.warning("correction %d: %s", correction_id, lost)
        return
    except RequestRefusedError as refusal:
        with errand.commit("refused") as connection:
            words = readable(text, refusal.answer or str(refusal))
            tell(connection, correction_id, "sent", "rejected", city.clock(), reject_reason=words, remark="not taken")
        return
    except (FatalError, RetriableError):
        with errand.commit("not_sent") as connection:
            tell(connection, correction_id, "sent", "drafted", city.clock(), remark="the call was surely not taken")
        raise
    errand.at("call.after")
    with errand.commit("answer") as connection:
        statements.run(
            connection,
            "quality/record_correction_serial",
            **key,
            serial_code=serial_code,
            sent_at=sent_at,
            now=city.clock(),
        )


def settle_sent(errand: Errand) -> None:
    """Find out what became of everything that was sent: by its serial code, else by the tickets that came since."""
    _settle_by_results(errand)
    _settle_in_doubt(errand)


def _settle_by_results(errand: Errand) -> None:
    """Ask for the results of requests until all are told or patience ends."""
    for patience in (*_PATIENCE, None):
        sent = [row for row in corrections_in(errand.city, ("sent",)) if row.serial_code is not None]
        told = [_settle_by_result(errand, row) for row in sent]
        if all(told) or patience is None:
            return
        errand.sleep(patience)


def _settle_by_result(errand: Errand, row: Row[Any]) -> bool:
    """Ask for the result of a request; False where it is still in the works."""
    city = errand.city
    try:
        result = errand.platform.result(row.serial_code)
    except RequestRefusedError:
        # The platform keeps no result of that code any more, so its outcome has to be found out otherwise.
        with errand.commit("result_gone") as connection:
            statements.run(
                connection,
                "quality/record_correction_serial",
                correction_id=row.correction_id,
                serial_code=None,
                sent_at=row.sent_at,
                now=city.clock(),
            )
        return True
    if result.status not in (_DONE, _FAILED):
        return False
    if result.status == _DONE:
        ticket_no = _ticket_in(result.result)
        with errand.commit("result") as connection:
            if ticket_no is None:
                _remark(connection, row, city.clock(), "the platform took it and told no ticket: ask its operator")
            else:
                tell(connection, row.correction_id, "sent", "received", city.clock(), ticket_no=ticket_no)
        return True
    adopted = _open_ticket_named_in(errand, result.result)
    with errand.commit("result") as connection:
        if adopted is not None:
            _adopt(errand, connection, row, adopted)
        else:
            words = readable(text_of(city, row.correction_id, connection), result.result)
            tell(
                connection, row.correction_id, "sent", "rejected", city.clock(), reject_reason=words, remark="not taken"
            )
    return True


def _adopt(errand: Errand, connection: Connection, row: Row[Any], told: Mapping[str, Any]) -> None:
    ticket_no = str(told["ticketNo"])
    tell(
        connection,
        row.correction_id,
        "sent",
        "received",
        errand.city.clock(),
        ticket_no=ticket_no,
        remark=f"ticket {ticket_no} was open for the field already",
    )
    tell_ticket(errand, connection, row.correction_id, ticket_no, told)


def _settle_in_doubt(errand: Errand) -> None:
    """Ask about requests whose answer was lost, and send again what surely is not there or is told by its open ticket.

    The platform tells of a ticket neither row nor field. If no ticket came that is not ours, none was made; if those
    that came are open, the same request is answered with the open ticket and makes no second one. Only where one that
    is not ours has been decided since, a person has to say whether it was this one.
    """
    doubtful = list(in_doubt(errand.city))
    if not doubtful:
        return
    profile = errand.platform.client.profile
    last_sent_at = max(row.sent_at for row in doubtful)
    seconds = seconds_in_the_works(last_sent_at, errand.city.clock(), profile.unknown_wait_seconds)
    if seconds > 0:
        errand.progress(f"{len(doubtful)} requests without an answer; asking after them in {seconds:.0f} s")
        errand.sleep(seconds)
    since = min(row.sent_at for row in doubtful) - timedelta(seconds=profile.clock_tolerance_seconds)
    told = [row for page in errand.platform.corrections(since) for row in page.rows]
    with errand.commit("doubt") as connection:
        ours = statements.rows(
            connection, "quality/known_tickets", ticket_nos=[str(row.get("ticketNo")) for row in told]
        )
        known = {row.ticket_no for row in ours}
        strange = [row for row in told if str(row.get("ticketNo")) not in known]
        decided = [str(row.get("ticketNo")) for row in strange if state_of(row) not in OPEN]
        now = errand.city.clock()
        for row in doubtful:
            if decided:
                _remark(
                    connection,
                    row,
                    now,
                    f"in doubt: {', '.join(decided[:3])} came since and has been decided, and may be this one; ask the "
                    f"platform's operator, then: realname correct settle {row.correction_id}",
                )
            else:
                words = "asked: no ticket that has been decided came of it"
                tell(connection, row.correction_id, "sent", "drafted", now, remark=words, doubt_since=row.sent_at)
    if not decided:
        for row in doubtful:
            send_draft(errand, row.correction_id)
        _settle_by_results(errand)


def tell_ticket(
    errand: Errand, connection: Connection, correction_id: int, ticket_no: str, told: Mapping[str, Any]
) -> None:
    """Move a correction to where the platform says that its ticket stands; never back."""
    state = state_of(told)
    if state is None:
        raise MalformedAnswerError("integrity: Correction.Query answered no status that the standard knows", str(told))
    now = errand.city.clock()
    reason = None
    if state == "rejected":
        text = text_of(errand.city, correction_id, connection)
        reason = readable(text, str(told.get("reason") or "no reason was given"))
    way = {"accepted": ("received",), "rejected": OPEN, "applied": OPEN}.get(state, ())
    for before in way:
        if tell(connection, correction_id, before, state, now, by="integrity platform", reject_reason=reason):
            errand.progress(f"ticket {ticket_no}: {state}")


def ticket_of(errand: Errand, ticket_no: str) -> Mapping[str, Any] | None:
    """What the platform says of a ticket; None if it knows none of that number."""
    rows = [row for page in errand.platform.correction(ticket_no) for row in page.rows]
    return next((row for row in rows if str(row.get("ticketNo")) == ticket_no), None)


def _open_ticket_named_in(errand: Errand, words: str) -> Mapping[str, Any] | None:
    """The open ticket that a refusal names: of what could be a number, the one that the platform knows as open."""
    for word in dict.fromkeys(_TICKET.findall(words)):
        told = ticket_of(errand, word)
        if told is not None and state_of(told) in OPEN:
            return told
    return None


def _ticket_in(result: str) -> str | None:
    try:
        ticket_no = json.loads(result)["ticketNo"]
    except (ValueError, TypeError, KeyError):
        return None
    return str(ticket_no) if ticket_no else None


def state_of(told: Mapping[str, Any]) -> str | None:
    """The state of a correction whose ticket stands so; None for a status that the standard does not know."""
    return _STATE_OF.get(str(told.get("status")))


def text_of(city: City, correction_id: int, connection: Connection) -> str:
    """The business JSON of a request, with the values in it: never to be logged or shown."""
    cipher = statements.scalar(connection, "quality/correction_text", correction_id=correction_id)
    return city.vault.reveal(cipher)


def readable(data_text: str, words: str) -> str:
    """The platform's words, with the values of the request and numbers of persons taken out of them."""
    data = json.loads(data_text)
    values = {str(data[name]) for name in ("sharedValue", "municipalValue") if data.get(name)}
    return Privacy(names=frozenset(value for value in values if len(value) > 1)).text(words)[:500]


def _remark(connection: Connection, row: Row[Any], now: datetime, words: str) -> None:
    statements.run(connection, "quality/remark_correction", correction_id=row.correction_id, remark=words, now=now)
