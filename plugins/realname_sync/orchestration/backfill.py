"""The by-date DAGs in their order, and the bounds under which Airflow makes exactly the partitions that are meant.

Nothing here imports Airflow, so that the command line can use it.
"""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from realname_sync.workdate import day_bounds

BY_DATE_DAGS = (
    "extract_municipal",
    "check_consistency",
    "push_attendance_province",
    "push_attendance_nation",
    "reconcile_uploads",
    "report_quality",
)

Reprocess = Literal["none", "failed", "completed"]


def partition_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants to ask a backfill for, both inclusive, so that it makes each date from `first` to `last` once.

    Airflow compares the bounds with the hour at which each partition would run, and reads bounds without a zone in a
    zone of its own choice. So they bear the zone, and the last one reaches to the end of its day.
    """
    return day_bounds(first)[0], day_bounds(last)[1] - timedelta(seconds=1)


def backfill_command(
    dag_id: str,
    first: date,
    last: date,
    reprocess: Reprocess = "none",
    *,
    inputs_since: datetime | None = None,
    dry_run: bool = False,
) -> Sequence[str]:
    """The arguments that make Airflow backfill one DAG over that range.

    With `inputs_since` each date waits until what it builds on has been made anew since then.
    """
    begin, end = partition_bounds(first, last)
    conf = json.dumps({"inputs_since": inputs_since.isoformat()}) if inputs_since else ""
    return (
        *(sys.executable, "-m", "airflow", "backfill", "create"),
        *("--dag-id", dag_id),
        *("--from-date", begin.isoformat()),
        *("--to-date", end.isoformat()),
        *("--reprocess-behavior", reprocess),
        *("--max-active-runs", "1"),
        *(("--dag-run-conf", conf) if conf else ()),
        *(("--dry-run",) if dry_run else ()),
    )
