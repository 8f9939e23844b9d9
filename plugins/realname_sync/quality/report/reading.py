"""Reads one work date out of the warehouse into the report's document, all in one snapshot of the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row

from realname_sync.quality.report.changes import Change, read_changes
from realname_sync.quality.report.model import (
    BEHIND,
    SEVERITIES,
    TARGETS,
    Arrival,
    Caps,
    CauseDay,
    DistrictDay,
    OwnerDay,
    ProjectDay,
    QualityReport,
    RuleDay,
    RuleText,
    Tally,
    by_urgency,
    is_lamp,
)
from realname_sync.quality.report.privacy import Privacy
from realname_sync.quality.report.rows import BrokenRule, FindingRow, PunchRow, ReconciliationRow, StepRun
from realname_sync.quality.report.scope import Scope, scoped_to
from realname_sync.quality.report.trends import Trends, read_trends
from realname_sync.warehouse import statements
from realname_sync.workdate import day_bounds

_BLOCK = 5_000
_Added = TypeVar("_Added", Arrival, Tally)


@dataclass(frozen=True)
class UnlistedRule:
    """A rule that findings name but the catalogue does not have; the findings themselves tell what is known of it."""

    id: str
    severity: str
    owner: str
    remedy: str
    title_zh: str = ""
    title_en: str = ""
    basis: str = ""


class DayReader:
    """One work date in one transaction; the two collecting statements run when it is made.

    The transaction should be REPEATABLE READ, so that figures and rows are of the same instant.
    """

    def __init__(
        self, connection: Connection, work_date: date, caps: Caps | None = None, scope: Scope | None = None
    ) -> None:
        self._connection = connection
        self._work_date = work_date
        self._caps = caps or Caps()
        self._scope = scope or Scope()
        self._scoped = scoped_to(connection, self._scope)
        self._previous = statements.scalar(
            connection, "quality/newest_checked_date", last_date=work_date - timedelta(days=1)
        )
        codes_only = {"project_codes": self._scoped.parameters["project_codes"]}
        statements.run(connection, "marts/collect_unarrived", work_date=work_date, **codes_only)
        statements.run(
            connection,
            "marts/collect_findings",
            work_date=work_date,
            previous_date=self._previous,
            **self._scoped.parameters,
        )
        _, self._day_end = day_bounds(work_date)
        self._arrivals = statements.rows(
            connection, "marts/completeness", work_date=work_date, day_end=self._day_end, **codes_only
        )
        self._findings = statements.rows(connection, "marts/count_findings")
        names = statements.rows(connection, "marts/list_names_in_refusals")
        codes = {row.project_code for row in (*self._arrivals, *self._findings) if row.project_code}
        self._privacy = Privacy(frozenset(codes), frozenset(row.name for row in names))

    def report(
        self,
        *,
        city_code: str,
        generated_at: datetime,
        in_force: Mapping[str, RuleText],
        known: Mapping[str, RuleText] | None = None,
    ) -> QualityReport:
        """The whole document, with as many rows as the page shows.

        Args:
            city_code: division code of the city.
            generated_at: the instant of the report, which decides whether the day is over.
            in_force: the rules of that day, by id; those without findings are named, too.
            known: rules that held at another time, to call findings of theirs by their titles.
        """
        counted = self._projects()
        detailed = [one.code for one in by_urgency(counted)[: self._caps.projects]]
        findings, punches = list(self._finding_rows(detailed)), list(self._punch_rows(detailed))
        projects = self._with_rows(counted, set(detailed), findings, punches)
        titles = {**{row.rule_id: _unlisted(row) for row in self._findings}, **(known or {}), **in_force}
        rule_days = self._rules(titles, findings)
        arrivals = {target: _sum(Arrival(), (one.arrivals[target] for one in projects)) for target in TARGETS}
        return QualityReport(
            city_code=city_code,
            work_date=self._work_date,
            generated_at=generated_at,
            day_is_over=generated_at >= self._day_end,
            arrivals=arrivals,
            districts=_districts(projects),
            causes=self._causes(punches),
            rules=rule_days,
            silent_rules=[rule for rule in in_force.values() if rule.id not in {one.rule.id for one in rule_days}],
            owners=self._owners(titles),
            tally=_tally(self._findings),
            reconciliation=self._reconciliation(),
            steps=self._steps(generated_at),
            titles=titles,
            caps=self._caps,
            muted=sum(row.muted for row in self._of_date("marts/count_by_rule")),
            scope=self._scope,
            previous_date=self._previous,
            changes=self._changes(),
            gone=self._gone(),
            trends=self._trends(arrivals),
            broken=self._broken(),
        )

    def all_findings(self) -> Iterator[FindingRow]:
        """Every finding, streamed."""
        return (finding for _, _, finding in self._finding_rows(None))

    def all_unarrived(self) -> Iterator[PunchRow]:
        """Every punch that has not arrived, streamed."""
        return (punch for _, _, punch in self._punch_rows(None))

    def _finding_rows(self, detailed: Sequence[str] | None) -> Iterator[tuple[int, int, FindingRow]]:
        """Each row with its rank in the rule and in the project; as many as the page shows, or all without `detailed`.

        `detailed` are the projects that the page shows by themselves: rows of others count only for their rule.
        """
        for row in self._stream("marts/list_findings", **self._capped(detailed)):
            yield row.rank_in_rule, row.rank_in_project, self._finding(row)

    def _punch_rows(self, detailed: Sequence[str] | None) -> Iterator[tuple[int, int, PunchRow]]:
        """Each row with its rank in the cause and in the project; as many as those of findings."""
        for row in self._stream("marts/list_unarrived", work_date=self._work_date, **self._capped(detailed)):
            yield row.rank_in_cause, row.rank_in_project, self._punch(row)

    def _capped(self, detailed: Sequence[str] | None) -> dict[str, Any]:
        if detailed is None:
            return {"cap": None, "cap_of_project": None, "detailed": None}
        return {"cap": self._caps.rows, "cap_of_project": self._caps.rows_of_project, "detailed": list(detailed)}

    def _stream(self, name: str, **parameters: Any) -> Iterator[Row[Any]]:
        streaming = {"stream_results": True, "yield_per": _BLOCK}
        with self._connection.execute(statements.statement(name), parameters, execution_options=streaming) as result:
            yield from result

    def _of_date(self, name: str) -> Sequence[Row[Any]]:
        return statements.rows(self._connection, name, work_date=self._work_date)

    def _finding(self, row: Row[Any]) -> FindingRow:
        return FindingRow(
            rule_id=row.rule_id,
            severity=row.severity,
            object=row.object,
            key=self._privacy.key(row.object_key),
            field=row.field,
            expected=self._privacy.value(row.object, row.field, row.expected),
            actual=self._privacy.value(row.object, row.field, row.actual),
            owner=row.owner,
            remedy=row.remedy,
            project_code=row.project_code or "",
            project_name=row.project_name or "",
            area_code=row.area_code or "",
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            days_seen=row.days_seen,
            finding_id=row.finding_id,
            is_new=row.is_new,
        )

    def _punch(self, row: Row[Any]) -> PunchRow:
        return PunchRow(
            target=row.target,
            state=row.state,
            cause=self._cause(row),
            reason=self._privacy.text(row.reason),
            project_code=row.project_code,
            project_name=row.project_name or "",
            area_code=row.area_code or "",
            punch_id=self._privacy.key(row.punch_id),
            person_id=self._privacy.key(row.person_id),
            device_sn=self._privacy.key(row.device_sn),
            punched_at=row.punched_at,
            received_at=row.received_at,
            direction=row.direction or "",
            batch_id=row.batch_id,
        )

    def _cause(self, row: Row[Any]) -> str:
        if row.state in {"in_batch", "waiting"}:
            return str(row.state)
        return self._privacy.text(row.cause) or "unsaid"

    def _projects(self) -> list[ProjectDay]:
        """Every project with its counts, without a row."""
        arrivals: dict[str, dict[str, Row[Any]]] = defaultdict(dict)
        for row in self._arrivals:
            arrivals[row.project_code][row.target] = row
        counted = _grouped(self._findings, "project_code")
        days = []
        for code in {**arrivals, **counted}:
            of_target = arrivals.get(code or "", {})
            known = next(iter(of_target.values()), None) or counted[code][0]
            days.append(
                ProjectDay(
                    code=code or "",
                    name=known.project_name or "",
                    area_code=known.area_code or "",
                    under_construction=getattr(known, "is_under_construction", False),
                    arrivals={target: _arrival(of_target.get(target)) for target in TARGETS},
                    received_late=getattr(known, "received_late", 0),
                    withdrawn=getattr(known, "withdrawn", 0),
                    tally=_tally(counted.get(code, ())),
                    punches=[],
                    findings=[],
                )
            )
        return days

    def _with_rows(
        self,
        projects: Sequence[ProjectDay],
        detailed: Set[str],
        findings: Sequence[tuple[int, int, FindingRow]],
        punches: Sequence[tuple[int, int, PunchRow]],
    ) -> list[ProjectDay]:
        cap = self._caps.rows_of_project
        of_findings = _grouped((one for _, rank, one in findings if rank <= cap), "project_code")
        of_punches = _grouped((one for _, rank, one in punches if rank <= cap), "project_code")
        return [
            replace(one, punches=of_punches.get(one.code, []), findings=of_findings.get(one.code, []))
            if one.code in detailed
            else one
            for one in projects
        ]

    def _causes(self, punches: Sequence[tuple[int, int, PunchRow]]) -> list[CauseDay]:
        counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(TARGETS, 0))
        for row in statements.rows(self._connection, "marts/count_causes"):
            counts[row.state, self._cause(row)][row.target] += row.punches
        shown = defaultdict(list)
        for rank, _, punch in punches:
            if rank <= self._caps.rows:
                shown[punch.state, punch.cause].append(punch)
        days = [CauseDay(state, cause, per, shown[state, cause]) for (state, cause), per in counts.items()]
        order = {state: place for place, state in enumerate(reversed(BEHIND))}
        return sorted(days, key=lambda day: (order[day.state], -day.total, day.cause))

    def _rules(self, titles: Mapping[str, RuleText], findings: Sequence[tuple[int, int, FindingRow]]) -> list[RuleDay]:
        shown = defaultdict(list)
        for rank, _, finding in findings:
            if rank <= self._caps.rows or is_lamp(finding.rule_id):
                shown[finding.rule_id].append(finding)
        days = [
            RuleDay(
                rule=titles[rule_id],
                findings=sum(row.findings for row in rows),
                projects=len({row.project_code for row in rows if row.project_code}),
                first_seen=min(row.first_seen for row in rows),
                last_seen=max(row.last_seen for row in rows),
                rows=shown[rule_id],
            )
            for rule_id, rows in _grouped(self._findings, "rule_id").items()
        ]
        return sorted(days, key=lambda day: (SEVERITIES.index(day.rule.severity), -day.findings, day.rule.id))

    def _owners(self, titles: Mapping[str, RuleText]) -> list[OwnerDay]:
        days = []
        for owner, rows in _grouped(self._findings, "owner").items():
            rules = {rule_id: sum(row.findings for row in of) for rule_id, of in _grouped(rows, "rule_id").items()}
            days.append(
                OwnerDay(
                    owner=owner,
                    tally=_tally(rows),
                    projects=len({row.project_code for row in rows if row.project_code}),
                    rules=sorted(((titles[one], count) for one, count in rules.items()), key=lambda pair: -pair[1]),
                )
            )
        return sorted(days, key=lambda day: -day.tally.total)

    def _reconciliation(self) -> list[ReconciliationRow]:
        codes = self._scoped.parameters["project_codes"]
        return [
            ReconciliationRow(
                target=row.target,
                project_code=row.project_code,
                project_name=row.project_name or "",
                area_code=row.area_code or "",
                municipal=row.municipal_rows,
                read=row.read_rows,
                acknowledged=row.acknowledged_rows,
                platform=row.platform_rows,
                checked_at=row.checked_at,
            )
            for row in statements.rows(
                self._connection, "marts/list_reconciliation", work_date=self._work_date, project_codes=codes
            )
        ]

    def _trends(self, arrivals: Mapping[str, Arrival]) -> Trends:
        """The days before as they were reported, and this one as it is."""
        before = read_trends(self._connection, self._work_date, scope=self._scoped)
        days = {
            target: {**before.arrivals[target], **({self._work_date: one} if one.due else {})}
            for target, one in arrivals.items()
        }
        return replace(before, arrivals=days)

    def _broken(self) -> list[BrokenRule]:
        rows = statements.rows(self._connection, "quality/list_broken_rules", work_date=self._work_date)
        return [BrokenRule(row.rule_id, row.error, row.broken_at) for row in rows]

    def _changes(self) -> list[Change]:
        if self._previous is None:
            return []
        return read_changes(self._connection, self._work_date, self._previous, self._scoped)

    def _gone(self) -> list[FindingRow]:
        if self._previous is None:
            return []
        rows = statements.rows(
            self._connection,
            "marts/list_gone_findings",
            work_date=self._work_date,
            previous_date=self._previous,
            cap=self._caps.rows,
            **self._scoped.parameters,
        )
        return [self._finding(row) for row in rows]

    def _steps(self, moment: datetime) -> list[StepRun]:
        rows = statements.rows(self._connection, "marts/list_step_runs", work_date=self._work_date, moment=moment)
        runs = [StepRun(row.step, row.target, row.state, row.started_at, row.ended_at) for row in rows]
        return sorted((run for run in runs if not run.step.startswith("report_")), key=lambda run: run.started_at)


def _grouped(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups


def _sum(start: _Added, parts: Iterable[_Added]) -> _Added:
    for part in parts:
        start = start + part
    return start


def _tally(rows: Iterable[Row[Any]]) -> Tally:
    counts = dict.fromkeys(SEVERITIES, 0)
    for row in rows:
        counts[row.severity] += row.findings
    return Tally(**counts)


def _arrival(row: Row[Any] | None) -> Arrival:
    if row is None:
        return Arrival()
    return Arrival(row.due, row.acknowledged, row.late, row.in_batch, row.waiting, row.held, row.refused)


def _unlisted(row: Row[Any]) -> RuleText:
    return UnlistedRule(id=row.rule_id, severity=row.severity, owner=row.owner, remedy=row.remedy)


def _districts(projects: Sequence[ProjectDay]) -> list[DistrictDay]:
    groups: dict[str, list[ProjectDay]] = defaultdict(list)
    for project in projects:
        groups[project.area_code[:6]].append(project)
    return [
        DistrictDay(
            code=code,
            projects=of,
            arrivals={target: _sum(Arrival(), (project.arrivals[target] for project in of)) for target in TARGETS},
            tally=_sum(Tally(), (project.tally for project in of)),
        )
        for code, of in sorted(groups.items(), key=lambda group: (not group[0], group[0]))
    ]
