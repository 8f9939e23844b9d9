"""The report as a typed document: every figure, with the rows behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from realname_sync.quality.report.rows import BrokenRule, FindingRow, PunchRow, ReconciliationRow, StepRun
from realname_sync.quality.report.scope import Scope

if TYPE_CHECKING:  # both are made of what stands here
    from realname_sync.quality.report.changes import Change
    from realname_sync.quality.report.trends import Trends

TARGETS = ("province", "nation")
SEVERITIES = ("stop", "warn", "note")
BEHIND = ("in_batch", "waiting", "held", "refused")
"""The states of a punch that has not arrived, in the order in which they are shown."""


class RuleText(Protocol):
    """What the report shows of a rule of the catalogue."""

    @property
    def id(self) -> str:
        """As in LMP-001."""

    @property
    def title_zh(self) -> str:
        """In Chinese."""

    @property
    def title_en(self) -> str:
        """In English."""

    @property
    def severity(self) -> str:
        """One of SEVERITIES."""

    @property
    def owner(self) -> str:
        """Whose it is to correct."""

    @property
    def remedy(self) -> str:
        """What to do."""

    @property
    def basis(self) -> str:
        """The text it rests on."""


class Verdict(StrEnum):
    """Whether the day reached a platform, seen at the time of the report."""

    NO_PUNCHES = "no_punches"
    ON_TIME = "on_time"
    LATE = "late"
    INCOMPLETE = "incomplete"
    UNDER_WAY = "under_way"
    AT_RISK = "at_risk"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Punches due at one platform and what became of them; `acknowledged` includes those that came after 24:00."""

    due: int = 0
    acknowledged: int = 0
    late: int = 0
    in_batch: int = 0
    waiting: int = 0
    held: int = 0
    refused: int = 0

    def __add__(self, other: "Arrival") -> "Arrival":
        return Arrival(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def on_time(self) -> int:
        """Acknowledged before 24:00 of the day."""
        return self.acknowledged - self.late

    @property
    def behind(self) -> int:
        """Not acknowledged."""
        return self.due - self.acknowledged

    def verdict(self, *, day_is_over: bool) -> Verdict:
        """How the day stands at this platform."""
        if not self.due:
            return Verdict.NO_PUNCHES
        if not self.behind:
            return Verdict.LATE if self.late else Verdict.ON_TIME
        if day_is_over:
            return Verdict.INCOMPLETE
        return Verdict.AT_RISK if self.held or self.refused else Verdict.UNDER_WAY


@dataclass(frozen=True, slots=True)
class CauseDay:
    """Why punches have not arrived: a rule that holds them, a platform's words of refusal, or work still under way."""

    state: str
    cause: str
    punches: Mapping[str, int]
    rows: Sequence[PunchRow]

    @property
    def total(self) -> int:
        """Punches over both platforms."""
        return sum(self.punches.values())


@dataclass(frozen=True, slots=True)
class Tally:
    """Findings counted by severity."""

    stop: int = 0
    warn: int = 0
    note: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.stop + other.stop, self.warn + other.warn, self.note + other.note)

    @property
    def total(self) -> int:
        """Findings of any severity."""
        return self.stop + self.warn + self.note


@dataclass(frozen=True, slots=True)
class RuleDay:
    """One rule's findings of the day; `rows` holds the first ones only."""

    rule: RuleText
    findings: int
    projects: int
    first_seen: date | None
    last_seen: date | None
    rows: Sequence[FindingRow]


@dataclass(frozen=True, slots=True)
class OwnerDay:
    """What one owner has to put right: findings, and by which rules."""

    owner: str
    tally: Tally
    projects: int
    rules: Sequence[tuple[RuleText, int]]


@dataclass(frozen=True, slots=True)
class ProjectDay:
    """One project's day; `punches` and `findings` hold the first rows where the page goes into the project."""

    code: str
    name: str
    area_code: str
    under_construction: bool
    arrivals: Mapping[str, Arrival]
    received_late: int
    withdrawn: int
    tally: Tally
    punches: Sequence[PunchRow]
    findings: Sequence[FindingRow]

    @property
    def due(self) -> int:
        """Punches read for the day."""
        return max((arrival.due for arrival in self.arrivals.values()), default=0)

    @property
    def behind(self) -> int:
        """Punches not acknowledged, over both platforms."""
        return sum(arrival.behind for arrival in self.arrivals.values())


