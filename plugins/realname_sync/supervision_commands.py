"""The commands about lamps, cases and draws; each imports what it needs when it runs."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from realname_sync.command_parts import opened_city, read_date, say_counts
from realname_sync.workdate import SHANGHAI

case = typer.Typer(help="One warning case.", no_args_is_help=True)
draw = typer.Typer(invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(lamps)
    app.command()(cases)
    app.add_typer(case, name="case")
    app.add_typer(draw, name="draw")


class CaseState(StrEnum):
    """A state that a person can take a case to."""

    notified = "notified"
    acknowledged = "acknowledged"
    rectifying = "rectifying"
    submitted = "submitted"
    escalated = "escalated"
    closed = "closed"


CaseId = Annotated[int, typer.Argument(metavar="ID", help="The number of the case.")]
DrawId = Annotated[int, typer.Argument(metavar="ID", help="The number of the draw.")]


def lamps(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATE|pull]", help="pull: read them first. A date: as they were at its end; now if not given."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="With pull: read all, not only what changed.")] = False,
) -> None:
    """Compare the lamps with what our rules found.

    `realname lamps pull` reads the lamps, asks what became of what was stated, and updates the cases.
    """
    from realname_sync import supervision_tables
    from realname_sync.pipelines.lamps import compare_lamps
    from realname_sync.pipelines.lamps_and_cases import take_up_lamps

    asked = None if what in (None, "pull") else read_date(str(what))
    with opened_city() as city:
        if what == "pull":
            say_counts(take_up_lamps(city, full=full))
            return
        supervision_tables.show_lamps(compare_lamps(city, asked))


def cases(
    project: Annotated[str | None, typer.Option(help="Only of this project.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only in this state, closed for instance; open ones if not given.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those past their last day; exit code 1 if any is.")
    ] = False,
    update: Annotated[
        date | None,
        typer.Option(parser=read_date, metavar="DATE", help="First open and update cases by this date."),
    ] = None,
) -> None:
    """List the warning cases."""
    from realname_sync import supervision_tables
    from realname_sync.pipelines.cases import list_cases, update_cases

    with opened_city() as city:
        if update is not None:
            update_cases(city, update)
        found = list_cases(city, project_code=project, state=state, overdue=overdue)
    supervision_tables.show_cases(found)
    if overdue and found:
        raise typer.Exit(1)


@case.command("show")
def case_show(case_id: CaseId) -> None:
    """Show a case, and run the checks that are to be done."""
    from realname_sync import supervision_tables
    from realname_sync.pipelines.cases import show_case

    with opened_city() as city:
        supervision_tables.show_case(show_case(city, case_id))


@case.command("move")
def case_move(
    case_id: CaseId,
    state: Annotated[CaseState, typer.Argument(help="What it becomes.")],
    by: Annotated[str, typer.Option(help="Who decides so.")],
    note: Annotated[str, typer.Option(help="Why; when it is submitted, what was done.")] = "",
    file: Annotated[list[Path] | None, typer.Option(help="With submitted: an attachment; up to five.")] = None,
    done_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d %H:%M", "%Y-%m-%d"], help="With submitted: when it was done; now if not given."
        ),
    ] = None,
    platform_has_none: Annotated[
        bool, typer.Option("--platform-has-none", help="With submitted: the earlier statement did not arrive there.")
    ] = False,
) -> None:
    """Take a case to another state."""
    from realname_sync.pipelines.cases import move_case
    from realname_sync.pipelines.rectify import submit_case

    if state is not CaseState.submitted and (file or done_at or platform_has_none):
        raise typer.BadParameter("--file, --done-at and --platform-has-none go with submitted only")
    with opened_city() as city:
        if state is CaseState.submitted:
            done = submit_case(
                city,
                case_id,
                by=by,
                note=note,
                files=file or (),
                done_at=done_at.replace(tzinfo=SHANGHAI) if done_at else None,
                platform_has_none=platform_has_none,
            )
            words = f" ({done.words})" if done.words else ""
            typer.echo(f"case {case_id}: stated to the platform: {done.state}{words}" if done.lamp_id else done.state)
            return
        move_case(city, case_id, state.value, by=by, note=note)
    typer.echo(f"case {case_id} is {state.value}")


@draw.callback()
def draw_now(
    context: typer.Context,
    projects: Annotated[int, typer.Option(help="How many projects.")] = 0,
    inspectors: Annotated[
        Path | None, typer.Option(help="CSV with number, published_as and, if wanted, related_corps, related_projects.")
    ] = None,
    per_project: Annotated[int, typer.Option(help="How many inspectors for each project.")] = 2,
    seed: Annotated[str, typer.Option(help="Agreed beforehand; the same seed and population give the same draw.")] = "",
    by: Annotated[str, typer.Option(help="Who draws.")] = "",
    drawn_for: Annotated[
        date | None,
        typer.Option("--date", parser=read_date, metavar="DATE", help="Whose projects count; today if not given."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="CODE=REASON", help="A project or an inspector to keep out, and why.")
    ] = None,
) -> None:
    """Draw projects and inspectors at random, by risk.

    It can be drawn again from what is kept.
    """
    from realname_sync import supervision_tables
    from realname_sync.pipelines.draw import draw_projects, kept_draw

    if context.invoked_subcommand is not None:
        return
    given = {"--projects": projects, "--inspectors": inspectors, "--seed": seed, "--by": by}
    if missing := [name for name, value in given.items() if not value]:
        raise typer.BadParameter(f"a draw needs {', '.join(missing)}")
    with opened_city() as city:
        number = draw_projects(
            city,
            projects=projects,
            inspectors=inspectors or Path(),
            per_project=per_project,
            seed=seed,
            by=by,
            drawn_for=drawn_for,
            exclude=exclude or (),
        )
        supervision_tables.show_draw(kept_draw(city, number))


@draw.command("show")
def draw_show(draw_id: DrawId) -> None:
    """Show a draw with what it was made from."""
    from realname_sync import supervision_tables
    from realname_sync.pipelines.draw import kept_draw

    with opened_city() as city:
        supervision_tables.show_draw(kept_draw(city, draw_id))


@draw.command("replay")
def draw_replay(draw_id: DrawId) -> None:
    """Draw again from what is kept.

    Exit code 1 where it differs.
    """
    from realname_sync.pipelines.draw import replay_draw

    with opened_city() as city:
        replay = replay_draw(city, draw_id)
    typer.echo(f"draw {draw_id}: {'the same again' if replay.same else replay.difference}")
    if not replay.same:
        raise typer.Exit(1)


@draw.command("publish")
def draw_publish(
    draw_id: DrawId, out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write, Markdown.")]
) -> None:
    """Write what may be published of a draw."""
    from realname_sync.pipelines.draw import publish_draw

    with opened_city() as city:
        typer.echo(f"{publish_draw(city, draw_id, out)} projects written to {out}")
