"""The lane of many calls in a simulated world: one call after another, in an order that the seed decides."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from realname_sync.errors import NotSentError, PlatformBusyError, RealnameError, ThrottledError
from realname_sync.platforms.open_api.client import OpenApiClient
from realname_sync.platforms.open_api.envelope import Answer
from realname_sync.platforms.open_api.lane import GoOn, LaneCall
from realname_sync.platforms.open_api.transport import ConnectionLostError, NeverConnectedError

if TYPE_CHECKING:
    from simulation.world import World


class SteppedLane:
    """Plays the calls one after another in an order that the seed decides, and stops where the engine says so."""

    def __init__(self, world: "World", client: OpenApiClient) -> None:
        self._world, self._client = world, client

    def exchange_all(
        self, calls: Sequence[LaneCall], in_flight: int, *, go_on: GoOn, not_after: datetime | None = None
    ) -> list[Answer | RealnameError | None]:
        """See `Lane.exchange_all`."""
        ended: list[Answer | RealnameError | None] = [None] * len(calls)
        order = list(range(len(calls)))
        self._world.rng.shuffle(order)
        for place in order:
            call = calls[place]
            again: Callable[..., Answer] = self._client._again(*_repeatable(self._client, call))
            try:
                ended[place] = again(self._exchange, call, not_after)
            except RealnameError as error:
                ended[place] = error
                if not go_on(error):
                    break
        return ended

    def close(self) -> None:
        """Nothing is kept open."""

    def _exchange(self, call: LaneCall, not_after: datetime | None) -> Answer | None:
        signed_at = self._client.clock()
        if not_after is not None and signed_at >= not_after:
            return None
        exchange = self._client.begin(call.method, call.data_text, call.credentials, signed_at)
        try:
            response = self._world.post("", exchange.body, connect_timeout=5, read_timeout=30)
        except (NeverConnectedError, ConnectionLostError) as error:
            raise exchange.failed(error) from None
        return exchange.answered(*response)


def _repeatable(client: OpenApiClient, call: LaneCall) -> Sequence[type[RealnameError]]:
    is_read = client.standard.method(call.method).direction == "read"
    return (NotSentError, ThrottledError, *((PlatformBusyError,) if is_read else ()))
