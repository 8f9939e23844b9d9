"""The pairs of appid and secret that a platform has given out."""

from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


@dataclass(frozen=True)
class Caller:
    """Who calls: a project with a pair of its own, or a city."""

    appid: str
    secret: str = field(repr=False)
    project_code: str | None
    area_code: str | None

    def owns_area(self, area_code: str) -> bool:
        """Whether an area lies in the caller's own; a city covers its counties."""
        return self.area_code is None or within_area(area_code, self.area_code)


def within_area(area_code: str, outer: str) -> bool:
    """Whether a division lies within another one or is it; a city's code ends with 00."""
    return area_code[:4] == outer[:4] if outer.endswith("00") else area_code == outer


class CredentialBook:
    """The pairs of one platform, read again when an appid is unknown or a signature fails."""

    def __init__(self, platform: str, pool: Pool) -> None:
        self._platform = platform
        self._pool = pool
        self._callers: dict[str, Caller] = {}

    def find(self, appid: str) -> Caller | None:
        """The pair of that appid, as last read."""
        return self._callers.get(appid)

    async def read(self) -> None:
        """Read the pairs from the database."""
        query = "select appid, secret, project_code, area_code from control.credential where platform = %s"
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, [self._platform])
            rows: list[dict[str, Any]] = await cursor.fetchall()
        self._callers = {row["appid"]: Caller(**row) for row in rows}
