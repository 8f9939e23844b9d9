"""The command line `realname`: every step and every question, with the same connections as the DAGs.

Each command imports what it needs when it runs, so that asking for help answers at once.
"""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from realname_sync import (
    backfill_commands,
    deploy_commands,
    disclosure_commands,
    finding_commands,
    joint_commands,
    key_commands,
    retention_commands,
    sandbox_commands,
    supervision_commands,
)
from realname_sync.command_parts import Target, WorkDate, read_shard
from realname_sync.command_parts import opened_city as _city
from realname_sync.command_parts import read_date as _date
from realname_sync.command_parts import say as _say
from realname_sync.command_parts import say_counts as _counts
from realname_sync.errors import RealnameError, WorkDateError
from realname_sync.workdate import work_date_of

app = typer.Typer(
    help="Keeps a city's construction-worker real-name data in step with the province and the nation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
credentials = typer.Typer(help="Pairs of appid and secret.", no_args_is_help=True)
app.add_typer(credentials, name="credentials")


@app.callback()
def _settings(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also print what is logged.")] = False,
) -> None:
    import logging

    level = logging.INFO if verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s")
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)  # Great Expectations sets its own loggers to INFO


@app.command()
def migrate() -> None:
    """Bring the warehouse's schema up to date."""
    from realname_sync.warehouse.migrations import migrate

    with _city() as city:
        applied = migrate(city.engine)
    _say(f"{len(applied)} migrations applied" if applied else "the warehouse is up to date")


@app.command()
def pull(full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False) -> None:
    """Pull the shared master data."""
    from realname_sync.pipelines.pull import pull_master_data

    with _city() as city:
        _counts(pull_master_data(city, full=full))


@app.command()
def extract(work_date: WorkDate) -> None:
    """Extract the municipal platform and its punches."""
    from realname_sync.pipelines.extract import extract_municipal

    with _city() as city:
        _counts(extract_municipal(city, work_date))


@app.command()
def check(work_date: WorkDate) -> None:
    """Run every rule over a date."""
    from realname_sync.pipelines.check import check_consistency

    with _city() as city:
        _counts(check_consistency(city, work_date))


@app.command()
def push(
    target: Target,
    work_date: WorkDate,
    shard: Annotated[
        Any,
        typer.Option(
            parser=read_shard, metavar="K/N", help="Only part K of N of the projects; others may be sent beside it."
        ),
    ] = None,
) -> None:
    """Send attendance, and what goes before it."""
    from realname_sync.delivery.shard import WHOLE
    from realname_sync.pipelines.deliver import deliver

    with _city() as city:
        _counts(deliver(city, work_date, target.value, shard=shard or WHOLE, progress=_say))


@app.command()
def reconcile(
    work_date: WorkDate,
    target: Annotated[list[Target] | None, typer.Option(help="Only this platform.")] = None,
    every_row: Annotated[
        bool, typer.Option("--rows", help="Compare rows also where the counts agree; lists every project's day.")
    ] = False,
) -> None:
    """Compare with the platforms; send what they lost."""
    from realname_sync import tables
    from realname_sync.pipelines.deliver import TARGETS
    from realname_sync.pipelines.reconcile import reconcile_uploads

    wanted = [one.value for one in target] if target else TARGETS
    with _city() as city:
        summary = reconcile_uploads(city, work_date, targets=wanted, every_row=every_row, progress=_say)
    tables.show_reconciliation(work_date, wanted, summary)


