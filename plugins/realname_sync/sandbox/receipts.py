"""The asynchronous half of a write: serial code at once, the work in the background, the result a little later."""

import asyncio
import itertools
import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from realname_sync.sandbox.credentials import Caller, Connection, Pool
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.protocol import Code, RefusedCallError
from realname_sync.sandbox.submissions import DONE, FAILED, Outcome, Submission, Write
from realname_sync.workdate import SHANGHAI, Clock

log = logging.getLogger(__name__)

IN_PROGRESS = 0
_GROUP_ROWS = 4000
_PREFIXES = {
    "Corp.Upload": "corp-upload",
    "ProjectSubContractor.Add": "subcontractor-add",
    "WorkerAttendance.Add": "workderattendance-add",  # spelt so on the wire
}


class Receipts:
    """Takes writes on, carries them out in order and keeps their results."""

    def __init__(self, rules: PlatformRules, pool: Pool, writes: Mapping[str, Write], wall_clock: Clock) -> None:
        self._rules = rules
        self._pool = pool
        self._writes = writes
        self._wall_clock = wall_clock
        self._queue: asyncio.Queue[Submission] = asyncio.Queue()
        self._pending: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._run = 0
        self._work: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a number for this start and begin to work."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("select nextval('control.serving_run') as run")
            row = await cursor.fetchone()
        self._run = int(row["run"]) if row else 0
        self._work = asyncio.create_task(self._carry_out_forever())

    async def stop(self) -> None:
        """Finish what was taken on, then end."""
        await self.settled()
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until nothing that was taken on is left to do."""
        await self._queue.join()

    def new_serial_code(self, method: str, arrived_at: datetime) -> str:
        """A serial code that no other write has, in the shape `<object>-<action>-<yyyyMMddHH>-<n>-<4 digits>`."""
        number = next(self._numbers)
        prefix = _PREFIXES.get(method, method.lower().replace(".", "-"))
        hour = arrived_at.astimezone(SHANGHAI).strftime("%Y%m%d%H")
        return f"{prefix}-{hour}-{self._run}{number // 10000:05d}-{number % 10000:04d}"

    def take_on(self, submission: Submission) -> None:
        """Take a write on; its turn comes after all that were taken on before it."""
        self._pending[submission.serial_code] = submission.caller.appid
        self._queue.put_nowait(submission)

    async def result(self, serial_code: str, caller: Caller) -> dict[str, Any]:
        """What AsyncHandleResult.Query answers.

        Raises:
            RefusedCallError: the caller has no write of that serial code, or its result is no longer kept.
        """
        waiting = {"requestSerialCode": serial_code, "status": IN_PROGRESS, "result": ""}
        if self._pending.get(serial_code) == caller.appid:
            return waiting
        query = "select status, result, accepted_at, ready_at from receipt where serial_code = %s and appid = %s"
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, [serial_code, caller.appid])
            row = await cursor.fetchone()
        if row is None or self._wall_clock() - row["accepted_at"] > self._rules.results_kept:
            raise RefusedCallError(Code.BAD_REQUEST, "requestSerialCode 无效或已过期")
        if datetime.now(tz=UTC) < row["ready_at"]:
            return waiting
        return {"requestSerialCode": serial_code, "status": row["status"], "result": row["result"]}

    async def _carry_out_forever(self) -> None:
        while True:
            group = [await self._queue.get()]
            rows = len(group[0].data.rows)
            while rows < _GROUP_ROWS and not self._queue.empty():
                group.append(self._queue.get_nowait())
                rows += len(group[-1].data.rows) or 1
            try:
                await self._carry_out(group)
            except psycopg.Error as error:
                log.error("%s: %d results were lost with %s", self._rules.name, len(group), error.sqlstate)
            finally:
                for submission in group:
                    self._pending.pop(submission.serial_code, None)
                    self._queue.task_done()

    async def _carry_out(self, group: list[Submission]) -> None:
        """Carry a group out in one transaction or, if that fails, each of it in one of its own."""
        try:
            await self._in_one_transaction(group)
        except psycopg.Error as error:
            # The database's words may hold values of the rows, so only its code is logged.
            log.warning("%s: %d writes failed with %s", self._rules.name, len(group), error.sqlstate)
            if len(group) > 1:
                for submission in group:
                    await self._carry_out([submission])
            else:
                await self._in_one_transaction([replace(group[0], fails=True)])
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s: a write failed with %s\n%s", self._rules.name, type(error).__name__, where)
            await self._in_one_transaction([replace(submission, fails=True) for submission in group])

    async def _in_one_transaction(self, group: list[Submission]) -> None:
        async with self._pool.connection() as connection:
            ended: list[tuple[Submission, Outcome]] = []
            for (method, fails), run in itertools.groupby(group, key=lambda one: (one.method, one.fails)):
                submissions = list(run)
                if fails:
                    outcomes = [Outcome(FAILED, "Internal Error") for _ in submissions]
                else:
                    outcomes = await self._writes[method](connection, self._rules, submissions)
                ended.extend(zip(submissions, outcomes, strict=True))
            await _keep(connection, ended)


async def _keep(connection: Connection, ended: Sequence[tuple[Submission, Outcome]]) -> None:
    columns = "serial_code, method, appid, project_code, row_count, accepted_at, ready_at, status, result"
    async with connection.cursor() as cursor, cursor.copy(f"copy receipt ({columns}) from stdin") as copy:
        for one, outcome in ended:
            await copy.write_row(
                (
                    one.serial_code,
                    one.method,
                    one.caller.appid,
                    one.project_code,
                    len(one.data.rows) if one.data.rows_field else 1,
                    one.accepted_at,
                    one.ready_at,
                    DONE if outcome.status == DONE else FAILED,
                    outcome.result,
                )
            )
