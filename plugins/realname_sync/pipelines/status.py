"""How a work date stands: its punches by platform and state, its findings by rule, the last run of each step."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

TARGETS = ("province", "nation")
STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")


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
        findings: how many findings each rule has.
        steps: the last run of each step.
    """

    work_date: date
    punches_read: int
    states: dict[str, dict[str, int]]
    findings: dict[str, int]
    steps: list[StepState]

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


def day_status(city: City, work_date: date) -> DayStatus:
    """How a work date stands at this moment."""
    with transaction(city.engine, Role.READ) as connection:
        read = statements.scalar(connection, "core/count_punches", work_date=work_date)
        counted = {row.target: row for row in statements.rows(connection, "delivery/completeness", work_date=work_date)}
        found = statements.rows(connection, "marts/count_by_rule", work_date=work_date)
        ran: list[Any] = list(
            statements.rows(connection, "marts/list_step_runs", work_date=work_date, moment=city.clock())
        )
    return DayStatus(
        work_date=work_date,
        punches_read=read,
        states={
            target: {state: getattr(counted[target], state) if target in counted else 0 for state in STATES}
            for target in TARGETS
        },
        findings={row.rule_id: row.findings for row in found},
        steps=[StepState(row.step, row.target, row.state, row.started_at, row.ended_at) for row in ran],
    )