@app.command()
def report(
    work_date: Annotated[
        date | None, typer.Argument(parser=_date, metavar="[DATE]", help="The work date, as yyyy-MM-dd.")
    ] = None,
    month: Annotated[str | None, typer.Option(metavar="yyyy-MM", help="A month instead of a date.")] = None,
    area: Annotated[str | None, typer.Option(metavar="CODE", help="Only this district, such as 330106.")] = None,
    project: Annotated[str | None, typer.Option(metavar="CODE", help="Only this project.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where to write it.")] = None,
) -> None:
    """Write the quality report of a date or a month."""
    from realname_sync.pipelines.report import report_month, report_quality
    from realname_sync.quality.report.month import parse_month
    from realname_sync.quality.report.scope import Scope

    if (work_date is None) == (month is None):
        raise typer.BadParameter("give a DATE or --month yyyy-MM, one of the two")
    try:
        first = parse_month(month) if month else None
    except WorkDateError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    scope = Scope(area, project)
    with _city() as city:
        if first is not None:
            _counts(report_month(city, first, out, scope))
        elif work_date is not None:
            _counts(report_quality(city, work_date, out, scope))


@app.command()
def day(work_date: WorkDate) -> None:
    """Do for a date what the DAGs do, without Airflow."""
    from realname_sync import tables
    from realname_sync.pipelines.day import run_day
    from realname_sync.pipelines.status import day_status

    with _city() as city:
        run_day(city, work_date, _say)
        tables.show_status(day_status(city, work_date, by_project=False))


@app.command()
def sweep(
    work_date: Annotated[
        date | None, typer.Argument(parser=_date, metavar="[DATE]", help="The work date; today if not given.")
    ] = None,
    earlier_days: Annotated[int, typer.Option(min=0, help="Days that rows arrived late for, newest first.")] = 7,
    target: Annotated[list[Target] | None, typer.Option(help="Only this platform.")] = None,
) -> None:
    """Read, check and send what is new."""
    from realname_sync import tables
    from realname_sync.pipelines.deliver import TARGETS
    from realname_sync.pipelines.status import day_forecasts
    from realname_sync.pipelines.sweep import sweep

    wanted = [one.value for one in target] if target else TARGETS
    with _city() as city:
        today = work_date or work_date_of(city.clock())
        _counts(sweep(city, today, earlier_days=earlier_days, targets=wanted, progress=_say))
        expected = day_forecasts(city, today)
        tables.show_forecasts(expected[target] for target in wanted)


@app.command()
def forecast(
    work_date: Annotated[
        date | None, typer.Argument(parser=_date, metavar="[DATE]", help="The work date; today if not given.")
    ] = None,
) -> None:
    """Tell whether a date will be complete in time."""
    from realname_sync import tables
    from realname_sync.pipelines.status import day_forecasts

    with _city() as city:
        tables.show_forecasts(day_forecasts(city, work_date or work_date_of(city.clock())).values())


@app.command()
def status(
    work_date: Annotated[
        date | None,
        typer.Argument(parser=_date, metavar="[DATE]", help="The newest date that was worked on if not given."),
    ] = None,
    projects: Annotated[bool, typer.Option("--projects", help="Also project by project.")] = False,
    target: Annotated[list[Target] | None, typer.Option(help="Only this platform.")] = None,
) -> None:
    """Show how a date stands."""
    from realname_sync import tables
    from realname_sync.pipelines.status import TARGETS, day_status, newest_work_date

    with _city() as city:
        wanted = work_date or newest_work_date(city)
        if wanted is None:
            _say("nothing has been done for any date yet: begin with `realname day DATE`")
            return
        targets = [one.value for one in target] if target else TARGETS
        tables.show_status(day_status(city, wanted, by_project=projects), targets, projects=projects)


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help="A rule, such as LMP-001, or the id of a finding or a punch.")],
    object_key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Only the findings on this object.")] = None,
    work_date: Annotated[
        date | None, typer.Option("--date", parser=_date, metavar="DATE", help="The newest date if not given.")
    ] = None,
) -> None:
    """Tell why: a rule, a finding, or the way of a punch."""
    from realname_sync import tables
    from realname_sync.pipelines.explain import explain

    with _city() as city:
        tables.show_explanation(explain(city, what, object_key, work_date))


finding_commands.add_to(app)
supervision_commands.add_to(app)
joint_commands.add_to(app)
backfill_commands.add_to(app)
key_commands.add_to(app)
disclosure_commands.add_to(app)
retention_commands.add_to(app)
deploy_commands.add_to(app)
sandbox_commands.add_to(app)


