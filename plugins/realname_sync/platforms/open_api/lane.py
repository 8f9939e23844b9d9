"""The mass lane: many calls in flight over a few connections, each with its own outcome."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import aiohttp
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


class AiohttpLane:
    """The lane over aiohttp, with the profile, pace, clock and books of a client."""

    def __init__(self, client: OpenApiClient) -> None:
        self._client = client

    def exchange_all(
        self, calls: Sequence[LaneCall], in_flight: int, *, go_on: GoOn, not_after: datetime | None = None
    ) -> list[Answer | RealnameError | None]:
        """See `Lane.exchange_all`; `in_flight` is how many calls may be on their way at once."""
        return asyncio.run(self._exchange_all(calls, in_flight, go_on, not_after)) if calls else []

    async def _exchange_all(
        self, calls: Sequence[LaneCall], in_flight: int, go_on: GoOn, not_after: datetime | None
    ) -> list[Answer | RealnameError | None]:
        ended: list[Answer | RealnameError | None] = [None] * len(calls)
        places = iter(range(len(calls)))
        stopped = False

        async def work(session: aiohttp.ClientSession) -> None:
            nonlocal stopped
            for place in places:
                if stopped:
                    return
                try:
                    ended[place] = await self._exchange(session, calls[place], not_after)
                except RealnameError as error:
                    ended[place] = error
                    stopped = stopped or not go_on(error)

        profile = self._client.profile
        timeout = aiohttp.ClientTimeout(
            total=profile.connect_timeout_seconds + SLOWEST_ANSWER * profile.read_timeout_seconds,
            sock_connect=profile.connect_timeout_seconds,
            sock_read=profile.read_timeout_seconds,
        )
        connector = aiohttp.TCPConnector(limit=in_flight)
        # `trust_env` stays off: proxies and other settings of the environment are not used.
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(min(in_flight, len(calls))):
                group.create_task(work(session))
        return ended

    async def _exchange(
        self, session: aiohttp.ClientSession, call: LaneCall, not_after: datetime | None
    ) -> Answer | None:
        client = self._client
        is_read = client.standard.method(call.method).direction == "read"
        repeatable = (NotSentError, ThrottledError, *((PlatformBusyError,) if is_read else ()))
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(repeatable),
            stop=stop_after_attempt(client.profile.attempts),
            wait=wait_exponential_jitter(multiplier=0.3, max=5, jitter=0.3),
            reraise=True,
        ):
            with attempt:
                await asyncio.sleep(client.pace.delay(call.credentials.appid))
                signed_at = client.clock()
                if not_after is not None and signed_at >= not_after:
                    return None
                exchange = client.begin(call.method, call.data_text, call.credentials, signed_at)
                try:
                    response = await _post(session, client.url, exchange.body)
                except TransportError as error:
                    raise exchange.failed(error) from None
                return exchange.answered(*response)
        return None


async def _post(session: aiohttp.ClientSession, url: str, body: bytes) -> tuple[int, bytes]:
    headers = {"Content-Type": CONTENT_TYPE}
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            content = bytearray()
            async for piece in response.content.iter_any():
                content += piece
                if len(content) > LARGEST_ANSWER:
                    raise answer_too_large()
            return response.status, bytes(content)
    except aiohttp.ClientSSLError as error:
        raise CertificateRefusedError(type(error).__name__) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise NeverConnectedError(type(error).__name__) from None
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise ConnectionLostError(type(error).__name__) from None
