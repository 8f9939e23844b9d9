"""Extract the municipal platform.

Takes the municipal platform's objects, and the punches of the work date, into the warehouse. It reads in one bounded
transaction under a read-only login. Through the day the sweeps do this; at 22:30 it begins the evening's closing round.

**Kind:** by date. Make up missed dates with a backfill; a date may be extracted as often as you like, and a punch that
the vendor committed or changed late is taken over by the next extraction of its date.

**Parameters:** `work_date`, empty for the run's own partition.

**When it fails:** a column that disappeared from the source is refused and nothing is taken over: mend the statement in
`sql/municipal/`. Rows that are merely dirty never fail a run; they become findings.
"""

from airflow.sdk import dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import BY_DATE
from realname_sync.orchestration.schedules import EXTRACT
from realname_sync.orchestration.tags import Tag


@dag(schedule=EXTRACT, doc_md=__doc__, tags=[Tag.TIER_1, Tag.IN, Tag.BY_DATE], **BY_DATE)
def extract_municipal():
    tasks.extract_municipal()


extract_municipal()
