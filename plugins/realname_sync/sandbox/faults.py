"""Faults that can be switched on, so that a client meets what real platforms do to it. Nothing here is random.

A fault is a JSON object: `kind`; `method` it is for (shell wildcards allowed, absent = every method); `after` = how
many matching calls it lets by first; `times` = how many it then hits (absent = until it is cleared); `share` = hit
only that share of them, evenly spread. The other keys belong to single kinds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

STAGES: Mapping[str, str] = {
    "delay": "arrival",  # seconds
    "http_error": "arrival",  # status; after_work = only once the work has been taken on
    "drop_before": "arrival",
    "throttle": "arrival",
    "answer_code": "arrival",  # code, as in -4 or 9999
    "slow_results": "acceptance",  # seconds on top of the usual delay
    "failed_results": "acceptance",  # status 10 without any work done
    "moving_row": "page",  # page, position or source_id, change = fields of the payload, deleted
    "drop_after": "answer",
    "malformed_answer": "answer",  # shape: one of MALFORMED
}
MALFORMED: Mapping[str, bytes] = {
    "truncated": b'{"code":0,"message":"ok","data":{"rows":[{"a"',
    "html": b"<html><body>Bad Gateway</body></html>",
    "empty": b"",
    "no_code": b'{"message":"ok"}',
    "odd_data": b'{"code":0,"message":"ok","data":"odd"}',
    "list": b"[]",
}


@dataclass
class Fault:
    """One fault and how often it was met; see the module's text for the keys."""

    kind: str
    method: str = "*"
    times: int | None = None
    after: int = 0
    share: float = 1.0
    seconds: float = 0.0
    status: int = 503
    after_work: bool = False
    code: int = 9999
    shape: str = "truncated"
    page: int = 0
    position: int = 0
    source_id: str | None = None
    change: Mapping[str, Any] = field(default_factory=dict)
    deleted: bool = False
    met: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in STAGES:
            raise ValueError(f"there is no fault of the kind {self.kind!r}; the kinds are {', '.join(STAGES)}")
        if self.shape not in MALFORMED:
            raise ValueError(f"there is no malformed answer {self.shape!r}; the shapes are {', '.join(MALFORMED)}")

    @property
    def stage(self) -> str:
        """At which stage of a call it strikes."""
        return "answer" if self.kind == "http_error" and self.after_work else STAGES[self.kind]

    def strikes(self) -> bool:
        """Count one matching call and say whether it is hit."""
        if self.times is not None and self.hits >= self.times:
            return False
        self.met += 1
        due = self.met - self.after
        # Evenly spread: the n-th is hit where n times the share passes a whole number.
        if due < 1 or int(due * self.share + 1e-9) == int((due - 1) * self.share + 1e-9):
            return False
        self.hits += 1
        return True


class FaultBoard:
    """The faults that are switched on for one platform."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def switch_on(self, faults: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> None:
        """Add faults to those that are on.

        Raises:
            ValueError: a fault of no known kind, or a key that faults do not have.
        """
        given = [faults] if isinstance(faults, Mapping) else list(faults)
        known = {entry.name for entry in fields(Fault)} - {"met", "hits"}
        for fault in given:
            if strangers := sorted(set(fault) - known):
                raise ValueError(f"a fault has no {strangers[0]!r}; its keys are {', '.join(sorted(known))}")
            if "kind" not in fault:
                raise ValueError("a fault needs a kind")
        self._faults.extend([Fault(**fault) for fault in given])

    def clear(self) -> None:
        """Switch every fault off."""
        self._faults.clear()

    def take(self, stage: str, method: str, page: int = 0) -> Iterator[Fault]:
        """The faults that hit this call at this stage, one by one; none is spent behind one that ends the call."""
        for fault in list(self._faults):
            if (
                fault.stage == stage
                and fnmatchcase(method, fault.method)
                and (stage != "page" or fault.page == page)
                and fault.strikes()
            ):
                yield fault

    def described(self) -> list[dict[str, Any]]:
        """What is on and how often it was met and hit."""
        return [
            {"kind": fault.kind, "method": fault.method, "times": fault.times, "met": fault.met, "hits": fault.hits}
            for fault in self._faults
        ]
