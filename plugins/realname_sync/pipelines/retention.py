"""Drops what is past its time: days as whole partitions with their chain anchored, other rows in batches.

A day is kept while something of it is unfinished or its ledger does not verify. A day goes in one transaction with the
anchor of its chain and the row that tells of it, so a run that is killed has dropped a day wholly or not at all.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from realname_sync.delivery.ledger_check import Verified
from realname_sync.delivery.ledger_head import anchor_text
from realname_sync.pipelines.city import City
from realname_sync.pipelines.city_code import city_code
from realname_sync.pipelines.ledger import sign_head, verify_ledger
from realname_sync.quality.corrections import UNDER_WAY
from realname_sync.quality.retention_settings import Keeping, in_force, load_retention
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import SHANGHAI, work_date_of

_ROWS = ("wages", "registrations", "rejected", "calls")
_BATCH = 5000
_Progress = Callable[[str], None]


def apply_retention(
    city: City,
    *,
    dry_run: bool = False,
    settings: Sequence[Keeping] | None = None,
    batch: int = _BATCH,
    progress: _Progress = lambda _line: None,
) -> dict[str, Any]:
    """Drop what is past its time by the settings that hold today; with `dry_run` only tell what that is.

    Returns:
        `dropped` the days, `kept` by day what keeps it, `rows` by subject how many other rows, `for_ever` the subjects
        that no setting holds for.
    """
    today = work_date_of(city.clock())
    holding = in_force(settings if settings is not None else load_retention(), today, city_code(city))
    kept: dict[str, str] = {}
    dropped: list[str] = []
    oldest_kept: date | None = None
    if keeping := holding.get("attendance"):
        with transaction(city.engine, Role.RETAIN) as connection:
            past = _days_past(connection, keeping.cutoff(today))
        for row in past:
            because = row.kept_because or _ledger_flaw(city, row.work_date)
            because = because or (None if dry_run else _drop_day(city, row.work_date, keeping))
            if because:
                kept[row.work_date.isoformat()] = because
                oldest_kept = oldest_kept or row.work_date
                progress(f"{row.work_date} is kept: {because}")
            else:
                dropped.append(row.work_date.isoformat())
                progress(f"{row.work_date} {'would be' if dry_run else 'is'} dropped")
    rows: dict[str, int] = {}
    for subject in _ROWS:
        if subject in holding:
            day = holding[subject].cutoff(today)
            if subject == "calls" and oldest_kept:
                day = min(day, oldest_kept)  # they show what was sent for it
            before = datetime.combine(day, time(), SHANGHAI)
            rows[subject] = _rows_past(city, holding[subject], before, dry_run=dry_run, batch=batch)
            progress(f"{subject} before {day}: {rows[subject]} rows")
    for_ever = [subject for subject in ("attendance", *_ROWS) if subject not in holding]
    return {"dropped": dropped, "kept": kept, "rows": rows, "for_ever": for_ever}


def _days_past(connection: Connection, before: date) -> Sequence[Any]:
    return statements.rows(connection, "retention/days_past", before=before, under_way=[*UNDER_WAY, "reopened"])


def _ledger_flaw(city: City, work_date: date) -> str | None:
    for one in verify_ledger(city, work_date, work_date):
        if one.flaw:
            return f"its ledger at the {one.target} does not verify, see realname verify-ledger {work_date}"
    return None


def _drop_day(city: City, work_date: date, keeping: Keeping) -> str | None:
    """Sign where its chains end and drop it; or what keeps it after all."""
    chains = [one for one in verify_ledger(city, work_date, work_date) if one.entries]
    for one in chains:
        if one.unsigned:
            sign_head(city, work_date, one.target)
    now = city.clock().replace(microsecond=0)
    try:
        with transaction(city.engine, Role.RETAIN) as connection:
            for one in chains:
                _anchor(city, connection, one, now)
            statements.rows(connection, "retention/drop_work_date", work_date=work_date, now=now, basis=keeping.basis)
    except OperationalError as busy:
        if getattr(busy.orig, "sqlstate", "") != "55P03":  # lock_not_available
            raise
        return "it is being read just now; the next run tries again"
    return None


def _anchor(city: City, connection: Connection, chain: Verified, now: datetime) -> None:
    text = anchor_text(chain.work_date, chain.target, chain.entries, chain.head_hash, now)
    statements.run(
        connection,
        "retention/add_anchor",
        work_date=chain.work_date,
        target=chain.target,
        entries=chain.entries,
        head_hash=chain.head_hash,
        dropped_at=now,
        key_id=city.vault.signer_id(),
        signature=city.vault.signer().sign(text),
    )


def _rows_past(city: City, keeping: Keeping, before: datetime, *, dry_run: bool, batch: int) -> int:
    if dry_run:
        with transaction(city.engine, Role.RETAIN) as connection:
            return int(statements.scalar(connection, f"retention/count_{keeping.subject}", before=before))
    deleted = 0
    while True:
        with transaction(city.engine, Role.RETAIN) as connection:
            gone = statements.run(connection, f"retention/delete_{keeping.subject}", before=before, most=batch)
            if gone:
                statements.run(
                    connection,
                    "retention/note_rows",
                    now=city.clock(),
                    subject=keeping.subject,
                    before=before,
                    row_count=gone,
                    basis=keeping.basis,
                )
        deleted += gone
        if gone < batch:
            return deleted
