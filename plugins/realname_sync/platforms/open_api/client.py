"""The client of the protocol: one exchange, and on top of it reads, writes, results and pages."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from realname_sync.errors import (
    ConnectionMissingError,
    DataError,
    MalformedAnswerError,
    NotSentError,
    PlatformBusyError,
    RealnameError,
    ThrottledError,
)
from realname_sync.platforms.open_api.answer_rows import Page, read_page
from realname_sync.platforms.open_api.call_record import CallRecord
from realname_sync.platforms.open_api.cipher import decrypt, encrypt
from realname_sync.platforms.open_api.envelope import Answer, Call, Credentials, whole_number
from realname_sync.platforms.open_api.exchange import Exchange
from realname_sync.platforms.open_api.pace import Pace
from realname_sync.platforms.open_api.transport import RequestsTransport, Transport, TransportError
from realname_sync.standards import Profile, check_request, load_standard, serialise
from realname_sync.workdate import Clock, system_clock

_RESULT_METHOD = "AsyncHandleResult.Query"

__all__ = ["Answer", "AsyncResult", "CallRecord", "Credentials", "OpenApiClient", "Page"]


@dataclass(frozen=True, slots=True)
class AsyncResult:
    """How a write stands: status 0 in progress, 10 failed, 20 done. `result` may name persons: never log it."""

    status: int
    result: str = field(repr=False)


class OpenApiClient:
    """Speaks the protocol to one platform. May be shared by threads.

    Args:
        profile: how the platform speaks it.
        base_url: `http://` or `https://`, host and port.
        clock: decides timestamp and protocol version.
        on_call: told of every exchange, also of one that failed; what it raises is passed on.
        sleep: waits between tries, in seconds.
        transport: carries the single calls; over `requests` if none is given.
        pace: keeps calls below what the platform allows; by the profile's figure if none is given.

    Raises:
        ConnectionMissingError: the base address is none.
    """

    def __init__(
        self,
        profile: Profile,
        base_url: str,
        *,
        clock: Clock = system_clock,
        on_call: Callable[[CallRecord], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        transport: Transport | None = None,
        pace: Pace | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConnectionMissingError(
                f"connection {profile.name}_platform has no usable address; set host to http://… or https://…"
            )
        self.profile = profile
        self.standard = load_standard(profile.standard)
        self.url = base_url.rstrip("/") + profile.path
        self.clock = clock
        self._on_call = on_call
        self._sleep = sleep
        self.pace = pace or Pace(profile.calls_per_second, sleep=sleep)
        self._transport = transport or RequestsTransport()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back. The client may go on being used; it opens new ones then."""
        self._transport.close()

    def call(self, method: str, data_text: str, credentials: Credentials) -> Answer:
        """One exchange, never repeated.

        Raises:
            NotSentError: no connection was made.
            PlatformBusyError, MalformedAnswerError: a read failed on the way, or its answer cannot be read.
            UnknownOutcomeError: either of the two happened to a write.
            RequestRefusedError, SignatureRefusedError, PermissionRefusedError, ThrottledError: what the code says.
            SettingsError: the standard has no such method.
        """
        self.pace.wait(credentials.appid)
        exchange = self.begin(method, data_text, credentials, self.clock())
        try:
            response = self._transport.post(
                self.url,
                exchange.body,
                connect_timeout=self.profile.connect_timeout_seconds,
                read_timeout=self.profile.read_timeout_seconds,
            )
        except TransportError as error:
            raise exchange.failed(error) from None
        return exchange.answered(*response)

    def begin(self, method: str, data_text: str, credentials: Credentials, signed_at: datetime) -> Exchange:
        """A call signed for an aware instant, to be carried by whatever transport.

        Raises:
            SettingsError: the standard has no such method.
        """
        return Exchange(
            self.profile, self.standard, method, data_text, credentials, signed_at, self._on_call, self.pace
        )

    def read(self, method: str, query: Mapping[str, Any], credentials: Credentials) -> Any:
        """The `data` of a query's answer; repeated where the call failed on the way or there were too many.

        Raises:
            DataError: the query does not fit the standard.
            Whatever `call` raises for a read.
        """
        described = self.standard.method(method)
        if problems := check_request(described, query):
            told = "; ".join(f"{problem.field} {problem.reason}" for problem in problems)
            raise DataError(f"{self.profile.name}: the query {method} does not fit the standard: {told}")
        text = serialise(described, query, encrypt=partial(encrypt, secret=credentials.secret))
        again = self._again(NotSentError, PlatformBusyError, ThrottledError)
        return again(self.call, method, text, credentials).data

    def write(self, method: str, data_text: str, credentials: Credentials) -> str:
        """The serial code that a write was given; repeated, with the same data, only if it surely was not taken.

        Raises:
            UnknownOutcomeError: it may have been carried out; also when the answer holds no serial code.
            Whatever else `call` raises for a write.
        """
        answer = self._again(NotSentError, ThrottledError)(self.call, method, data_text, credentials)
        return self.read_serial(method, answer)

    def read_serial(self, method: str, answer: Answer) -> str:
        """The serial code in the answer to a write.

        Raises:
            UnknownOutcomeError: there is none, so the write cannot be asked after by it.
        """
        if answer.serial_code is None:
            raise Call(self.profile.name, method, "write").malformed("no requestSerialCode", str(answer.data))
        return answer.serial_code

    def result(self, serial_code: str, credentials: Credentials) -> AsyncResult:
        """How the write of that serial code stands.

        Raises:
            MalformedAnswerError: the answer has no status that the protocol knows.
            Whatever `read` raises.
        """
        return self.read_result(self.read(_RESULT_METHOD, {"requestSerialCode": serial_code}, credentials))

    def result_query(self, serial_code: str) -> tuple[str, str]:
        """Method and data text of the question how a write stands."""
        query = {"requestSerialCode": serial_code}
        return _RESULT_METHOD, serialise(self.standard.method(_RESULT_METHOD), query, encrypt=str)  # nothing is secret

    def read_result(self, data: Any) -> AsyncResult:
        """The result in the `data` of an answer to that question.

        Raises:
            MalformedAnswerError: it has no status that the protocol knows.
        """
        states = self.standard.code_tables["asyncStatus"].codes
        try:
            status = str(whole_number(data.get("status"))) if isinstance(data, Mapping) else ""
        except (TypeError, ValueError):
            status = ""
        if status not in states:
            raise MalformedAnswerError(f"{self.profile.name}: {_RESULT_METHOD} answered no known status", str(data))
        result = data.get("result")
        if not isinstance(result, str):
            result = "" if result is None else json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        return AsyncResult(int(status), result)

    def pages(self, method: str, query: Mapping[str, Any], credentials: Credentials) -> Iterator[Page]:
        """The pages of a query that have rows, in order; `pageIndex` is filled in, `pageSize` where it is not given.

        The end is a page that is not full while no more rows are promised, or, once all promised rows came, an empty
        page or the same page again: no row is lost to a total that changes between two pages or to pages smaller than
        asked for.

        Raises:
            MalformedAnswerError: an answer is no page, or the platform promises more rows than it gives, by an empty
                page or by the same one again. What seems to be missing would else be sent twice.
            Whatever `read` raises.
        """
        described = self.standard.method(method)
        size = query.get("pageSize", self.profile.page_size)
        seen: dict[str, int] = {}
        received = 0
        index = self.profile.first_page
        while True:
            data = self.read(method, {**query, "pageIndex": index, "pageSize": size}, credentials)
            try:
                page = read_page(described, index, data, partial(decrypt, secret=credentials.secret))
            except MalformedAnswerError as error:
                raise MalformedAnswerError(f"{self.profile.name}: {method}, page {index}: {error}", str(data)) from None
            if not page.rows:
                if received < (page.total_count or 0):
                    told = f"gives {received} rows and promises {page.total_count}"
                    raise MalformedAnswerError(f"{self.profile.name}: {method} {told}", str(data))
                return
            earlier = seen.setdefault(hashlib.sha256(repr(page.raw.get("rows")).encode()).hexdigest(), index)
            if earlier != index:
                if page.total_count is not None and received >= page.total_count:
                    return
                raise MalformedAnswerError(f"{self.profile.name}: {method} gives page {earlier} again as page {index}")
            yield page
            received += len(page.rows)
            if len(page.rows) < size and received >= (page.total_count or 0):
                return
            index += 1

    def _again(self, *kinds: type[RealnameError]) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(kinds),
            stop=stop_after_attempt(self.profile.attempts),
            wait=wait_exponential_jitter(multiplier=0.3, max=5, jitter=0.3),
            sleep=self._sleep,
            reraise=True,
        )
