"""The commands about backfills; each imports what it needs when it runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from realname_sync.command_parts import Target, opened_city, read_date, say

if TYPE_CHECKING:
    from realname_sync.pipelines.backfill.progress import Progress
    from realname_sync.pipelines.backfill.record import Backfill
    from realname_sync.pipelines.city import City

backfill = typer.Typer(invoke_without_command=True)

_LOOK_EVERY = 3.0  # seconds between two looks at how far Airflow has come
_NOTHING_MOVED = 1800.0  # seconds after which nobody is kept waiting any longer


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(backfill, name="backfill")


class StepName(StrEnum):
    """A step of a day."""

    extract = "extract"
    check = "check"
    push = "push"
    reconcile = "reconcile"
    report = "report"


Number = Annotated[int, typer.Argument(metavar="ID", help="The number of the backfill.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Leave it to Airflow, and do not show how far it comes.")]


@backfill.callback()
def backfill_days(
    context: typer.Context,
    first: Annotated[
        date | None, typer.Option("--from", parser=read_date, metavar="DATE", help="The first work date.")
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", parser=read_date, metavar="DATE", help="The last work date.")
    ] = None,
    project: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Send rows of this project only; may be given several times."),
    ] = None,
    area: Annotated[
        str | None, typer.Option(metavar="CODE", help="Send rows of this district's projects only, such as 330106.")
    ] = None,
    target: Annotated[list[Target] | None, typer.Option(help="Only this platform.")] = None,
    only: Annotated[list[StepName] | None, typer.Option(help="Only this step; may be given several times.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept. No names of persons.")] = "",
    by: Annotated[str | None, typer.Option(help="Who asks; the login name if not given.")] = None,
    newest_first: Annotated[bool, typer.Option("--newest-first", help="Begin with the last day.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="More than 92 days are meant.")] = False,
    without_airflow: Annotated[
        bool, typer.Option("--without-airflow", help="Do it here, day by day, instead of having Airflow do it.")
    ] = False,
    no_wait: NoWait = False,
) -> None:
    """Make up a range of days: tell what there is to do, then do it.

    Days are whole days in Asia/Shanghai. What a platform has acknowledged is never sent again. --project and --area
    restrict what is sent; reading, checking and comparing are of whole days, because rules need the whole day.

    Exit code 1 if something of it is missing at the end, 2 if it is refused before anything is done.
    """
    if context.invoked_subcommand is not None:
        return
    if first is None or last is None:
        raise typer.BadParameter("give --from DATE and --to DATE, or one of: list, show, resume, stop")
    from realname_sync.backfill_tables import show_plan
    from realname_sync.pipelines.backfill.plan import make_plan
    from realname_sync.pipelines.backfill.progress import close_complete
    from realname_sync.pipelines.backfill.record import add_backfill
    from realname_sync.pipelines.backfill.request import make_request

    with _refusing(), opened_city() as city:
        request = make_request(
            city,
            first,
            last,
            targets=[one.value for one in target or ()],
            steps=[one.value for one in only or ()],
            projects=project or (),
            area_code=area,
            newest_first=newest_first,
            is_long_meant=yes,
        )
        plan = make_plan(city, request)
        show_plan(request, plan, _title_of)
        if dry_run:
            say("nothing was done: leave out --dry-run to do it")
            return
        close_complete(city)
        added = add_backfill(
            city, request, by_airflow=not without_airflow, reason=reason, by=by or _login(), said=plan.record
        )
        say(f"backfill {added.number}; if it is interrupted: realname backfill resume {added.number}")
        _carry_on(city, added, wait=not no_wait)


@backfill.command("list")
def backfill_list() -> None:
    """List all backfills, the newest first."""
    from realname_sync.backfill_tables import show_backfills
    from realname_sync.pipelines.backfill.progress import close_complete, progress_of
    from realname_sync.pipelines.backfill.record import list_backfills

    with opened_city() as city:
        close_complete(city)
        show_backfills([(one, progress_of(city, one)) for one in list_backfills(city)])


@backfill.command("show")
def backfill_show(number: Number) -> None:
    """Show one: what was asked, what was said, how far it has come."""
    from realname_sync.backfill_tables import show_backfill
    from realname_sync.pipelines.backfill.progress import close_complete, progress_of
    from realname_sync.pipelines.backfill.record import get_backfill

    with _refusing(), opened_city() as city:
        close_complete(city)
        found = get_backfill(city, number)
        show_backfill(found, progress_of(city, found))


@backfill.command("resume")
def backfill_resume(number: Number, no_wait: NoWait = False) -> None:
    """Carry on one that was interrupted or of which something failed.

    Exit code 1 if something of it is missing at the end.
    """
    from realname_sync.errors import RefusedError
    from realname_sync.pipelines.backfill.record import get_backfill

    with _refusing(), opened_city() as city:
        found = get_backfill(city, number)
        if found.state != "open":
            raise RefusedError(f"backfill {number} is {found.state}; nothing of it is left to carry on")
        _carry_on(city, found, wait=not no_wait)


@backfill.command("stop")
def backfill_stop(number: Number) -> None:
    """Give one up; what it did stands. What Airflow has begun is ended in Airflow's page, under Backfills."""
    from realname_sync.errors import RefusedError
    from realname_sync.pipelines.backfill.progress import result_of
    from realname_sync.pipelines.backfill.record import close_backfill, get_backfill, held

    with _refusing(), opened_city() as city:
        found = get_backfill(city, number)
        if found.state != "open":
            raise RefusedError(f"backfill {number} is {found.state} already")
        with held(city, number):
            close_backfill(city, number, "stopped", result_of(city, found))
    say(f"backfill {number} is given up; what it did stands")


