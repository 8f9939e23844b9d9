"""The receiver's effect against the acknowledged set: row by row, both ways, and as often as each is there."""

from collections import Counter
from datetime import date, datetime
from typing import Any, NamedTuple

from realname_sync.workdate import SHANGHAI


class Row(NamedTuple):
    """A punch as both sides know it, by the device's clock in Shanghai."""

    project_code: str
    id_number: str
    punched_at: datetime
    direction: str
    device_sn: str | None


# What the ledger calls acknowledged: rows of acknowledged batches but for those of another fate, and rows that are
# known to be there though their batch was given up.
_ACKNOWLEDGED = """
SELECT sent.project_code, person.id_cipher, sent.punched_at, sent.direction, sent.device_sn
FROM delivery.sent_punch AS sent
JOIN delivery.batch AS batch USING (work_date, project_code, batch_id)
JOIN core.person AS person ON person.person_id = sent.person_id
LEFT JOIN delivery.row_outcome AS outcome
    ON outcome.work_date = sent.work_date AND outcome.project_code = sent.project_code
    AND outcome.batch_id = sent.batch_id AND outcome.punch_id = sent.punch_id
WHERE sent.work_date = :work_date AND sent.target = :target
    AND coalesce(outcome.outcome, batch.state) = 'acknowledged'
"""


def acknowledged_rows(town: Any, target: str, work_date: date) -> Counter[Row]:
    """What we say the platform took of a date."""
    reveal = town.city.vault.reveal
    return Counter(
        Row(
            row.project_code,
            reveal(row.id_cipher),
            row.punched_at.astimezone(SHANGHAI).replace(tzinfo=None),
            row.direction,
            row.device_sn if target == "province" else None,
        )
        for row in town.warehouse_sql(_ACKNOWLEDGED, work_date=work_date, target=target)
    )


def stored_rows(town: Any, target: str, work_date: date) -> Counter[Row]:
    """What the platform has of a date."""
    town.platforms.attendance(target, work_date)  # answers once all that was taken on is worked off
    return Counter(
        Row(*row)
        for row in town.sandbox_sql(
            "SELECT project_code, id_number, punched_at, direction, device_sn"
            f" FROM {target}.attendance WHERE work_date = %s",
            work_date,
        )
    )


def differences(town: Any, target: str, work_date: date) -> list[str]:
    """What is on one side only, or more often there; empty where the effect equals the acknowledged set.

    The rows are named by project and second alone, so that no number comes into a test's report.
    """
    ours, theirs = acknowledged_rows(town, target, work_date), stored_rows(town, target, work_date)
    return [
        f"{text}: {row.project_code} {row.punched_at} {row.direction}, {times} times"
        for text, rows in (("acknowledged and not there", ours - theirs), ("there and not acknowledged", theirs - ours))
        for row, times in sorted(rows.items(), key=lambda one: one[0][:4])
    ]
