"""Follow corrections.

Asks the integrity platform what became of the corrections that were asked for: sends what was drafted, finds out
about requests whose answer was lost, follows each ticket from received to applied or rejected, and closes it once a
later pull has the new version and the check after that pull finds the field to differ no more.

**Kind:** now. A missed run needs no making up: the next one carries on where the last one ended.

**Parameters:** `every_ticket` asks for every open ticket by its number instead of only for those that changed.

**When it fails:** "signature refused" means appid or secret of the connection `integrity_platform` is wrong. Anything
else is tried again; nothing is asked for twice. `realname correct list` shows how each correction stands, and what a
person has to settle.
"""

from airflow.sdk import Param, dag

from realname_sync.orchestration import tasks
from realname_sync.orchestration.defaults import EVERY_DAG
from realname_sync.orchestration.schedules import FOLLOW
from realname_sync.orchestration.tags import Tag

EVERY_TICKET = Param(
    False, type="boolean", title="Every ticket", description="Ask for every open ticket by its number."
)


@dag(
    schedule=FOLLOW,
    doc_md=__doc__,
    tags=[Tag.TIER_3, Tag.OUT, Tag.NOW],
    params={"every_ticket": EVERY_TICKET},
    max_active_runs=1,
    **EVERY_DAG,
)
def follow_corrections():
    tasks.follow_corrections()


follow_corrections()
