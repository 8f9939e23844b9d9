"""One platform: what becomes of a call from the moment its form is read to the data of its answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from realname_sync.sandbox.admission import Admission
from realname_sync.sandbox.calls import Call, CallLog
from realname_sync.sandbox.credentials import Caller, CredentialBook, Pool
from realname_sync.sandbox.faults import Fault, FaultBoard
from realname_sync.sandbox.platform_integrity import INTEGRITY_READS, INTEGRITY_WRITES, SHARED_OBJECTS, move_row
from realname_sync.sandbox.platform_rules import INTEGRITY, NATION, PROVINCE, RESULT_METHOD, PlatformRules
from realname_sync.sandbox.platform_uplink import NATION_READS, NATION_WRITES, PROVINCE_READS, PROVINCE_WRITES
from realname_sync.sandbox.protocol import Code, RefusedCallError, encrypt_answer, parse_data
from realname_sync.sandbox.reads import Read, require_own_project
from realname_sync.sandbox.receipts import Receipts
from realname_sync.sandbox.submissions import Submission, Write
from realname_sync.sandbox.wire_fields import load_method_fields
from realname_sync.workdate import Clock

_OFFERS: Mapping[str, tuple[PlatformRules, Mapping[str, Read], Mapping[str, Write]]] = {
    "integrity": (INTEGRITY, INTEGRITY_READS, INTEGRITY_WRITES),
    "province": (PROVINCE, PROVINCE_READS, PROVINCE_WRITES),
    "nation": (NATION, NATION_READS, NATION_WRITES),
}


@dataclass(frozen=True)
class Setting:
    """What the three platforms run with.

    `rate_limits` replaces a platform's calls a second, None lifts the limit. `keeps_requests` keeps in the log of calls
    what was asked and answered, for a test to prove from it what the caller did. `clock_tolerances` replaces how far a
    platform lets a time stamp be off.
    """

    database_url: str
    arrival_clock: Clock
    wall_clock: Clock
    result_delay_seconds: float
    rate_limits: Mapping[str, int | None]
    keeps_requests: bool = False
    clock_tolerances: Mapping[str, timedelta] = field(default_factory=dict)


class Platform:
    """One of the three platforms, with its tables, its rules and its faults."""

    def __init__(self, name: str, setting: Setting) -> None:
        rules, self._reads, self._writes = _OFFERS[name]
        self.rules = replace(
            rules,
            calls_per_second=setting.rate_limits.get(name, rules.calls_per_second),
            clock_tolerance=setting.clock_tolerances.get(name, rules.clock_tolerance),
        )
        self.name = name
        self.faults = FaultBoard()
        self._setting = setting
        # Every statement names its tables without a schema, so that nation and province share them.
        self.pool: Pool = AsyncConnectionPool(
            setting.database_url,
            min_size=1,
            max_size=4,
            open=False,
            kwargs={"row_factory": dict_row, "options": f"-c search_path={name} -c synchronous_commit=off"},
        )
        self.arrival_clock = setting.arrival_clock
        self.calls = CallLog(self.pool, keeps_requests=setting.keeps_requests)
        self.receipts = Receipts(self.rules, self.pool, self._writes, setting.wall_clock)
        self._credentials = CredentialBook(name, self.pool)
        self._admission = Admission(self.rules, self._credentials, setting.wall_clock, setting.arrival_clock)
        self._fields = load_method_fields(rules.standard, rules.batch_rows)

    async def start(self) -> None:
        """Open the database, take over the nonces already used and begin to work."""
        await self.pool.open(wait=True)
        await self._credentials.read()
        since = self._setting.wall_clock() - self.rules.nonce_kept
        self._admission.remember(await self.calls.used_nonces(self.name, since))
        await self.receipts.start()
        self.calls.start()

    async def stop(self) -> None:
        """Finish what was taken on and close the database."""
        await self.receipts.stop()
        await self.calls.stop()
        await self.pool.close()

    def new_call(self) -> Call:
        """A call that has just come in."""
        return Call(platform=self.name, received_at=self._setting.wall_clock())

    def now(self) -> datetime:
        """The instant that what happens at the platform counts for, by its arrival clock."""
        return self._setting.arrival_clock()

    def is_write(self, method: str) -> bool:
        """Whether the platform takes this method as a write."""
        return method in self._writes

    async def answer(self, params: Mapping[str, str], call: Call) -> Any:
        """The `data` of the answer to a call whose form was in order; `call` is filled in on the way.

        Raises:
            RefusedCallError: the call is answered with another code than 0.
        """
        method = params["method"]
        call.appid = params["appid"]
        call.data_sha256 = hashlib.sha256(params["data"].encode()).hexdigest()
        caller = await self._admission.admit(params)
        call.nonce = params["nonce"]
        if method not in self._reads and method not in self._writes and method != RESULT_METHOD:
            raise RefusedCallError(Code.NO_PERMISSION, f"接口 {method} 未开放")
        data = parse_data(params["data"])
        if isinstance(data.get("projectCode"), str):
            call.project_code = data["projectCode"]
        checked = self._fields[method].check(data, caller.secret)
        require_own_project(caller, checked.header)
        if method == RESULT_METHOD:
            return await self.receipts.result(checked.header["requestSerialCode"], caller)
        if method in self._writes:
            submission = self._accept(method, caller, checked)
            call.serial_code = submission.serial_code
            call.row_count = len(checked.rows) or 1
            return {"requestSerialCode": submission.serial_code}
        return await self._read(method, caller, checked.header)

    def _accept(self, method: str, caller: Caller, checked: Any) -> Submission:
        """Take a write on; the faults decide whether it fails and how long its result is kept back."""
        struck = list(self.faults.take("acceptance", method))
        delay = self._setting.result_delay_seconds + sum(
            fault.seconds for fault in struck if fault.kind == "slow_results"
        )
        arrived_at = self._setting.arrival_clock()
        submission = Submission(
            serial_code=self.receipts.new_serial_code(method, arrived_at),
            method=method,
            caller=caller,
            data=checked,
            arrived_at=arrived_at,
            accepted_at=self._setting.wall_clock(),
            ready_at=datetime.now(tz=UTC) + timedelta(seconds=delay),
            fails=any(fault.kind == "failed_results" for fault in struck),
        )
        self.receipts.take_on(submission)
        return submission

    async def _read(self, method: str, caller: Caller, query: Mapping[str, Any]) -> Any:
        async with self.pool.connection() as connection:
            answer = await self._reads[method](connection, self.rules, caller, query)
        if method in SHARED_OBJECTS and answer is not None:
            for fault in self.faults.take("page", method, answer["pageIndex"]):
                await self._move_row(SHARED_OBJECTS[method], fault, answer["rows"])
        return encrypt_answer(answer, caller.secret)

    async def _move_row(self, shared_object: str, fault: Fault, rows: list[dict[str, Any]]) -> None:
        """After a page was read: change one row (of that page, if none is named), which moves it behind all others."""
        source_id = fault.source_id
        if source_id is None and fault.position < len(rows):
            source_id = rows[fault.position]["sourceId"]
        if source_id is not None:
            async with self.pool.connection() as connection:
                await move_row(
                    connection,
                    shared_object,
                    source_id,
                    fault.change,
                    deleted=fault.deleted,
                    at=self._setting.arrival_clock(),
                )
