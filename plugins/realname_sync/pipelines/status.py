"""How a work date stands: its punches by platform, project and state, findings by rule, the last run of each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.city import City
from realname_sync.pipelines.forecast import Forecast, Load, forecasts
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import day_bounds, work_date_of

TARGETS = ("province", "nation")
STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")
WITHIN = ("unknown", "late")
"""Of those in a batch, whose outcome is being asked for; of the acknowledged, which were sent after the day."""


@dataclass(frozen=True)
class ProjectState:
    """How many punches of one project are due to one platform, and how they stand: STATES and WITHIN by name."""

    target: str
    project_code: str
    due: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class StepState:
    """The last run of one step: for which platform if it has one, how it ended, when."""

    step: str
    target: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class DayStatus:
    """How a work date stands.

    Attributes:
        work_date: the date.
        punches_read: how many punches were read for it; for each platform the five states add up to it.
        states: for each platform, how many punches are in each of the five states.
        findings: how many findings each rule has, without the muted ones.
        steps: the last run of each step.
        within: for each platform, how many are of unknown outcome (in batch) and late (acknowledged).
        projects: the same by project.
        forecasts: for each platform, whether it will be complete in time; only for today, or where something is left.
        muted: how many findings are muted on the date.
        broken_rules: the rules that could not be carried out when the date was last checked.
    """

    work_date: date
    punches_read: int
    states: dict[str, dict[str, int]]
    findings: dict[str, int]
    steps: list[StepState]
    within: dict[str, dict[str, int]] = field(default_factory=dict)
    projects: Sequence[ProjectState] = ()
    forecasts: Mapping[str, Forecast] = field(default_factory=dict)
    muted: int = 0
    broken_rules: Sequence[str] = ()

    def adds_up(self) -> bool:
        """Whether every punch that was read is in exactly one state for each platform."""
        return all(sum(counts.values()) == self.punches_read for counts in self.states.values())


def newest_work_date(city: City) -> date | None:
    """The newest date that anything was done for."""
    with transaction(city.engine, Role.READ) as connection:
        found: date | None = statements.scalar(connection, "ops/newest_work_date")
        return found


def report_page(city: City, work_date: date) -> str | None:
    """Where the page of that date's newest report lies, if there is one."""
    with transaction(city.engine, Role.READ) as connection:
        found = statements.rows(
            connection, "ops/newest_step_run", step="report_quality", work_date=work_date, target=None
        )
    return str(found[0].summary["html"]) if found and "html" in found[0].summary else None


def day_status(city: City, work_date: date, *, by_project: bool = True) -> DayStatus:
    """How a work date stands at this moment; without `by_project` its `projects` may be left out."""
    now = city.clock()
    with transaction(city.engine, Role.READ) as connection:
        projects, totals = _standing(connection, work_date, by_project=by_project)
        expected = _open_forecasts(connection, work_date, totals, now)
        found = statements.rows(connection, "marts/count_by_rule", work_date=work_date)
        broken = statements.rows(connection, "quality/list_broken_rules", work_date=work_date)
        ran: list[Any] = list(statements.rows(connection, "marts/list_step_runs", work_date=work_date, moment=now))
    return DayStatus(
        work_date=work_date,
        punches_read=totals[TARGETS[0]]["read"],
        states={target: {state: totals[target][state] for state in STATES} for target in TARGETS},
        findings={row.rule_id: row.findings for row in found if row.findings},
        steps=[StepState(row.step, row.target, row.state, row.started_at, row.ended_at) for row in ran],
        within={target: {name: totals[target][name] for name in WITHIN} for target in TARGETS},
        projects=projects,
        forecasts=expected,
        muted=sum(row.muted for row in found),
        broken_rules=[row.rule_id for row in broken],
    )


def day_forecasts(city: City, work_date: date) -> dict[str, Forecast]:
    """Whether a date will be complete in time at each platform, as it looks at this moment."""
    with transaction(city.engine, Role.READ) as connection:
        _, totals = _standing(connection, work_date, by_project=False)
        return forecasts(connection, work_date, _loads(totals), city.clock())


def open_forecasts(
    connection: Connection, work_date: date, projects: Sequence[ProjectState], now: datetime
) -> dict[str, Forecast]:
    """The forecasts of a date whose projects stand like that; empty unless it is today or something is left."""
    return _open_forecasts(connection, work_date, _totals(projects), now)


def _open_forecasts(
    connection: Connection, work_date: date, totals: Mapping[str, Mapping[str, int]], now: datetime
) -> dict[str, Forecast]:
    loads = _loads(totals)
    is_open = work_date == work_date_of(now) or any(load.left for load in loads.values())
    return forecasts(connection, work_date, loads, now) if is_open else {}


def _standing(
    connection: Connection, work_date: date, *, by_project: bool
) -> tuple[Sequence[ProjectState], Mapping[str, Mapping[str, int]]]:
    """The projects of a date, unless they need not be told, and their totals by platform with `read`.

    Where a delivery remembered how a date stands and nothing changed since, batches are not counted again.
    """
    if not by_project:
        resting = statements.rows(connection, "delivery/resting_states", work_date=work_date)
        totals = {row.target: row.states for row in resting}
        if totals.keys() >= set(TARGETS):
            return (), totals
    projects = project_states(connection, work_date)
    return projects, _totals(projects)


def project_states(connection: Connection, work_date: date) -> list[ProjectState]:
    """How the punches of a date stand by platform and project."""
    counted = statements.rows(
        connection, "delivery/completeness_by_project", work_date=work_date, day_end=day_bounds(work_date)[1]
    )
    return [
        ProjectState(
            row.target, row.project_code, int(row.read), {name: int(getattr(row, name)) for name in (*STATES, *WITHIN)}
        )
        for row in counted
    ]


def _totals(projects: Sequence[ProjectState]) -> dict[str, dict[str, int]]:
    totals = {target: dict.fromkeys(("read", *STATES, *WITHIN), 0) for target in TARGETS}
    for project in projects:
        totals[project.target]["read"] += project.due
        for name, count in project.counts.items():
            totals[project.target][name] += count
    return totals


def _loads(totals: Mapping[str, Mapping[str, int]]) -> dict[str, Load]:
    return {
        target: Load(counts["waiting"], counts["in_batch"], counts["unknown"], counts["held"], counts["late"])
        for target, counts in totals.items()
    }
