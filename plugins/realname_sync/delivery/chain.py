"""The chain before attendance: what a platform has to know first, in the order it wants to be told.

Sources: open-api.md 5.4, province.md 4.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.calls import Parcel, Sent, send_parcels
from realname_sync.delivery.desk import Desk
from realname_sync.delivery.outcomes import Fate, Verdict
from realname_sync.delivery.planning import MANY_ROWS
from realname_sync.delivery.questions import movements_there
from realname_sync.delivery.settling import (
    batches_in,
    claims,
    collect_results,
    doubt_lost_claims,
    record_sent,
    refusals,
    settle_batches,
)
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.standards import check_request, serialise
from realname_sync.warehouse import statements

_ROUNDS = 12  # a bad row is taken out in each, so this is far more than a fault-free platform needs


@dataclass(frozen=True)
class Step:
    """One link: objects of one kind, told by one method; `due` names the statement that lists what is missing.

    Objects that `belong_to_many` projects are told once for all of them, whichever shard comes first.
    """

    kind: str
    method: str
    due: str
    targets: frozenset[str] = frozenset({"province", "nation"})
    parameters: Mapping[str, Any] = field(default_factory=dict)
    belong_to_many: bool = False


BEFORE_ATTENDANCE = (
    Step("corp", "Corp.Upload", "due_corp", frozenset({"nation"}), belong_to_many=True),
    Step("participant", "ProjectSubContractor.Add", "due_participant"),
    Step("team", "Team.Add", "due_team"),
    Step("worker", "ProjectWorker.Add", "due_worker"),
    Step("movement", "WorkerEntryExit.Add", "due_movement", parameters={"with_last_exits": False}),
    Step("key_post", "KeyPost.Upload", "due_key_post", frozenset({"province"})),
    Step("device", "Device.Upload", "due_device", frozenset({"province"})),
)
AFTER_ATTENDANCE = (Step("movement", "WorkerEntryExit.Add", "due_movement", parameters={"with_last_exits": True}),)


@dataclass(frozen=True)
class Item:
    """One object due: its key here, what says whether it changed, and its values by wire name."""

    project_code: str
    local_key: str
    digest: bytes
    header: Mapping[str, Any] = field(repr=False)
    row: Mapping[str, Any] = field(repr=False)
    image_of: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others of its kind."""
        return self.project_code, self.local_key


@dataclass(frozen=True)
class Fated:
    """What became of one object."""

    item: Item
    fate: Fate
    reason: str = ""
    platform_key: str | None = None


@dataclass(frozen=True)
class Load:
    """The objects of one call."""

    project_code: str
    items: Sequence[Item]
    batch_id: int = 0


