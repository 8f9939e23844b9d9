"""What goes over the wire: the signed form of a call, and the answer to it with what its code means."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from yarl import URL

from realname_sync.errors import (
    CallRefusedError,
    MalformedAnswerError,
    PermissionRefusedError,
    PlatformBusyError,
    RealnameError,
    RequestRefusedError,
    SignatureRefusedError,
    ThrottledError,
    UnknownOutcomeError,
)
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.platforms.open_api.signature import sign
from realname_sync.standards import Profile
from realname_sync.standards.model import Direction
from realname_sync.workdate import SHANGHAI

# A request's fields are never called so; `appid` unknown is such a case (open-api.md 2.4), a clock that is off another.
_PUBLIC_PARAMETER = re.compile(r"\b(appid|timestamp|format|version|corpsign)\b", re.IGNORECASE | re.ASCII)

_LEFT_IN_QUERIES = tuple((mark, f"%{ord(mark):02X}") for mark in "!$'()*,/:?@")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A pair as a platform issues it; `corp_key` is the second secret that some deployments ask for."""

    appid: str
    secret: str = field(repr=False)
    corp_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the agreed form. `message` may name persons: keep it, never log it."""

    code: int
    message: str = field(repr=False)
    data: Any = field(repr=False)

    @property
    def serial_code(self) -> str | None:
        """The number that a write was given, if the answer holds one."""
        serial = self.data.get("requestSerialCode") if isinstance(self.data, Mapping) else None
        if isinstance(serial, int) and not isinstance(serial, bool):
            serial = str(serial)
        return serial if isinstance(serial, str) and serial else None


def whole_number(value: Any) -> int:
    """A whole number that came as a number or as text; true, false and fractions are none.

    Raises:
        ValueError, TypeError: it is none.
    """
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("no whole number")
    return int(value)


def read_json(body: bytes) -> Any:
    """What a JSON text in UTF-8 says, with or without a byte order mark.

    Raises:
        ValueError, RecursionError: it is no such text, or holds what no JSON and no database takes: NaN, half a
            surrogate pair.
    """
    content = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    if b"\\u" in body:
        json.dumps(content, ensure_ascii=False).encode()
    return content


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def signed_form(
    profile: Profile, method: str, data_text: str, credentials: Credentials, now: datetime
) -> dict[str, str]:
    """The parameters of one call, signed, with a fresh nonce; `now` is aware and decides timestamp and version."""
    timestamp = now.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
    params = {
        "appid": credentials.appid,
        "data": data_text,
        "format": "json",
        "method": method,
        "nonce": uuid4().hex,
        "timestamp": timestamp,
        "version": profile.version_at(now),
    }
    if credentials.corp_key:
        params["corpsign"] = encrypt(credentials.corp_key + timestamp, credentials.secret)
    params["sign"] = sign(params, credentials.secret)
    return params


def form_body(params: Mapping[str, str]) -> bytes:
    """The parameters as `application/x-www-form-urlencoded`, UTF-8.

    A query is written alike, but leaves some marks as they are; the whole takes half of what `urlencode` takes.
    """
    text = URL.build(query=params).raw_query_string
    for mark, code in _LEFT_IN_QUERIES:
        text = text.replace(mark, code)
    return text.encode("ascii")


@dataclass(frozen=True, slots=True)
class Call:
    """Which call an answer belongs to, as far as its meaning depends on it."""

    platform: str
    method: str
    direction: Direction
    per_project: bool = False

    def lost(self, how: str, answer: str = "") -> RealnameError:
        """The error for a call whose answer never came or says nothing: a read may be repeated, a write must not."""
        if self.direction == "read":
            return PlatformBusyError(f"{self.platform}: {self.method} failed ({how})")
        return UnknownOutcomeError(
            f"{self.platform}: {self.method} may or may not have been carried out ({how}); ask before sending again",
            answer,
        )

    def read_answer(self, http_status: int, body: bytes) -> Answer:
        """The answer in a response, whatever its code.

        Raises:
            ThrottledError: HTTP 429.
            PlatformBusyError: HTTP 5xx to a read.
            MalformedAnswerError: a read was answered in a form that was not agreed.
            UnknownOutcomeError: either of the two, to a write.
        """
        if http_status == 429:
            raise ThrottledError(f"{self.platform}: too many calls (HTTP 429)")
        if http_status >= 500:
            raise self.lost(f"HTTP {http_status}")
        if http_status != 200:
            redirect = ", a redirect, which is not followed" if 300 <= http_status < 400 else ""
            raise self.malformed(f"HTTP {http_status}{redirect}; see whether {self._connection} is right", body)
        try:
            content = read_json(body)
            code, message, data = whole_number(content["code"]), content.get("message"), content.get("data")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                how = f"a page and no JSON, as a proxy or a login sends; see whether {self._connection} is right"
            else:
                how = "not the agreed JSON"
            raise self.malformed(how, body) from None
        return Answer(code, "" if message is None else str(message), data)

    @property
    def _connection(self) -> str:
        return f"the host of connection {self.platform}_platform"

    def malformed(self, how: str, body: bytes | str) -> RealnameError:
        """The error for an answer that is not of the agreed form."""
        text = body if isinstance(body, str) else body.decode(errors="replace")
        if self.direction == "write":
            return self.lost(f"malformed answer: {how}", text)
        return MalformedAnswerError(f"{self.platform}: {self.method} got a malformed answer ({how})", text)

    def raise_for_code(self, answer: Answer) -> None:
        """Nothing for code 0, else the error that the code stands for; unknown codes count as 9999.

        Raises:
            RequestRefusedError: code -1.
            CallRefusedError: code -1 that names a public parameter: it would meet every call.
            PlatformBusyError, UnknownOutcomeError: code -1 that names the nonce: the network brought the call twice.
            SignatureRefusedError: code -2.
            PermissionRefusedError: code -3 or -4.
            ThrottledError: code -5.
            PlatformBusyError: any other code, to a read.
            UnknownOutcomeError: any other code, to a write.
        """
        match answer.code:
            case 0:
                return
            case -1 if "nonce" in answer.message.lower():
                raise self.lost("code -1, its nonce has been seen: the call came twice", answer.message)
            case -1 if named := _PUBLIC_PARAMETER.search(answer.message):
                raise CallRefusedError(
                    f"{self.platform}: {self.method} was refused for its parameter {named.group().lower()} (code -1); "
                    f"check the clock of this machine and the appid of connection {self.platform}_platform",
                    answer.message,
                )
            case -1:
                text = f"{self.platform}: {self.method} was refused as a wrong request (code -1)"
                raise RequestRefusedError(text, answer.message)
            case -2:
                pair = " or the project's own pair (realname credentials import)" if self.per_project else ""
                raise SignatureRefusedError(
                    f"signature refused by {self.platform}: "
                    f"check appid and secret of connection {self.platform}_platform{pair}"
                )
            case -3:
                raise PermissionRefusedError(
                    f"{self.platform}: {self.method} is not permitted (code -3); "
                    "check the protocol version and what the appid was granted"
                )
            case -4:
                raise PermissionRefusedError(f"{self.platform}: this machine's address is refused (code -4)")
            case -5:
                raise ThrottledError(f"{self.platform}: too many calls (code -5)")
            case code:
                raise self.lost(f"code {code}")
