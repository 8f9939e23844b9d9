"""Each invariant is found broken where it is broken, by its name, at the commit that breaks it."""

from typing import Any

from deliveries import DAY

from realname_sync.delivery.invariants import names
from realname_sync.pipelines.deliver import deliver

BATCH = (
    "(SELECT max(batch_id) FROM delivery.batch WHERE kind = 'attendance' AND state = 'acknowledged' AND row_count > 1)"
)
ROW = f"batch_id = {BATCH} AND row_index = 0"
SWEPT = "UPDATE delivery.sweep SET swept_at = now()"
# By invariant, statements any of which must be found; each breaks it in a day that was delivered whole.
BROKEN = {
    "punch_in_one_live_batch": [
        "WITH again AS ("
        "INSERT INTO delivery.batch"
        " (work_date, project_code, target, kind, group_key, row_count, state, planned_at)"
        " SELECT work_date, project_code, target, kind, group_key, 1, 'planned', now()"
        f" FROM delivery.batch WHERE batch_id = {BATCH}"
        " RETURNING batch_id)"
        " INSERT INTO delivery.punch_batch SELECT work_date, project_code, target, punch_id, again.batch_id, 0"
        f" FROM delivery.punch_batch, again WHERE punch_batch.batch_id = {BATCH} AND row_index = 0",
    ],
    "planned_punch_is_somewhere": [
        f"UPDATE delivery.batch SET state = 'released' WHERE batch_id = {BATCH}",
        "INSERT INTO delivery.backlog (work_date, project_code, target, punch_id)"
        f" SELECT work_date, project_code, target, punch_id FROM delivery.punch_batch WHERE {ROW}",
    ],
    "batch_has_its_rows": [
        f"DELETE FROM delivery.punch_batch WHERE {ROW}",
        f"UPDATE delivery.punch_batch SET row_index = 999 WHERE {ROW}",
        f"UPDATE delivery.batch SET row_count = row_count + 1 WHERE batch_id = {BATCH}",
        "DELETE FROM delivery.batch_item",
    ],
    "batch_knows_its_state": [
        f"UPDATE delivery.batch SET settled_at = NULL WHERE batch_id = {BATCH}",
        f"UPDATE delivery.batch SET state = 'sent', serial_code = NULL, settled_at = NULL WHERE batch_id = {BATCH}",
        f"UPDATE delivery.batch SET state = 'sending', settled_at = NULL WHERE batch_id = {BATCH}",
    ],
    "outcome_has_its_row": [
        "INSERT INTO delivery.row_outcome"
        " SELECT work_date, project_code, target, batch_id, 'nobody', 'refused', 'x', now()"
        f" FROM delivery.batch WHERE batch_id = {BATCH}",
    ],
    "hold_has_a_reason": ["UPDATE delivery.backlog SET reason = ' ' WHERE rule_id IS NOT NULL"],
    "state_is_one_of_five": [],  # the view cannot break it by its construction, only by being another one: see below
    "registration_is_on_its_way": [
        "UPDATE delivery.registration SET state = 'in_batch' WHERE kind = 'worker'",
    ],
    "project_day_is_counted": [
        "UPDATE core.project_day SET punches = punches + 1",
        "DELETE FROM core.project_day WHERE project_code = (SELECT max(project_code) FROM core.punch)",
    ],
    "sums_agree": [
        "INSERT INTO delivery.backlog (work_date, project_code, target, punch_id, rule_id, reason)"
        f" SELECT work_date, project_code, target, punch_id, 'X', 'x' FROM delivery.punch_batch WHERE {ROW}",
    ],
}


def test_a_commit_that_breaks_an_invariant_fails_by_its_name(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    assert set(names()) <= set(BROKEN)
    overlooked = [
        (name, statement)
        for name, several in BROKEN.items()
        for statement in several
        if name not in _said_at_commit(checked, statement)
    ]
    assert overlooked == []
    assert _said_at_commit(checked, SWEPT) == ""
    definition = checked.warehouse_sql("SELECT pg_get_viewdef('delivery.punch_state'::regclass)")[0][0]
    broken = f"CREATE OR REPLACE VIEW delivery.punch_state AS {definition}".replace("'held'::text", "'lost'::text")
    assert "state_is_one_of_five" in _said_at_commit(checked, f"{broken}; {SWEPT}")  # a view alone changes no row


def _said_at_commit(town: Any, statement: str) -> str:
    """What the watch says of a transaction that does this; nothing of it stays."""
    try:
        with town.city.engine.begin() as connection:
            connection.exec_driver_sql(statement)
            connection.exec_driver_sql("SET LOCAL ROLE realname_send")
    except AssertionError as broken:
        return str(broken)
    return ""
