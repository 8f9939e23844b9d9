"""The commands about findings: list them, mute them, ask for their correction, hand them to the vendor.

Each command imports what it needs when it runs, so that asking for help answers at once.
"""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from realname_sync.command_parts import NewestDate, WorkDate, opened_city, read_date, say, say_counts


class State(StrEnum):
    """How a finding stands."""

    open = "open"
    muted = "muted"
    gone = "gone"


class Format(StrEnum):
    """What kind of file is written."""

    csv = "csv"
    xlsx = "xlsx"


By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who wants it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; nothing that says who a person is.")]
OfRule = Annotated[str | None, typer.Option("--rule", metavar="RULE", help="Only findings of this rule.")]
OfProject = Annotated[str | None, typer.Option("--project", metavar="CODE", help="Only findings of this project.")]

correct = typer.Typer(help="Corrections of shared fields, by the integrity platform.", no_args_is_help=True)
export = typer.Typer(help="Findings for those who have to mend them.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (findings, mute, unmute, mutes):
        app.command()(command)
    app.add_typer(correct, name="correct")
    app.add_typer(export, name="export")


def findings(
    work_date: NewestDate = None,
    rule: OfRule = None,
    project: OfProject = None,
    owner: Annotated[str | None, typer.Option(help="Only what this one has to mend, as in 'site'.")] = None,
    state: Annotated[State | None, typer.Option(help="Only those that stand so by now.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many are listed.")] = 200,
) -> None:
    """List the findings of a date, and how they stand."""
    from realname_sync import finding_tables
    from realname_sync.pipelines.findings import list_findings

    with opened_city() as city:
        wanted, rows = list_findings(
            city, work_date, rule_id=rule, project_code=project, owner=owner, state=state and state.value, most=most + 1
        )
    finding_tables.show_findings(wanted, rows[:most], more=len(rows) > most)


def mute(
    what: Annotated[str, typer.Argument(metavar="ID", help="A finding's id, or a rule's.")],
    until: Annotated[date, typer.Option(parser=read_date, metavar="DATE", help="The last work date it holds on.")],
    reason: Reason,
    by: By,
    since: Annotated[
        date | None,
        typer.Option("--from", parser=read_date, metavar="DATE", help="The first one; where it was last found if not."),
    ] = None,
    project: OfProject = None,
) -> None:
    """Take findings out of the figures for some time."""
    from realname_sync.pipelines.findings import mute

    with opened_city() as city:
        done = mute(city, what, until=until, reason=reason, by=by, since=since, project_code=project)
    say(f"mute {done.mute_id}: {what} from {done.from_date} to {done.until_date}, {done.findings} findings now")
    if done.stops:
        say(
            f"{done.stops} of them are of severity stop: what they hold back is still held back, "
            "because muting is no way to send what the rules refuse"
        )


def unmute(
    what: Annotated[str, typer.Argument(metavar="ID", help="A mute's number, a finding's id, or a rule's.")], by: By
) -> None:
    """Bring muted findings back into the figures."""
    from realname_sync.pipelines.findings import unmute

    with opened_city() as city:
        say(f"{unmute(city, what, by=by)} mutes ended")


def mutes(every_one: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False) -> None:
    """List what is muted, why, by whom and until when."""
    from realname_sync import finding_tables
    from realname_sync.pipelines.findings import mutes

    with opened_city() as city:
        finding_tables.show_mutes(mutes(city, every_one=every_one))


@correct.command("propose")
def correct_propose(work_date: NewestDate = None, rule: OfRule = None) -> None:
    """List the mismatches that could be corrected there."""
    from realname_sync import finding_tables
    from realname_sync.pipelines.corrections import propose

    with opened_city() as city:
        finding_tables.show_candidates(propose(city, work_date, rule_id=rule))


@correct.command("request")
def correct_request(
    finding: Annotated[
        list[str] | None, typer.Argument(metavar="[FINDING-ID]...", help="Findings, by their ids.")
    ] = None,
    every_one: Annotated[
        bool, typer.Option("--all", help="All findings of --rule that were not asked for yet.")
    ] = False,
    rule: OfRule = None,
    settled: Annotated[
        bool, typer.Option("--settled", help="All that expectations/findings.yaml settles beforehand.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why the integrity platform is the one that is wrong.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be asked.")] = False,
) -> None:
    """Ask the integrity platform to correct a field."""
    from realname_sync import finding_tables
    from realname_sync.pipelines.corrections import request

    if every_one != bool(rule):
        raise typer.BadParameter("--all needs --rule, and --rule needs --all")
    with opened_city() as city:
        done = request(
            city,
            finding or (),
            every_one_of=rule,
            settled=settled,
            reason=reason,
            by=by,
            dry_run=dry_run,
            progress=say,
        )
    finding_tables.show_requested(done, dry_run=dry_run)


@correct.command("follow")
def correct_follow(
    every_ticket: Annotated[bool, typer.Option("--all", help="Ask for every ticket by its number.")] = False,
) -> None:
    """Follow the tickets, and close what a pull shows mended."""
    from realname_sync.pipelines.correction_following import follow_corrections

    with opened_city() as city:
        say_counts(follow_corrections(city, every_ticket=every_ticket, progress=say))


@correct.command("list")
def correct_list(
    every_one: Annotated[bool, typer.Option("--all", help="Also those that are closed or rejected.")] = False,
) -> None:
    """List the corrections, and how they stand."""
    from realname_sync import finding_tables
    from realname_sync.pipelines.correction_errand import list_corrections
    from realname_sync.quality.corrections import UNDER_WAY

    with opened_city() as city:
        finding_tables.show_corrections(list_corrections(city, None if every_one else (*UNDER_WAY, "reopened")))


@correct.command("settle")
def correct_settle(
    correction: Annotated[int, typer.Argument(help="The number of a correction whose answer was lost.")],
    by: By,
    ticket: Annotated[str | None, typer.Option(help="The ticket that came of it; none if it was not taken.")] = None,
) -> None:
    """Say what became of a request in doubt."""
    from realname_sync.pipelines.correction_following import settle_in_doubt

    with opened_city() as city:
        say(f"correction {correction}: {settle_in_doubt(city, correction, ticket_no=ticket, by=by)}")


@export.command("municipal")
def export_municipal(
    work_date: WorkDate,
    format_: Annotated[Format, typer.Option("--format", help="Of the file.")] = Format.csv,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to; the reports' folder if not given.")
    ] = None,
) -> None:
    """Write what the municipal platform has to mend."""
    from realname_sync.pipelines.export import export_municipal

    with opened_city() as city:
        path, rows = export_municipal(city, work_date, format_.value, out)
    say(f"{rows} findings in {path}")
