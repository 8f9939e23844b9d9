"""Figures of the steps for a monitoring system, by Airflow's own metrics; docs/metrics.md names them all.

Without `[metrics] statsd_on` or `otel_on` Airflow drops them. Names hold a platform at most, no project and no person.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk.observability import stats

if TYPE_CHECKING:
    from realname_sync.pipelines.forecast import Forecast

log = logging.getLogger(__name__)

_STATES = ("read", "waiting", "held", "in_batch", "acknowledged", "refused", "late")


def count_read(punches: Mapping[str, Any]) -> None:
    """Rows that an extraction or a sweep took over."""
    for name in ("written", "withdrawn"):
        stats.incr(f"realname.rows.{name}", int(punches[name]))


def count_findings(summary: Mapping[str, Any]) -> None:
    """What the rules found of the date that was checked last."""
    stats.gauge("realname.findings", sum(summary["findings"].values()))
    stats.gauge("realname.findings.stop", int(summary["stop"]))
    stats.gauge("realname.rules.broken", len(summary["broken"]))


def tell_states(target: str, states: Mapping[str, int]) -> None:
    """How the date that was delivered last stands at a platform."""
    for name in _STATES:
        stats.gauge(f"realname.rows.{name}.{target}", int(states[name]))


def tell_forecast(forecast: "Forecast") -> None:
    """What is left of a date, and for how long: `minutes_to_spare` is below nought where it will not be complete."""
    target = forecast.target
    stats.gauge(f"realname.backlog.{target}", forecast.load.left)
    stats.gauge(f"realname.minutes_to_deadline.{target}", forecast.minutes_left)
    rate = forecast.pace.rows_per_minute
    if rate is not None:
        stats.gauge(f"realname.rows_per_minute.{target}", round(rate, 1))
    if forecast.load.left and rate:
        stats.gauge(f"realname.minutes_to_spare.{target}", round(forecast.minutes_left - forecast.load.left / rate, 1))
    stats.gauge(f"realname.at_risk.{target}", int(forecast.verdict.is_alarming))


@contextmanager
def calls_counted(city: Any, platform: str) -> Iterator[None]:
    """Count the calls to a platform while the block runs, and tell how long they took, whatever becomes of it."""
    began = city.clock()
    try:
        yield
    finally:
        _tell_calls(city, platform, began)


def _tell_calls(city: Any, platform: str, began: Any) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from realname_sync.errors import RealnameError
    from realname_sync.warehouse import statements
    from realname_sync.warehouse.engine import Role, transaction

    try:
        with transaction(city.engine, Role.READ) as connection:
            row = statements.rows(connection, "ops/calls_of_stretch", platform=platform, since=began)[0]
    except (SQLAlchemyError, RealnameError) as failure:
        log.warning("the calls to %s cannot be counted just now (%s)", platform, type(failure).__name__)
        return
    stats.incr(f"realname.calls.{platform}", row.calls)
    stats.incr(f"realname.calls.unanswered.{platform}", row.calls - row.answered)
    if row.calls:
        stats.gauge(f"realname.call_ms.median.{platform}", float(row.median_ms))
        stats.gauge(f"realname.call_ms.slow.{platform}", float(row.slow_ms))