class StepDelivery:
    """Delivers one step: plans what is due, sends it, settles what came of it, until nothing is due.

    Attributes:
        found_any: whether anything was due, or has to be asked for, so that the next run has to look again.
    """

    def __init__(self, desk: Desk, step: Step) -> None:
        self.desk = desk
        self.step = step
        self.method = desk.uplink.standard.method(step.method)
        self.counts = {"acknowledged": 0, "refused": 0}
        self.found_any = False
        self._alone: set[str] = set()

    def run(self) -> dict[str, int]:
        """Tell the platform everything of this kind that it does not have yet, and wait for what it says.

        Returns:
            How many objects were acknowledged and refused.

        Raises:
            FatalError: the platform refuses the caller.
            RetriableError: it cannot be reached, or its results do not come.
        """
        self._carry_on()
        for _ in range(_ROUNDS):
            items = self._due()
            self.found_any |= bool(items)
            known = (dict(self.counts), len(self._alone))
            if not items:
                break
            self._send(self._plan(items))
            collect_results(self.desk, self.step.kind, self._settle)
            self._resolve("unknown")
            if known == (self.counts, len(self._alone)):
                break  # nothing came of it, so the same again would not either; the next run tries
        if self.step.kind == "team":
            self._learn_team_numbers()
        if sum(self.counts.values()) >= MANY_ROWS:
            with self.desk.look() as connection:
                statements.rows(connection, "ops/refresh_statistics", layer="delivery", work_date=self.desk.work_date)
        return self.counts

    def _learn_team_numbers(self) -> None:
        """Ask for the numbers of teams that the platform has and whose number no result told."""
        desk = self.desk
        with desk.look() as connection:
            unnumbered = statements.rows(connection, "delivery/teams_without_number", **desk.key)
        self.found_any |= bool(unnumbered)
        for project_code in sorted({team.project_code for team in unnumbered}):
            issued = desk.uplink.team_numbers(project_code)
            by_key = {team.local_team_id: team.team_sys_no for team in issued if team.local_team_id}
            by_name = {(team.corp_code, team.team_name): team.team_sys_no for team in issued}
            fated = []
            for team in unnumbered:
                number = by_key.get(team.local_key) or by_name.get((team.corp_code, team.team_name))
                if team.project_code == project_code and number is not None:
                    key = Item(project_code, team.local_key, b"", {}, {})
                    fated.append(Fated(key, "acknowledged", "number asked for", str(number)))
            with desk.commit("team_numbers") as connection:
                self._settle_items(connection, fated)

    def _carry_on(self) -> None:
        """Take up what an earlier run left: ask after what was sent, and make due again what is not known to have come.

        An object told twice is answered "already there", which counts as told; a movement told twice is not, so the
        platform is asked for it first.
        """
        doubt_lost_claims(self.desk, self.step.kind)
        collect_results(self.desk, self.step.kind, self._settle)
        for state in ("planned", "unknown"):
            self._resolve(state)

    def _resolve(self, state: str) -> None:
        """Make the objects of batches in that state due again, but for those the platform turns out to have."""
        desk = self.desk
        left = batches_in(desk, self.step.kind, state)
        arrived: Mapping[int, Mapping[int, tuple[Fate, str]]] = {}
        if state == "unknown" and self.step.kind == "movement":
            arrived = movements_there(desk, left)
        verdicts = {
            row.batch_id: Verdict("released", "not known to have arrived", arrived.get(row.batch_id, {}))
            for row in left
        }
        if verdicts:
            with desk.commit("resolve") as connection:
                self._settle(connection, verdicts)

    def _due(self) -> list[Item]:
        desk = self.desk
        with desk.look() as connection:
            listed = statements.records(connection, f"delivery/{self.step.due}", **desk.key, **self.step.parameters)
        items = [self._item(row) for row in listed]
        due = [
            item
            for item, row in zip(items, listed, strict=True)
            if row["refused_digest"] is None or bytes(row["refused_digest"]) != item.digest
        ]
        return sorted(due, key=attrgetter("key"))  # what goes in a call does not hang on where rows lie

    def _item(self, values: Mapping[str, Any]) -> Item:
        reveal = self.desk.vault.reveal
        plain = {
            name: reveal(value) if isinstance(value, bytes) and name != "refused_digest" else value
            for name, value in values.items()
            if value is not None
        }
        header = {one.name: plain[one.name] for one in self.method.header if one.left_out is None and one.name in plain}
        row = {one.name: plain[one.name] for one in self.method.row if one.left_out is None and one.name in plain}
        digest = self.desk.vault.digest(repr((sorted(header.items()), sorted(row.items()))))
        return Item(plain["project_code"], plain["local_key"], digest, header, row, plain.get("image_of"))

    def _plan(self, items: Sequence[Item]) -> list[Load]:
        """Group the items into calls, refuse what the standard would not take, and write both down."""
        size = self.desk.uplink.profile.batch_rows.get(self.step.method, 1) if self.method.rows_field else 1
        groups: dict[Any, list[Item]] = defaultdict(list)
        for number, item in enumerate(items):
            lonely = number if item.local_key in self._alone else None
            groups[(item.project_code, tuple(sorted(item.header.items())), lonely)].append(item)
        loads: list[Load] = []
        unfit: list[Fated] = []
        for group in groups.values():
            for start in range(0, len(group), size):
                chunk = self._with_images(group[start : start + size])
                wrong = {item.local_key: self._wrong(item) for item in chunk}
                fit = [item for item in chunk if not wrong[item.local_key]]
                unfit += [Fated(item, "refused", wrong[item.local_key]) for item in chunk if wrong[item.local_key]]
                if fit:
                    loads.append(Load(fit[0].project_code, fit))
        return self._write_plan(loads, unfit)

    def _with_images(self, items: Sequence[Item]) -> list[Item]:
        wanted = [item.image_of for item in items if item.image_of]
        images = self.desk.images(wanted) if wanted else {}
        return [
            replace(item, row={**item.row, "headImage": images[item.image_of]}) if item.image_of in images else item
            for item in items
        ]

    def _wrong(self, item: Item) -> str:
        problems = check_request(self.method, item.header, [item.row] if self.method.rows_field else [])
        said = "; ".join(f"{one.field} is {one.reason}, expected {one.expected}" for one in problems)
        return f"not sent: {said}" if said else ""

    def _write_plan(self, loads: Sequence[Load], unfit: Sequence[Fated]) -> list[Load]:
        """Write down who is told what; objects that another sender took since they were listed are left to it."""
        desk, kind = self.desk, self.step.kind
        everything = [item for load in loads for item in load.items] + [fated.item for fated in unfit]
        with desk.commit("plan") as connection:
            taken = {
                (row.project_code, row.local_key)
                for row in statements.rows(
                    connection,
                    "delivery/begin_registrations",
                    target=desk.target,
                    kind=kind,
                    project_codes=[item.project_code for item in everything],
                    local_keys=[item.local_key for item in everything],
                    digests=[item.digest for item in everything],
                )
            }
            self._settle_items(connection, [one for one in unfit if one.item.key in taken])
            mine = [replace(load, items=[item for item in load.items if item.key in taken]) for load in loads]
            written = [replace(load, batch_id=self._add_batch(connection, load)) for load in mine if load.items]
            places = [(load, index, item) for load in written for index, item in enumerate(load.items)]
            statements.run(
                connection,
                "delivery/add_batch_items",
                work_date=desk.work_date,
                project_codes=[load.project_code for load, _, _ in places],
                batch_ids=[load.batch_id for load, _, _ in places],
                row_indexes=[index for _, index, _ in places],
                local_keys=[item.local_key for _, _, item in places],
            )
        return written

    def _add_batch(self, connection: Connection, load: Load) -> int:
        return int(
            statements.scalar(
                connection,
                "delivery/add_batch",
                project_code=load.project_code,
                kind=self.step.kind,
                group_key="",
                row_count=len(load.items),
                planned_at=self.desk.clock(),
                **self.desk.key,
            )
        )

    def _send(self, loads: Sequence[Load]) -> None:
        desk, by_id = self.desk, {load.batch_id: load for load in loads}
        for claimed in claims(desk, self.step.kind):
            parcels = [self._parcel(by_id[row.batch_id]) for row in claimed if row.batch_id in by_id]
            went = send_parcels(
                desk.uplink,
                self.step.method,
                parcels,
                desk.calls_in_flight,
                not_after=min(row.lease_until for row in claimed),
            )
            # Batches that another sender planned and left: their objects are due again, and go with what they are now.
            left = [row.batch_id for row in claimed if row.batch_id not in by_id]
            with desk.commit("sent") as connection:
                record_sent(desk, connection, [*went.sent, *(Sent(batch_id, "planned") for batch_id in left)])
                self._settle(connection, refusals(desk, claimed, went.sent))
                self._settle(connection, {batch_id: Verdict("released", "planned by another run") for batch_id in left})
            if went.ended_by:
                raise went.ended_by
            if went.in_doubt:
                return

    def _parcel(self, load: Load) -> Parcel:
        secret = self.desk.uplink.credentials_for(load.project_code).secret
        text = serialise(
            self.method,
            load.items[0].header,
            [item.row for item in load.items],
            encrypt=partial(encrypt, secret=secret),
        )
        return Parcel(load.batch_id, load.project_code, text)

    def _settle(self, connection: Connection, verdicts: Mapping[int, Verdict]) -> None:
        counted = settle_batches(self.desk, connection, verdicts)
        places = statements.rows(
            connection, "delivery/batch_items", work_date=self.desk.work_date, batch_ids=list(counted)
        )
        fated: list[Fated] = []
        for place in places:
            verdict = counted[place.batch_id]
            fate, reason = verdict.rows.get(place.row_index, (verdict.fate, verdict.reason))
            if fate in {"split", "troubled"}:
                self._alone.add(place.local_key)
                fate = "released"
            key = Item(place.project_code, place.local_key, b"", {}, {})
            fated.append(Fated(key, fate, reason, verdict.platform_key))
        self._settle_items(connection, fated)

    def _settle_items(self, connection: Connection, fated: Sequence[Fated]) -> None:
        for fate in ("acknowledged", "refused"):
            self.counts[fate] += sum(one.fate == fate for one in fated)
        statements.run(
            connection,
            "delivery/settle_registrations",
            target=self.desk.target,
            kind=self.step.kind,
            told_at=self.desk.clock(),
            project_codes=[one.item.project_code for one in fated],
            local_keys=[one.item.local_key for one in fated],
            outcomes=[one.fate for one in fated],
            platform_keys=[one.platform_key for one in fated],
            reasons=[one.reason or None for one in fated],
        )
