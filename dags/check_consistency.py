"""Check consistency.

Runs every rule over the work date: the four lamp rules, shared against municipal copies, identifiers, roster, shape.
What it finds becomes rows that name rule, object, key, field, expected, actual, owner and remedy. An object with a
finding that says stop is held back from delivery; everything else goes. Then the warning cases follow, which nothing
waits for: opened, rechecked, closed.

**Kind:** by date. Checking a date again gives the same findings and closes those that no longer hold.

**Waits for:** `extract_municipal` of the date, and one pull of the shared data.

**When it fails:** findings never fail it. If it waits, its log says for which step; mend and run that one.
"""

from airflow.sdk import dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import BY_DATE
from realname_sync.orchestration.schedules import CHECK
from realname_sync.orchestration.tags import Tag


@dag(schedule=CHECK, doc_md=__doc__, tags=[Tag.TIER_1, Tag.INSIDE, Tag.BY_DATE], **BY_DATE)
def check_consistency():
    tasks.await_inputs("check_consistency") >> tasks.check_consistency() >> tasks.update_cases()


check_consistency()
