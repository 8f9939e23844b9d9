"""Proves from a receiver's own log of calls what its caller did: asked before sending again, and repeated to the byte.

The log holds what came in and what went back, as the platform saw it; nothing here asks the caller or its warehouse.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

ATTENDANCE = "WorkerAttendance.Add"
_QUESTIONS = frozenset({"AsyncHandleResult.Query", "WorkerAttendance.Query"})
_FAILED = 10
# The protocol's codes for a call that was looked at and not taken; 9999 says nothing (open-api.md 2).
_SURELY_NOT_TAKEN = {-1, -2, -3, -4, -5}
Key = tuple[str, str, str, str]
"""Project, identity number as it travels (the cipher gives the same text each time), second, direction."""


@dataclass(frozen=True)
class LoggedCall:
    """One call as the receiver has it in its log."""

    call_id: int
    method: str | None
    serial_code: str | None
    came: datetime
    elapsed_ms: float
    request: str
    answer: str | None

    @property
    def ended(self) -> datetime:
        """When the receiver was done with it."""
        return self.came + timedelta(milliseconds=self.elapsed_ms)

    @cached_property
    def form(self) -> dict[str, str]:
        """The public parameters but for nonce, time stamp and signature."""
        return {name: values[0] for name, values in parse_qs(self.request).items()}

    @cached_property
    def data(self) -> dict[str, Any]:
        """What was asked."""
        return dict(json.loads(self.form["data"]))

    @cached_property
    def said(self) -> dict[str, Any]:
        """The answer that went back; empty where none did, or none of the protocol."""
        try:
            answer = json.loads(self.answer or "")
            return {**answer, "code": int(answer["code"])}
        except (ValueError, TypeError, KeyError):
            return {}

    @property
    def is_answered(self) -> bool:
        """Whether a question got what it asked for."""
        return self.said.get("code") == 0 and isinstance(self.said.get("data"), dict)

    @property
    def keys(self) -> list[Key]:
        """The punches of a call of attendance."""
        data = self.data
        return [(data["projectCode"], row["idCardNumber"], row["date"], row["direction"]) for row in data["dataList"]]


def read_log(town: Any, target: str) -> list[LoggedCall]:
    """Every call a platform got since its town was opened, in the order they came in."""
    town.platforms.calls(target)  # has what waits written down
    rows = town.sandbox_sql(
        "SELECT call_id, method, serial_code, received_at, elapsed_ms, request, answer FROM control.call"
        " WHERE platform = %s AND request IS NOT NULL ORDER BY received_at, call_id",
        target,
    )
    return [LoggedCall(*row) for row in rows]


def blind_resends(calls: Sequence[LoggedCall]) -> list[str]:
    """The calls that sent a punch again though it was not known that it had not been taken; one sentence each."""
    before: dict[Key, LoggedCall] = {}
    wrong: list[str] = []
    asked = _by_subject(calls)
    for call in calls:
        if call.method != ATTENDANCE:
            continue
        keys = set(call.keys)
        blind = {key: before[key] for key in keys if key in before and not _may_go_again(asked, before[key], call, key)}
        wrong += [
            f"call {call.call_id} sends rows of call {first} again and nobody had asked"
            for first in sorted({one.call_id for one in blind.values()})
        ]
        before.update(dict.fromkeys(keys, call))
    return wrong


def _by_subject(calls: Iterable[LoggedCall]) -> Mapping[str, Sequence[LoggedCall]]:
    """The questions that were answered, by what they are about: a call's serial code, or a project."""
    questions: dict[str, list[LoggedCall]] = defaultdict(list)
    for one in calls:
        if one.method in _QUESTIONS and one.is_answered:
            questions[str(one.data.get("requestSerialCode") or one.data.get("projectCode"))].append(one)
    return questions


def _may_go_again(asked: Mapping[str, Sequence[LoggedCall]], first: LoggedCall, again: LoggedCall, key: Key) -> bool:
    if first.said.get("code") in _SURELY_NOT_TAKEN and "nonce" not in str(first.said.get("message")):
        return first.ended <= again.came  # a nonce that was seen is another matter: the call before may have been taken
    project_code = key[0]
    about = (*asked.get(first.serial_code or "", ()), *asked.get(project_code, ()))
    between = (one for one in about if first.ended <= one.came and one.ended <= again.came)
    return any(_tells_of(one, first, key) for one in between)


def _tells_of(question: LoggedCall, first: LoggedCall, key: Key) -> bool:
    """Whether a question that was answered says what became of a punch of a call."""
    asked = question.data
    project_code, id_number, second, _ = key
    if question.method == "AsyncHandleResult.Query":
        if first.serial_code is None or asked.get("requestSerialCode") != first.serial_code:
            return False
        return _did_not_take(question.said["data"], first, key)
    if question.method == "WorkerAttendance.Query":
        return (
            asked.get("projectCode") == project_code
            and str(asked.get("date"))[:10] == second[:10]
            and asked.get("idCardNumber", id_number) == id_number
        )
    return False


def _did_not_take(result: dict[str, Any], first: LoggedCall, key: Key) -> bool:
    """Whether a result says that a row was not taken: the whole call failed, or that row was rejected."""
    if int(result.get("status") or 0) == _FAILED:
        return True
    try:
        rejected = {entry["index"] for entry in json.loads(result.get("result") or "{}").get("rejected", [])}
    except (ValueError, AttributeError):
        return False
    places = {index for index, one in enumerate(first.keys) if one == key}
    return bool(places) and places <= rejected


def repeats(calls: Sequence[LoggedCall]) -> list[tuple[LoggedCall, LoggedCall]]:
    """Calls of attendance with the very same rows as an earlier one, each beside the last such."""
    last: dict[tuple[Key, ...], LoggedCall] = {}
    pairs: list[tuple[LoggedCall, LoggedCall]] = []
    for call in calls:
        if call.method == ATTENDANCE:
            rows = tuple(call.keys)
            if rows in last:
                pairs.append((last[rows], call))
            last[rows] = call
    return pairs


def changed_repeats(calls: Sequence[LoggedCall]) -> list[str]:
    """Calls that repeat an earlier one in other words; a retry differs in nonce, time stamp and signature alone."""
    return [
        f"call {again.call_id} repeats call {first.call_id} in other words: {_parameters_that_differ(first, again)}"
        for first, again in repeats(calls)
        if first.request != again.request
    ]


def _parameters_that_differ(first: LoggedCall, again: LoggedCall) -> str:
    names = sorted(name for name in {**first.form, **again.form} if first.form.get(name) != again.form.get(name))
    return ", ".join(names) or "their order or spelling"
