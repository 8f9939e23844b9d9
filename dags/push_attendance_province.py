"""Push attendance to the province.

Sends what the province is due for the work date, in its order: participants, teams, workers, entries, key posts and
devices, then attendance. The deadline is 24:00 of the work date; what arrives later counts as late. This is
the evening's closing round: the sweeps have sent most of the day before, and at 23:30 one more follows. A person hears
of a round that has not ended at 23:40.

**Kind:** by date. Run it as often as you like: what is acknowledged is not sent again, and a call whose outcome is
unknown is asked about before anything of it is sent again.

**Parameters:** `work_date`, empty for the run's own partition; `projects`, the only ones of which rows are sent;
`dry_run` says what would be sent, and sends nothing. `REALNAME_SHARDS` splits the work for several workers.

**Waits for:** `check_consistency` of the date.

**When it fails:** "signature refused" means appid or secret of the connection `province_platform` is wrong.
`realname status DATE` says how many rows wait, are held or were refused and whether the date will be complete in time,
and `realname explain` says why.
"""

from airflow.sdk import dag

from realname_sync.orchestration import deadlines, defaults, schedules, tasks
from realname_sync.orchestration.tags import Tag


@dag(
    schedule=schedules.PUSH,
    doc_md=__doc__,
    tags=[Tag.TIER_1, Tag.OUT, Tag.BY_DATE],
    deadline=deadlines.before_midnight("province"),
    **defaults.PUSH,
)
def push_attendance_province():
    tasks.await_inputs("deliver") >> tasks.deliver_to_province.expand(shard=tasks.SHARDS)


push_attendance_province()
