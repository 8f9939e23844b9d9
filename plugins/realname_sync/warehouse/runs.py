"""Each run of a step leaves a row: when, for which day and platform, how it ended, what it counted."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Engine

from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import Clock


@contextmanager
def recorded_run(
    engine: Engine,
    role: Role,
    step: str,
    clock: Clock,
    *,
    work_date: date | None = None,
    target: str | None = None,
    part: tuple[int, int] = (1, 1),
) -> Iterator[dict[str, Any]]:
    """Record a run around the block; the block fills the yielded summary with counts.

    `part` says which of how many parts of the work the run does.
    """
    summary: dict[str, Any] = {}
    with transaction(engine, role) as connection:
        run_id = statements.scalar(
            connection,
            "ops/open_step_run",
            step=step,
            work_date=work_date,
            target=target,
            shard=part[0],
            shards=part[1],
            started_at=clock(),
        )
    state = "failed"
    try:
        yield summary
        state = "done"
    finally:
        with transaction(engine, role) as connection:
            statements.run(
                connection,
                "ops/close_step_run",
                run_id=run_id,
                state=state,
                ended_at=clock(),
                summary=json.dumps(summary, default=str, ensure_ascii=False),
            )
