"""Makes many calls at once and says of each how it ended; what ends it all is said once, at the end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from realname_sync.errors import (
    FatalError,
    RealnameError,
    RequestRefusedError,
    RetriableError,
    UnknownOutcomeError,
)
from realname_sync.platforms.uplink import Uplink

_MOST_DOUBTFUL = 8  # a platform that answers nothing is asked what it has before it is sent more


@dataclass(frozen=True)
class Parcel:
    """One batch ready to go: its text is final."""

    batch_id: int
    project_code: str
    data_text: str = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal: a repeated call must have the same."""
        return hashlib.sha256(self.data_text.encode()).hexdigest()


@dataclass(frozen=True)
class Sent:
    """How the call for one batch ended: `sent` with its serial code, `unknown`, or still `planned`.

    A batch that was tried has a digest, also where it is still planned. `refusal` is why the platform would not take
    it, `evidence` an answer that cannot be read.
    """

    batch_id: int
    state: str
    serial_code: str | None = None
    digest: str | None = None
    reason: str | None = None
    refusal: str = field(default="", repr=False)
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True)
class Round:
    """How a round of calls went: `ended_by` would meet every further call, `in_doubt` means that it is time to ask."""

    sent: Sequence[Sent]
    ended_by: RealnameError | None = None
    in_doubt: bool = False


def send_parcels(
    uplink: Uplink,
    method: str,
    parcels: Sequence[Parcel],
    in_flight: int,
    *,
    not_after: datetime | None = None,
    first_alone: bool = True,
) -> Round:
    """Send `in_flight` at a time, none that would be signed at or after `not_after`, the first alone if wanted.

    A wrong secret so costs one call and not as many as fly at once. An error that would meet every call, or too many
    unknown outcomes, leave the rest planned.
    """
    errors: list[RealnameError] = []
    doubtful: list[RealnameError] = []

    def go_on(error: RealnameError) -> bool:
        if isinstance(error, UnknownOutcomeError):
            doubtful.append(error)
        elif isinstance(error, FatalError | RetriableError):
            errors.append(error)
        return not errors and len(doubtful) < _MOST_DOUBTFUL

    sent: list[Sent] = []
    for part in (parcels[:1], parcels[1:]) if first_alone else (parcels,):
        if errors or not part:
            break
        texts = [(parcel.project_code, parcel.data_text) for parcel in part]
        ended = uplink.write_all(method, texts, in_flight, go_on=go_on, not_after=not_after)
        sent += [_sent(parcel, outcome) for parcel, outcome in zip(part, ended, strict=True)]
    sent += [Sent(parcel.batch_id, "planned") for parcel in parcels[len(sent) :]]
    return Round(sent, errors[0] if errors else None, in_doubt=len(doubtful) >= _MOST_DOUBTFUL)


def _sent(parcel: Parcel, outcome: str | RealnameError | None) -> Sent:
    match outcome:
        case None:
            return Sent(parcel.batch_id, "planned")
        case str():
            return Sent(parcel.batch_id, "sent", outcome, parcel.digest)
        case UnknownOutcomeError():
            reason, evidence = str(outcome), outcome.answer
            return Sent(parcel.batch_id, "unknown", digest=parcel.digest, reason=reason, evidence=evidence)
        case RequestRefusedError():
            return Sent(parcel.batch_id, "planned", digest=parcel.digest, refusal=outcome.answer or str(outcome))
        case _:
            return Sent(parcel.batch_id, "planned", digest=parcel.digest)