@dataclass(frozen=True, slots=True)
class DistrictDay:
    """One district's day; an empty code gathers what no district is known for."""

    code: str
    projects: Sequence[ProjectDay]
    arrivals: Mapping[str, Arrival]
    tally: Tally

    @property
    def under_construction(self) -> int:
        """Projects under construction."""
        return sum(project.under_construction for project in self.projects)

    @property
    def without_punches(self) -> int:
        """Projects under construction without a single punch."""
        return sum(project.under_construction and not project.due for project in self.projects)


def by_urgency(projects: Iterable[ProjectDay]) -> list[ProjectDay]:
    """Projects, those with most to do first."""
    return sorted(projects, key=lambda one: (-one.tally.stop, -one.behind, -one.tally.total, one.area_code, one.code))


@dataclass(frozen=True, slots=True)
class Caps:
    """How many rows the page shows before it points to the workbook, which has them all."""

    rows: int = 50
    rows_of_project: int = 20
    lamps: int = 500
    projects: int = 100
    unarrived_in_workbook: int = 500_000


@dataclass(frozen=True, slots=True)
class QualityReport:
    """One work date of the city, or of a part of it.

    Attributes:
        rules: those with findings; `silent_rules` is the rest of the catalogue.
        muted: findings of the date that are in no figure.
        changes: against the date checked before, `previous_date`; `gone` holds the first rows of what it had.
        trends: the last days up to this one.
        broken: rules that the last check could not carry out.
        files: further files beside the page, by name.
        docs_page: where the page finds what Great Expectations says of the data read, if it was kept.
    """

    city_code: str
    work_date: date
    generated_at: datetime
    day_is_over: bool
    arrivals: Mapping[str, Arrival]
    districts: Sequence[DistrictDay]
    causes: Sequence[CauseDay]
    rules: Sequence[RuleDay]
    silent_rules: Sequence[RuleText]
    owners: Sequence[OwnerDay]
    tally: Tally
    reconciliation: Sequence[ReconciliationRow]
    steps: Sequence[StepRun]
    titles: Mapping[str, RuleText]
    caps: "Caps"
    muted: int = 0
    scope: Scope = field(default_factory=Scope)
    previous_date: date | None = None
    changes: Sequence["Change"] = ()
    gone: Sequence[FindingRow] = ()
    trends: "Trends | None" = None
    broken: Sequence[BrokenRule] = ()
    files: Sequence[str] = ()
    docs_page: str | None = None

    @property
    def projects(self) -> list[ProjectDay]:
        """All projects, those with most to do first."""
        return by_urgency(project for district in self.districts for project in district.projects)

    @property
    def lamps(self) -> list[FindingRow]:
        """What would light a lamp on the integrity platform, by district and project (the notice's four triggers)."""
        rows = [row for rule in self.rules if is_lamp(rule.rule.id) for row in rule.rows]
        return sorted(rows, key=lambda row: (row.area_code, row.project_code, row.rule_id, row.key))

    @property
    def lamp_count(self) -> int:
        """All findings of the lamp rules, shown or not."""
        return sum(rule.findings for rule in self.rules if is_lamp(rule.rule.id))

    @property
    def differences(self) -> list[ReconciliationRow]:
        """Reconciled projects whose counts differ."""
        return [row for row in self.reconciliation if row.differs]

    @property
    def checked_at(self) -> datetime | None:
        """When the rules last ran through for this day; None if they never did."""
        ended = [run.ended_at for run in self.steps if run.step == "check_consistency" and run.state == "done"]
        return ended[0] if ended else None


def is_lamp(rule_id: str) -> bool:
    """Whether a rule is one of those the integrity platform lights a lamp for."""
    return rule_id.startswith("LMP-")
