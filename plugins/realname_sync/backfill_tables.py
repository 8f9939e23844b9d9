"""What the commands about backfills show."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from realname_sync.workdate import SHANGHAI

if TYPE_CHECKING:
    from realname_sync.pipelines.backfill.plan import DayPlan, Plan
    from realname_sync.pipelines.backfill.progress import Progress
    from realname_sync.pipelines.backfill.record import Backfill
    from realname_sync.pipelines.backfill.request import Request

_FIGURES = ("due", "there already", "refused before", "held", "under way", "to send", "calls")
_IN_ORDER = (
    *("due", "acknowledged", "refused", "held", "under_way", "in_batch", "waiting", "to_send", "calls", "sent"),
    "minutes",
)
_WHY_HELD: Mapping[str, str] = {
    "WITHDRAWN": "the municipal platform no longer has the row",
    "NO_CREDENTIALS": "no credentials of the project were loaded",
    "WORKER_REFUSED": "the platform refused the worker",
}


def show_plan(request: "Request", plan: "Plan", title_of: Callable[[str], str]) -> None:
    """Print what would be done: day by day, in all, how long it takes, and which rows are kept back and why."""
    console = Console(highlight=False)
    for target in request.targets:
        table = _table(f"{target}: what is to be done of {request.first} to {request.last}", "date")
        for heading in _FIGURES:
            table.add_column(heading, justify="right", no_wrap=True)
        for day in plan.of(target):
            table.add_row(str(day.work_date), *_figures(day))
        total = plan.total(target)
        table.add_section()
        table.add_row(f"{len(plan.of(target))} days", *_figures(total), style="bold")
        console.print(table)
        for line in _sentences(plan, total, title_of):
            console.print(line, soft_wrap=True)
    steps = ", ".join(request.steps)
    console.print(f"steps: {steps}; {'newest' if request.newest_first else 'oldest'} day first", soft_wrap=True)
    if request.project_codes is not None:
        projects = len(request.project_codes)
        console.print(
            f"rows of {projects} projects are sent; reading, checking and comparing are of whole days, because rules "
            "need the whole day",
            soft_wrap=True,
        )


def _figures(day: "DayPlan") -> list[str]:
    most = "" if day.is_exact else "≤ "
    held = sum(day.held.values())
    counts = (day.due, day.acknowledged, day.refused, held, day.under_way)
    return [*map(str, counts), f"{most}{day.to_send}", f"{most}{day.calls}"]


def _sentences(plan: "Plan", total: "DayPlan", title_of: Callable[[str], str]) -> list[str]:
    rate = plan.rates[total.target]
    pace = f"{rate.calls_per_minute:.0f} calls a minute"
    source = "as last seen" if rate.is_seen else "which is assumed, for it was not at work lately"
    minutes = plan.minutes(total.target)
    took = "less than a minute" if minutes < 1 else f"about {minutes:.0f} minutes"
    lines = [f"{total.target}: {total.to_send} rows in {total.calls} calls take {took} at {pace}, {source}"]
    lines += [f"  held: {rows} by {rule}: {title_of(rule)}" for rule, rows in total.held.items()]
    if total.unseen:
        lines.append(f"  {total.unseen} rows are not read and checked yet; rules may keep some of them back")
    if total.not_told:
        lines.append(
            f"  of {total.not_told} rows the worker, team or device is told first; what is refused there is held"
        )
    if total.unchecked:
        lines.append(f"  {total.unchecked} rows are not checked, so they are not sent: add --only check")
    return [escape(line) for line in lines]


def why_held(rule_id: str) -> str | None:
    """The reason of rows that no rule of the catalogue keeps back."""
    return _WHY_HELD.get(rule_id)


def show_backfills(backfills: "Sequence[tuple[Backfill, Progress]]") -> None:
    """Print a list of backfills, the newest first."""
    table = _table("backfills", "no.", "days", "platforms", "steps", "asked", "by", "state", "days done")
    table.add_column("reason")
    for one, progress in backfills:
        request = one.request
        days = f"{request.first} to {request.last}"
        parts = (", ".join(request.targets), ", ".join(request.steps), _moment(one.asked_at), escape(one.asked_by))
        done = f"{progress.days_done}/{len(request.days)}"
        table.add_row(str(one.number), days, *parts, one.standing, done, escape(one.reason))
    Console(highlight=False).print(table)


def show_backfill(one: "Backfill", progress: "Progress") -> None:
    """Print one backfill: what was asked and why, what was said, how far it has come and what came of it."""
    console, request = Console(highlight=False), one.request
    way = "by Airflow" if one.by_airflow else "without Airflow"
    asked = f"asked by {one.asked_by} at {_moment(one.asked_at)}, {way}"
    lines = [f"backfill {one.number}: {request}: {one.standing}", asked, f"reason: {one.reason or '-'}"]
    if request.project_codes is not None:
        area = f" ({request.area_code})" if request.area_code else ""
        lines.append(f"projects{area}: {', '.join(request.project_codes)}")
    lines.append(
        f"steps done: {len(progress.done)} of {len(progress.tasks)}; days: {progress.days_done} of {len(request.days)}"
    )
    for name, tasks in (("running", progress.running), ("failed", progress.failed)):
        lines += [f"{name}: {', '.join(map(str, sorted(tasks, key=str)))}"] if tasks else []
    for target in request.targets:
        lines.append(f"{target}: said: {_counts(one.said.get(target, {}))}")
        if one.result:
            lines.append(f"{target}: came of it: {_counts(one.result.get(target, {}))}")
    for line in lines:
        console.print(escape(line), soft_wrap=True)


def _counts(figures: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in figures.items() if not isinstance(value, dict)
    )


def _moment(instant: Any) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in columns:
        table.add_column(heading, no_wrap=True)
    return table
