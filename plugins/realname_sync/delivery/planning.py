"""Plans what goes out next: what is new since the last sweep and what waited is packed, or kept with a reason."""

from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery import journal
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.settling import return_to_backlog
from realname_sync.warehouse import statements

MANY_ROWS = 1000
"""Rows from which on the planner of the database should know at once of what was written."""


def plan_attendance(desk: Desk, method: str) -> int:
    """Pack the punches of the desk's work date that may go and are in no batch; how many were packed.

    Reads what extractions wrote since the last sweep, up to the last read that was checked, and the backlog. What
    would not fill a batch stays in the backlog until the profile says that it is time.
    """
    profile = desk.uplink.profile
    with desk.commit("plan") as connection:
        upto = statements.scalar(connection, "delivery/begin_sweep", now=desk.clock(), **desk.key)
        come = statements.rows(connection, "delivery/checked_read", work_date=desk.work_date)[0]
        change_no = come.checked or 0
        outdated = statements.rows(connection, "delivery/dissolve_outdated", now=desk.clock(), **desk.key)
        journal.tell(connection, (row.batch_id for row in outdated))
        return_to_backlog(desk, connection, [row.batch_id for row in outdated])
        by_team = profile.rows_of_one_call == "team"
        stage_candidates(connection, by_team=by_team, upto=upto, change_no=change_no, **desk.key)
        statements.run(connection, "delivery/hold_candidates", **desk.key)
        planned = statements.rows(
            connection,
            "delivery/pack_candidates",
            batch_rows=profile.batch_rows[method],
            closing=desk.closing,
            change_no=change_no,
            now=desk.clock(),
            **desk.key,
        )[0]
        statements.run(connection, "delivery/end_sweep", change_no=change_no, **desk.key)
        if planned.punches >= MANY_ROWS:
            statements.rows(connection, "ops/refresh_statistics", layer="delivery", work_date=desk.work_date)
    if come.read > change_no:
        desk.progress(f"{desk.target}: what was read after the last check of {desk.work_date} waits for the next one")
    if planned.batches:
        desk.progress(f"{desk.target}: {planned.punches} punches packed into {planned.batches} calls")
    return int(planned.punches)


def stage_candidates(connection: Connection, *, by_team: bool, upto: int, change_no: int, **key: Any) -> None:
    """Stage what may be planned, each with what keeps it back; it lasts as long as the transaction.

    Args:
        connection: in the transaction that plans.
        by_team: whether the rows of one call are of one team, else of one project.
        upto: the number of the read that was planned last.
        change_no: the number of the last one to plan.
        key: the work date, the target, and the shard of the projects.
    """
    statements.run(connection, "delivery/stage_plannable", upto=upto, change_no=change_no, **key)
    statements.run(connection, "delivery/refresh_plannable")
    statements.run(connection, "delivery/stage_candidates", by_team=by_team, **key)
