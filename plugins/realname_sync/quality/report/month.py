"""The monthly report as a typed document, and how it is read: days by platform, rules by day, key posts by day."""

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection

from realname_sync.errors import WorkDateError
from realname_sync.quality.report.model import SEVERITIES, TARGETS, Arrival, RuleText, Tally
from realname_sync.quality.report.privacy import Privacy
from realname_sync.quality.report.scope import Scope, ScopedTo, scoped_to
from realname_sync.quality.report.templating import self_contained
from realname_sync.quality.report.trends import Trends, read_trends
from realname_sync.warehouse import statements

_MOST_PERSONS = 2_000


class DayState(StrEnum):
    """What the warehouse says of a key person's day; a day that was never checked has no state."""

    VALID = "valid"
    SHORT = "short"
    ABSENT = "absent"
    LEAVE = "leave"
    STOP_WORK = "stop_work"
    HOLIDAY = "holiday"
    NOT_UNDER_CONSTRUCTION = "not_under_construction"
    CLOCK_OFF = "clock_off"


@dataclass(frozen=True, slots=True)
class PostMonth:
    """A person in a key post over a month; the name is masked. `percent` is None where no day was due."""

    project_code: str
    project_name: str
    area_code: str
    post_code: str
    person_id: str
    person_name: str
    due_days: int
    valid_days: int
    percent: float | None
    days: Mapping[date, DayState]


@dataclass(frozen=True, slots=True)
class RuleMonth:
    """A rule's findings by day; `rule` is None where the catalogue does not have it."""

    rule_id: str
    severity: str
    rule: RuleText | None
    days: Mapping[date, int]

    @property
    def most(self) -> int:
        """On the worst day."""
        return max(self.days.values(), default=0)

    @property
    def last(self) -> int:
        """On the newest day that has any."""
        return self.days[max(self.days)] if self.days else 0


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month of the city or of a part of it.

    Attributes:
        first: the month's first day.
        trends: completeness and findings of its days up to today.
        rules: those with findings in the month, by severity.
        calendar: key persons and their days.
    """

    first: date
    scope: Scope
    city_code: str
    generated_at: datetime
    trends: Trends
    rules: Sequence[RuleMonth]
    calendar: Sequence[PostMonth]

    @property
    def dates(self) -> Sequence[date]:
        """All days of the month, also those to come."""
        return month_days(self.first)

    @property
    def totals(self) -> Mapping[str, Arrival]:
        """Punches of all reported days, by platform."""
        return {target: sum(self.trends.arrivals[target].values(), start=Arrival()) for target in TARGETS}

    @property
    def complete_days(self) -> Mapping[str, int]:
        """On how many reported days all that was due arrived before 24:00, by platform."""
        return {
            target: sum(one.due > 0 and one.on_time == one.due for one in self.trends.arrivals[target].values())
            for target in TARGETS
        }

    @property
    def worst(self) -> Tally:
        """The most findings of each severity that a single day had."""
        tallies = self.trends.tallies.values()
        return Tally(*(max((getattr(one, name) for one in tallies), default=0) for name in SEVERITIES))


def parse_month(text: str) -> date:
    """Read `yyyy-MM` as the month's first day.

    Raises:
        WorkDateError: it is no month in that form.
    """
    try:
        if len(text) != len("yyyy-MM"):
            raise ValueError(text)
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise WorkDateError(f"{text!r} is not a month; write it as yyyy-MM, for example 2026-11") from None


def month_days(first: date) -> list[date]:
    """All days of the month."""
    return [first.replace(day=number) for number in range(1, calendar.monthrange(first.year, first.month)[1] + 1)]


def read_month(
    connection: Connection,
    first: date,
    *,
    scope: Scope,
    city_code: str,
    generated_at: datetime,
    today: date,
    titles: Mapping[str, RuleText],
) -> MonthReport:
    """The whole document; days after `today` are left empty."""
    scoped = scoped_to(connection, scope)
    last = max(first, min(month_days(first)[-1], today))
    return MonthReport(
        first=first,
        scope=scope,
        city_code=city_code,
        generated_at=generated_at,
        trends=read_trends(connection, last, first=first, scope=scoped),
        rules=_rules(connection, first, last, scoped, titles),
        calendar=_calendar(connection, first, scoped),
    )


def render_month(report: MonthReport, files: Sequence[str] = ()) -> str:
    """The page: one HTML file without any outside resource."""
    return self_contained("month.html.j2", report=report, files=files, states=list(DayState))


def _rules(
    connection: Connection, first: date, last: date, scope: ScopedTo, titles: Mapping[str, RuleText]
) -> list[RuleMonth]:
    counts: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for row in statements.rows(connection, "marts/finding_days", first_date=first, last_date=last, **scope.parameters):
        counts[row.rule_id, row.severity][row.work_date] = row.findings
    months = [RuleMonth(rule, severity, titles.get(rule), days) for (rule, severity), days in counts.items()]
    return sorted(months, key=lambda one: (SEVERITIES.index(one.severity), -one.most, one.rule_id))


def _calendar(connection: Connection, first: date, scope: ScopedTo) -> list[PostMonth]:
    rows = statements.rows(
        connection,
        "marts/list_key_post_month",
        month=first,
        most=_MOST_PERSONS,
        project_codes=scope.parameters["project_codes"],
    )
    privacy = Privacy(frozenset(row.project_code for row in rows))
    return [
        PostMonth(
            project_code=row.project_code,
            project_name=row.project_name or "",
            area_code=row.area_code or "",
            post_code=row.post_code,
            person_id=privacy.key(row.person_id),
            person_name=privacy.value("key_post", "name", row.person_name),
            due_days=row.due_days,
            valid_days=row.valid_days,
            percent=None if row.attendance_percent is None else float(row.attendance_percent),
            days={date.fromisoformat(day): DayState(state) for day, state in row.days.items()},
        )
        for row in rows
    ]
