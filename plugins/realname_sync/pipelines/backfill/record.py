"""The record of a backfill, and who carries it on: one process at a time, as the database knows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from realname_sync.errors import RefusedError
from realname_sync.pipelines.backfill.request import Request
from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction


@dataclass(frozen=True)
class Backfill:
    """One backfill as it is kept.

    Attributes:
        by_airflow: whether Airflow carries it out; else the command line itself does.
        after_run_id: only runs of steps that began later count for it.
        said: what was told before anything was done, by platform.
        state: `open`, `done`, or `stopped` where a person gave it up.
        is_held: whether a process is carrying it on or watching it just now.
        created_dags: what Airflow was asked to backfill.
        result: what came of it, by platform.
    """

    number: int
    request: Request
    by_airflow: bool
    reason: str
    asked_by: str
    asked_at: datetime
    after_run_id: int
    said: Mapping[str, Any]
    state: str
    is_held: bool
    created_dags: Sequence[str]
    result: Mapping[str, Any] | None
    ended_at: datetime | None

    @property
    def standing(self) -> str:
        """How it stands, in a word."""
        if self.state != "open":
            return self.state
        if self.is_held:
            return "running"
        return "left to Airflow" if self.by_airflow else "interrupted"


def add_backfill(
    city: City, request: Request, *, by_airflow: bool, reason: str, by: str, said: Mapping[str, Any]
) -> Backfill:
    """Write down that these days are to be made up.

    Raises:
        RefusedError: an open backfill has days and a platform in common with it.
    """
    with transaction(city.engine, Role.SEND) as connection:
        statements.run(connection, "ops/lock_backfills")
        for row in statements.rows(connection, "ops/overlapping_backfill", **_range(request)):
            other = get_backfill(city, row.backfill_id)
            raise RefusedError(
                f"backfill {other.number} over {other.request} is {other.standing} and has days in common with this "
                f"one: wait for it, carry it on with `realname backfill resume {other.number}`, or give it up with "
                f"`realname backfill stop {other.number}`"
            )
        number = statements.scalar(
            connection,
            "ops/add_backfill",
            by_airflow=by_airflow,
            reason=reason,
            asked_by=by,
            asked_at=city.clock(),
            said=json.dumps(said, default=str),
            **request.columns,
        )
    return get_backfill(city, number)


def _range(request: Request) -> dict[str, date | list[str]]:
    return {"first": request.first, "last": request.last, "targets": list(request.targets)}


def get_backfill(city: City, number: int) -> Backfill:
    """The backfill of that number.

    Raises:
        RefusedError: there is none.
    """
    with transaction(city.engine, Role.READ) as connection:
        rows = statements.rows(connection, "ops/backfills", backfill_id=number, only_open=False)
    if not rows:
        raise RefusedError(f"there is no backfill {number}; `realname backfill list` shows those there are")
    return _backfill(rows[0])


def list_backfills(city: City, *, only_open: bool = False) -> list[Backfill]:
    """All backfills, the newest first, or the open ones only."""
    with transaction(city.engine, Role.READ) as connection:
        return [
            _backfill(row)
            for row in statements.rows(connection, "ops/backfills", backfill_id=None, only_open=only_open)
        ]


def close_backfill(city: City, number: int, state: str, result: Mapping[str, Any]) -> None:
    """Write down that it is `done` or was `stopped`, and what came of it."""
    with transaction(city.engine, Role.SEND) as connection:
        statements.run(
            connection,
            "ops/close_backfill",
            backfill_id=number,
            state=state,
            result=json.dumps(result),
            ended_at=city.clock(),
        )


def note_dag(city: City, number: int, dag_id: str) -> None:
    """Remember that Airflow was asked to backfill this DAG."""
    with transaction(city.engine, Role.SEND) as connection:
        statements.run(connection, "ops/note_backfill_dag", backfill_id=number, dag_id=dag_id)


@contextmanager
def held(city: City, number: int) -> Iterator[None]:
    """Carry a backfill on as the only process that does; of a process that dies the database takes it back.

    Raises:
        RefusedError: another process has it.
    """
    # No transaction stays open meanwhile: the lock is the session's.
    with city.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not statements.scalar(connection, "ops/try_hold_backfill", backfill_id=number):
            raise RefusedError(f"backfill {number} is being carried on by another process just now")
        try:
            yield
        finally:
            statements.scalar(connection, "ops/release_backfill", backfill_id=number)


def _backfill(row: Row[Any]) -> Backfill:
    return Backfill(
        number=row.backfill_id,
        request=Request(
            row.first_date,
            row.last_date,
            tuple(row.targets),
            tuple(row.steps),
            None if row.project_codes is None else tuple(row.project_codes),
            row.area_code,
            row.newest_first,
        ),
        by_airflow=row.by_airflow,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        after_run_id=row.after_run_id,
        said=row.said,
        state=row.state,
        is_held=row.is_held,
        created_dags=row.created_dags,
        result=row.result,
        ended_at=row.ended_at,
    )
