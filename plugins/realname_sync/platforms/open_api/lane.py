"""The mass lane: many calls in flight over a few connections, each with its own outcome."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import uvloop
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, DetailedPyreqwestError, PyreqwestError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from realname_sync.errors import NotSentError, PlatformBusyError, RealnameError, ThrottledError
from realname_sync.platforms.open_api.client import OpenApiClient
from realname_sync.platforms.open_api.envelope import Answer, Credentials
from realname_sync.platforms.open_api.transport import (
    CONTENT_TYPE,
    LARGEST_ANSWER,
    SLOWEST_ANSWER,
    CertificateRefusedError,
    ConnectionLostError,
    NeverConnectedError,
    TransportError,
    answer_too_large,
)

GoOn = Callable[[RealnameError], bool]

_KEPT = timedelta(seconds=1)
"""How long an idle connection is used again: no server ends one sooner; a call that met its end is in doubt."""

_WHILE_CONNECTING = "client error (Connect)"


@dataclass(frozen=True, slots=True)
class LaneCall:
    """One call to be made: its data text is final."""

    method: str
    data_text: str = field(repr=False)
    credentials: Credentials


class Lane(Protocol):
    """Makes many calls and says of each how it ended."""

    def exchange_all(
        self, calls: Sequence[LaneCall], in_flight: int, *, go_on: GoOn, not_after: datetime | None = None
    ) -> list[Answer | RealnameError | None]:
        """How each call ended, in the order given; None where it was never started.

        `go_on` is asked after each call that failed; once it says no, no further call starts. A call that would be
        signed at or after `not_after` does not start: the instant that decides is the one that is signed. What surely
        was not taken is tried again with the same text; reads also where they failed on the way.
        """
        ...

    def close(self) -> None:
        """Give the connections back; the lane may be used again."""
        ...


class ReqwestLane:
    """The lane over reqwest, with the profile, pace, clock and books of a client; used by one thread at a time.

    Connections are kept from one group of calls to the next, until `close`. Proxies and other settings of the
    environment are not used, and no call is made again by the library (docs/adr/0006-the-client-of-the-lane.md).
    """

    def __init__(self, client: OpenApiClient) -> None:
        self._client = client
        self._runner: asyncio.Runner | None = None
        self._session: Client | None = None

    def exchange_all(
        self, calls: Sequence[LaneCall], in_flight: int, *, go_on: GoOn, not_after: datetime | None = None
    ) -> list[Answer | RealnameError | None]:
        """See `Lane.exchange_all`; `in_flight` is how many calls may be on their way at once."""
        if not calls:
            return []
        self._runner = self._runner or asyncio.Runner(loop_factory=uvloop.new_event_loop)
        return self._runner.run(self._exchange_all(calls, in_flight, go_on, not_after))

    def close(self) -> None:
        """Give the connections back. The lane may go on being used; it opens new ones then."""
        runner, session = self._runner, self._session
        self._runner = self._session = None
        if runner is not None:
            if session is not None:
                runner.run(session.close())
            runner.close()

    async def _exchange_all(
        self, calls: Sequence[LaneCall], in_flight: int, go_on: GoOn, not_after: datetime | None
    ) -> list[Answer | RealnameError | None]:
        ended: list[Answer | RealnameError | None] = [None] * len(calls)
        places = iter(range(len(calls)))
        stopped = False

        async def work(session: Client) -> None:
            nonlocal stopped
            for place in places:
                if stopped:
                    return
                try:
                    ended[place] = await self._exchange(session, calls[place], not_after)
                except RealnameError as error:
                    ended[place] = error
                    stopped = stopped or not go_on(error)

        session = self._session = self._session or self._opened()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(in_flight, len(calls))):
                group.create_task(work(session))
        return ended

    def _opened(self) -> Client:
        """A session; how many connections there are is left to how many calls are on their way."""
        profile = self._client.profile
        return (
            ClientBuilder()
            .no_proxy()
            .follow_redirects(False)
            .default_headers({"Content-Type": CONTENT_TYPE})
            .connect_timeout(timedelta(seconds=profile.connect_timeout_seconds))
            .read_timeout(timedelta(seconds=profile.read_timeout_seconds))
            .timeout(timedelta(seconds=profile.connect_timeout_seconds + SLOWEST_ANSWER * profile.read_timeout_seconds))
            .pool_idle_timeout(_KEPT)
            .build()
        )

    async def _exchange(self, session: Client, call: LaneCall, not_after: datetime | None) -> Answer | None:
        """The first try goes at once: most calls need no other, and to plan for others costs as much as to sign."""
        is_read = self._client.standard.method(call.method).direction == "read"
        repeatable = (NotSentError, ThrottledError, *((PlatformBusyError,) if is_read else ()))
        try:
            return await self._try(session, call, not_after)
        except repeatable as error:
            first: RealnameError | None = error
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(repeatable),
            stop=stop_after_attempt(self._client.profile.attempts),
            wait=wait_exponential_jitter(multiplier=0.3, max=5, jitter=0.3),
            reraise=True,
        ):
            with attempt:
                if first is not None:
                    failed, first = first, None
                    raise failed
                return await self._try(session, call, not_after)
        return None

    async def _try(self, session: Client, call: LaneCall, not_after: datetime | None) -> Answer | None:
        client = self._client
        if (seconds := client.pace.delay(call.credentials.appid)) > 0:
            await asyncio.sleep(seconds)
        signed_at = client.clock()
        if not_after is not None and signed_at >= not_after:
            return None
        exchange = client.begin(call.method, call.data_text, call.credentials, signed_at)
        try:
            response = await _post(session, client.url, exchange.body)
        except TransportError as error:
            raise exchange.failed(error) from None
        return exchange.answered(*response)


async def _post(session: Client, url: str, body: bytes) -> tuple[int, bytes]:
    try:
        async with session.post(url).body_bytes(body).build_streamed() as response:
            content = bytearray()
            while (piece := await response.body_reader.read_chunk()) is not None:
                content += piece
                if len(content) > LARGEST_ANSWER:
                    raise answer_too_large()
            return response.status, bytes(content)
    except PyreqwestError as error:
        raise _failure(error) from None


def _failure(error: PyreqwestError) -> TransportError:
    """What a failure means. Only where the causes say so was no connection made; anything else may have been sent.

    The kinds of the library's errors do not tell: a connection that is cut before the answer counts as one that failed.
    """
    details = error.details if isinstance(error, DetailedPyreqwestError) else {"causes": None}
    causes = [cause["message"] for cause in details["causes"] or ()]
    how = causes[-1] if causes else type(error).__name__
    if _WHILE_CONNECTING in causes and any("certificate" in cause for cause in causes):
        return CertificateRefusedError(how)
    if _WHILE_CONNECTING in causes or isinstance(error, BuilderError):
        return NeverConnectedError(how)
    return ConnectionLostError(how)
