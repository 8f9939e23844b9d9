"""One sweep: take what is new at the municipal platform, check it, send it; for today and for days it is late for."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

from realname_sync.errors import (
    BrokenRulesError,
    FatalError,
    NotSentError,
    PlatformBusyError,
    RealnameError,
    ThrottledError,
)
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import TARGETS, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.work_days import dropped_days

log = logging.getLogger(__name__)

EARLIER_DAYS = 7
"""How many earlier days one sweep takes besides its own, newest first; what it leaves the next one takes."""

_LOOK_BACK = timedelta(days=31)  # days that rest longer are taken up by a backfill and by no sweep
_LATE_COMMIT = timedelta(minutes=15)  # so long after its end a day may still get rows that were received before
_ENDS_IT = (FatalError, NotSentError, PlatformBusyError, ThrottledError)

Progress = Callable[[str], None]


def _silent(_text: str) -> None:
    """Tell nobody."""


def sweep(
    city: City,
    work_date: date,
    *,
    earlier_days: int = EARLIER_DAYS,
    targets: Sequence[str] = TARGETS,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Read, check and send what is new for `work_date` and for days before it that rows arrived for.

    The platforms are served side by side: one that does not answer keeps the other waiting for nothing.

    Returns:
        What was read (`days`, `left_out`, counts by date), and by platform the states of each date.

    Raises:
        BrokenRulesError: rules could not be carried out; what the rules had seen was sent all the same.
        RealnameError: a step failed; of two platforms that failed, the first one's error. What the other one
            took is recorded.
    """
    summary = read_new(city, work_date, earlier_days=earlier_days, progress=progress)
    days = [date.fromisoformat(day) for day in summary["days"]]
    with ThreadPoolExecutor(len(targets), "sweep") as pool:
        under_way = {target: pool.submit(deliver_days, city, days, target, progress=progress) for target in targets}
    failures = [failure for one in under_way.values() if (failure := one.exception())]
    for failure in failures[1:]:
        # A driver's message may quote a row, so only the words of our own errors are logged.
        log.error("also failed: %s", failure if isinstance(failure, RealnameError) else type(failure).__name__)
    if failures:
        raise failures[0]
    if summary["broken"]:
        broken = {rule_id for of_day in summary["broken"].values() for rule_id in of_day}
        raise BrokenRulesError(broken_sentence(summary["broken"]), sorted(broken))
    return {**summary, **{target: one.result() for target, one in under_way.items()}}


def read_new(
    city: City, work_date: date, *, earlier_days: int = EARLIER_DAYS, progress: Progress = _silent
) -> dict[str, Any]:
    """Read and check `work_date`, and the earlier days that rows arrived for; name the days that have to be sent.

    Returns:
        `days` to deliver as yyyy-MM-dd, `work_date` first and then the newest; `left_out` the days that are due too
        and wait for the next sweep; `read` the punches written and withdrawn by date; `broken` by date the rules that
        could not be carried out, which keep no other rule and no delivery waiting.

    Raises:
        SourceShapeError: the municipal platform no longer yields what was agreed.
    """
    broken: dict[str, list[str]] = {}
    counts = {work_date.isoformat(): _read(city, work_date, progress, broken)}
    fresh = _days_of_late_rows(counts[work_date.isoformat()]["other_days"], work_date)
    fresh |= _read_too_early(city, work_date)
    with transaction(city.engine, Role.READ) as connection:
        fresh -= dropped_days(connection)  # a row that comes years late is of a day that is past its time
    due = sorted(fresh | _unfinished(city, work_date), reverse=True)
    taken, left_out = due[:earlier_days], due[earlier_days:]
    for day in taken:
        if day in fresh:
            counts[day.isoformat()] = _read(city, day, progress, broken)
    if left_out:
        log.warning("the next sweep takes %s: one sweep takes %d earlier days", _named(left_out), earlier_days)
        progress(f"left for the next sweep: {_named(left_out)}")
    return {
        "days": [day.isoformat() for day in (work_date, *taken)],
        "left_out": [day.isoformat() for day in left_out],
        "read": {day: {key: read[key] for key in ("written", "withdrawn")} for day, read in counts.items()},
        "broken": broken,
    }


