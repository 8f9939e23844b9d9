"""Make up days.

A backfill that is asked for in Airflow's page, in a form: days gone by are read, checked and sent again, with whatever
is missing. First it says what there is to do, in figures, as the note of its first task; a dry run ends there. One that
is larger than `expectations/backfills.yaml` allows waits for a person to approve it, under Required Actions; without an
answer within twelve hours it is rejected. Then Airflow makes the days by its own backfills, which give way to the work
of today, and this run follows them to their end.

**Kind:** now. It is started by a person; `realname backfill` does the same from the command line.

**Parameters:** the days, both included; what is restricted, why, in which order. A run begins as a dry run.

**When it fails:** the note of the failed task says what is missing. Mend it, then `realname backfill resume` with the
number in that note; what is acknowledged is never sent again.
"""

from airflow.sdk import dag

from realname_sync.orchestration import backfill_tasks, defaults
from realname_sync.orchestration.tags import Tag


@dag(schedule=None, doc_md=__doc__, tags=[Tag.TIER_3, Tag.OUT, Tag.NOW], **defaults.MAKE_UP)
def make_up_days():
    plan = backfill_tasks.plan_days()
    begun = backfill_tasks.start_backfill(plan=plan)
    plan >> backfill_tasks.approval() >> begun
    backfill_tasks.follow_backfill(begun)


make_up_days()
