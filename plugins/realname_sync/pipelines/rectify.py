"""State to the integrity platform what was done after a lamp, when a case is submitted.

What is to be sent is kept before it is sent, in the transaction that submits the case. A statement is *planned* as
long as the platform surely does not have it, and only then a call is made. A call whose outcome is unknown is never
made again: with a serial code it is asked about (AsyncHandleResult.Query), without one a person has to find out.
"""

import base64
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from realname_sync.delivery.desk import CallBook
from realname_sync.delivery.outcomes import tidy
from realname_sync.errors import (
    DataError,
    FatalError,
    HeldError,
    MalformedAnswerError,
    NotSentError,
    RealnameError,
    RequestRefusedError,
    RetriableError,
    ThrottledError,
    UnknownOutcomeError,
)
from realname_sync.pipelines.cases import case_row, take_step
from realname_sync.pipelines.city import City
from realname_sync.pipelines.lamps import open_integrity_of
from realname_sync.platforms.integrity import IntegrityPlatform
from realname_sync.platforms.open_api.client import AsyncResult
from realname_sync.quality.case_moves import load_moves
from realname_sync.standards import check_request, load_standard, serialise
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

log = logging.getLogger(__name__)

ASKS = 5
"""How often a result is asked for before a command gives its answer; what is not ready then is asked for hourly."""

_METHOD = "Rectification.Add"
_DONE, _FAILED = 20, 10
_SURELY_NOT_TAKEN = (NotSentError, ThrottledError, FatalError)


@dataclass(frozen=True)
class Submitted:
    """What became of submitting a case: whether the platform is told, and how that stands."""

    lamp_id: str | None
    state: str
    words: str = ""


