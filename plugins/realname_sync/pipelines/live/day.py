"""How a date stands at this moment, for the page: completeness by platform and project, forecast, findings, changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.forecast import Forecast
from realname_sync.pipelines.live.reading import newest_checked_date
from realname_sync.pipelines.status import STATES, TARGETS, WITHIN, ProjectState, open_forecasts, project_states
from realname_sync.quality.report.changes import Change, read_changes
from realname_sync.quality.report.model import Arrival, Tally
from realname_sync.quality.report.trends import Trends, read_trends
from realname_sync.warehouse import statements
from realname_sync.workdate import Clock, day_bounds


@dataclass(frozen=True, slots=True)
class LiveProject:
    """One project on a date: what is due to each platform and what became of it, and what was found."""

    code: str
    name: str
    area_code: str
    under_construction: bool
    arrivals: Mapping[str, Arrival]
    tally: Tally

    @property
    def due(self) -> int:
        """Punches read for the date."""
        return max((arrival.due for arrival in self.arrivals.values()), default=0)

    @property
    def behind(self) -> int:
        """Punches not acknowledged, over both platforms."""
        return sum(arrival.behind for arrival in self.arrivals.values())


@dataclass(frozen=True, slots=True)
class LiveDay:
    """A date as it stands now; `forecasts` are there only while something can still be done about it.

    `muted` findings are in no other figure.
    """

    work_date: date
    day_is_over: bool
    arrivals: Mapping[str, Arrival]
    projects: Sequence[LiveProject]
    forecasts: Mapping[str, Forecast]
    tally: Tally
    by_owner: Mapping[str, Tally]
    changes: Sequence[Change]
    previous_date: date | None
    checked: bool
    steps: Sequence[Any]
    broken_rules: Sequence[Any]
    muted: int
    trends: Trends


def read_day(connection: Connection, work_date: date, clock: Clock) -> LiveDay:
    """How the date stands at this moment."""
    now = clock()
    counted = statements.rows(connection, "live/count_findings", work_date=work_date, project_code=None)
    states = project_states(connection, work_date)
    projects = _projects(connection, states, counted)
    previous = newest_checked_date(connection, work_date - timedelta(days=1))
    checked = newest_checked_date(connection, work_date) == work_date
    arrivals = {target: sum_arrivals(project.arrivals[target] for project in projects) for target in TARGETS}
    owners: dict[str, Tally] = {}
    for row in counted:
        owners[row.owner] = owners.get(row.owner, Tally()) + Tally(**{row.severity: row.findings})
    return LiveDay(
        work_date=work_date,
        day_is_over=now >= day_bounds(work_date)[1],
        arrivals=arrivals,
        projects=sorted(projects, key=lambda one: (-one.behind, -one.tally.stop, -one.tally.total, one.code)),
        forecasts=open_forecasts(connection, work_date, states, now),
        tally=sum_tallies(owners.values()),
        by_owner=dict(sorted(owners.items(), key=lambda pair: -pair[1].total)),
        changes=read_changes(connection, work_date, previous) if checked and previous else [],
        previous_date=previous,
        checked=checked,
        steps=statements.rows(connection, "marts/list_step_runs", work_date=work_date, moment=now),
        broken_rules=statements.rows(connection, "quality/list_broken_rules", work_date=work_date),
        muted=sum(row.muted for row in statements.rows(connection, "marts/count_by_rule", work_date=work_date)),
        trends=read_trends(connection, work_date),
    )


def read_projects(connection: Connection, work_date: date) -> list[LiveProject]:
    """Every project under construction, and every other one that the date has punches or findings of."""
    counted = statements.rows(connection, "live/count_findings", work_date=work_date, project_code=None)
    return _projects(connection, project_states(connection, work_date), counted)


def _projects(connection: Connection, counts: Sequence[ProjectState], counted: Sequence[Any]) -> list[LiveProject]:
    states: dict[str, dict[str, Arrival]] = {}
    for one in counts:
        states.setdefault(one.project_code, {})[one.target] = arrival_of(one.due, one.counts)
    tallies: dict[str, Tally] = {}
    for row in counted:
        code = row.project_code or ""
        tallies[code] = tallies.get(code, Tally()) + Tally(**{row.severity: row.findings})
    known = {row.project_code: row for row in statements.rows(connection, "live/projects", project_code=None)}
    shown = {code for code, row in known.items() if row.is_under_construction} | set(states) | set(tallies) - {""}
    return [
        LiveProject(
            code=code,
            name=(known[code].project_name or "") if code in known else "",
            area_code=(known[code].area_code or "") if code in known else "",
            under_construction=code in known and known[code].is_under_construction,
            arrivals={target: states.get(code, {}).get(target, Arrival()) for target in TARGETS},
            tally=tallies.get(code, Tally()),
        )
        for code in sorted(shown)
    ]


def arrival_of(due: int, counts: Mapping[str, int]) -> Arrival:
    """The counts of the five states as the report holds them."""
    assert set(counts) >= {*STATES, *WITHIN}  # noqa: S101 - both come from one statement
    return Arrival(
        due=due,
        **{name: counts[name] for name in ("acknowledged", "late", "in_batch", "waiting", "held", "refused")},
    )


def sum_arrivals(parts: Any) -> Arrival:
    """Arrivals added up."""
    return sum(parts, start=Arrival())


def sum_tallies(parts: Any) -> Tally:
    """Tallies added up."""
    return sum(parts, start=Tally())
