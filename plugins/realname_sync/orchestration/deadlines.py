"""By when a run has to have ended, and what happens if it has not: 24:00 of its work date, with time left to act.

The reference is registered by the plugin, so that the scheduler finds it. The callbacks run in the triggerer, so one
has to run: in Airflow 3.3.2 a callback that runs where tasks do is refused the connections of Airflow's own store.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineAlert, DeadlineReference

from realname_sync import settings
from realname_sync.errors import WorkDateError
from realname_sync.workdate import day_bounds, resolve_work_date, system_clock

TIME_TO_ACT = timedelta(minutes=20)
"""How long before 24:00 a person hears that a delivery has not ended."""

LONGEST_SWEEP = timedelta(minutes=50)
"""Sweeps come every hour, one at a time: one that takes longer keeps the next one waiting."""

_TELL = "realname_sync.orchestration.alerts"


class EndOfWorkDate(BaseDeadlineReference):
    """24:00 of the date that a run works for; a run for a date that is over has no such deadline."""

    required_kwargs = frozenset({"dag_id", "run_id"})

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime | None:
        """The instant by the machine's clock, by which the scheduler goes; None where there is none.

        Not raising matters: whatever is raised here keeps the run from being made.
        """
        from airflow.models import DagRun
        from sqlalchemy import select

        found = session.execute(
            select(DagRun.partition_key, DagRun.conf).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        ).one_or_none()
        if found is None:
            return None
        try:
            work_date = resolve_work_date((found.conf or {}).get("work_date"), found.partition_key)
        except WorkDateError:
            return None
        clock = settings.clock()
        end = day_bounds(work_date)[1]
        if end <= clock():
            return None
        practice = timedelta(seconds=round((clock() - system_clock()).total_seconds()))
        return (end - practice).astimezone(UTC)


def before_midnight(*targets: str) -> DeadlineAlert:
    """Tell a person, in time to act, that a run for these platforms has not ended."""
    return DeadlineAlert(
        reference=EndOfWorkDate(),
        interval=-TIME_TO_ACT,
        callback=AsyncCallback(f"{_TELL}.tell_before_midnight", kwargs={"targets": list(targets)}),
        name="before_midnight",
    )


def within_the_hour(*targets: str) -> DeadlineAlert:
    """Tell a person that a sweep takes so long that the next one has to wait."""
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=LONGEST_SWEEP,
        callback=AsyncCallback(f"{_TELL}.tell_of_a_long_sweep", kwargs={"targets": list(targets)}),
        name="within_the_hour",
    )
