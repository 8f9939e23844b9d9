"""A day's punches to one platform: held or packed in the database, sent, settled; what must go again is repacked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.calls import Parcel, send_parcels
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.outcomes import Verdict
from realname_sync.delivery.questions import resolve_unknown
from realname_sync.delivery.settling import (
    claim,
    collect_results,
    doubt_lost_claims,
    record_sent,
    require_no_other_sender,
    settle_batches,
)
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.standards import check_request, serialise
from realname_sync.warehouse import statements

KIND = "attendance"
METHOD = "WorkerAttendance.Add"
_ROUNDS = 12


class AttendanceDelivery:
    """Delivers the punches of the desk's work date."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.method = desk.uplink.standard.method(METHOD)
        self.calls = 0

    def run(self) -> dict[str, int]:
        """Send every punch that may go and is not there yet, and wait for what the platform says.

        Returns:
            Counts of this run: calls made, punches packed, batches whose outcome had to be asked for.

        Raises:
            FatalError: the platform refuses the caller.
            RetriableError: it cannot be reached, or its results do not come.
        """
        asked = self._carry_on()
        packed = 0
        for _ in range(_ROUNDS):
            newly = self._plan()
            packed += newly
            if not newly and not self._waiting_to_be_sent():
                break
            self._send()
            collect_results(self.desk, KIND, self._settle)
            asked += resolve_unknown(self.desk)
        require_no_other_sender(self.desk, KIND)
        return {"calls": self.calls, "packed": packed, "asked": asked}

    def _carry_on(self) -> int:
        """Take up what an earlier run left, before anything new is packed."""
        doubt_lost_claims(self.desk, KIND)
        collect_results(self.desk, KIND, self._settle)
        return resolve_unknown(self.desk)

    def _plan(self) -> int:
        desk, profile = self.desk, self.desk.uplink.profile
        with desk.commit() as connection:
            statements.run(connection, "delivery/clear_holds", **desk.key)
            statements.run(connection, "delivery/hold_punches", **desk.key)
            statements.rows(connection, "ops/refresh_statistics", layer="delivery", work_date=desk.work_date)
            planned = statements.rows(
                connection,
                "delivery/plan_attendance",
                by_team=profile.rows_of_one_call == "team",
                batch_rows=profile.batch_rows[METHOD],
                planned_at=desk.clock(),
                **desk.key,
            )[0]
        if planned.batches:
            desk.progress(f"{desk.target}: {planned.punches} punches packed into {planned.batches} calls")
        return int(planned.punches)

    def _waiting_to_be_sent(self) -> bool:
        with self.desk.commit() as connection:
            return bool(
                statements.rows(connection, "delivery/open_batches", kind=KIND, state="planned", **self.desk.key)
            )

    def _send(self) -> None:
        desk = self.desk
        while claimed := claim(desk, KIND):
            parcels, unfit = self._parcels([row.batch_id for row in claimed])
            sent, ended_by = send_parcels(desk.uplink, METHOD, parcels, desk.calls_in_flight)
            self.calls += sum(one.state != "planned" for one in sent)
            with desk.commit() as connection:
                record_sent(desk, connection, sent)
                self._take_out(connection, unfit)
            if ended_by:
                raise ended_by

    def _parcels(self, batch_ids: Sequence[int]) -> tuple[list[Parcel], dict[int, dict[int, str]]]:
        """The text of each batch; of a batch with rows the standard would not take, those rows and why instead."""
        desk = self.desk
        with desk.commit() as connection:
            rows = statements.records(
                connection, "delivery/attendance_rows", work_date=desk.work_date, batch_ids=list(batch_ids)
            )
        by_batch: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            row["idCardNumber"] = desk.vault.reveal(row["idCardNumber"])
            by_batch[row["batch_id"]].append(row)
        parcels: list[Parcel] = []
        unfit: dict[int, dict[int, str]] = {}
        for batch_id, values in by_batch.items():
            header = self._picked(values[0], in_header=True)
            sent_rows = [self._picked(value, in_header=False) for value in values]
            problems = check_request(self.method, header, sent_rows)
            if problems:
                unfit[batch_id] = {
                    values[problem.row_index or 0]["row_index"]: f"not sent: {problem.field} is {problem.reason}"
                    for problem in problems
                }
                continue
            secret = desk.uplink.credentials_for(values[0]["projectCode"]).secret
            text = serialise(self.method, header, sent_rows, encrypt=partial(encrypt, secret=secret))
            parcels.append(Parcel(batch_id, values[0]["projectCode"], text))
        return parcels, unfit

    def _picked(self, values: Mapping[str, Any], *, in_header: bool) -> dict[str, Any]:
        fields = self.method.header if in_header else self.method.row
        return {
            one.name: values[one.name] for one in fields if one.left_out is None and values.get(one.name) is not None
        }

    def _take_out(self, connection: Connection, unfit: Mapping[int, Mapping[int, str]]) -> None:
        """Refuse the rows that cannot be sent and let the rest of their batches be packed again."""
        if not unfit:
            return
        statements.run(
            connection,
            "delivery/dissolve_claimed",
            work_date=self.desk.work_date,
            sender=self.desk.sender,
            batch_ids=list(unfit),
            told_at=self.desk.clock(),
        )
        self._record_rows(
            connection,
            [
                (batch_id, index, "refused", reason)
                for batch_id, rows in unfit.items()
                for index, reason in rows.items()
            ],
        )

    def _settle(self, connection: Connection, verdicts: Mapping[int, Verdict]) -> None:
        desk = self.desk
        settle_batches(desk, connection, verdicts)
        self._record_rows(
            connection,
            [
                (batch_id, index, fate, reason)
                for batch_id, verdict in verdicts.items()
                for index, (fate, reason) in verdict.rows.items()
                if fate == "refused"
            ],
        )
        for batch_id, verdict in verdicts.items():
            if verdict.fate == "split":
                statements.run(
                    connection,
                    "delivery/split_batch",
                    work_date=desk.work_date,
                    batch_id=batch_id,
                    planned_at=desk.clock(),
                )

    def _record_rows(self, connection: Connection, rows: Sequence[tuple[int, int, str, str]]) -> None:
        if rows:
            statements.run(
                connection,
                "delivery/record_row_outcomes",
                work_date=self.desk.work_date,
                told_at=self.desk.clock(),
                batch_ids=[row[0] for row in rows],
                row_indexes=[row[1] for row in rows],
                outcomes=[row[2] for row in rows],
                reasons=[row[3] for row in rows],
            )
