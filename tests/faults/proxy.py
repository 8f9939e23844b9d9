"""A small proxy between client and platform that does to connections what networks do."""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

KINDS = ("latency", "reset", "cut_before", "cut_after", "slice", "half_close")


@dataclass(frozen=True)
class Trouble:
    """What happens to that share of the exchanges; `seconds` is for latency."""

    kind: str
    share: float = 1.0
    seconds: float = 0.05
    times: int = 1_000_000


class FaultProxy:
    """Stands before one address, on a thread of its own; an exchange is one request with its answer.

    latency: every piece comes later. reset: RST before the request is passed on. cut_before: the request is swallowed,
    then the connection ends. cut_after: the platform has worked, its answer is swallowed. slice: request and answer
    come in tiny pieces. half_close: the answer ends in its middle while the other direction stays open.
    """

    def __init__(self, address: str, seed: object = 0) -> None:
        parts = urlsplit(address)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._random = random.Random(repr(seed))
        self._trouble: Trouble | None = None
        self.hits: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"

    def make(self, trouble: Trouble | None) -> None:
        """From now on, this trouble; None passes everything on."""
        self._trouble = trouble

    def close(self) -> None:
        """Stop listening and end every connection."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _draw(self) -> Trouble | None:
        trouble = self._trouble
        if trouble is None or self.hits[trouble.kind] >= trouble.times or self._random.random() >= trouble.share:
            return None
        self.hits[trouble.kind] += 1
        return trouble

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.transport.abort()
            return
        exchange = _Exchange(self, reader, writer, up_reader, up_writer)
        directions = [asyncio.create_task(exchange.upwards()), asyncio.create_task(exchange.downwards())]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # only the proxy's own end cancels it, and whoever serves the connection would print it as a failure
        finally:
            for task in directions:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*directions, return_exceptions=True)
            for end in (up_writer, writer):
                end.close()


class _Exchange:
    """The two directions of one connection, and what befalls the exchange that is under way on it."""

    def __init__(
        self,
        proxy: FaultProxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._reader, self._writer = reader, writer
        self._up_reader, self._up_writer = up_reader, up_writer
        self._trouble: Trouble | None = None
        self._fresh = True  # nothing of the present request has passed yet

    async def upwards(self) -> None:
        while piece := await self._reader.read(65536):
            if self._fresh:
                self._fresh = False
                self._trouble = self._proxy._draw()
            match self._kind:
                case "reset":
                    _reset(self._writer)
                    return
                case "cut_before":
                    return
            await self._pass_on(self._up_writer, piece)

    async def downwards(self) -> None:
        while piece := await self._up_reader.read(65536):
            self._fresh = True
            match self._kind:
                case "cut_after":
                    _reset(self._writer)
                    return
                case "half_close":
                    self._writer.write(piece[: len(piece) // 2])
                    self._writer.write_eof()
                    await asyncio.sleep(0.5)
                    return
            await self._pass_on(self._writer, piece)

    @property
    def _kind(self) -> str:
        return self._trouble.kind if self._trouble else ""

    async def _pass_on(self, writer: asyncio.StreamWriter, piece: bytes) -> None:
        if self._trouble and self._kind == "latency":
            await asyncio.sleep(self._trouble.seconds)
        if self._kind == "slice":
            size = max(1, len(piece) // 50)
            for start in range(0, len(piece), size):
                writer.write(piece[start : start + size])
                await writer.drain()
                await asyncio.sleep(0.0005)
        else:
            writer.write(piece)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
