"""What a backfill would do, told before anything is done: rows due, there already, held and to send, calls, minutes.

Planning is carried out in a transaction that is rolled back, so that the figures follow from the very statements that
plan a delivery. What cannot be known yet is counted as if all went well, so that it is never more than what is said.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.desk import CallBook
from realname_sync.delivery.planning import stage_candidates
from realname_sync.pipelines.backfill.request import Request
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import open_projects, open_target
from realname_sync.platforms.municipal import attendance_counts
from realname_sync.standards import Profile
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.protection import normalise
from realname_sync.workdate import day_bounds

METHOD = "WorkerAttendance.Add"
NOT_TOLD_YET = frozenset({"WORKER_NOT_REGISTERED", "ENTRY_NOT_SENT", "TEAM_NOT_REGISTERED", "DEVICE_NOT_REGISTERED"})
"""What keeps a row back only until the delivery has told the platform of its worker, team or device."""

_STRETCH = timedelta(minutes=10)
_LOOK_BACK = timedelta(days=7)  # an older rate says nothing of the platform of today
_FEW_CALLS = 10  # fewer say nothing of a rate
_UNDER_WAY = frozenset({"sending", "sent", "unknown"})


@dataclass(frozen=True)
class DayPlan:
    """What would be done of one day for one platform, counted in punches of the chosen projects.

    Attributes:
        due: punches of the day, as far as they are known: read, or seen at the municipal platform.
        acknowledged: there already; never sent again.
        refused: refused with these very values; not sent again either.
        held: kept back, by the rule or the reason.
        under_way: sent already without an outcome; asked after first.
        to_send: what would be sent.
        calls: the calls that carry them.
        not_told: of `to_send` those whose worker, team or device the platform has to be told of first.
        unseen: of `to_send` those that were not read and checked yet, so that rules may still keep them back.
        unchecked: punches that nothing would be sent of, because they are not checked and `check` is not asked for.
    """

    work_date: date
    target: str
    due: int = 0
    acknowledged: int = 0
    refused: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    under_way: int = 0
    to_send: int = 0
    calls: int = 0
    not_told: int = 0
    unseen: int = 0
    unchecked: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether nothing stands open that could make it less than what is said."""
        return not (self.not_told or self.unseen)


@dataclass(frozen=True)
class Rate:
    """How many calls a minute a platform takes, and how that is known."""

    calls_per_minute: float
    is_seen: bool


@dataclass(frozen=True)
class Plan:
    """What would be done of all days."""

    days: Sequence[DayPlan]
    rates: Mapping[str, Rate]

    def of(self, target: str) -> list[DayPlan]:
        """The days of one platform."""
        return [day for day in self.days if day.target == target]

    def total(self, target: str) -> DayPlan:
        """The days of one platform added up; its date is the first one's."""
        days = self.of(target)
        sums = {name: sum(getattr(day, name) for day in days) for name in FIGURES}
        held = sum((Counter(day.held) for day in days), Counter[str]())
        return DayPlan(days[0].work_date, target, held=dict(held.most_common()), **sums)

    def minutes(self, target: str) -> float:
        """How long the calls to one platform take at its present rate."""
        return self.total(target).calls / self.rates[target].calls_per_minute

    @property
    def record(self) -> dict[str, Any]:
        """The totals by platform, to be kept."""
        totals = {target: self.total(target) for target in self.rates}
        return {
            target: {
                **{key: value for key, value in asdict(total).items() if key not in {"work_date", "target"}},
                "minutes": round(self.minutes(target), 1),
            }
            for target, total in totals.items()
        }


FIGURES = ("due", "acknowledged", "refused", "under_way", "to_send", "calls", "not_told", "unseen", "unchecked")


def make_plan(city: City, request: Request) -> Plan:
    """What carrying out the request would do now; nothing is written and no platform is asked.

    Raises:
        ConnectionMissingError: a platform's connection lacks its address or pair, or a database cannot be reached.
        SourceShapeError: the municipal platform no longer counts as agreed.
    """
    profiles: dict[str, Profile] = {}
    plans: list[DayPlan] = []
    sources = {day: _at_the_source(city, request, day) for day in request.days}
    for target in request.targets:
        uplink = open_target(city, target, CallBook())
        profiles[target] = uplink.profile
        try:
            for day in request.days:
                with transaction(city.engine, Role.SEND) as connection:
                    open_projects(connection, uplink, target)
                    plans.append(_plan_day(connection, request, day, uplink.profile, sources[day]))
                    connection.get_transaction().rollback()  # type: ignore[union-attr]
        finally:
            uplink.close()
    return Plan(plans, _rates(city, profiles))


