"""Apply the retention.

Drops the days that are past their time as whole partitions, and deletes other rows past theirs, by the dated settings
in `expectations/retention.yaml`. A day with an unfinished delivery, an open case or a ledger that does not verify is
kept.

**Kind:** now. A missed run needs no making up: the next one drops what is past its time then.

**Parameters:** `dry_run` says what would go, and drops nothing.

**When it fails:** nothing else depends on it; mend the cause and run it again. `realname retention --dry-run` tells
what would go, and what keeps a day.
"""

from airflow.sdk import dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import EVERY_DAG
from realname_sync.orchestration.form import dry_run_param
from realname_sync.orchestration.schedules import RETENTION
from realname_sync.orchestration.tags import Tag


@dag(
    schedule=RETENTION,
    doc_md=__doc__,
    tags=[Tag.TIER_3, Tag.INSIDE, Tag.NOW],
    params={"dry_run": dry_run_param(at_first=False)},
    max_active_runs=1,
    **EVERY_DAG,
)
def apply_retention():
    tasks.apply_retention()


apply_retention()
