"""Sends the calls of a walk, as agreed or deviating in one thing, and keeps what came back exactly."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from realname_sync.errors import MalformedAnswerError, NotSentError, RealnameError
from realname_sync.platforms.open_api.answer_rows import Page, read_page
from realname_sync.platforms.open_api.cipher import decrypt
from realname_sync.platforms.open_api.client import AsyncResult, OpenApiClient
from realname_sync.platforms.open_api.envelope import Answer, Call, Credentials, form_body, read_json, signed_form
from realname_sync.platforms.open_api.signature import sign
from realname_sync.platforms.open_api.transport import NeverConnectedError, RequestsTransport, TransportError
from realname_sync.workdate import SHANGHAI

_TOO_MANY_CALLS = -5
_FIRST_WAIT, _LONGEST_WAIT = 0.005, 5.0


@dataclass(frozen=True)
class Response:
    """What came back for one call. `failure` is the kind of error where there is no answer of the agreed form."""

    answer: Answer | None
    failure: str
    http_status: int | None
    code_is_text: bool
    page: Page | None
    elapsed_ms: float
    clock_ahead: float | None
    """Seconds the platform's clock is ahead of ours by its header `Date`, which tells whole seconds."""
    throttled: int = 0


@dataclass(frozen=True)
class Ended:
    """How a write ended; `result` is None where it did not end in time or cannot be read, and `failure` says which."""

    result: AsyncResult | None
    asked: int
    seconds: float
    failure: str = ""


@dataclass
class Wire:
    """One endpoint under one pair. `patience` is how many seconds a write's result is waited for."""

    client: OpenApiClient
    transport: RequestsTransport
    credentials: Credentials
    patience: float
    sleep: Callable[[float], None] = time.sleep
    used_nonce: str = field(default="", repr=False)
    _reached: bool = False

    def call(self, method: str, text: str, deviation: Mapping[str, Any], *, keep_nonce: bool = False) -> Response:
        """Make one call; made again, as a new one, where the platform says that there were too many.

        Raises:
            NotSentError: no connection was made, and none was before.
        """
        throttled = 0
        while True:
            response = self._once(method, text, deviation, keep_nonce)
            too_many = response.answer is not None and response.answer.code == _TOO_MANY_CALLS
            if not too_many or throttled + 1 >= self.client.profile.attempts:
                return replace(response, throttled=throttled)
            throttled += 1
            self.sleep(1.0)

    def ended(self, serial_code: str) -> Ended:
        """Ask how a write ended until it has, or patience is at its end."""
        method, text = self.client.result_query(serial_code)
        began, wait, asked = time.monotonic(), _FIRST_WAIT, 0
        while True:
            response = self.call(method, text, {})
            asked += 1
            seconds = time.monotonic() - began
            if response.answer is None or response.answer.code != 0:
                code = response.failure if response.answer is None else f"code {response.answer.code}"
                return Ended(None, asked, seconds, code)
            try:
                result = self.client.read_result(response.answer.data)
            except MalformedAnswerError:
                return Ended(None, asked, seconds, "no known status")
            if result.status != 0:
                return Ended(result, asked, seconds)
            if seconds >= self.patience:
                return Ended(None, asked, seconds, f"none within {self.patience:g} s")
            self.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    def _once(self, method: str, text: str, deviation: Mapping[str, Any], keep_nonce: bool) -> Response:
        client = self.client
        client.pace.wait(self.credentials.appid)
        sent_at = client.clock()
        params = self._params(method, text, deviation, sent_at)
        if keep_nonce:
            self.used_nonce = params["nonce"]
        began = time.monotonic()
        try:
            received = self.transport.exchange(
                client.url,
                form_body(params),
                connect_timeout=client.profile.connect_timeout_seconds,
                read_timeout=client.profile.read_timeout_seconds,
            )
        except NeverConnectedError:
            if not self._reached:
                raise NotSentError(f"{client.profile.name}: no connection to {client.url} could be made") from None
            return Response(None, "no connection", None, False, None, _since(began), None)
        except TransportError as error:
            return Response(None, f"no answer ({error})", None, False, None, _since(began), None)
        self._reached = True
        elapsed = _since(began)
        ahead = _ahead(received.date, sent_at, elapsed)
        direction = client.standard.method(method).direction
        try:
            answer = Call(client.profile.name, method, direction).read_answer(received.status, received.content)
        except RealnameError as error:
            return Response(None, type(error).__name__, received.status, False, None, elapsed, ahead)
        try:
            page = self._page(method, answer)
            failure = ""
        except MalformedAnswerError:
            page, failure = None, "the answer is no page"
        code_is_text = isinstance(read_json(received.content)["code"], str)
        return Response(answer, failure, received.status, code_is_text, page, elapsed, ahead)

    def _params(self, method: str, text: str, deviation: Mapping[str, Any], now: datetime) -> dict[str, str]:
        params = signed_form(self.client.profile, method, deviation.get("text", text), self.credentials, now)
        for name in ("appid", "version", "format", "method"):
            if name in deviation:
                params[name] = str(deviation[name])
        if "timestamp" in deviation:
            moved = now + moved_by(deviation["timestamp"], self.client.profile.clock_tolerance_seconds)
            params["timestamp"] = moved.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        if deviation.get("nonce") == "used":
            params["nonce"] = self.used_nonce
        params.pop(deviation.get("without", ""), None)
        if deviation.get("without") != "sign":
            params["sign"] = sign(params, self.credentials.secret)
        if deviation.get("sign") == "wrong":
            params["sign"] = sha256(params["sign"].encode()).hexdigest()
        return params

    def _page(self, method: str, answer: Answer) -> Page | None:
        described = self.client.standard.method(method)
        is_paged = any(one.name == "pageIndex" for one in described.header)
        if answer.code != 0 or not is_paged:
            return None
        return read_page(described, 0, answer.data, partial(decrypt, secret=self.credentials.secret))


def moved_by(timestamp: Mapping[str, int], tolerance_seconds: int) -> timedelta:
    """How far a time stamp deviates: so many tolerances, and so many seconds."""
    return timedelta(seconds=timestamp["tolerances"] * tolerance_seconds + timestamp["seconds"])


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000


def _ahead(date: datetime | None, sent_at: datetime, elapsed_ms: float) -> float | None:
    """The header is cut to whole seconds, so half a second is put back; it was written about half-way."""
    if date is None:
        return None
    return (date - sent_at).total_seconds() + 0.5 - elapsed_ms / 2000
