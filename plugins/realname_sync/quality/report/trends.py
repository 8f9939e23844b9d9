"""How the last days were: completeness by platform and findings by severity, to be drawn as lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from realname_sync.quality.report.model import TARGETS, Arrival, Tally
from realname_sync.quality.report.scope import ScopedTo
from realname_sync.warehouse import statements

DAYS = 30


@dataclass(frozen=True, slots=True)
class Trends:
    """The days from first to last. A day that was never reported has no arrivals, one never checked no tally."""

    dates: Sequence[date]
    arrivals: Mapping[str, Mapping[date, Arrival]]
    tallies: Mapping[date, Tally]

    @property
    def is_worth_drawing(self) -> bool:
        """A line needs two points."""
        lines = [*(days for days in self.arrivals.values()), self.tallies]
        return any(len(line) > 1 for line in lines)


def read_trends(
    connection: Connection, last: date, *, first: date | None = None, scope: ScopedTo | None = None
) -> Trends:
    """The days up to `last`, DAYS of them unless `first` says otherwise."""
    first = first or last - timedelta(days=DAYS - 1)
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    scope = scope or ScopedTo()
    between = {"first_date": first, "last_date": last}
    arrivals: dict[str, dict[date, Arrival]] = {target: {} for target in TARGETS}
    reported = statements.rows(
        connection, "marts/arrival_days", **between, project_codes=scope.parameters["project_codes"]
    )
    for row in reported:
        counts = (row.due, row.acknowledged, row.late, row.in_batch, row.waiting, row.held, row.refused)
        arrivals[row.target][row.work_date] = Arrival(*map(int, counts))
    checked = {row.work_date for row in statements.rows(connection, "live/checked_dates", **between)}
    tallies = {day: Tally() for day in checked}
    for row in statements.rows(connection, "marts/finding_days", **between, **scope.parameters):
        tallies[row.work_date] = tallies.get(row.work_date, Tally()) + Tally(**{row.severity: row.findings})
    return Trends(dates, arrivals, tallies)
