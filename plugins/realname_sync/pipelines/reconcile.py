"""Hold what the municipal platform has, what the ledger says and what each platform says against one another.

Counts by project first, one question a project; rows only where counts differ. What is missing at a platform is sent
again by one more delivery; what is too much becomes a finding.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from realname_sync.delivery.desk import CallBook, Desk
from realname_sync.delivery.discrepancies import Compared
from realname_sync.delivery.reconciliation import compare_all, count_there
from realname_sync.errors import BrokenRulesError
from realname_sync.pipelines.check import check_uploads
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import TARGETS, deliver, open_target
from realname_sync.pipelines.ledger import sign_head
from realname_sync.platforms.municipal import attendance_counts
from realname_sync.platforms.uplink import DayCount
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.protection import normalise
from realname_sync.warehouse.runs import recorded_run
from realname_sync.warehouse.work_days import ensure_work_date

Progress = Callable[[str], None]
_COUNTS_AT_ONCE = 32
"""Threads that ask for two numbers each: at 50 ms of round trip fewer leave both sides idle, more gain nothing."""


@dataclass(frozen=True)
class ProjectCounts:
    """One project's day three ways; `there` is None where the platform was not asked or gave no count."""

    project_code: str
    municipal: int
    read: int
    acknowledged: int
    persons: int | None
    there: DayCount | None
    has_left_over: bool
    remark: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the platform has other rows, or rows of another number of persons, than it acknowledged."""
        if self.there is None:
            return False
        return self.there.rows != self.acknowledged or (
            None not in {self.there.persons, self.persons} and self.there.persons != self.persons
        )

    @property
    def is_of_the_day(self) -> bool:
        """Whether anyone has anything of the project's day."""
        return any((self.municipal, self.read, self.acknowledged, self.there and self.there.rows))


def reconcile_uploads(
    city: City,
    work_date: date,
    *,
    targets: Sequence[str] = TARGETS,
    every_row: bool = False,
    projects: Sequence[str] | None = None,
    progress: Progress = lambda _text: None,
) -> dict[str, Any]:
    """Reconcile a work date with the municipal platform and with `targets`; a second time there is nothing to do.

    Args:
        city: the city.
        work_date: the date.
        targets: `province`, `nation`, or both.
        every_row: compare the rows of every project, also where the counts agree.
        projects: what a platform lost is sent again of these only; of None, of all. All are compared.
        progress: told what is being done.

    Returns:
        Under `municipal` what is not read yet or gone there; by platform the projects compared and differing, the rows
        missing, sent again, extra, doubled and adopted, and both sides' rows at the end; the findings by rule.

    Raises:
        FatalError: a platform refuses the caller, or a connection is missing.
        RetriableError: a platform cannot be asked now, or what is sent again has no result yet.
        BrokenRulesError: rules on uploads could not be carried out; all else is done.
    """
    with recorded_run(city.engine, Role.SEND, "reconcile_uploads", city.clock, work_date=work_date) as summary:
        with transaction(city.engine, Role.SEND) as connection:
            ensure_work_date(connection, work_date)
        municipal: dict[str, int] = defaultdict(int)
        for project_code, rows in attendance_counts(city.municipal, work_date):
            municipal[normalise(project_code)] += rows
        try:
            for target in targets:
                summary[target] = _reconcile_target(city, work_date, target, municipal, every_row, projects, progress)
        finally:
            broken = _check_uploads(city, work_date, summary)
        summary["municipal"] = _reading(city, work_date, municipal)
        behind = summary["municipal"]["projects_differ"]
        if behind:
            progress(
                f"the municipal platform has other rows of {behind} projects than were read: extract {work_date} again"
            )
        if broken:
            raise broken
    return summary


def _check_uploads(city: City, work_date: date, summary: dict[str, Any]) -> BrokenRulesError | None:
    """Note the findings of the rules on uploads; returns what the reconciliation fails with at its end, if anything."""
    try:
        summary["findings"] = check_uploads(city, work_date)
    except BrokenRulesError as failure:
        summary["broken"] = list(failure.rule_ids)
        return failure
    return None


def _reconcile_target(
    city: City,
    work_date: date,
    target: str,
    municipal: Mapping[str, int],
    every_row: bool,
    projects: Sequence[str] | None,
    progress: Progress,
) -> dict[str, int]:
    book = CallBook()
    uplink = open_target(city, target, book)
    desk = Desk(city.engine, city.vault, uplink, book, work_date, city.clock, images=lambda _ids: {}, progress=progress)
    try:
        counts = _count(desk, municipal)
        differing = [one.project_code for one in counts if one.differs]
        wanted = {
            one.project_code: max(one.there.rows, one.acknowledged)
            for one in counts
            if one.there and (one.differs or one.has_left_over or (every_row and one.is_of_the_day))
        }
        compared = compare_all(desk, wanted)
        _record(desk, counts, compared)
        if any(one.count("missing", "released") for one in compared.values()):
            progress(f"{target}: rows are missing there; delivering {work_date} once more")
            deliver(city, work_date, target, projects=projects, progress=progress)
        if any(one.found for one in compared.values()):
            counts = _count_again(desk, municipal, counts, compared)
            _record(desk, counts, compared)
        with desk.look() as connection:
            sent_again = statements.scalar(connection, "delivery/reconciliation_sent_again", **desk.key)
    finally:
        with desk.commit("close"):
            pass  # the calls made since the last commit are written whatever happened
        uplink.close()
        sign_head(city, work_date, target)
    asked = [one for one in counts if one.there is not None]
    summary = {
        "projects": sum(one.is_of_the_day for one in asked),
        "differ": len(differing),
        "missing": sum(one.count("missing") for one in compared.values()),
        "sent_again": sent_again,
        "extra": sum(one.count("extra") for one in compared.values()),
        "doubled": sum(one.count("doubled") for one in compared.values()),
        "adopted": sum(one.count("adopted") for one in compared.values()),
        "put_off": sum(not one.is_compared for one in compared.values()),
        "not_asked": sum(one.is_of_the_day for one in counts if one.there is None),
        "acknowledged": sum(one.acknowledged for one in asked),
        "platform": sum(one.there.rows for one in asked if one.there),
    }
    progress(f"{target}: {summary['projects']} projects compared, {summary['differ']} differ")
    return summary


