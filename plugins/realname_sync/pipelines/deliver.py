"""Bring a work date's punches, and what has to be known before them, to one platform."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.attendance import AttendanceDelivery
from realname_sync.delivery.chain import AFTER_ATTENDANCE, BEFORE_ATTENDANCE, Step, StepDelivery
from realname_sync.delivery.desk import CallBook, Desk, new_sender
from realname_sync.delivery.rest import look_for_rest, remember_rest
from realname_sync.delivery.shard import WHOLE, Shard
from realname_sync.delivery.shared_pace import SharedPace
from realname_sync.delivery.shared_step import for_all_projects
from realname_sync.errors import ConnectionMissingError, HeldError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.credentials import loaded_credentials
from realname_sync.pipelines.ledger import sign_head
from realname_sync.platforms.municipal import person_images
from realname_sync.platforms.open_api.envelope import Credentials
from realname_sync.platforms.opening import credentials_of, open_uplink
from realname_sync.platforms.uplink import Uplink
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.warehouse.work_days import ensure_work_date
from realname_sync.workdate import day_bounds

TARGETS = ("province", "nation")
COUNTS = ("read", "waiting", "held", "in_batch", "unknown", "acknowledged", "refused", "late")


def deliver(
    city: City,
    work_date: date,
    target: str,
    *,
    shard: Shard = WHOLE,
    projects: Sequence[str] | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> dict[str, Any]:
    """Deliver the chain and a day's punches to `province` or `nation`; repeating it sends what is missing.

    Of a `shard` only what belongs to its projects; other shards may be delivered at the same time. Where `projects` are
    given, nothing of any other project is sent: it waits for a delivery of all.

    Returns:
        Counts by step, and the five states of the day's punches at the end, those of all shards.

    Raises:
        HeldError: the date has not been checked yet.
        FatalError: the platform refuses the caller, or a connection is missing.
        RetriableError: the platform cannot be reached or does not answer; what was sent is recorded.
    """
    book = CallBook()
    with recorded_run(
        city.engine,
        Role.SEND,
        "deliver",
        city.clock,
        work_date=work_date,
        target=target,
        part=(shard.number, shard.of),
    ) as summary:
        if projects is not None:
            summary["projects"] = sorted(projects)
        uplink = open_target(city, target, book)
        desk = Desk(
            city.engine,
            city.vault,
            uplink,
            book,
            work_date,
            city.clock,
            images=partial(person_images, city.municipal),
            progress=progress,
            shard=shard,
            projects=projects,
        )
        try:
            with desk.commit("open") as connection:
                ensure_work_date(connection, work_date)
                _demand_a_check(connection, work_date)
                open_projects(connection, uplink, target)
                unseen = _broken_stop_rules(connection, work_date)
            if unseen:
                # Who is new since would be told to the platform though no such rule has looked at them.
                progress(f"{target}: nothing goes before attendance while {', '.join(unseen)} cannot be carried out")
            look = look_for_rest(desk)
            resting = None if unseen else look.states
            has_work = bool(unseen)
            if resting is None:
                found = [_deliver_step(desk, step, summary, step.kind) for step in BEFORE_ATTENDANCE if not unseen]
                summary["attendance"] = AttendanceDelivery(desk).run()
                found += [
                    _deliver_step(desk, one, summary, f"last_{one.kind}") for one in AFTER_ATTENDANCE if not unseen
                ]
                has_work = has_work or any(found) or any(summary["attendance"].values())
        finally:
            with desk.commit("close"):
                pass  # the calls made since the last commit are written whatever happened
            uplink.close()
            sign_head(city, work_date, target)
        states = completeness(city, work_date)[target] if resting is None else resting
        summary["states"] = {name: states[name] for name in COUNTS}
        if resting is None and not has_work:
            remember_rest(desk, look, summary["states"])
    return summary


def completeness(city: City, work_date: date) -> dict[str, dict[str, int]]:
    """The five states of the day's punches by platform, with `read`, the number they add up to.

    `in_batch` includes `unknown`, whose outcome is being asked for; `acknowledged` includes `late`, sent after the day.
    """
    with transaction(city.engine, Role.READ) as connection:
        counted = statements.rows(
            connection, "delivery/completeness_by_project", work_date=work_date, day_end=day_bounds(work_date)[1]
        )
    totals = {target: dict.fromkeys(COUNTS, 0) for target in TARGETS}
    for row in counted:
        for name in COUNTS:
            totals[row.target][name] += int(getattr(row, name))
    return totals


def open_target(city: City, target: str, book: CallBook) -> Uplink:
    """The uplink to a platform, with the pairs that were loaded where each project has its own.

    Raises:
        ConnectionMissingError: the connection lacks its address or pair, or no pair was loaded.
    """
    spec = city.connection(f"{target}_platform")
    pairs = loaded_credentials(city, target)
    company_pair = credentials_of(spec) if spec.login and spec.password else None

    def credentials_for(project_code: str) -> Credentials:
        pair = pairs.get(project_code) or company_pair
        if pair is None:
            raise ConnectionMissingError(
                f"{target}: no credentials of project {project_code}; load them with `realname credentials import`"
            )
        return pair

    uplink = open_uplink(
        spec,
        credentials_for=credentials_for,
        clock=city.clock,
        on_call=book.note,
        beat_for=lambda profile: SharedPace(city.engine, profile, new_sender(), city.clock),
    )
    if uplink.profile.credentials == "per_project" and not pairs and company_pair is None:
        raise ConnectionMissingError(
            f"{target}: no project's credentials are loaded; load them with `realname credentials import FILE`"
        )
    return uplink


def _demand_a_check(connection: Connection, work_date: date) -> None:
    """Nothing is sent for a date before its rules have said what has to be held back."""
    if statements.rows(connection, "delivery/checked_read", work_date=work_date)[0].checked is None:
        raise HeldError(f"{work_date} has not been checked yet, so nothing of it is sent: realname check {work_date}")


def _broken_stop_rules(connection: Connection, work_date: date) -> list[str]:
    """The rules that may keep something back and could not be carried out when the date was last checked."""
    broken = statements.rows(connection, "quality/list_broken_rules", work_date=work_date)
    return [row.rule_id for row in broken if row.severity == "stop"]


def open_projects(connection: Connection, uplink: Uplink, target: str) -> None:
    """Write down which projects the platform can be told about: those with a pair, or all where one serves all."""
    one_pair = True
    if uplink.profile.credentials == "per_project":
        try:
            uplink.credentials_for("")
        except ConnectionMissingError:
            one_pair = False
    for statement in ("close_projects", "refresh_open_projects"):
        statements.run(connection, f"delivery/{statement}", target=target, one_pair_serves_all=one_pair)


def _deliver_step(desk: Desk, step: Step, summary: dict[str, Any], name: str) -> bool:
    """Deliver one step to a platform that takes it; whether anything was found to be due."""
    if desk.target not in step.targets:
        return False
    with for_all_projects(desk) if step.belong_to_many else nullcontext(desk) as its_desk:
        delivery = StepDelivery(its_desk, step)
        summary[name] = counts = delivery.run()
    if any(counts.values()):
        desk.progress(f"{desk.target}: {name}: {counts['acknowledged']} acknowledged, {counts['refused']} refused")
    return delivery.found_any
