"""Report the day's quality.

Writes the page and the workbook of the work date: completeness by platform, mismatches by rule, district and project
with owner and remedy, the lamp list, and the rows behind every figure. Numbers of persons are masked.

**Kind:** by date; scheduled on the next morning. Writing the report of a date again replaces it.

**Waits for:** `check_consistency` of the date, and an attempt to reconcile it.

**When it fails:** nothing else depends on it; mend the cause and run it again.
"""

from airflow.sdk import dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import BY_DATE
from realname_sync.orchestration.schedules import REPORT
from realname_sync.orchestration.tags import Tag


@dag(schedule=REPORT, doc_md=__doc__, tags=[Tag.TIER_3, Tag.INSIDE, Tag.BY_DATE], **BY_DATE)
def report_quality():
    tasks.await_inputs("report_quality") >> tasks.report_quality()


report_quality()
