"""Reads what a platform says became of a write: which rows it has, which it refused, and which have to go again.

Sources: open-api.md 2.3 and 2.4 (text, faults joined by `;`, rows addressed like `[dataList][0]`), province.md 1 (JSON
with the rejected rows).
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from realname_sync.platforms.open_api.client import AsyncResult
from realname_sync.standards import Profile

Fate = Literal["acknowledged", "refused", "released", "again", "split", "troubled"]

ASKED = "asked: "
"""How the reason begins of what a platform was asked after, because the outcome of its call was unknown."""

_ROW = re.compile(r"\[\w+\]\[(\d+)\]")
_ALREADY = re.compile(r"已存在|已经存在|已添加|已登记|已在|重复|\balready\b|\bexists\b|\bduplicate", re.IGNORECASE)
# The platform's own trouble says nothing of the rows (open-api.md 2.4, "server fault").
_ITS_OWN_TROUBLE = re.compile(r"internal error|系统(异常|繁忙|错误)|服务(异常|不可用)|超时|timed? ?out", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{9,}[0-9Xx]?")
_TEAM_NUMBER = re.compile(r"(?<!\d)\d{10}(?!\d)")
_REASON_LENGTH = 300


@dataclass(frozen=True)
class Verdict:
    """What became of a batch; `rows` holds, by index, the rows whose fate is not the batch's, with the reason.

    `again`: it goes once more as it was, and the platform drops what it has of it. `split`: it was refused whole
    without saying which row is to blame, so it has to be sent in parts. `troubled`: the platform failed at it, which
    may be a row's fault or its own.
    """

    fate: Fate
    reason: str = ""
    rows: Mapping[int, tuple[Fate, str]] = field(default_factory=dict)
    platform_key: str | None = None


def tidy(reason: str) -> str:
    """A platform's words without long numbers, which may be identity numbers, and not too long."""
    return _LONG_NUMBER.sub("…", " ".join(reason.split()))[:_REASON_LENGTH]


def read_verdict(profile: Profile, result: AsyncResult, row_count: int) -> Verdict | None:
    """What a result says of a batch of `row_count` rows; None while it is in progress."""
    if result.status == 0:
        return None
    rejected = _rejected_rows(result.result)
    if rejected is not None:
        return _partly_refused(rejected, row_count)
    if result.status == 20:
        return Verdict("acknowledged", platform_key=_issued(result.result))
    if _ALREADY.search(result.result) and row_count == 1:
        number = _TEAM_NUMBER.search(result.result)
        return Verdict("acknowledged", "already there", platform_key=number.group() if number else None)
    named = _named_rows(result.result, row_count)
    if not named and _ITS_OWN_TROUBLE.search(result.result):
        return Verdict("troubled", tidy(result.result))
    if row_count == 1 or (not named and profile.bad_row == "that_row"):
        return Verdict("refused", tidy(result.result))
    if not named:
        return Verdict("split", tidy(result.result))
    return Verdict("released", tidy(result.result), named)


def _rejected_rows(text: str) -> dict[int, str] | None:
    """The rows a JSON result names; None if it is no such result."""
    try:
        content = json.loads(text)
        return {int(row["index"]): str(row["reason"]) for row in content["rejected"]}
    except (ValueError, KeyError, TypeError):
        return None


def _partly_refused(rejected: Mapping[int, str], row_count: int) -> Verdict:
    rows: dict[int, tuple[Fate, str]] = {
        index: ("acknowledged", "already there") if _ALREADY.search(reason) else ("refused", tidy(reason))
        for index, reason in rejected.items()
    }
    if len(rows) == row_count and all(fate == "refused" for fate, _ in rows.values()):
        return Verdict("refused", next(iter(rows.values()))[1], rows)
    return Verdict("acknowledged", rows={index: row for index, row in rows.items() if row[0] == "refused"})


def _named_rows(text: str, row_count: int) -> dict[int, tuple[Fate, str]]:
    """By index, the rows a refusal names, with what it says of them; the others go again."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for part in re.split(r"[;；\r\n]+", text):
        for index in map(int, _ROW.findall(part)):
            if index < row_count:
                reasons[index].append(part)
    return {
        index: ("acknowledged", "already there")
        if all(_ALREADY.search(part) for part in parts)
        else ("refused", tidy("; ".join(parts)))
        for index, parts in reasons.items()
    }


def _issued(text: str) -> str | None:
    """What the platform issued for the object, if the result says so."""
    try:
        content = json.loads(text)
    except ValueError:
        return None
    number = content.get("teamSysNo") if isinstance(content, dict) else None
    return None if number is None else str(number)
