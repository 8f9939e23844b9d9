"""The log of every call a platform received, kept in control.call."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from realname_sync.sandbox.credentials import Pool

_COLUMNS = (
    "platform",
    "method",
    "is_write",
    "appid",
    "project_code",
    "nonce",
    "code",
    "http_status",
    "fault",
    "serial_code",
    "row_count",
    "request_bytes",
    "data_sha256",
    "received_at",
    "elapsed_ms",
)
_KEPT_COLUMNS = ("request", "answer")
_NEW_IN_EACH_CALL = (b"nonce", b"timestamp", b"sign")
_FLUSH_SECONDS = 0.5


@dataclass
class Call:
    """One call, filled in while it is being answered.

    Of the data it holds a digest alone, unless requests are kept: `request` is then the form as it came, without what
    is new in each call, and `answer` what went back; None where the connection was dropped.
    """

    platform: str
    received_at: datetime
    request_bytes: int = 0
    method: str | None = None
    is_write: bool = False
    appid: str | None = None
    project_code: str | None = None
    nonce: str | None = None
    code: int | None = None
    http_status: int | None = None
    fault: str | None = None
    serial_code: str | None = None
    row_count: int | None = None
    data_sha256: str | None = None
    elapsed_ms: float = 0.0
    request: str | None = None
    answer: str | None = None

    def keep_request(self, body: bytes) -> None:
        """Keep the form, in the order it came in and not decoded, without nonce, time stamp and signature."""
        parts = (part for part in body.split(b"&") if part.partition(b"=")[0] not in _NEW_IN_EACH_CALL)
        self.request = b"&".join(parts).decode("ascii", "backslashreplace").replace("\0", "")

    def keep_answer(self, body: bytes) -> None:
        """Keep the answer as it went back."""
        self.answer = body.decode("utf-8", "backslashreplace")


class CallLog:
    """Writes calls down in groups; `flush` before reading them."""

    def __init__(self, pool: Pool, *, keeps_requests: bool = False) -> None:
        self.keeps_requests = keeps_requests
        self._columns = (*_COLUMNS, *_KEPT_COLUMNS) if keeps_requests else _COLUMNS
        self._pool = pool
        self._waiting: list[Call] = []
        self._work: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    def start(self) -> None:
        """Begin to write down what waits, twice a second."""
        self._work = asyncio.create_task(self._flush_forever())

    async def stop(self) -> None:
        """Write down what waits, then end."""
        if self._work is not None:
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work
        await self.flush()

    def note(self, call: Call) -> None:
        """Note one call."""
        self._waiting.append(call)

    async def flush(self) -> None:
        """Write down every call noted so far."""
        async with self._lock:
            calls, self._waiting = self._waiting, []
            if calls:
                await self._write(calls)

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await asyncio.shield(self.flush())

    async def _write(self, calls: Sequence[Call]) -> None:
        statement = f"copy control.call ({', '.join(self._columns)}) from stdin"
        async with (
            self._pool.connection() as connection,
            connection.cursor() as cursor,
            cursor.copy(statement) as copy,
        ):
            for call in calls:
                await copy.write_row([getattr(call, column) for column in self._columns])

    async def used_nonces(self, platform: str, since: datetime) -> list[tuple[str, str, datetime]]:
        """Appid, nonce and instant of the calls since then, oldest first."""
        query = """
            select appid, nonce, received_at from control.call
            where platform = %s and received_at >= %s and appid is not null and nonce is not null
            order by received_at
        """
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, [platform, since])
            rows: list[dict[str, Any]] = await cursor.fetchall()
        return [(row["appid"], row["nonce"], row["received_at"]) for row in rows]
