"""How bytes get to a platform and back: one post at a time, over connections that are kept alive."""

import ssl
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError, NewConnectionError

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"

LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer, unpacked, beyond which it is not read on; a full page of any query is far below."""

SLOWEST_ANSWER = 5
"""How many read time-outs an answer may take in all: one that drips byte by byte would never time out otherwise."""

_PIECE = 64 * 1024
# Found while a connection is being made. Any other fault of TLS may come after the call was sent.
_NO_HANDSHAKE = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE"}


class TransportError(Exception):
    """An exchange that brought no response; the text names what happened and nothing of what was sent."""


class NeverConnectedError(TransportError):
    """No connection was made: the platform cannot have seen anything."""


class CertificateRefusedError(TransportError):
    """The platform's certificate was not accepted: nothing was sent."""


class ConnectionLostError(TransportError):
    """The connection broke or nothing came in time: what the platform did is not known."""


def answer_too_large() -> ConnectionLostError:
    """The error for an answer beyond LARGEST_ANSWER: what it says was not read."""
    return ConnectionLostError(f"an answer of more than {LARGEST_ANSWER // 1024**2} MB")


@dataclass(frozen=True, slots=True)
class Received:
    """A response: HTTP status, content, and what the receiver's clock showed if it says so (header `Date`)."""

    status: int
    content: bytes
    date: datetime | None


class Transport(Protocol):
    """Posts a body and returns HTTP status and content; redirects are handed back and not followed."""

    def post(self, url: str, body: bytes, *, connect_timeout: float, read_timeout: float) -> tuple[int, bytes]:
        """One exchange, never repeated; time-outs in seconds.

        Raises:
            NeverConnectedError, CertificateRefusedError, ConnectionLostError: there is no response.
        """
        ...

    def close(self) -> None:
        """Give the connections back; the transport may be used again."""
        ...


class RequestsTransport:
    """Over `requests`, a session for each thread. Proxies and other settings of the environment are not used."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def post(self, url: str, body: bytes, *, connect_timeout: float, read_timeout: float) -> tuple[int, bytes]:
        """One exchange; see `Transport.post`."""
        received = self.exchange(url, body, connect_timeout=connect_timeout, read_timeout=read_timeout)
        return received.status, received.content

    def exchange(self, url: str, body: bytes, *, connect_timeout: float, read_timeout: float) -> Received:
        """One exchange with what surrounds its content; raises what `Transport.post` does."""
        ends_at = time.monotonic() + connect_timeout + SLOWEST_ANSWER * read_timeout
        try:
            with self._session().post(
                url, data=body, timeout=(connect_timeout, read_timeout), allow_redirects=False, stream=True
            ) as response:
                date = _instant(response.headers.get("Date"))
                return Received(response.status_code, _content(response, ends_at), date)
        except requests.RequestException as error:
            if _was_refused_certificate(error):
                raise CertificateRefusedError(type(error).__name__) from None
            if _was_never_connected(error):
                raise NeverConnectedError(type(error).__name__) from None
            raise ConnectionLostError(type(error).__name__) from None

    def close(self) -> None:
        """Close every thread's session; new ones are opened when it is used again."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
            self._local = threading.local()
        for session in sessions:
            session.close()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers["Content-Type"] = CONTENT_TYPE
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=0))
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return session


def _content(response: requests.Response, ends_at: float) -> bytes:
    content = bytearray()
    for piece in response.iter_content(_PIECE):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise answer_too_large()
        if time.monotonic() > ends_at:
            raise ConnectionLostError("an answer that does not end")
    return bytes(content)


def _instant(text: str | None) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return instant if instant and instant.tzinfo else None


def _was_refused_certificate(error: requests.RequestException) -> bool:
    """Whether TLS never came about, so that nothing was sent. A connection cut later is an SSLError as well."""
    cause = error.args[0] if isinstance(error, requests.exceptions.SSLError) and error.args else None
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return isinstance(cause, ssl.SSLCertVerificationError) or cause.reason in _NO_HANDSHAKE
        cause = getattr(cause, "reason", None) or (cause.args[0] if getattr(cause, "args", None) else None)
    return False


def _was_never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError | NameResolutionError)
