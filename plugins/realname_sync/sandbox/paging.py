"""Paged answers: which page was asked for, and the rows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from realname_sync.sandbox.credentials import Connection
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.protocol import Code, RefusedCallError


@dataclass(frozen=True)
class PageRequest:
    """A page, counted from 0, and how many rows a page has."""

    index: int
    size: int


def page_request(rules: PlatformRules, query: Mapping[str, Any]) -> PageRequest:
    """The page that a query asks for.

    Raises:
        RefusedCallError: the page is negative, or larger than the platform's pages may be.
    """
    index, size = int(query.get("pageIndex", 0)), int(query.get("pageSize", rules.page_rows))
    if index < 0:
        raise RefusedCallError(Code.BAD_REQUEST, "pageIndex不能小于 0")
    if not 1 <= size <= rules.page_rows:
        raise RefusedCallError(Code.BAD_REQUEST, f"pageSize应为 1 到 {rules.page_rows}")
    return PageRequest(index, size)


async def read_page(
    connection: Connection,
    page: PageRequest,
    *,
    select: LiteralString,
    source: LiteralString,
    order: LiteralString,
    parameters: Mapping[str, Any],
) -> tuple[int, list[dict[str, Any]]]:
    """How many rows there are in all, and those of the page. `source` is `from ... where ...` with named parameters."""
    counted = await connection.execute(f"select count(*) as total {source}", dict(parameters))
    row = await counted.fetchone()
    rows = await connection.execute(
        f"select {select} {source} order by {order} limit %(limit)s offset %(offset)s",
        {**parameters, "limit": page.size, "offset": page.index * page.size},
    )
    return int(row["total"]) if row else 0, await rows.fetchall()


def page_answer(
    rules: PlatformRules, page: PageRequest, total: int, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """The `data` of a paged answer; some deployments answer null where nothing is found."""
    if total == 0 and rules.nothing_found_is_null:
        return None
    return {"pageIndex": page.index, "pageSize": page.size, "totalCount": total, "rows": list(rows)}
