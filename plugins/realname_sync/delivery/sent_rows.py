"""The punches of batches, with every field that a platform takes: what was planned, who it was, where the device is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from realname_sync.warehouse import statements


def read_rows(connection: Connection, target: str, work_date: date, batch_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The punches of these batches in the order they are sent, by wire name; `idCardNumber` is the stored ciphertext.

    Workers and devices are looked up once each and not for every punch of theirs.
    """
    rows = statements.records(connection, "delivery/sent_rows", work_date=work_date, batch_ids=list(batch_ids))
    pairs = list({(row["projectCode"], row["person_id"]) for row in rows})
    workers = {
        (worker.project_code, worker.person_id): worker
        for worker in statements.rows(
            connection,
            "delivery/sent_workers",
            work_date=work_date,
            target=target,
            project_codes=[code for code, _ in pairs],
            person_ids=[person for _, person in pairs],
        )
    }
    devices = list({row["deviceSn"] for row in rows})
    gates = {row.device_sn: row.gate_name for row in statements.rows(connection, "delivery/gates", device_sns=devices)}
    for row in rows:
        worker = workers[row["projectCode"], row["person_id"]]
        row["idCardType"] = worker.id_card_type
        row["idCardNumber"] = worker.id_cipher
        row["postCode"] = worker.post_code
        row["channel"] = gates.get(row["deviceSn"])
        if row["teamSysNo"] is None:
            row["teamSysNo"] = worker.team_sys_no
    return rows
