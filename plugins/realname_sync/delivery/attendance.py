"""A day's punches to one platform: held or packed in the database, sent, settled; what must go again is repacked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery import journal
from realname_sync.delivery.calls import Parcel, send_parcels
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.planning import plan_attendance
from realname_sync.delivery.questions import resolve_unknown
from realname_sync.delivery.sent_rows import read_rows
from realname_sync.delivery.settling import (
    claims,
    collect_results,
    collect_ripe,
    doubt_lost_claims,
    record_rows,
    record_sent,
    refusals,
    require_no_other_sender,
    return_to_backlog,
    settle_attendance,
)
from realname_sync.errors import RetriableError
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.standards import check_request, serialise
from realname_sync.warehouse import statements

KIND = "attendance"
METHOD = "WorkerAttendance.Add"
_ROUNDS = 12
_CALLS_AT_ONCE, _ROWS_AT_ONCE = 400, 20_000  # of one group; its texts are in memory together
_RIPE = timedelta(seconds=5)  # by then most platforms have worked off a call; asking sooner would be asking twice


class AttendanceDelivery:
    """Delivers the punches of the desk's work date."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.method = desk.uplink.standard.method(METHOD)
        self.calls = 0
        self._settle = partial(settle_attendance, desk)

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
            newly = plan_attendance(self.desk, METHOD)
            packed += newly
            if not newly and not self._waiting_to_be_sent():
                break
            self.send()
            collect_results(self.desk, KIND, self._settle)
            asked += resolve_unknown(self.desk)
        else:
            raise RetriableError(
                f"{self.desk.target}: after {_ROUNDS} rounds there are still punches of {self.desk.work_date} that the "
                "platform neither took nor refused; they wait, and the next run sends them"
            )
        require_no_other_sender(self.desk, KIND)
        return {"calls": self.calls, "packed": packed, "asked": asked}

    def _carry_on(self) -> int:
        """Take up what an earlier run left, before anything new is packed."""
        doubt_lost_claims(self.desk, KIND)
        collect_results(self.desk, KIND, self._settle)
        return resolve_unknown(self.desk)

    def _waiting_to_be_sent(self) -> bool:
        with self.desk.look() as connection:
            return bool(
                statements.scalar(connection, "delivery/count_batches", kind=KIND, state="planned", **self.desk.key)
            )

    def send(self) -> None:
        """Send what is planned, group by group, one commit before and one after each; stop where it is time to ask."""
        desk = self.desk
        wanted = min(_CALLS_AT_ONCE, _ROWS_AT_ONCE // desk.uplink.profile.batch_rows[METHOD])
        for claimed in claims(desk, KIND, max(wanted, 1)):
            parcels, unfit, outdated = self._parcels(claimed)
            went = send_parcels(
                desk.uplink,
                METHOD,
                parcels,
                desk.calls_in_flight,
                not_after=min(row.lease_until for row in claimed),
                first_alone=self.calls == 0,
            )
            self.calls += sum(one.state != "planned" for one in went.sent)
            with desk.commit("sent") as connection:
                record_sent(desk, connection, went.sent)
                settle_attendance(desk, connection, refusals(desk, claimed, went.sent))
                self._dissolve(connection, outdated, "what stands in it changed since it was first tried")
                self._dissolve(
                    connection, list(unfit), "a row could not be sent; the others are packed again", refused=unfit
                )
            if went.ended_by:
                raise went.ended_by
            if went.in_doubt or (went.sent and not any(one.digest for one in went.sent)):
                return
            collect_ripe(desk, KIND, self._settle, _RIPE)

    def _parcels(self, claimed: Sequence[Any]) -> tuple[list[Parcel], dict[int, dict[int, str]], list[int]]:
        """The text of each batch; instead of it the rows the standard would not take and why; what reads otherwise now.

        A batch that was tried before goes with the same text or not at all.
        """
        desk = self.desk
        with desk.look() as connection:
            rows = read_rows(connection, desk.target, desk.work_date, [row.batch_id for row in claimed])
        numbers = {cipher: desk.vault.reveal(cipher) for cipher in {row["idCardNumber"] for row in rows} if cipher}
        by_batch: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            row["idCardNumber"] = numbers.get(row["idCardNumber"])
            by_batch[row["batch_id"]].append(row)
        tried = {row.batch_id: row.data_sha256 for row in claimed if row.data_sha256}
        parcels: list[Parcel] = []
        unfit: dict[int, dict[int, str]] = {}
        outdated: list[int] = []
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
            parcel = Parcel(batch_id, values[0]["projectCode"], text)
            if tried.get(batch_id, parcel.digest) == parcel.digest:
                parcels.append(parcel)
            else:
                outdated.append(batch_id)
        return parcels, unfit, outdated

    def _picked(self, values: Mapping[str, Any], *, in_header: bool) -> dict[str, Any]:
        fields = self.method.header if in_header else self.method.row
        return {
            one.name: values[one.name] for one in fields if one.left_out is None and values.get(one.name) is not None
        }

    def _dissolve(
        self,
        connection: Connection,
        batch_ids: Sequence[int],
        reason: str,
        refused: Mapping[int, Mapping[int, str]] = MappingProxyType({}),
    ) -> None:
        """Give up claimed batches of which nothing was taken; their rows wait again, but for the refused ones."""
        desk = self.desk
        if not batch_ids:
            return
        gone = statements.rows(
            connection,
            "delivery/dissolve_claimed",
            work_date=desk.work_date,
            sender=desk.sender,
            batch_ids=list(batch_ids),
            reason=reason,
            told_at=desk.clock(),
        )
        dissolved = [row.batch_id for row in gone]
        journal.tell(connection, dissolved)
        rows = [(key, index, "refused", why) for key in dissolved for index, why in refused.get(key, {}).items()]
        record_rows(desk, connection, rows)
        return_to_backlog(desk, connection, dissolved)
