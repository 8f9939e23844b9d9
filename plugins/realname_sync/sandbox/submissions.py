"""A write that was accepted, how it ends, and who decides that: the whole batch, or each row for itself."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from realname_sync.sandbox.credentials import Caller, Connection
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.wire_fields import CheckedData, RowFault

DONE = 20
FAILED = 10
_PICTURES = (
    "headImage",
    "issueCardPic",
    "positiveIDCardImage",
    "negativeIDCardImage",
    "voucher",
    "entryAttachments",
    "exitAttachments",
)


@dataclass(frozen=True)
class Submission:
    """One accepted write. `arrived_at` is the arrival clock's, `accepted_at` the wall clock's, `ready_at` real time."""

    serial_code: str
    method: str
    caller: Caller
    data: CheckedData
    arrived_at: datetime
    accepted_at: datetime
    ready_at: datetime
    fails: bool = False

    @property
    def project_code(self) -> str | None:
        """The project the write is for, if it is for one."""
        return self.data.header.get("projectCode")


def kept_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an object's fields: everything but pictures and files."""
    return {name: value for name, value in values.items() if name not in _PICTURES}


@dataclass(frozen=True)
class Outcome:
    """The asynchronous result of a write: DONE or FAILED with the text that goes with it."""

    status: int
    result: str = ""


class NotTakenError(Exception):
    """The whole write is refused, whatever its rows are like; the text says why."""


Write = Callable[[Connection, PlatformRules, Sequence[Submission]], Awaitable[list[Outcome]]]
"""Carries out writes of one method in the order they were accepted, and says how each of them ended."""


@dataclass
class Judgement:
    """The faults found in the rows of one write so far, and what they come to."""

    submission: Submission
    faults: list[RowFault] = field(default_factory=list)
    _bad: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for fault in self.submission.data.faults:
            self.add(fault)

    def add(self, fault: RowFault) -> None:
        """Note one more fault."""
        self.faults.append(fault)
        self._bad.add(fault.index)

    def refuse(self, index: int, name: str, reason: str, *, duplicate: bool = False) -> None:
        """Note that a field of a row is not in order."""
        self.add(RowFault(index, name, reason, duplicate))

    def is_good(self, index: int) -> bool:
        """Whether nothing has been found against a row."""
        return index not in self._bad

    def kept(self, rules: PlatformRules) -> list[int]:
        """The rows that are taken in: the good ones, or none where one bad row spoils the batch."""
        if rules.whole_batch_refused and self._bad:
            return []
        return [index for index in range(len(self.submission.data.rows)) if index not in self._bad]

    def outcome(self, rules: PlatformRules) -> Outcome:
        """The result the caller gets to read."""
        if rules.whole_batch_refused:
            return Outcome(FAILED, self._text()) if self._bad else Outcome(DONE)
        return rows_outcome(len(self.submission.data.rows), self._reasons())

    def _text(self) -> str:
        rows_field = self.submission.data.rows_field
        lines = [f"[{rows_field}][{fault.index}][{fault.field}]{fault.reason}" for fault in self.faults]
        return ("\r\n" if all(fault.duplicate for fault in self.faults) else ";").join(lines)

    def _reasons(self) -> dict[int, str]:
        reasons: dict[int, str] = {}
        for fault in self.faults:
            text = f"{fault.field}{fault.reason}"
            reasons[fault.index] = f"{reasons[fault.index]};{text}" if fault.index in reasons else text
        return reasons


def rows_outcome(row_count: int, reasons: dict[int, str]) -> Outcome:
    """The result of a batch whose rows are judged one by one; done if any was kept."""
    rejected = [{"index": index, "reason": reasons[index]} for index in sorted(reasons)]
    result = {"accepted": row_count - len(rejected), "rejected": rejected}
    return Outcome(DONE if len(rejected) < row_count else FAILED, json.dumps(result, ensure_ascii=False))


def refused(rules: PlatformRules, submission: Submission, reason: str) -> Outcome:
    """The result of a write that is refused as a whole."""
    rows = submission.data.rows
    if rules.whole_batch_refused or submission.data.rows_field is None:
        return Outcome(FAILED, reason)
    return rows_outcome(len(rows), dict.fromkeys(range(len(rows)), reason))


def one_by_one(carry_out: Callable[[Connection, PlatformRules, Submission], Awaitable[Outcome]]) -> Write:
    """A write that is carried out call by call."""

    async def write(connection: Connection, rules: PlatformRules, submissions: Sequence[Submission]) -> list[Outcome]:
        outcomes = []
        for submission in submissions:
            try:
                outcomes.append(await carry_out(connection, rules, submission))
            except NotTakenError as error:
                outcomes.append(refused(rules, submission, str(error)))
        return outcomes

    return write
