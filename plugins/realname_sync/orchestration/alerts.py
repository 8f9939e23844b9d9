"""Tells a person about the deadline: what is left, how fast it goes, how long there is, and what to do.

Callbacks of deadline alerts are called by name in the triggerer; the sweeps call `watch` as their last task.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from realname_sync import settings
from realname_sync.errors import WorkDateError
from realname_sync.orchestration import channels, metrics
from realname_sync.orchestration.channels import KEYWORD, Message
from realname_sync.orchestration.run_context import opened_city
from realname_sync.workdate import resolve_work_date, work_date_of

if TYPE_CHECKING:
    from realname_sync.pipelines.forecast import Forecast

log = logging.getLogger(__name__)


async def tell_before_midnight(targets: Sequence[str], context: dict[str, Any]) -> None:
    """A run has not ended shortly before 24:00: tell how each of its platforms stands, if anything is left or wrong."""
    await asyncio.to_thread(_tell_of_run, targets, context, "had not ended twenty minutes before 24:00")


async def tell_of_a_long_sweep(targets: Sequence[str], context: dict[str, Any]) -> None:
    """A sweep takes longer than an hour has: tell how each of its platforms stands."""
    what = "takes so long that the next sweep waits for it"
    await asyncio.to_thread(_tell_of_run, targets, context, what, whatever_is_left=True)


def _tell_of_run(targets: Sequence[str], context: dict[str, Any], what: str, *, whatever_is_left: bool = False) -> None:
    run = context["dag_run"]
    try:
        work_date = resolve_work_date((run.get("conf") or {}).get("work_date"), run.get("partition_key"))
    except WorkDateError:
        work_date = work_date_of(settings.clock()())
    first_line = f"The run {run['dag_run_id']} of {run['dag_id']} {what}."
    for forecast in _forecasts(work_date, targets, first_line):
        if forecast.load.left or forecast.verdict.is_alarming or whatever_is_left:
            channels.tell(message(forecast, first_line))
        else:
            log.info("%s: %s of %s: %s", first_line, forecast.target, work_date, forecast.sentence)


def _forecasts(work_date: date, targets: Iterable[str], first_line: str) -> "list[Forecast]":
    """The forecasts; where the warehouse does not answer, a person is told that, and there are none.

    Nothing is raised: Airflow would keep the words of the error, which may quote a row.
    """
    from realname_sync.pipelines.status import day_forecasts

    try:
        with opened_city() as city:
            expected = day_forecasts(city, work_date)
    except Exception as failure:
        subject = f"{KEYWORD} realname_sync {work_date}: the warehouse cannot be asked"
        channels.tell(
            Message(subject, f"{first_line}\nNobody knows what is left ({type(failure).__name__}): see the warehouse.")
        )
        return []
    return [expected[target] for target in targets]


def watch(city: Any, work_date: date, targets: Iterable[str]) -> dict[str, str]:
    """Ask how a date stands at these platforms, and tell a person if that has become a risk, or no longer is one.

    Each change is told once; a channel that did not take it is tried again by the next watch.

    Returns:
        The verdict for each platform.
    """
    from realname_sync.pipelines.forecast import Verdict
    from realname_sync.pipelines.status import day_forecasts
    from realname_sync.warehouse import statements
    from realname_sync.warehouse.engine import Role, transaction

    expected = day_forecasts(city, work_date)
    with transaction(city.engine, Role.READ) as connection:
        before = {row.target: row for row in statements.rows(connection, "ops/deadline_watch", work_date=work_date)}
    for target in targets:
        forecast, last = expected[target], before.get(target)
        metrics.tell_forecast(forecast)
        was = Verdict(last.verdict) if last else Verdict.IN_TIME
        log.info("%s of %s: %s; %s", target, work_date, forecast.verdict, forecast.sentence)
        told: list[str] = []
        if forecast.verdict.is_alarming or was.is_alarming:
            told = _told(forecast, list(last.told) if last else [], changed=forecast.verdict != was)
        with transaction(city.engine, Role.SEND) as connection:
            statements.run(
                connection,
                "ops/record_deadline_watch",
                work_date=work_date,
                target=target,
                verdict=forecast.verdict.value,
                told=told,
                said_at=city.clock(),
            )
    return {target: expected[target].verdict.value for target in targets}


def _told(forecast: "Forecast", told_before: list[str], *, changed: bool) -> list[str]:
    """Tell it to each channel that has not taken it yet; which have by now."""
    told = [] if changed else told_before
    missing = {name: send for name, send in channels.configured().items() if name not in told}
    if changed or missing:
        told = told + channels.tell(message(forecast), missing)
    return told


def message(forecast: "Forecast", first_line: str = "") -> Message:
    """What a person is told about one platform and date: figures, the reason, and the commands."""
    work_date, target, load = forecast.work_date, forecast.target, forecast.load
    rate = forecast.pace.rows_per_minute
    lines = [
        first_line,
        f"{forecast.sentence[0].upper()}{forecast.sentence[1:]}.",
        f"Waiting: {load.waiting}. In batches: {load.in_batch}, of them of unknown outcome: {load.unknown}. "
        f"Held by findings: {load.held}. Late: {load.late}.",
        f"Rate last seen: {f'{rate:.0f} rows a minute' if rate is not None else 'none'}. "
        f"Minutes left until 24:00: {forecast.minutes_left}.",
        f"How it stands: realname status {work_date} --projects",
        f"Send now: realname push {target} {work_date}",
        f"Read and send now: realname sweep {work_date}",
    ]
    left = f"{load.left} rows left, {forecast.minutes_left} minutes"
    subject = f"{KEYWORD} realname_sync {work_date} {target}: {forecast.verdict} ({left})"
    return Message(subject, "\n".join(line for line in lines if line))
