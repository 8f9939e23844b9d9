"""Take over the lamps the integrity platform lit, and hold them against what the lamp rules found."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from realname_sync.delivery.desk import CallBook
from realname_sync.errors import HeldError, MalformedAnswerError
from realname_sync.pipelines.city import City
from realname_sync.platforms.integrity import IntegrityPlatform
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.opening import open_integrity
from realname_sync.quality.case_book import load_case_book
from realname_sync.warehouse import bulk, landing, statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.workdate import SHANGHAI, day_bounds

log = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)
"""How far before the newest change seen the next increment starts: above any clock difference and commit delay."""

_METHOD = "WarningLamp.Query"
_OBJECT = "lamp"
_COLUMNS = ("lamp_id", "project_code", "rule_code", "lit_at", "cleared_at", "detail_cipher", "digest")


def area_code_of(city: City) -> str:
    """The division of the city, as the connection to the integrity platform names it."""
    spec = city.connection("integrity_platform")
    return str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))


def open_integrity_of(city: City, book: CallBook) -> IntegrityPlatform:
    """The city's integrity platform; every call is noted in the book."""
    spec = city.connection("integrity_platform")
    overrides = {name: value for name, value in spec.extra.items() if name != "area_code"}
    return open_integrity(replace(spec, extra=overrides), clock=city.clock, on_call=book.note)


def pull_lamps(city: City, *, full: bool = False) -> dict[str, Any]:
    """Pull the lamps that changed, or all of them; a lamp that is told again unchanged is not touched.

    Returns:
        Lamps seen, lamps new or changed, and rows that were not of the agreed form (kept, and become findings).

    Raises:
        FatalError: the platform refuses the caller.
        PlatformBusyError, ThrottledError, NotSentError: it cannot be read now; the next pull begins at the same place.
    """
    area_code, started, book = area_code_of(city), city.clock(), CallBook()
    platform = open_integrity_of(city, book)
    with recorded_run(city.engine, Role.LOAD, "pull_lamps", city.clock) as summary:
        summary |= {"seen": 0, "new": 0, "rejected": 0}
        with transaction(city.engine, Role.LOAD) as connection:
            write_lamp_rules(connection)
            cursor = statements.rows(connection, "raw/pull_cursor", object=_OBJECT, area_code=area_code)
        since = None if full or not cursor else cursor[0].updated_since - OVERLAP
        newest: datetime | None = None
        try:
            for page in _lamp_pages(platform, area_code, since):
                with transaction(city.engine, Role.LOAD) as connection:
                    seen = _land(city, connection, page, summary)
                    book.write(connection)
                newest = max([*seen, *([newest] if newest else [])], default=None)
        except MalformedAnswerError as error:
            log.warning("%s; the lamps read before stand, the answer is kept in raw.rejected_answer", error)
            _keep(city, city.clock().isoformat(), str(error), error.answer)
            summary["malformed_answers"] = 1
            return summary
        if newest is not None:
            with transaction(city.engine, Role.LOAD) as connection:
                statements.run(
                    connection,
                    "raw/move_pull_cursor",
                    object=_OBJECT,
                    area_code=area_code,
                    # Rows carry no updatedAt. What changes later than this is told by a later change, if no row is
                    # dated ahead of our clock.
                    updated_since=min(newest, started),
                    full_read_at=started if since is None else None,
                    moved_at=city.clock(),
                )
    return summary


def compare_lamps(city: City, work_date: date | None = None) -> Sequence[Row[Any]]:
    """Ours and theirs, ours alone, theirs alone: rows of sql/quality/compare_lamps.sql.

    Without a date: the findings of the newest checked date against the lamps that are lit now; with one, against those
    that were lit at its end.

    Raises:
        HeldError: that date was never checked.
    """
    with transaction(city.engine, Role.LOAD) as connection:
        write_lamp_rules(connection)
    with transaction(city.engine, Role.READ) as connection:
        wanted = work_date or statements.scalar(connection, "quality/newest_checked_date", last_date=None)
        if work_date and statements.rows(connection, "delivery/checked_read", work_date=work_date)[0].checked is None:
            raise HeldError(f"{work_date} was never checked, so nothing can be compared: realname check {work_date}")
        as_of = day_bounds(work_date)[1].isoformat() if work_date else "infinity"
        return statements.rows(connection, "quality/compare_lamps", wanted=wanted, as_of=as_of)


def write_lamp_rules(connection: Connection) -> None:
    """Bring quality.lamp_rule in step with the case book; whoever lands lamps or updates cases does so first."""
    rule_of = load_case_book().lamps
    statements.run(
        connection, "quality/write_lamp_rules", rule_codes=list(rule_of.keys()), rule_ids=list(rule_of.values())
    )


def _lamp_pages(platform: IntegrityPlatform, area_code: str, since: datetime | None) -> Iterator[Page]:
    """All pages; where there is more than one, again until nothing new comes.

    A lamp that changes between two pages moves to the end, and another may slip past meanwhile.
    """
    known: set[tuple[str, ...]] = set()
    while True:
        pages, news = 0, False
        for page in platform.lamps(area_code, since):
            told = {tuple(str(row.get(name)) for name in ("lampId", "litAt", "clearedAt")) for row in page.rows}
            news = news or not told <= known
            known |= told
            pages += 1
            yield page
        if pages < 2 or not news:
            return


def _land(city: City, connection: Connection, page: Page, counts: dict[str, Any]) -> list[datetime]:
    """Land one page, count what came of it, and give the instants in it."""
    good: list[tuple[Any, ...]] = []
    instants: list[datetime] = []
    for row in page.rows:
        counts["seen"] += 1
        lit, cleared = _instant(row.get("litAt")), _instant(row.get("clearedAt"))
        if reason := _wrong(row, lit, cleared):
            counts["rejected"] += 1
            landing.keep_rejected(
                connection,
                city.vault,
                "integrity",
                _METHOD,
                _OBJECT,
                str(row.get("lampId") or ""),
                reason,
                dict(row),
                city.clock(),
            )
            continue
        detail = str(row.get("detail") or "")
        told = (str(row["lampId"]), str(row["projectCode"]), str(row["ruleCode"]), lit, cleared)
        cipher = city.vault.encrypt(detail) if detail else None
        good.append((*told, cipher, city.vault.digest(repr((*told, detail)))))
        instants += [one for one in (lit, cleared) if one]
    statements.run(connection, "quality/stage_lamps")
    bulk.copy_rows(connection, "staged_lamp", _COLUMNS, good)
    counts["new"] += statements.run(connection, "quality/merge_lamps", pulled_at=city.clock())
    connection.exec_driver_sql("DROP TABLE staged_lamp")
    return instants


def _keep(city: City, row_key: str, reason: str, body: Any) -> None:
    now = city.clock()
    with transaction(city.engine, Role.LOAD) as connection:
        landing.keep_rejected(connection, city.vault, "integrity", _METHOD, _OBJECT, row_key, reason, body, now)


def _wrong(row: Mapping[str, Any], lit: datetime | None, cleared: datetime | None) -> str:
    missing = [name for name in ("lampId", "projectCode", "ruleCode") if not row.get(name)]
    if missing:
        return f"{missing[0]} is missing"
    if lit is None:
        return "litAt is no time"
    return "clearedAt is no time" if row.get("clearedAt") and cleared is None else ""


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
