"""What tests of reconciliation do to a town, and what they look at in it."""

from typing import Any

from deliveries import DAY

from realname_sync.pipelines.reconcile import reconcile_uploads

FOUND = ("missing", "sent_again", "extra", "doubled", "adopted", "put_off")
OF_DELIVERY = ("UPL-009", "UPL-010")
"""Late and refused: this town's clock is days past the date, and the province refuses a number used twice."""


def reconcile(town: Any, target: str, **how: Any) -> dict[str, int]:
    """Reconcile with one platform; what was found, without what was not."""
    summary = reconcile_uploads(town.city, DAY, targets=[target], **how)[target]
    return {name: summary[name] for name in FOUND if summary[name]}


def writes(town: Any, target: str) -> int:
    return int(town.platforms.counts(target)["write_calls"])


def findings(town: Any) -> list[tuple[str, str, str]]:
    rows = town.warehouse_sql(
        "SELECT rule_id, field, actual FROM quality.finding WHERE work_date = :day AND rule_id LIKE 'UPL-%'"
        " AND rule_id <> ALL(:of_delivery) ORDER BY rule_id, field, actual",
        day=DAY,
        of_delivery=list(OF_DELIVERY),
    )
    return [tuple(row) for row in rows]


def kept(town: Any) -> dict[str, Any]:
    """Everything that is kept of the deliveries of the day."""
    tables = ("batch", "punch_batch", "row_outcome", "backlog", "discrepancy")
    return {
        table: sorted(map(str, town.warehouse_sql(f"SELECT * FROM delivery.{table} WHERE work_date = :day", day=DAY)))
        for table in tables
    }


def lose_one(town: Any, target: str) -> str:
    """Have a platform lose one punch; gives the person's number."""
    [(number,)] = town.sandbox_sql(
        f"DELETE FROM {target}.attendance WHERE attendance_id ="
        f" (SELECT min(attendance_id) FROM {target}.attendance WHERE work_date = '{DAY}') RETURNING id_number"
    )
    return str(number)
