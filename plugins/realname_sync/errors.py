"""Every error this system raises, sorted by what follows from it.

The class decides what happens next; the message says what failed, for which key, and what to do. A message never
holds an identity number, a name, a phone number or a secret.
"""

from collections.abc import Sequence


class RealnameError(Exception):
    """Root of all errors of this system."""


class FatalError(RealnameError):
    """Trying again cannot help: a person has to change something first."""


class RetriableError(RealnameError):
    """The same call may succeed later, and repeating it is safe."""


class DataError(RealnameError):
    """What was received or read is not what was agreed; the input has to change, not the program."""


class BrokenRulesError(DataError):
    """Rules could not be carried out; their former findings stand, and all other rules have run."""

    def __init__(self, message: str, rule_ids: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.rule_ids = tuple(rule_ids)


class HeldError(RealnameError):
    """Work is kept back on purpose until a stated condition is met."""


class SettingsError(FatalError):
    """A setting is missing or makes no sense."""


class ConnectionMissingError(SettingsError):
    """A connection is not defined, or lacks a part that is needed."""


class CertificateError(SettingsError):
    """A platform's certificate cannot be verified; nothing was sent."""


class RefusedError(FatalError):
    """What was asked for makes no sense or may not be done now; nothing was done."""


class WorkDateError(FatalError):
    """No work date could be decided for this run."""


class MigrationError(FatalError):
    """The schema in the database and the migrations in the repository do not fit."""


class SourceShapeError(FatalError):
    """A source no longer yields a column that was agreed; nothing was taken over."""


class SignatureRefusedError(FatalError):
    """The platform refused the signature: appid or secret is wrong."""


class PermissionRefusedError(FatalError):
    """The platform refused the caller, the method or the protocol version."""


class CallRefusedError(FatalError):
    """The platform refused what surrounds a request, as its time stamp or appid; `answer` holds its words."""

    def __init__(self, message: str, answer: str = "") -> None:
        super().__init__(message)
        self.answer = answer


class ThrottledError(RetriableError):
    """The platform said that there were too many calls."""


class NotSentError(RetriableError):
    """The connection was never made, so the platform cannot have seen the call."""


class OtherSenderError(RetriableError):
    """Another sender has claimed what is due; if it is gone, its claims run out by themselves."""


class PlatformBusyError(RetriableError):
    """A read failed on the way or on the platform's side; reads may be repeated."""


class UnknownOutcomeError(RealnameError):
    """A write may or may not have been carried out. Never send it again before having asked.

    `answer` holds the platform's words where something came that cannot be read, to be kept and never logged.
    """

    def __init__(self, message: str, answer: str = "") -> None:
        super().__init__(message)
        self.answer = answer


class PlatformAnswerError(DataError):
    """A platform's answer stands in the way; `answer` holds its words, to be kept in the database and never logged."""

    def __init__(self, message: str, answer: str = "") -> None:
        super().__init__(message)
        self.answer = answer


class RequestRefusedError(PlatformAnswerError):
    """The platform answered that the request itself is wrong."""


class MalformedAnswerError(PlatformAnswerError):
    """The platform's answer is not of the agreed form."""
