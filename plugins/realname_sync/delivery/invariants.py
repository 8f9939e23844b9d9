"""What must hold of a date's delivery at every commit: statements below sql/invariants/ that yield what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from realname_sync.resources import root
from realname_sync.warehouse import statements
from realname_sync.workdate import day_bounds

# The sums are counted by two statements: another sender that commits between them makes them differ, but not for long.
_LOOKS = 5
_STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold: its name, the platform, what it is about, and what is wrong with it."""

    invariant: str
    work_date: date
    target: str
    subject: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.invariant}, {self.work_date}, {self.target}: {self.subject} {self.wrong}"


def names() -> list[str]:
    """The invariants there are, without the sums."""
    return sorted(path.stem for path in (root() / "sql" / "invariants").glob("*.sql"))


def violations(connection: Connection, work_date: date) -> Iterator[Violation]:
    """Everything that is wrong with the delivery of a date, as this transaction sees it."""
    for name in names():
        for row in statements.rows(connection, f"invariants/{name}", work_date=work_date):
            yield Violation(name, work_date, row.target, row.subject, row.wrong)
    wrong: list[Violation] = []
    for _ in range(_LOOKS):
        wrong = list(_sums(connection, work_date))
        if not wrong:
            break
    yield from wrong


def _sums(connection: Connection, work_date: date) -> Iterator[Violation]:
    """The counts from batches and exceptions, and those punch by punch, are the same and add up to what was read."""
    by_punch = {
        row.target: row._mapping for row in statements.rows(connection, "delivery/completeness", work_date=work_date)
    }
    by_batch: dict[str, dict[str, int]] = {}
    for row in statements.rows(
        connection, "delivery/completeness_by_project", work_date=work_date, day_end=day_bounds(work_date)[1]
    ):
        sums = by_batch.setdefault(row.target, dict.fromkeys(("read", *_STATES), 0))
        for name in sums:
            sums[name] += int(getattr(row, name))
    for target, sums in by_batch.items():
        told = {name: int(by_punch[target][name]) for name in sums}
        if told != sums:
            yield Violation("sums_agree", work_date, target, "the day", f"by batch {sums}, punch by punch {told}")
        if sums["read"] != sum(sums[state] for state in _STATES):
            yield Violation("states_add_up", work_date, target, "the day", f"{sums}")
