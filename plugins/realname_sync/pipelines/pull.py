"""Take over what the integrity platform shares: by increments with an overlap, or whole, into raw and then core.

Pages are asked for by the last row's updatedAt and not by number: a row that changes meanwhile moves to the end and
cannot push another past the reader. Only where more rows share one updatedAt than fit a page are pages of that instant
numbered, and then that instant is read again until nothing new comes.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.desk import CallBook
from realname_sync.errors import MalformedAnswerError
from realname_sync.pipelines.city import City
from realname_sync.platforms.integrity import SHARED_METHODS, IntegrityPlatform
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.opening import open_integrity
from realname_sync.warehouse import landing, statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.workdate import SHANGHAI

log = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)
"""How far before the highest updatedAt seen the next increment starts: above any clock difference and commit delay."""

PROTECTED = frozenset({"idCardNumber", "pmIDCardNumber", "phone"})


def pull_master_data(city: City, *, full: bool = False) -> dict[str, Any]:
    """Pull all six shared objects of the city; `full` reads everything and finds what increments missed.

    An answer that is not of the agreed form is kept, becomes a finding and leaves that object as far as it came.

    Returns:
        By object: rows seen, versions new to us, rows that were not of the agreed form.

    Raises:
        FatalError: the platform refuses the caller.
        PlatformBusyError, ThrottledError, NotSentError: it cannot be read now; what was landed stays, the cursor has
            not moved, and the next pull reads it again.
    """
    book = CallBook()
    spec = city.connection("integrity_platform")
    area_code = str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))
    overrides = {name: value for name, value in spec.extra.items() if name != "area_code"}
    platform = open_integrity(replace(spec, extra=overrides), clock=city.clock, on_call=book.note)
    with recorded_run(city.engine, Role.LOAD, "pull_master_data", city.clock) as summary:
        for object_name in SHARED_METHODS:
            try:
                summary[object_name] = _pull_object(city, platform, book, object_name, area_code, full=full)
            except MalformedAnswerError as error:
                summary[object_name] = {"malformed_answers": 1}
                _keep_answer(city, object_name, error)
    return summary


def _pull_object(
    city: City, platform: IntegrityPlatform, book: CallBook, object_name: str, area_code: str, *, full: bool
) -> dict[str, int]:
    started = city.clock()
    with transaction(city.engine, Role.LOAD) as connection:
        cursor = statements.rows(connection, "raw/pull_cursor", object=object_name, area_code=area_code)
    since = None if full or not cursor else cursor[0].updated_since - OVERLAP
    counts = {"seen": 0, "new": 0, "rejected": 0}
    highest: datetime | None = None
    for page in shared_rows(platform, object_name, area_code, since):
        with transaction(city.engine, Role.LOAD) as connection:
            landed = land_page(city, connection, object_name, page)
            book.write(connection)
        for name, count in landed.items():
            counts[name] += count
        instants = [instant for row in page.rows if (instant := _instant(row.get("updatedAt")))]
        highest = max([*instants, *([highest] if highest else [])], default=None)
    with transaction(city.engine, Role.BUILD) as connection:
        statements.run(connection, f"core/build_shared_{object_name}")
    if highest is None:
        return counts  # nothing was seen, so the source's clock told nothing either
    with transaction(city.engine, Role.LOAD) as connection:
        statements.run(
            connection,
            "raw/move_pull_cursor",
            object=object_name,
            area_code=area_code,
            updated_since=highest,
            full_read_at=started if since is None else None,
            moved_at=city.clock(),
        )
    return counts


def shared_rows(
    platform: IntegrityPlatform, object_name: str, area_code: str, since: datetime | None
) -> Iterator[Page]:
    """The pages of a shared object from an instant on, none of its rows slipping past while others move.

    Raises:
        MalformedAnswerError: an answer is no page, or rows come out of order.
    """
    known: set[tuple[str, str]] = set()  # what was seen of the instant that is being read
    index, covered, news = 0, 0, False
    size = platform.client.profile.page_size
    while True:
        page = platform.shared_page(object_name, area_code, since, platform.client.profile.first_page + index)
        if page.rows:
            yield page
        keys = {(str(row.get("sourceId")), str(row.get("sourceVersion"))) for row in page.rows}
        covered += len(page.rows)
        news = news or not keys <= known
        known |= keys
        is_last = not page.rows or (len(page.rows) < size and covered >= (page.total_count or 0))
        last = _instant(page.rows[-1].get("updatedAt")) if page.rows else None
        if last is not None and (since is None or last.replace(microsecond=0) > since):
            if is_last and not index:
                return
            since, index, covered, news, known = last.replace(microsecond=0), 0, 0, False, keys
        elif not is_last:
            index += 1
        elif index and news:
            index, covered, news = 0, 0, False
        else:
            return


def _keep_answer(city: City, object_name: str, error: MalformedAnswerError) -> None:
    log.warning("%s; what was read before stands, the answer is kept in raw.rejected_answer", error)
    method = SHARED_METHODS[object_name]
    now = city.clock()
    with transaction(city.engine, Role.LOAD) as connection:
        landing.keep_rejected(
            connection, city.vault, "integrity", method, object_name, now.isoformat(), str(error), error.answer, now
        )


def land_page(city: City, connection: Connection, object_name: str, page: Page) -> dict[str, int]:
    """Land the rows of one page in raw; a row that is not as agreed is kept aside, the others are taken."""
    unreadable = {number for number, _ in page.unreadable}
    good: list[tuple[Any, ...]] = []
    rejected = 0
    for number, row in enumerate(page.rows):
        reason = "a field could not be decrypted" if number in unreadable else _wrong(row)
        if reason:
            rejected += 1
            landing.keep_rejected(
                connection,
                city.vault,
                "integrity",
                SHARED_METHODS[object_name],
                object_name,
                str(row.get("sourceId") or ""),
                reason,
                page.raw["rows"][number],
                city.clock(),
            )
        else:
            good.append(_raw_row(city, object_name, row))
    new = landing.land_integrity_rows(connection, good)
    return {"seen": len(page.rows), "new": new, "rejected": rejected}


def _wrong(row: Mapping[str, Any]) -> str:
    if not row.get("sourceId"):
        return "sourceId is missing"
    if not str(row.get("sourceVersion")).isdigit():
        return "sourceVersion is no whole number"
    return "" if _instant(row.get("updatedAt")) else "updatedAt is no time"


def _raw_row(city: City, object_name: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    payload = {
        name: landing.protected_value(city.vault, str(value), citizen_number=name != "phone")
        if name in PROTECTED and value
        else value
        for name, value in row.items()
    }
    return (
        object_name,
        str(row["sourceId"]),
        int(row["sourceVersion"]),
        _instant(row["updatedAt"]),
        str(row.get("deleted") or 0) in {"1", "True"},
        json.dumps(payload, ensure_ascii=False, default=str),
        city.clock(),
    )


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