def broken_sentence(broken: Mapping[str, Sequence[str]]) -> str:
    """What a sweep fails with at its end where rules are broken."""
    named = "; ".join(f"{', '.join(rule_ids)} on {day}" for day, rule_ids in broken.items())
    return f"rules are broken: {named}. Their former findings stand; `realname check` of the date says what to mend"


def deliver_days(
    city: City, days: Iterable[date], target: str, *, progress: Progress = _silent
) -> dict[str, dict[str, int]]:
    """Deliver these dates to one platform, in this order; a date that cannot be ended keeps no other one back.

    Returns:
        The states of each date's punches at the end.

    Raises:
        RealnameError: the first failure. A platform that refuses the caller or cannot be reached ends it at once.
    """
    states: dict[str, dict[str, int]] = {}
    first: RealnameError | None = None
    for day in days:
        try:
            states[day.isoformat()] = deliver(city, day, target, progress=progress)["states"]
        except _ENDS_IT:
            raise
        except RealnameError as failure:
            log.error("%s of %s: %s", target, day, failure)
            first = first or failure
    if first:
        raise first
    return states


def _read(city: City, day: date, progress: Progress, broken: dict[str, list[str]]) -> Mapping[str, Any]:
    """Extract one date, and check it if anything that the findings rest on may have changed; note what is broken."""
    extracted = extract_municipal(city, day, go_by_counts=True)
    punches: Mapping[str, Any] = extracted["punches"]
    progress(f"{day}: {punches['written']} punches new or changed, {punches['withdrawn']} withdrawn")
    if _changed(extracted) or _findings_are_older_than_a_pull(city, day):
        try:
            check_consistency(city, day)
        except BrokenRulesError as failure:
            broken[day.isoformat()] = list(failure.rule_ids)
            progress(str(failure))
    return punches


def _changed(extracted: Mapping[str, Any]) -> bool:
    return any(
        counts.get(key) for counts in extracted.values() for key in ("written", "changed", "withdrawn") if counts
    )


def _findings_are_older_than_a_pull(city: City, day: date) -> bool:
    """Whether the date has no findings yet, or a pull has brought something since they were made."""
    with transaction(city.engine, Role.READ) as connection:
        checked = statements.rows(
            connection, "ops/newest_step_run", step="check_consistency", work_date=day, target=None
        )
        news = statements.scalar(connection, "ops/pulls_with_news", since=checked[0].started_at if checked else None)
    return not checked or checked[0].state != "done" or bool(news)


def _days_of_late_rows(other_days: Mapping[str, Mapping[str, int]], work_date: date) -> set[date]:
    """Days before the work date of which rows arrived on it that were not read yet."""
    arrived = {date.fromisoformat(day) for day, rows in other_days.items() if rows["not_yet_read"]}
    return {day for day in arrived if day < work_date}


def _read_too_early(city: City, work_date: date) -> set[date]:
    """Earlier days that were read, but not since they ended: their last rows came after their last sweep."""
    with transaction(city.engine, Role.READ) as connection:
        rows = statements.rows(
            connection,
            "ops/days_read_too_early",
            work_date=work_date,
            first=work_date - _LOOK_BACK,
            late_commit=_LATE_COMMIT,
            now=city.clock(),
        )
    return {row.work_date for row in rows}


def _unfinished(city: City, work_date: date) -> set[date]:
    with transaction(city.engine, Role.READ) as connection:
        rows = statements.rows(connection, "ops/unfinished_days", work_date=work_date, first=work_date - _LOOK_BACK)
    return {row.work_date for row in rows}


def _named(days: Iterable[date]) -> str:
    return ", ".join(map(str, days))