def _carry_on(city: "City", found: "Backfill", *, wait: bool) -> None:
    """Carry a backfill on, and end with exit code 1 if something of it is missing."""
    from realname_sync.backfill_tables import show_backfill
    from realname_sync.pipelines.backfill.local import carry_on
    from realname_sync.pipelines.backfill.record import get_backfill, held

    with held(city, found.number):
        if found.by_airflow:
            _ask_airflow(city, found)
            if not wait:
                return
            progress = _watch(city, found)
        else:
            progress = carry_on(city, found, say)
    show_backfill(get_backfill(city, found.number), progress)
    if progress.missing:
        left = len(progress.missing)
        typer.echo(
            f"realname: {left} steps are not done, the first is {progress.missing[0]}; see why above or with `realname "
            f"status DATE`, then run `realname backfill resume {found.number}`",
            err=True,
        )
        raise typer.Exit(1)


def _ask_airflow(city: "City", found: "Backfill") -> None:
    """Have Airflow make what is missing, DAG by DAG."""
    import shlex
    import subprocess

    from realname_sync.orchestration.backfill import to_ask
    from realname_sync.pipelines.backfill.progress import progress_of
    from realname_sync.pipelines.backfill.record import note_dag

    for asked in to_ask(found, progress_of(city, found)):
        say(shlex.join(("airflow", *asked.command[3:])))
        if subprocess.run(asked.command, check=False).returncode:  # noqa: S603 - arguments of our own
            if asked.dag_id in found.created_dags:
                continue  # Airflow is still at it, and says so
            say(f"Airflow refused; mend it, then run `realname backfill resume {found.number}`")
            raise typer.Exit(1)
        note_dag(city, found.number, asked.dag_id)


def _watch(city: "City", found: "Backfill") -> "Progress":
    """Show how far Airflow comes, until all is done or nothing has moved for long."""
    import time

    from realname_sync.pipelines.backfill.progress import close_if_complete, progress_of

    say("Airflow does it; Ctrl-C only ends this display")
    shown, moved_at = progress_of(city, found), time.monotonic()
    while not shown.is_complete and time.monotonic() - moved_at < _NOTHING_MOVED:
        time.sleep(_LOOK_EVERY)
        now = progress_of(city, found)
        for line in _news(shown, now):
            say(line)
        if (now.done, now.running, now.failed) != (shown.done, shown.running, shown.failed):
            shown, moved_at = now, time.monotonic()
    return close_if_complete(city, found)


def _news(before: "Progress", now: "Progress") -> Sequence[str]:
    done = [task for task in now.tasks if task in now.done - before.done]
    failed = [task for task in now.tasks if task in now.failed - before.failed]
    counted = f"[{len(now.done)}/{len(now.tasks)}]"
    return [
        *(f"{counted} {task}" for task in done),
        *(f"{task} failed; Airflow tries again if that can help" for task in failed),
    ]


def _title_of(rule_id: str) -> str:
    from realname_sync.backfill_tables import why_held
    from realname_sync.quality.catalogue import load_catalogue

    rule = load_catalogue().latest().get(rule_id)
    return why_held(rule_id) or (rule.title_en if rule else "see `realname explain`")


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"


@contextmanager
def _refusing() -> Iterator[None]:
    """What is refused before anything was done is one sentence and exit code 2."""
    from realname_sync.errors import RefusedError

    try:
        yield
    except RefusedError as refusal:
        typer.echo(f"realname: {refusal}", err=True)
        raise typer.Exit(2) from None
