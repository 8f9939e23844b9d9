"""Sweep attendance.

Every hour through the day, and a last time at 23:30: takes what is new at the municipal platform, checks it, and sends
it to both platforms, side by side. Rows of earlier days that arrive today belong to their own day and go up late. Early
in the day only full calls go; from 20:30 on (`remainders_wait_until` of the profile) everything that may go does.

After each platform a watch asks whether the date will be complete before 24:00, and tells a person once when that
becomes a risk. A person also hears of a sweep that takes longer than 50 minutes, or has not ended at 23:40.

**Kind:** now. A missed run needs no making up: the next one carries on where the last one ended. Whole dates are made
up by a backfill of the by-date DAGs.

**Parameters:** `work_date`, empty for the run's own partition; `earlier_days`, how many days that rows arrived late for
one sweep takes, newest first.

**Waits for:** nothing; one sweep at a time.

**When it fails:** the watch fails if its delivery did, so that the run does not look well; the delivery's log says why.
`realname sweep DATE` does the same by hand.
"""

from airflow.sdk import dag

from realname_sync.orchestration import deadlines, defaults, schedules, tasks
from realname_sync.orchestration.tags import Tag

BOTH = ("province", "nation")


@dag(
    schedule=schedules.SWEEP,
    doc_md=__doc__,
    tags=[Tag.TIER_1, Tag.OUT, Tag.NOW],
    deadline=[deadlines.within_the_hour(*BOTH), deadlines.before_midnight(*BOTH)],
    **defaults.SWEEP,
)
def sweep_attendance():
    read = tasks.read_new()
    for target, deliver in (("province", tasks.sweep_to_province), ("nation", tasks.sweep_to_nation)):
        tasks.watch_deadline.override(task_id=f"watch_{target}")(target, deliver(read))


sweep_attendance()
