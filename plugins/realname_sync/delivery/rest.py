"""Whether a delivery has anything to do at all, found out without looking for it.

A delivery that went through the whole chain and the backlog and found nothing to tell and nothing to send remembers the
snapshot that it took before it looked. Tables that decide what is due note each transaction that changes them
(migration 0055). While every transaction noted is in that snapshot, and no read has come since, another delivery would
find the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from realname_sync.delivery.attendance import METHOD
from realname_sync.delivery.chain import AFTER_ATTENDANCE, BEFORE_ATTENDANCE, Step
from realname_sync.delivery.desk import Desk
from realname_sync.resources import sql_text
from realname_sync.warehouse import statements
from realname_sync.warehouse.migrations import known_migrations

_PLANNING = ("stage_plannable", "stage_candidates", "hold_candidates", "pack_candidates")


@dataclass(frozen=True)
class Look:
    """What a delivery knows before it begins.

    Attributes:
        states: how the punches stand where there is nothing to do; None where there may be.
        as_of: as of when what it finds from here on holds.
    """

    states: Mapping[str, int] | None
    as_of: dict[str, Any]


def look_for_rest(desk: Desk) -> Look:
    """See whether anything may be due; to be called before anything is looked up, which then sees no less."""
    place = {"work_date": desk.work_date, "target": desk.target, **desk.shard.key, "basis": _basis(desk)}
    with desk.look() as connection:
        told = statements.rows(connection, "delivery/look_for_rest", **place)[0]._asdict()
    # A delivery of chosen projects looks at those alone and is rare, so it neither asks nor is asked.
    states = told.pop("states")
    return Look(states if desk.projects is None else None, {**place, **told})


def remember_rest(desk: Desk, look: Look, states: Mapping[str, int]) -> None:
    """Remember that there was nothing to do and how the punches stand, by a look from before anything was looked up."""
    if desk.projects is not None:
        return
    with desk.commit("rest") as connection:
        statements.run(connection, "delivery/remember_rest", states=json.dumps(states), **look.as_of)
        statements.run(connection, "delivery/forget_rests")
        statements.run(connection, "delivery/forget_changes")


def _basis(desk: Desk) -> bytes:
    """Everything but the tables that decides what is due: statements, migrations, fields, sizes, the hour, and the key.

    The key, because what was refused is due again where its digest differs, and digests are made with it.
    """
    profile = desk.uplink.profile
    steps = [step for step in (*BEFORE_ATTENDANCE, *AFTER_ATTENDANCE) if desk.target in step.targets]
    told = [_told_by(desk, step) for step in steps]
    packed = [profile.rows_of_one_call, profile.batch_rows[METHOD], desk.closing]
    return desk.vault.digest(
        repr([_newest_migration(), told, packed, [sql_text(f"delivery/{one}") for one in _PLANNING]])
    )


def _told_by(desk: Desk, step: Step) -> tuple[Any, ...]:
    method = desk.uplink.standard.method(step.method)
    fields = [one.name for one in (*method.header, *method.row) if one.left_out is None]
    return step.kind, step.method, sorted(step.parameters.items()), fields, sql_text(f"delivery/{step.due}")


@cache
def _newest_migration() -> str:
    return known_migrations()[-1].number
