"""What a running task asks of its DAG run: the work date, since when inputs count, and where to announce a result."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from airflow.sdk import Asset, get_current_context

from realname_sync.errors import WorkDateError
from realname_sync.orchestration.connections import airflow_connection
from realname_sync.orchestration.notes import failure_noted, leave_note
from realname_sync.orchestration.schedules import evening_of
from realname_sync.workdate import resolve_work_date


@contextmanager
def opened_city() -> Iterator[Any]:
    """The city that Airflow's connections describe, closed at the end."""
    from realname_sync.pipelines.city import open_city

    city = open_city(airflow_connection)
    try:
        yield city
    finally:
        city.close()


def run_work_date() -> date:
    """The work date of this run.

    Raises:
        WorkDateError: the run has none.
    """
    context = get_current_context()
    return resolve_work_date(
        context["params"].get("work_date"), context["dag_run"].partition_key, context.get("data_interval_start")
    )


def inputs_since(work_date: date) -> datetime | None:
    """From when on inputs count for this run: as the parameter says, else this evening's if the run was scheduled.

    Raises:
        WorkDateError: the parameter is no instant with a time zone.
    """
    context = get_current_context()
    given = context["params"].get("inputs_since")
    if given:
        instant = datetime.fromisoformat(given)
        if instant.tzinfo is None:
            raise WorkDateError(f"{given!r} has no time zone; write it as 2026-11-20T22:30:00+08:00")
        return instant
    return evening_of(work_date) if context["dag_run"].run_type == "scheduled" else None


def announce(asset: Asset, counts: dict[str, Any], work_date: date | None = None) -> None:
    """Attach the counts to the event that the asset gets when this task succeeds, in the work date's partition."""
    event = get_current_context()["outlet_events"][asset]
    event.extra = counts
    if work_date is not None:
        event.add_partitions(work_date.isoformat())


def run_restrictions(*names: str) -> dict[str, Any]:
    """Of the parameters `projects` and `targets` those that restrict this run, as arguments of the use case."""
    params = get_current_context()["params"]
    return {name: params[name] for name in names if params.get(name)}


def for_work_date(
    use_case: Callable[..., dict[str, Any]],
    asset: Asset,
    *arguments: Any,
    said: Callable[[Any, date, dict[str, Any]], str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Carry out a use case for the run's work date in the city, announce what it counted, and return that.

    `said` makes the task's note of city, date and counts.

    Raises:
        RealnameError: whatever the use case raises; the retry policy decides what follows.
    """
    with failure_noted():
        work_date = run_work_date()
        with opened_city() as city:
            counts = use_case(city, work_date, *arguments, **options)
            if said:
                leave_note(said(city, work_date, counts))
    announce(asset, counts, work_date)
    return counts
