"""Report the month's quality.

Writes the page of the month that the work date lies in: what arrived day by day, the attendance of key posts against
the days that count, how mismatches grew or shrank. Days whose punches changed since their report are counted anew.

**Kind:** by month; scheduled on the first of the month for the month before. Any day of a month stands for it; give
today's date to see how the month stands so far. Writing the report of a month again replaces it.

**Waits for:** nothing; it comes after the report of the month's last day.

**When it fails:** nothing else depends on it; mend the cause and run it again with a `work_date` in that month.
"""

from airflow.sdk import dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import EVERY_DAG
from realname_sync.orchestration.form import WORK_DATE_PARAM
from realname_sync.orchestration.schedules import REPORT_MONTH
from realname_sync.orchestration.tags import Tag


@dag(
    schedule=REPORT_MONTH,
    doc_md=__doc__,
    tags=[Tag.TIER_3, Tag.INSIDE, Tag.BY_MONTH],
    params={"work_date": WORK_DATE_PARAM},
    max_active_runs=1,
    **EVERY_DAG,
)
def report_month():
    tasks.report_month()


report_month()
