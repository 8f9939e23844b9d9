"""The client of the protocol: one exchange, and on top of it reads, writes, results and pages."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import NameResolutionError, NewConnectionError

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
from realname_sync.platforms.open_api.call_record import CallRecord, project_code_in
from realname_sync.platforms.open_api.cipher import decrypt, encrypt
from realname_sync.platforms.open_api.envelope import Answer, Call, Credentials, form_body, signed_form
from realname_sync.platforms.open_api.pace import Pace
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
    """Speaks the protocol to one platform. May be shared by threads: each has a session of its own, kept alive.

    Proxies and other settings of the environment are not used.

    Args:
        profile: how the platform speaks it.
        base_url: `http://` or `https://`, host and port.
        clock: decides timestamp and protocol version.
        on_call: told of every exchange, also of one that failed; what it raises is passed on.
        sleep: waits between tries, in seconds.

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
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConnectionMissingError(
                f"connection {profile.name}_platform has no usable address; set host to http://… or https://…"
            )
        self.profile = profile
        self.standard = load_standard(profile.standard)
        self._url = base_url.rstrip("/") + profile.path
        self._clock = clock
        self._on_call = on_call
        self._sleep = sleep
        self._pace = Pace(profile.calls_per_second, sleep=sleep)
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._sessions_lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every thread's session. The client may go on being used; it opens new ones then."""
        with self._sessions_lock:
            sessions, self._sessions = self._sessions, []
            self._local = threading.local()
        for session in sessions:
            session.close()

    def call(self, method: str, data_text: str, credentials: Credentials) -> Answer:
        """One exchange, never repeated.

        Raises:
            NotSentError: no connection was made.
            PlatformBusyError, MalformedAnswerError: a read failed on the way, or its answer cannot be read.
            UnknownOutcomeError: either of the two happened to a write.
            RequestRefusedError, SignatureRefusedError, PermissionRefusedError, ThrottledError: what the code says.
            SettingsError: the standard has no such method.
        """
        direction = self.standard.method(method).direction
        call = Call(self.profile.name, method, direction, self.profile.credentials == "per_project")
        self._pace.wait(credentials.appid)
        sent_at = self._clock()
        body = form_body(signed_form(self.profile, method, data_text, credentials, sent_at))
        started = time.perf_counter()
        http_status: int | None = None
        answer: Answer | None = None
        failure: RealnameError | None = None
        try:
            http_status, content = self._exchange(call, body)
            answer = call.read_answer(http_status, content)
            call.raise_for_code(answer)
        except RealnameError as error:
            failure = error
            raise
        finally:
            record = CallRecord(
                platform=self.profile.name,
                method=method,
                appid=credentials.appid,
                project_code=project_code_in(data_text),
                code=answer.code if answer else None,
                http_status=http_status,
                error=type(failure).__name__ if failure else None,
                sent_at=sent_at,
                elapsed_ms=round((time.perf_counter() - started) * 1000, 3),
                request_bytes=len(body),
                data_sha256=hashlib.sha256(data_text.encode()).hexdigest(),
                serial_code=answer.serial_code if answer else None,
            )
            record.log()
            if self._on_call is not None:
                self._on_call(record)
        return answer

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
        if answer.serial_code is None:
            raise Call(self.profile.name, method, "write").malformed("no requestSerialCode", "")
        return answer.serial_code

    def result(self, serial_code: str, credentials: Credentials) -> AsyncResult:
        """How the write of that serial code stands.

        Raises:
            MalformedAnswerError: the answer has no status that the protocol knows.
            Whatever `read` raises.
        """
        data = self.read(_RESULT_METHOD, {"requestSerialCode": serial_code}, credentials)
        states = self.standard.code_tables["asyncStatus"].codes
        status = str(data.get("status")) if isinstance(data, Mapping) else ""
        if status not in states:
            raise MalformedAnswerError(f"{self.profile.name}: {_RESULT_METHOD} answered no known status", str(data))
        result = data.get("result")
        if not isinstance(result, str):
            result = "" if result is None else json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        return AsyncResult(int(status), result)

    def pages(self, method: str, query: Mapping[str, Any], credentials: Credentials) -> Iterator[Page]:
        """The pages of a query that have rows, in order; `pageIndex` is filled in, `pageSize` where it is not given.

        The end is an empty page, a page that is not full while no more rows are promised, or, once all promised rows
        came, the same page again: no row is lost to a total that changes between two pages or to pages smaller than
        asked for.

        Raises:
            MalformedAnswerError: an answer is no page, or the platform gives the same page again before its end.
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

    def _exchange(self, call: Call, body: bytes) -> tuple[int, bytes]:
        timeouts = (self.profile.connect_timeout_seconds, self.profile.read_timeout_seconds)
        try:
            response = self._session().post(self._url, data=body, timeout=timeouts, allow_redirects=False)
        except requests.RequestException as error:
            if _was_never_connected(error):
                raise NotSentError(
                    f"{call.platform}: no connection to connection {call.platform}_platform could be made"
                ) from None
            raise call.lost(type(error).__name__) from None
        return response.status_code, response.content

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=0))
            self._local.session = session
            with self._sessions_lock:
                self._sessions.append(session)
        return session

    def _again(self, *kinds: type[RealnameError]) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(kinds),
            stop=stop_after_attempt(self.profile.attempts),
            wait=wait_exponential_jitter(multiplier=0.3, max=5, jitter=0.3),
            sleep=self._sleep,
            reraise=True,
        )


def _was_never_connected(error: requests.RequestException) -> bool:
    """Whether the platform cannot have seen anything of the call."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError | NameResolutionError)
