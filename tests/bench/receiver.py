"""A lean platform: answers what the protocol asks, verifies nothing, keeps up with whoever sends; a process of its own.

It counts calls and the rows in them, and lists the rows it was given before. That what is sent is right is proved by
the strict platforms of the sandbox; this one only must not be what limits a measurement; both sides of one send to it.
"""

import asyncio
import itertools
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs
from urllib.request import urlopen

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_RESULT = b'{"code":"0","message":"ok","data":{"requestSerialCode":"x","status":"20","result":null}}'
_ROW = b"idCardNumber%22"
_LISTING = {"AttendanceDay.Query", "WorkerAttendance.Query"}
_FIRST_PAGE = 0
Counted = Sequence[int]
"""Rows of a project's day, and persons in them."""


class Platform:
    """What it has been told so far."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.rows = 0
        self.bytes = 0
        self._serials = itertools.count(1)
        self._listed: dict[str, list[bytes]] = {}
        self._counted: dict[str, dict[str, Counted]] = {method: {} for method in _LISTING}

    def answer(self, target: bytes, body: bytes) -> bytes:
        """The answer to one request."""
        if target.startswith(b"/counts"):
            return json.dumps({"calls": self.calls, "rows": self.rows, "bytes": self.bytes}).encode()
        if target.startswith(b"/listed"):
            return self._take_over(json.loads(body))
        if target.startswith(b"/counted"):
            return self._take_over_counts(json.loads(body))
        begins = body.index(b"method=") + 7
        method = body[begins : body.index(b"&", begins)].decode()
        self.calls[method] += 1
        self.bytes += len(body)
        if method == "AsyncHandleResult.Query":
            return _RESULT
        if method in _LISTING:
            return self._list(method, json.loads(parse_qs(body.decode())["data"][0]))
        self.rows += body.count(_ROW)
        return b'{"code":"0","message":"ok","data":{"requestSerialCode":"%d"}}' % next(self._serials)

    def _take_over(self, listed: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
        for code, rows in listed.items():
            self._listed[code] = [json.dumps(row).encode() for row in rows]
            counted = len(rows), len({row["idCardNumber"] for row in rows})
            self._take_over_counts({method: {code: counted} for method in _LISTING})
        return b"{}"

    def _take_over_counts(self, counts: Mapping[str, Mapping[str, Counted]]) -> bytes:
        for method, by_project in counts.items():
            self._counted[method].update(by_project)
        return b"{}"

    def _list(self, method: str, query: Mapping[str, Any]) -> bytes:
        code = query["projectCode"]
        counted, persons = self._counted[method].get(code, (0, 0))
        if method == "AttendanceDay.Query":
            return b'{"code":"0","message":"ok","data":{"rows":%d,"persons":%d}}' % (counted, persons)
        rows = self._listed.get(code, [])
        first = (query["pageIndex"] - _FIRST_PAGE) * query["pageSize"]
        page = b",".join(rows[first : first + query["pageSize"]])
        return b'{"code":"0","message":"ok","data":{"totalCount":%d,"rows":[%b]}}' % (counted, page)


class Http(asyncio.Protocol):
    """As much of HTTP/1.1 as clients with kept connections need."""

    def __init__(self, platform: Platform, latency: float) -> None:
        self._platform, self._latency = platform, latency
        self._data = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._data += data
        while (head := self._data.find(b"\r\n\r\n")) >= 0:
            lowered = bytes(self._data[:head]).lower()
            found = lowered.find(b"content-length:")
            length = int(lowered[found + 15 :].split(b"\r\n", 1)[0]) if found >= 0 else 0
            end = head + 4 + length
            if len(self._data) < end:
                return
            target = bytes(self._data[: self._data.index(b"\r\n")]).split(b" ")[1]
            answer = self._platform.answer(target, bytes(self._data[head + 4 : end]))
            del self._data[:end]
            response = _HEAD % len(answer) + answer
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, response)
            else:
                self._transport.write(response)


def _serve(latency: float, kind: type[Platform], told: "Connection[int, object]") -> None:
    async def run() -> None:
        platform = kind()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Http(platform, latency), "127.0.0.1", 0, backlog=1024)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    sys.setswitchinterval(0.1)
    asyncio.run(run())


@contextmanager
def served(latency: float = 0.0, kind: type[Platform] = Platform) -> Iterator[str]:
    """The address of a platform that runs as long as the block; every answer takes `latency` seconds."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(latency, kind, theirs), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()


def counts(address: str) -> dict[str, object]:
    """What the platform has been told: calls by method, rows, bytes."""
    with urlopen(f"{address}/counts", timeout=10) as answer:  # noqa: S310 - an address of our own
        return dict(json.load(answer))


def list_rows(address: str, listed: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """Give the platform what it has of these projects, in the form of its answers."""
    _hand_over(f"{address}/listed", listed)


def list_counts(address: str, counted: Mapping[str, Mapping[str, Counted]]) -> None:
    """Give the platform what it counts of projects, by the method that asks for it, without listing a row."""
    _hand_over(f"{address}/counted", counted)


def _hand_over(url: str, told: object) -> None:
    with urlopen(url, json.dumps(told).encode(), timeout=60) as answer:  # noqa: S310 - an address of our own
        answer.read()
