"""When everything runs, in Asia/Shanghai, and why then.

A by-date DAG has one partition per work date; its key is the date as yyyy-MM-dd.
"""

from datetime import date, datetime, time

from airflow.sdk import CronPartitionTimetable, CronTriggerTimetable

from realname_sync.workdate import SHANGHAI

ZONE = "Asia/Shanghai"
WORK_DATE_FORMAT = "%Y-%m-%d"

_EVENING_BEGINS = time(22, 30)


def _that_day(cron: str) -> CronPartitionTimetable:
    return CronPartitionTimetable(cron, timezone=ZONE, key_format=WORK_DATE_FORMAT)


def _the_one_before(cron: str) -> CronPartitionTimetable:
    """A daily run is for the day before, a monthly one for the month before."""
    return CronPartitionTimetable(cron, timezone=ZONE, run_offset=-1, key_format=WORK_DATE_FORMAT)


# Every hour through the day, so that little is left for the evening; in the middle between two pulls. At 22:30 the
# evening's own steps begin instead, and the last sweep takes what came during them, with half an hour left. All sweeps
# of a day bear the same partition, its date.
SWEEP = _that_day("30 7-21,23 * * *")

# Shared data change all day, and no lamp should be lit on stale data. Ten past, because others ask on the hour.
PULL = CronTriggerTimetable("10 * * * *", timezone=ZONE)

# After the pull of the hour and the sweep that checks it, so that what a clerk applied is closed within the hour.
FOLLOW = CronTriggerTimetable("50 * * * *", timezone=ZONE)

# Most shifts have punched out by then, and 90 minutes are left before the deadline of 24:00.
EXTRACT = _that_day("30 22 * * *")

# The extraction takes minutes. A step that comes too early waits for its inputs, so these times need no margin.
CHECK = _that_day("45 22 * * *")

# An hour to send, to ask for results and to try once more before 24:00.
PUSH = _that_day("0 23 * * *")

# By then the results are in, and devices have sent what they held back overnight.
RECONCILE = _the_one_before("30 5 * * *")

# On the desk when the working day begins.
REPORT = _the_one_before("0 6 * * *")

# After the report of the month's last day. The partition is the first day of the month before.
REPORT_MONTH = _the_one_before("30 6 1 * *")

# In the small hours, when nothing is sent: taking out a day's partitions keeps readers waiting for a moment.
RETENTION = CronTriggerTimetable("0 3 2 * *", timezone=ZONE)


def evening_of(work_date: date) -> datetime:
    """When the scheduled steps of a work date begin; what ran for that date before then is not this evening's."""
    return datetime.combine(work_date, _EVENING_BEGINS, tzinfo=SHANGHAI)