@app.command("verify-ledger")
def verify_ledger(
    work_date: Annotated[
        date | None, typer.Argument(parser=_date, metavar="[DATE]", help="The newest date if not given.")
    ] = None,
    since: Annotated[date | None, typer.Option("--from", parser=_date, metavar="DATE", help="From this date.")] = None,
    to: Annotated[date | None, typer.Option("--to", parser=_date, metavar="DATE", help="Up to this date.")] = None,
    target: Annotated[list[Target] | None, typer.Option(help="Only this platform.")] = None,
    heads: Annotated[
        bool, typer.Option("--heads", help="Print the newest signed heads, a line each, to be kept elsewhere.")
    ] = False,
    kept: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Heads that were kept elsewhere; the chains must fit them too.")
    ] = None,
    public_key: Annotated[bool, typer.Option("--public-key", help="Only print the key that checks the heads.")] = False,
) -> None:
    """Find out whether the ledger was tampered with.

    Names the first row that is not as it was written, for each date and platform. Exit code 1 then.
    """
    from realname_sync import tables
    from realname_sync.delivery.ledger_head import read_heads
    from realname_sync.pipelines.ledger import verify_ledger
    from realname_sync.pipelines.status import newest_work_date

    with _city() as city:
        if public_key:
            _say(city.vault.signer().public_key().public_bytes_raw().hex())
            return
        first = since or work_date or newest_work_date(city)
        if first is None:
            _say("nothing has been done for any date yet: begin with `realname day DATE`")
            return
        wanted = [one.value for one in target] if target else None
        elsewhere = read_heads(kept.read_text(encoding="utf-8").splitlines()) if kept else []
        verified = []
        for one in verify_ledger(city, first, to or first, wanted, elsewhere):
            verified.append(one)
            if to:
                typer.echo(f"{one.work_date} {one.target}: {one.entries} entries", err=True)
        if heads:
            for one in verified:
                if one.last_head:
                    _say(one.last_head.line())
        else:
            tables.show_verified(verified)
    for one in verified:
        if one.flaw and heads:
            typer.echo(f"{one.work_date} {one.target}: entry {one.flaw.entry_no}: {one.flaw.wrong}", err=True)
        elif one.unsigned and not one.flaw:
            typer.echo(f"{one.work_date} {one.target}: the last {one.unsigned} entries are not signed yet", err=True)
    if any(one.flaw for one in verified):
        raise typer.Exit(1)


@credentials.command("import")
def credentials_import(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns project_code, appid and secret.")],
    platform: Annotated[Target, typer.Option(help="Who issued them.")] = Target.nation,
) -> None:
    """Load pairs issued project by project."""
    from realname_sync.pipelines.credentials import import_credentials

    with _city() as city:
        _say(f"{import_credentials(city, file, platform.value)} pairs loaded")


def main() -> NoReturn:
    """Run the command line; an error is one sentence and exit code 1, wrong usage is exit code 2."""
    import logging

    try:
        app(prog_name="realname")
    except RealnameError as failure:
        typer.echo(f"realname: {failure}", err=True)
        sys.exit(1)
    except Exception as failure:
        if logging.getLogger().isEnabledFor(logging.INFO):
            raise
        # A driver's message may quote a row, so it is shown only to who asks for it.
        typer.echo(f"realname: {_unforeseen(failure)} (--verbose shows where)", err=True)
        sys.exit(1)
    sys.exit(0)


def _unforeseen(failure: Exception) -> str:
    if type(failure).__name__ == "OperationalError":
        return "the database cannot be reached or broke off; see whether the connection warehouse_db is right"
    if "UndefinedTable" in (type(failure).__name__, type(getattr(failure, "orig", None)).__name__):
        return "the warehouse lacks a table: run `realname migrate` first"
    return f"stopped by an error that nobody foresaw, {type(failure).__name__}"