def submit_case(
    city: City,
    case_id: int,
    *,
    by: str,
    note: str,
    files: Sequence[Path] = (),
    done_at: datetime | None = None,
    platform_has_none: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Submitted:
    """Submit a case; one with a lamp is stated to the platform with `note` as the measure and the files beside it.

    Args:
        city: the city whose case it is.
        case_id: the case.
        by: who submits it.
        note: what was done; it goes to the platform and into the history.
        files: up to five attachments, within the limits of the standard.
        done_at: aware instant; now if not given.
        platform_has_none: a person found out that the platform does not have the earlier statement of unknown outcome.
        sleep: waits between questions for the result, in seconds.

    Raises:
        DataError: the case cannot be submitted, a file cannot be read or is too large, or the statement does not fit
            the standard; nothing is recorded then.
        HeldError: a statement for the lamp is under way or of unknown outcome.
        FatalError: the platform refuses the caller. The case is submitted and the statement waits to be sent.
    """
    now = city.clock()
    if done_at is not None and done_at > now:
        raise DataError(f"case {case_id}: what was done at {done_at:%Y-%m-%d %H:%M} lies ahead")
    with _platform(city) as (platform, book):
        with transaction(city.engine, Role.CHECK) as connection:
            row = take_step(connection, case_id, "submitted", by=by, note=note, now=now)
            if row.lamp_id is None or row.cleared_at is not None:
                if files:
                    raise DataError(f"no lamp of case {case_id} is lit, so there is nobody to send files to")
                return Submitted(None, "no lamp to answer")
            put_aside = ["planned", *(["unknown"] if platform_has_none else [])]
            statements.run(connection, "quality/give_up_rectifications", case_id=case_id, states=put_aside, now=now)
            _require_none_under_way(connection, row.lamp_id)
            text = _statement_text(row, " ".join(note.split()), files, done_at or now)
            rectification_id = int(
                statements.scalar(
                    connection,
                    "quality/add_rectification",
                    case_id=case_id,
                    lamp_id=row.lamp_id,
                    data_cipher=city.vault.encrypt(text),
                    data_sha256=hashlib.sha256(text.encode()).hexdigest(),
                    attachments=len(files),
                    now=now,
                )
            )
        _send(city, platform, book, rectification_id, case_id)
        for _ in range(ASKS):
            state, words = _state(city, case_id, rectification_id)
            if state != "sent":
                break
            sleep(0.2)
            _ask_all(city, platform, book, only=rectification_id)
        state, words = _state(city, case_id, rectification_id)
    return Submitted(str(row.lamp_id), state, words)


def settle_rectifications(city: City) -> dict[str, int]:
    """Send what waits, ask for the results of what was taken, and call doubtful what a sender left behind.

    Returns:
        How many statements were sent, settled and called doubtful.

    Raises:
        FatalError: the platform refuses the caller.
    """
    counts = {"sent": 0, "settled": 0, "doubtful": 0}
    with transaction(city.engine, Role.READ) as connection:
        standing = statements.rows(connection, "quality/open_rectifications")
    if not standing:
        return counts
    with _platform(city) as (platform, book):
        patience = timedelta(seconds=platform.client.profile.clock_tolerance_seconds)
        for one in standing:
            if one.state == "planned":
                counts["sent"] += _send(city, platform, book, one.rectification_id, one.case_id)
            elif one.state == "sending" and one.sent_at < city.clock() - patience:
                _record(city, book, one, "sending", "unknown", words="the sender ended before an answer came")
                counts["doubtful"] += 1
        counts["settled"] = _ask_all(city, platform, book)
    return counts


@contextmanager
def _platform(city: City) -> Iterator[tuple[IntegrityPlatform, CallBook]]:
    book = CallBook()
    platform = open_integrity_of(city, book)
    try:
        yield platform, book
    finally:
        platform.client.close()
        with transaction(city.engine, Role.CHECK) as connection:
            book.write(connection)


def _require_none_under_way(connection: Connection, lamp_id: str) -> None:
    for one in statements.rows(connection, "quality/rectification_under_way", lamp_id=lamp_id):
        if one.state == "unknown":
            raise HeldError(
                f"lamp {lamp_id} was answered already, for case {one.case_id}, and nobody knows whether that arrived: "
                "ask the platform's operator, and submit it with --platform-has-none if it did not"
            )
        raise HeldError(
            f"lamp {lamp_id} was answered already, for case {one.case_id}, and the platform has not decided yet: "
            "`realname lamps pull` asks for its result"
        )


def _statement_text(row: Row[Any], measure: str, files: Sequence[Path], done_at: datetime) -> str:
    method = load_standard("zhejiang_2_0").method(_METHOD)
    header: dict[str, Any] = {
        "lampId": row.lamp_id,
        "projectCode": row.project_code,
        "measure": measure,
        "doneAt": done_at.replace(microsecond=0),
    }
    if files:
        header["attachments"] = [{"name": path.name, "data": _content(path)} for path in files]
    if problems := check_request(method, header):
        told = "; ".join(f"{problem.field}: {problem.expected}" for problem in problems)
        raise DataError(f"case {row.case_id} cannot be stated to the platform as it is: {told}")
    return serialise(method, header, encrypt=str)  # nothing of it travels encrypted


def _content(path: Path) -> str:
    try:
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as failure:
        raise DataError(f"the file {path} cannot be read: {failure.strerror}") from None


def _send(city: City, platform: IntegrityPlatform, book: CallBook, rectification_id: int, case_id: int) -> bool:
    """Send a planned statement once; whether a call was made. What surely was not taken waits again.

    Raises:
        FatalError: the platform refuses the caller.
    """
    with transaction(city.engine, Role.CHECK) as connection:
        claimed = statements.rows(
            connection, "quality/claim_rectification", rectification_id=rectification_id, now=city.clock()
        )
    if not claimed:
        return False
    record = _Recorder(city, book, rectification_id, case_id)
    try:
        serial = platform.rectify(city.vault.reveal(claimed[0].data_cipher))
    except RequestRefusedError as refusal:
        record("sending", "refused", words=tidy(refusal.answer) or "the platform answered that the request is wrong")
    except UnknownOutcomeError:
        record("sending", "unknown", words="no answer came that can be read")
    except _SURELY_NOT_TAKEN as failure:
        record("sending", "planned", words="not taken by the platform, waits to be sent")
        if isinstance(failure, FatalError):
            raise
        log.warning("what was stated for case %d was not sent: %s", case_id, failure)
    else:
        record("sending", "sent", serial_code=serial)
    return True


def _ask_all(city: City, platform: IntegrityPlatform, book: CallBook, only: int | None = None) -> int:
    """Ask for the results of what was taken; how many were settled."""
    with transaction(city.engine, Role.READ) as connection:
        standing = statements.rows(connection, "quality/open_rectifications")
    settled = 0
    for one in standing:
        if one.state != "sent" or only not in (None, one.rectification_id):
            continue
        record = _Recorder(city, book, one.rectification_id, one.case_id)
        try:
            result = platform.result(one.serial_code)
        except RequestRefusedError:
            record("sent", "unknown", words="the platform no longer knows the serial code")
            settled += 1
            continue
        except (RetriableError, MalformedAnswerError) as failure:
            log.warning("the result of serial code %s cannot be read now: %s", one.serial_code, failure)
            continue
        settled += _read_result(record, result)
    return settled


def _read_result(record: "_Recorder", result: AsyncResult) -> bool:
    if result.status == _DONE:
        record("sent", "done")
    elif result.status == _FAILED:
        record("sent", "refused", words=tidy(result.result))
    return result.status in {_DONE, _FAILED}


@dataclass(frozen=True)
class _Recorder:
    """Records what became of one statement, in it and in the history of its case, with the calls made for it."""

    city: City
    book: CallBook
    rectification_id: int
    case_id: int

    def __call__(self, from_state: str, to_state: str, *, serial_code: str | None = None, words: str = "") -> None:
        now = self.city.clock()
        with transaction(self.city.engine, Role.CHECK) as connection:
            self.book.write(connection)
            statements.run(connection, "quality/claim_cases")
            recorded = statements.run(
                connection,
                "quality/settle_rectification",
                rectification_id=self.rectification_id,
                from_state=from_state,
                to_state=to_state,
                serial_code=serial_code,
                words=words,
                now=now,
            )
            if recorded:
                self._tell(connection, to_state, serial_code, words, now)

    def _tell(self, connection: Connection, to_state: str, serial_code: str | None, words: str, now: datetime) -> None:
        told = f"; serial code {serial_code}" if serial_code else f": {words}" if words else ""
        told = f"what was stated to the platform is {to_state}{told}"
        row = case_row(connection, self.case_id)
        goes_back = to_state == "refused" and row.state == "submitted"
        if goes_back:
            load_moves(connection).require(self.case_id, row.state, "rectifying", told)
        statements.run(
            connection,
            "quality/move_case" if goes_back else "quality/remark_on_case",
            case_id=self.case_id,
            now=now,
            by_whom="platform",
            note=told,
            **({"from_state": "submitted", "to_state": "rectifying"} if goes_back else {}),
        )


def _record(city: City, book: CallBook, one: Row[Any], from_state: str, to_state: str, *, words: str) -> None:
    _Recorder(city, book, one.rectification_id, one.case_id)(from_state, to_state, words=words)


def _state(city: City, case_id: int, rectification_id: int) -> tuple[str, str]:
    with transaction(city.engine, Role.READ) as connection:
        for one in statements.rows(connection, "quality/case_rectifications", case_id=case_id):
            if one.rectification_id == rectification_id:
                return one.state, one.words
    raise RealnameError(f"statement {rectification_id} of case {case_id} is gone from quality.rectification")
