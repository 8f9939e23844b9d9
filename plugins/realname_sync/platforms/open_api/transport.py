"""How bytes get to a platform and back: one post at a time, over connections that are kept alive."""

import threading
from typing import Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError, NewConnectionError

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"


class TransportError(Exception):
    """An exchange that brought no response; the text names what happened and nothing of what was sent."""


class NeverConnectedError(TransportError):
    """No connection was made: the platform cannot have seen anything."""


class CertificateRefusedError(TransportError):
    """The platform's certificate was not accepted: nothing was sent."""


class ConnectionLostError(TransportError):
    """The connection broke or nothing came in time: what the platform did is not known."""


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
        try:
            response = self._session().post(
                url, data=body, timeout=(connect_timeout, read_timeout), allow_redirects=False
            )
        except requests.exceptions.SSLError as error:
            raise CertificateRefusedError(type(error).__name__) from None
        except requests.RequestException as error:
            if _was_never_connected(error):
                raise NeverConnectedError(type(error).__name__) from None
            raise ConnectionLostError(type(error).__name__) from None
        return response.status_code, response.content

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


def _was_never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError | NameResolutionError)