def _count(desk: Desk, municipal: Mapping[str, int], only: frozenset[str] | None = None) -> list[ProjectCounts]:
    """Count each project's day three ways: one question to the platform a project."""
    ours, persons = _ledger(desk, only)
    known = {row.project_code: row for row in ours}
    asked = [row.project_code for row in ours if row.is_open]
    with ThreadPoolExecutor(min(_COUNTS_AT_ONCE, desk.calls_in_flight)) as pool:
        there = dict(zip(asked, pool.map(partial(count_there, desk), asked), strict=True))
    return [
        ProjectCounts(
            project_code=project_code,
            municipal=municipal.get(project_code, 0),
            read=row.read_rows if row else 0,
            acknowledged=row.acknowledged_rows if row else 0,
            persons=persons.get(project_code, 0) if desk.uplink.counts_persons else None,
            there=there.get(project_code),
            has_left_over=bool(row and row.has_left_over),
        )
        for project_code in sorted({*known, *municipal} if only is None else only)
        for row in (known.get(project_code),)
    ]


def _ledger(desk: Desk, only: frozenset[str] | None) -> tuple[Sequence[Any], dict[str, int]]:
    key = {**desk.key, "project_codes": None if only is None else sorted(only)}
    with desk.look() as connection:
        statements.run(connection, "delivery/join_whole_day")
        ours = statements.rows(connection, "delivery/reconciliation_ledger", **key)
        if not desk.uplink.counts_persons:
            return ours, {}
        counted = statements.rows(connection, "delivery/reconciliation_persons", **key)
    return ours, {row.project_code: row.persons for row in counted}


def _count_again(
    desk: Desk, municipal: Mapping[str, int], counts: Sequence[ProjectCounts], compared: Mapping[str, Compared]
) -> list[ProjectCounts]:
    """The counts with those of the projects where something was found taken anew."""
    changed = frozenset(code for code, one in compared.items() if one.found)
    anew = {one.project_code: one for one in _count(desk, municipal, changed)}
    return [anew.get(one.project_code, one) for one in counts]


def _record(desk: Desk, counts: Sequence[ProjectCounts], compared: Mapping[str, Compared]) -> None:
    """Put this comparison in the place of the last one; what it found of projects that agree now is forgotten."""
    kept = [one for one in counts if one.is_of_the_day]
    agreeing = [one.project_code for one in counts if one.there and one.project_code not in compared]
    remarks = {code: one.remark for code, one in compared.items()}
    with desk.commit("reconcile") as connection:
        # With planning locked out, as in each comparison, two reconciliations at once write one after the other.
        statements.run(connection, "delivery/begin_sweep", now=desk.clock(), **desk.key)
        statements.run(connection, "delivery/clear_discrepancies", project_codes=agreeing, **desk.key)
        statements.run(connection, "delivery/clear_reconciliation", **desk.key)
        statements.run(
            connection,
            "delivery/record_reconciliation",
            checked_at=desk.clock(),
            project_codes=[one.project_code for one in kept],
            municipal_rows=[one.municipal for one in kept],
            read_rows=[one.read for one in kept],
            acknowledged_rows=[one.acknowledged for one in kept],
            platform_rows=[one.there and one.there.rows for one in kept],
            acknowledged_persons=[one.persons for one in kept],
            platform_persons=[one.there and one.there.persons for one in kept],
            remarks=[remarks.get(one.project_code) for one in kept],
            **desk.key,
        )


def _reading(city: City, work_date: date, municipal: Mapping[str, int]) -> dict[str, int]:
    """What the municipal platform has now against what was read of it and stands."""
    with transaction(city.engine, Role.READ) as connection:
        read = {
            row.project_code: row.read_rows
            for row in statements.rows(connection, "delivery/reconciliation_read", work_date=work_date)
        }
    behind = {code: municipal.get(code, 0) - read.get(code, 0) for code in {*municipal, *read}}
    return {
        "rows": sum(municipal.values()),
        "read": sum(read.values()),
        "projects_differ": sum(difference != 0 for difference in behind.values()),
        "not_yet_read": sum(difference for difference in behind.values() if difference > 0),
        "gone": -sum(difference for difference in behind.values() if difference < 0),
    }
