"""Makes many calls at once and says of each how it ended; what ends it all is said once, at the end."""

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from realname_sync.delivery.outcomes import tidy
from realname_sync.errors import (
    FatalError,
    MalformedAnswerError,
    PlatformBusyError,
    RealnameError,
    RequestRefusedError,
    RetriableError,
    UnknownOutcomeError,
)
from realname_sync.platforms.open_api.client import AsyncResult
from realname_sync.platforms.uplink import Uplink


@dataclass(frozen=True)
class Parcel:
    """One batch ready to go: its text is final."""

    batch_id: int
    project_code: str
    data_text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal: a repeated call must have the same."""
        return hashlib.sha256(self.data_text.encode()).hexdigest()


@dataclass(frozen=True)
class Sent:
    """How the call for one batch ended: `sent` with its serial code, `unknown`, `refused`, or still `planned`."""

    batch_id: int
    state: str
    serial_code: str | None = None
    digest: str | None = None
    reason: str | None = None


def send_parcels(
    uplink: Uplink, method: str, parcels: Sequence[Parcel], in_flight: int
) -> tuple[list[Sent], RealnameError | None]:
    """Send the first alone, then `in_flight` at a time; an error that would meet every call leaves the rest planned.

    Returns:
        How each call ended, and the error that ended the round, if one did.
    """
    stopped = threading.Event()
    errors: list[RealnameError] = []

    def send(parcel: Parcel) -> Sent:
        if stopped.is_set():
            return Sent(parcel.batch_id, "planned")
        try:
            serial = uplink.write(method, parcel.project_code, parcel.data_text)
        except UnknownOutcomeError as error:
            return Sent(parcel.batch_id, "unknown", digest=parcel.digest, reason=str(error))
        except RequestRefusedError as error:
            said = tidy(error.answer or str(error))
            return Sent(parcel.batch_id, "refused", digest=parcel.digest, reason=said)
        except (FatalError, RetriableError) as error:
            stopped.set()
            errors.append(error)
            return Sent(parcel.batch_id, "planned")
        return Sent(parcel.batch_id, "sent", serial, parcel.digest)

    sent = [send(parcel) for parcel in parcels[:1]]  # a wrong secret costs one call and not as many as fly at once
    with ThreadPoolExecutor(in_flight) as pool:
        sent += pool.map(send, parcels[1:])
    return sent, errors[0] if errors else None


@dataclass(frozen=True)
class Question:
    """A batch to be asked after."""

    batch_id: int
    project_code: str
    serial_code: str
    row_count: int


def ask_results(
    uplink: Uplink, questions: Sequence[Question], in_flight: int
) -> list[tuple[Question, AsyncResult | RequestRefusedError | None]]:
    """Ask what became of batches; None where the platform could not be asked just now.

    A refused question is handed back as it is: the platform does not know the serial code (any more).

    Raises:
        FatalError: an answer that would meet every question, such as a refused signature.
    """

    def ask(question: Question) -> tuple[Question, AsyncResult | RequestRefusedError | None]:
        try:
            return question, uplink.result(question.project_code, question.serial_code)
        except RequestRefusedError as error:
            return question, error
        except (PlatformBusyError, RetriableError, MalformedAnswerError):
            return question, None

    with ThreadPoolExecutor(in_flight) as pool:
        return list(pool.map(ask, questions))
