"""What it comes to that a platform has other rows of a project's day than the ledger: the rows one by one.

A row that is missing there waits again. A row that is there and was not recorded as sent counts as acknowledged, and is
not sent. Of what is there too much, a person has to write to the platform: no platform has a method to delete.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

Kind = Literal["missing", "extra", "doubled", "adopted"]
Handled = Literal["released", "adopted", "left"]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One row that a platform has otherwise than the ledger; `row` is what is known of it here and there.

    `alike` are rows that go again with a missing one, because which of them it is cannot be told.
    """

    kind: Kind
    handled: Handled
    row: Any
    punch_id: str | None = None
    times: int = 1
    remark: str | None = None
    alike: Sequence[Any] = ()


@dataclass(frozen=True)
class Compared:
    """What came of comparing a project row by row; `remark` says why nothing, or not everything, could follow."""

    project_code: str
    rows: Mapping[tuple[Kind, Handled], int] = field(default_factory=dict)
    remark: str | None = None
    is_compared: bool = True

    @property
    def found(self) -> bool:
        """Whether any row differs."""
        return bool(self.rows)

    def count(self, kind: Kind, handled: Handled | None = None) -> int:
        """How many rows are of a kind."""
        return sum(times for (one, how), times in self.rows.items() if one == kind and handled in (None, how))


def put_off(project_code: str, remark: str) -> Compared:
    """A project that could not be compared, and why."""
    return Compared(project_code, remark=remark, is_compared=False)


def tally(found: Iterable[Discrepancy]) -> Mapping[tuple[Kind, Handled], int]:
    """How many rows are of each kind, by what became of them."""
    counted: Counter[tuple[Kind, Handled]] = Counter()
    for one in found:
        counted[one.kind, one.handled] += one.times
    return counted


def judge(rows: Iterable[Any], *, counts_once: bool) -> list[Discrepancy]:
    """What the differing rows of one project, as `differing_rows` yields them, come to.

    A platform that `counts_once` drops a record it has, so where it lacks one of several alike, all of them go again:
    of a guess the wrong one would be dropped, and the missing one never come.
    """
    found: list[Discrepancy] = []
    adopted: set[str] = set()
    for _, group in groupby(rows, key=lambda row: (row.person_hash, row.made_at, row.direction)):
        alike = list(group)
        if alike[0].platform_count < alike[0].our_count:
            gone = [row for row in alike if row.standing == "acknowledged"]
            lacking = alike[0].our_count - alike[0].platform_count
            missing = [Discrepancy("missing", "released", row, row.punch_id) for row in gone[:lacking]]
            if counts_once:
                missing[0] = replace(missing[0], alike=gone[lacking:])
            found += missing
        else:
            found += _surplus(alike, adopted, counts_once=counts_once)
    unexplained = [one.row for one in found if one.kind == "extra"]
    persons = {row.person_hash for row in unexplained}
    moments = {(row.made_at, row.direction) for row in unexplained}
    return [_doubt(one, persons, moments) if one.kind == "missing" else one for one in found]


def left(found: Discrepancy, remark: str) -> Discrepancy:
    """The same, left to a person, and why."""
    return replace(found, handled="left", remark=remark)


def _surplus(alike: Sequence[Any], adopted: set[str], *, counts_once: bool) -> Iterator[Discrepancy]:
    """Rows that the platform has beyond the acknowledged ones.

    A row whose call is not settled explains one. Then those of ours that wait would be sent to no purpose; where none
    is recorded as sent at all, also one that is held or was refused. Of several that wait, all are sent where the
    platform has only some and drops those.
    """
    first = alike[0]
    surplus = first.platform_count - first.our_count - sum(row.standing == "unsettled" for row in alike)
    known = [row.punch_id for row in alike if row.standing in {"acknowledged", "unsettled"}]
    for standing in ("waiting",) if known else ("waiting", "held", "refused"):
        fitting: dict[str, Any] = {}
        for row in alike:
            if row.standing == standing and row.punch_id not in adopted:
                fitting.setdefault(row.punch_id, row)
        if counts_once and standing == "waiting" and 0 < surplus < len(fitting):
            return
        taken = list(fitting.values())[: max(surplus, 0)]
        if taken:
            adopted.update(row.punch_id for row in taken)
            known += [row.punch_id for row in taken]
            yield from (Discrepancy("adopted", "adopted", row, row.punch_id) for row in taken)
            surplus -= len(taken)
            break
    if surplus > 0:
        kind: Kind = "doubled" if known else "extra"
        yield Discrepancy(kind, "left", first, known[0] if known else None, surplus)


def _doubt(missing: Discrepancy, persons: set[bytes], moments: set[tuple[Any, str]]) -> Discrepancy:
    """Leave a missing row to a person where a row that nobody knows may be the very same, told otherwise."""
    if (missing.row.made_at, missing.row.direction) in moments:
        return left(missing, "there is one of the same second under another number")
    if missing.row.person_hash in persons:
        return left(missing, "there is another one of the person that was not sent from here")
    return missing
