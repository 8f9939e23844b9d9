"""Compare what the municipal platform has, what the ledger says and what each platform says, by project and day."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from realname_sync.delivery.desk import CallBook
from realname_sync.errors import MalformedAnswerError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import TARGETS, open_target
from realname_sync.platforms.uplink import Uplink
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run

_QUESTIONS_AT_ONCE = 8


def reconcile_uploads(
    city: City, work_date: date, *, progress: Callable[[str], None] = lambda _text: None
) -> dict[str, Any]:
    """Ask both platforms what they have of each project's day and write it beside our own counts.

    Returns:
        By platform: projects compared, projects that differ, rows acknowledged and rows on the platform.

    Raises:
        FatalError: a platform refuses the caller, or a connection is missing.
        PlatformBusyError, ThrottledError, NotSentError: a platform cannot be asked now.
    """
    with recorded_run(city.engine, Role.SEND, "reconcile_uploads", city.clock, work_date=work_date) as summary:
        for target in TARGETS:
            summary[target] = _reconcile_target(city, work_date, target)
            progress(f"{target}: {summary[target]['projects']} projects compared, {summary[target]['differ']} differ")
    return summary


def _reconcile_target(city: City, work_date: date, target: str) -> dict[str, int]:
    book = CallBook()
    uplink = open_target(city, target, book)
    with transaction(city.engine, Role.SEND) as connection:
        ours = statements.rows(connection, "delivery/ledger_by_project", work_date=work_date, target=target)
    try:
        with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
            theirs = list(
                pool.map(lambda row: _count(uplink, row.project_code, work_date) if row.is_open else None, ours)
            )
    finally:
        with transaction(city.engine, Role.SEND) as connection:
            book.write(connection)
        uplink.client.close()
    with transaction(city.engine, Role.SEND) as connection:
        statements.run(connection, "delivery/clear_reconciliation", work_date=work_date, target=target)
        statements.run(
            connection,
            "delivery/record_reconciliation",
            work_date=work_date,
            target=target,
            checked_at=city.clock(),
            project_codes=[row.project_code for row in ours],
            read_rows=[row.read_rows for row in ours],
            acknowledged_rows=[row.acknowledged_rows for row in ours],
            platform_rows=theirs,
        )
    compared = [(row.acknowledged_rows, count) for row, count in zip(ours, theirs, strict=True) if count is not None]
    return {
        "projects": len(compared),
        "differ": sum(mine != count for mine, count in compared),
        "acknowledged": sum(mine for mine, _ in compared),
        "platform": sum(count for _, count in compared),
    }


def _count(uplink: Uplink, project_code: str, work_date: date) -> int | None:
    try:
        return uplink.attendance_count(project_code, work_date)
    except MalformedAnswerError:
        return None
