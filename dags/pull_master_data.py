"""Pull shared master data.

Takes the six shared objects (projects, companies, participants, persons, registrations, key posts) from the integrity
platform into the warehouse. Incremental with an overlap; the highest version of a row wins. Beside it the lamps,
whatever their code: a lamp becomes a case at once, and what was stated after one is asked about.

**Kind:** now. A missed run needs no making up: the next one carries on where the last one ended.

**Parameters:** `full` reads everything instead of what changed, and so finds what increments missed.

**When it fails:** "signature refused" means appid or secret of the connection `integrity_platform` is wrong. Anything
else is tried again; until it works the checks go by the shared data of the last pull. From 36 hours on (SRC-001) the
rules that rest on them say nothing, and the lamps of a date stand as the last check on fresh data left them.
"""

from airflow.sdk import Param, dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import EVERY_DAG
from realname_sync.orchestration.schedules import PULL
from realname_sync.orchestration.tags import Tag

FULL = Param(False, type="boolean", title="Full read", description="Read everything, not only what changed.")


@dag(
    schedule=PULL,
    doc_md=__doc__,
    tags=[Tag.TIER_2, Tag.IN, Tag.NOW],
    params={"full": FULL},
    max_active_runs=1,
    **EVERY_DAG,
)
def pull_master_data():
    tasks.pull_master_data()
    tasks.pull_lamps()


pull_master_data()