def _at_the_source(city: City, request: Request, day: date) -> Mapping[str, int]:
    """How many punches of the day the municipal platform has by project; none where nothing is to be read."""
    rows: dict[str, int] = defaultdict(int)
    if "extract" in request.steps:
        for project_code, count in attendance_counts(city.municipal, day):
            rows[normalise(project_code)] += count
    return rows


def _plan_day(
    connection: Connection, request: Request, day: date, profile: Profile, source: Mapping[str, int]
) -> DayPlan:
    target, by_team = profile.name, profile.rows_of_one_call == "team"
    most = profile.batch_rows[METHOD]
    key: dict[str, Any] = {"work_date": day, "target": target, "projects": request.chosen, "shard": 1, "shards": 1}
    chosen = None if request.project_codes is None else set(request.project_codes)
    known = {
        row.project_code: row
        for row in statements.rows(connection, "delivery/read_and_checked", work_date=day)
        if chosen is None or row.project_code in chosen
    }
    counted = [
        row
        for row in statements.rows(
            connection, "delivery/completeness_by_project", work_date=day, day_end=day_bounds(day)[1]
        )
        if row.target == target and (chosen is None or row.project_code in chosen)
    ]
    unseen = _unseen(source, known, chosen)
    sent = int("push" in request.steps)
    candidates = _foresee(connection, key, by_team=by_team) if sent else []
    batches = {row.state: row for row in statements.rows(connection, "delivery/foresee_batches", **key)}
    planned = batches.get("planned")
    waiting = [row for row in candidates if row.rule_id is None or row.rule_id in NOT_TOLD_YET]
    groups: Counter[tuple[str, str]] = Counter()
    for row in waiting:
        groups[row.project_code, row.team] += row.punches
    held: Counter[str] = Counter()
    for row in candidates:
        if row not in waiting:
            held[row.rule_id] += row.punches
    is_checked_then = "check" in request.steps
    to_come = sum(unseen.values()) if sent and is_checked_then else 0
    calls = sum(-(-punches // most) for punches in groups.values())
    if to_come:
        teams = {row.project_code: row.teams for row in statements.rows(connection, "delivery/count_teams")}
        calls += sum(
            rows // most + min(rows, teams.get(code, rows) if by_team else 1) for code, rows in unseen.items() if rows
        )
    return DayPlan(
        work_date=day,
        target=target,
        due=sum(max(source.get(code, 0), getattr(known.get(code), "read_rows", 0)) for code in {*unseen, *known}),
        acknowledged=int(sum(row.acknowledged for row in counted)),
        refused=int(sum(row.refused for row in counted)),
        held=dict(held.most_common()),
        under_way=int(sum(batches[state].punches for state in _UNDER_WAY if state in batches)),
        to_send=sum(groups.values()) + (int(planned.punches) if planned and sent else 0) + to_come,
        calls=calls + (planned.batches if planned and sent else 0),
        not_told=sum(row.punches for row in waiting if row.rule_id),
        unseen=to_come,
        unchecked=0 if is_checked_then else sum(unseen.values()),
    )


def _unseen(source: Mapping[str, int], known: Mapping[str, Any], chosen: set[str] | None) -> dict[str, int]:
    """By project the rows that are to be read or were not checked since they were read."""
    codes = {*source, *known} if chosen is None else {*source, *known} & chosen
    rows = {}
    for code in codes:
        read = known[code].read_rows if code in known else 0
        checked = known[code].checked_rows if code in known else 0
        rows[code] = max(0, max(source.get(code, 0), read) - checked)
    return rows


def _foresee(connection: Connection, key: Mapping[str, Any], *, by_team: bool) -> Sequence[Any]:
    """What the next planning would find; leaves its table to the end of the transaction."""
    change_no = statements.rows(connection, "delivery/checked_read", work_date=key["work_date"])[0].checked
    if change_no is None:
        return []
    upto = statements.scalar(connection, "delivery/planned_upto", **key)
    stage_candidates(connection, by_team=False, upto=upto, change_no=change_no, **key)
    return statements.rows(connection, "delivery/foresee", by_team=by_team, **key)


def _rates(city: City, profiles: Mapping[str, Profile]) -> dict[str, Rate]:
    now = city.clock()
    with transaction(city.engine, Role.READ) as connection:
        seen = {
            row.platform: row
            for row in statements.rows(
                connection, "ops/present_rate", since=now - _LOOK_BACK, now=now, stretch=_STRETCH
            )
        }
    rates = {}
    for target, profile in profiles.items():
        row = seen.get(target)
        if row is not None and row.calls >= _FEW_CALLS:
            rates[target] = Rate(float(row.calls) * 60 / max(float(row.seconds), 1.0), is_seen=True)
        else:
            per_second = profile.calls_per_second or profile.first_calls_per_second
            rates[target] = Rate(float(per_second) * 60, is_seen=False)
    return rates
