"""What has to hold after a run: nothing lost, doubled or held without reason, nothing sent again without asking."""

import json
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from faults.ground import DAY, TARGETS, Town
from realname_sync.pipelines.deliver import completeness

_STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")
_QUESTIONS = frozenset({"WorkerAttendance.Query", "AttendanceDay.Query"})
_STORED = {
    # Of two punches of one record number of a device the province keeps the one that comes first, whichever it is.
    "province": "SELECT project_code, coalesce(device_sn, id_number),"
    " coalesce(device_record_id, punched_at::text || direction) FROM province.attendance WHERE work_date = %s",
    "nation": "SELECT project_code, id_number, punched_at, direction FROM nation.attendance WHERE work_date = %s",
}


@dataclass(frozen=True)
class Picture:
    """How a town stands when all is quiet: what each platform has, and what we hold or were refused and why."""

    stored: Mapping[str, Counter[Any]]
    rows: Mapping[str, Mapping[str, int]]
    apart: Mapping[str, Counter[Any]]
    counts: Mapping[str, Mapping[str, int]]


@dataclass
class Judgement:
    """What a run came to, for the table; `wrong` says what must not be."""

    due: int = 0
    there: int = 0
    lost: int = 0
    doubled: int = 0
    held: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def picture(town: Town) -> Picture:
    """See how everything stands."""
    stored: dict[str, Counter[Any]] = {}
    rows: dict[str, Mapping[str, int]] = {}
    apart: dict[str, Counter[Any]] = {}
    for target in TARGETS:
        rows[target] = asked(town, target, "counts")["rows"]
        stored[target] = Counter(town.sandbox_rows(_STORED[target], DAY))
        apart[target] = Counter(
            town.warehouse_rows(
                "SELECT punch_id, state, rule_id, CASE WHEN rule_id IS NULL THEN reason END"
                " FROM delivery.punch_state WHERE work_date = %s AND target = %s AND state IN ('held', 'refused')",
                DAY,
                target,
            )
        )
    city = town.plan.open()
    try:
        counts = completeness(city, DAY)
    finally:
        city.close()
    return Picture(stored, rows, apart, counts)


def asked(town: Town, target: str, what: str) -> Any:
    """What the inspection address of a platform says."""
    address = f"{town.platforms.url(target)}/sandbox/{what}"
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - an address of this machine
        return json.load(answer)


def judge(town: Town, expected: Picture, targets: Sequence[str] = TARGETS) -> Judgement:
    """Compare how a town stands with how it stands without any fault."""
    found = picture(town)
    result = Judgement()
    for target in targets:
        counts = found.counts[target]
        due, there = expected.stored[target], found.stored[target]
        result.due += due.total()
        result.there += there.total()
        # A row that a platform refused in words that a fault put into its mouth is not lost: it is known and named.
        refused = _count(found, target, "refused") - _count(expected, target, "refused")
        missing = (due - there).total()
        result.refused += max(0, refused)
        result.lost += max(0, missing - max(0, refused))
        result.doubled += (there - due).total()
        held = found.apart[target] - expected.apart[target]
        result.held += sum(number for (_, state, *_), number in held.items() if state == "held")
        if sum(counts[state] for state in _STATES) != counts["read"]:
            result.wrong.append(f"{target}: the five states do not add up: {dict(counts)}")
        if counts["waiting"] or counts["in_batch"]:
            result.wrong.append(f"{target}: not quiet: {dict(counts)}")
        if counts["acknowledged"] != there.total():
            result.wrong.append(f"{target}: {counts['acknowledged']} acknowledged, {there.total()} there")
        if counts["read"] != expected.counts[target]["read"]:
            result.wrong.append(f"{target}: {counts['read']} read, {expected.counts[target]['read']} expected")
        if found.rows[target] != expected.rows[target] and not result.refused:
            differing = {
                table: (number, expected.rows[target][table])
                for table, number in found.rows[target].items()
                if number != expected.rows[target][table] and table != "attendance"
            }
            if differing:
                result.wrong.append(f"{target}: the chain differs (there, expected): {differing}")
        result.wrong += [f"{target}: {text}" for text in resent_without_asking(town, target)]
    for name in ("lost", "doubled", "held"):
        if number := getattr(result, name):
            result.wrong.append(f"{number} rows {name if name != 'held' else 'held without reason'}")
    return result


def _count(seen: Picture, target: str, state: str) -> int:
    return sum(number for (_, one, *_), number in seen.apart[target].items() if one == state)


def resent_without_asking(town: Town, target: str) -> list[str]:
    """From the receiver's own log: the same text again, though the sender could not know that it was not taken."""
    calls = asked(town, target, "calls?limit=1000000")
    failed = {code for (code,) in town.sandbox_rows(f"SELECT serial_code FROM {target}.receipt WHERE status = 10")}
    open_texts: dict[tuple[str, str], Any] = {}
    asked_projects: dict[str, list[str]] = defaultdict(list)
    wrong: list[str] = []
    for call in sorted(calls, key=lambda one: one["received_at"]):
        project = call["project_code"]
        if call["method"] in _QUESTIONS and call["code"] == 0:
            asked_projects[project].append(call["received_at"])
        if call["method"] != "WorkerAttendance.Add" or not call["data_sha256"]:
            continue
        key = (project, call["data_sha256"])
        before = open_texts.get(key)
        if before and not any(before["received_at"] <= at <= call["received_at"] for at in asked_projects[project]):
            wrong.append(
                f"project {project}: call {call['call_id']} repeats call {before['call_id']} without a question"
            )
        taken = call["serial_code"] is not None and call["serial_code"] not in failed
        in_doubt = call["code"] is None or (call["http_status"] or 0) >= 500
        if taken or in_doubt:
            open_texts[key] = call
    return wrong
