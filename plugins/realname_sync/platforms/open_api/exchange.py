"""One exchange with a platform, whatever carries it: what is signed, what the response means, what is recorded."""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime

from realname_sync.errors import (
    CertificateError,
    NotSentError,
    PlatformBusyError,
    RealnameError,
    ThrottledError,
    UnknownOutcomeError,
)
from realname_sync.platforms.open_api.call_record import CallRecord, project_code_in
from realname_sync.platforms.open_api.envelope import Answer, Call, Credentials, form_body, signed_form
from realname_sync.platforms.open_api.pace import Pace
from realname_sync.platforms.open_api.transport import CertificateRefusedError, NeverConnectedError, TransportError
from realname_sync.standards import Profile, Standard


class Exchange:
    """A signed call under way. Ask it exactly once how it ended: `answered` or `failed`; either records it.

    Args:
        profile: how the platform speaks the protocol.
        standard: its methods.
        method: as the standard calls it.
        data_text: the business JSON, exactly as it is signed and sent.
        credentials: the pair it is signed with.
        signed_at: the aware instant that stands in it.
        on_call: told of the exchange once it has ended.
        pace: told whether the platform complained.
    """

    def __init__(
        self,
        profile: Profile,
        standard: Standard,
        method: str,
        data_text: str,
        credentials: Credentials,
        signed_at: datetime,
        on_call: Callable[[CallRecord], None] | None,
        pace: Pace,
    ) -> None:
        direction = standard.method(method).direction
        self._call = Call(profile.name, method, direction, profile.credentials == "per_project")
        self._data_text = data_text
        self._appid = credentials.appid
        self._signed_at = signed_at
        self._on_call = on_call
        self._pace = pace
        self.body = form_body(signed_form(profile, method, data_text, credentials, signed_at))
        self._started = time.perf_counter()

    def answered(self, http_status: int, content: bytes) -> Answer:
        """The answer in a response.

        Raises:
            RealnameError: whatever `Call.read_answer` and `Call.raise_for_code` make of it.
        """
        answer: Answer | None = None
        failure: RealnameError | None = None
        try:
            answer = self._call.read_answer(http_status, content)
            self._call.raise_for_code(answer)
        except RealnameError as error:
            failure = error
            raise
        finally:
            self._record(http_status, answer, failure)
        return answer

    def failed(self, error: TransportError) -> RealnameError:
        """The error for an exchange that brought no response."""
        platform = self._call.platform
        failure: RealnameError
        if isinstance(error, NeverConnectedError):
            failure = NotSentError(f"{platform}: no connection to connection {platform}_platform could be made")
        elif isinstance(error, CertificateRefusedError):
            failure = CertificateError(
                f"{platform}: the certificate of connection {platform}_platform cannot be verified, so nothing was "
                "sent; see whether its host is right and its authority is known to this machine"
            )
        else:
            failure = self._call.lost(str(error))
        self._record(None, None, failure)
        return failure

    def _record(self, http_status: int | None, answer: Answer | None, failure: RealnameError | None) -> None:
        complained = isinstance(failure, ThrottledError | PlatformBusyError | UnknownOutcomeError)
        self._pace.note(complained=complained)
        record = CallRecord(
            platform=self._call.platform,
            method=self._call.method,
            appid=self._appid,
            project_code=project_code_in(self._data_text),
            code=answer.code if answer else None,
            http_status=http_status,
            error=type(failure).__name__ if failure else None,
            sent_at=self._signed_at,
            elapsed_ms=round((time.perf_counter() - self._started) * 1000, 3),
            request_bytes=len(self.body),
            data_sha256=hashlib.sha256(self._data_text.encode()).hexdigest(),
            serial_code=answer.serial_code if answer else None,
        )
        record.log()
        if self._on_call is not None:
            self._on_call(record)
