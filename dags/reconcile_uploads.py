"""Reconcile the uploads.

Compares, project by project, what the municipal platform has for the work date, what was read, what was acknowledged,
and what the province and the nation say they hold; where the counts differ, row by row. What a platform lost is sent
again, what it has too much or knows otherwise becomes a finding (UPL).

**Kind:** by date; scheduled on the next morning. Reconciling a date again replaces its figures and its findings of UPL.

**Waits for:** an attempt to deliver to each platform. A delivery that failed does not keep it waiting: showing what did
not arrive is what it is for.

**Parameters:** `work_date`, empty for the run's own partition; `targets`, empty for both platforms; `projects`, the
only ones of which rows are sent again.

**When it fails:** a platform could not be asked; it is tried again.
"""

from airflow.sdk import dag

from realname_sync.orchestration import defaults, schedules, tasks
from realname_sync.orchestration.tags import Tag


@dag(schedule=schedules.RECONCILE, doc_md=__doc__, tags=[Tag.TIER_2, Tag.INSIDE, Tag.BY_DATE], **defaults.RECONCILE)
def reconcile_uploads():
    tasks.await_inputs("reconcile_uploads") >> tasks.reconcile_uploads()


reconcile_uploads()
