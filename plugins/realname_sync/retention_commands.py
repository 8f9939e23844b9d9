"""The command that drops what is past its time."""

from typing import Annotated

import typer

from realname_sync.command_parts import opened_city, say, say_counts


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(retention)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Drop it.")] = False,
) -> None:
    """Drop days and rows that are past their time, by expectations/retention.yaml."""
    from realname_sync.pipelines.retention import apply_retention

    if dry_run == yes:
        raise typer.BadParameter("say --dry-run or --yes")
    with opened_city() as city:
        say_counts(apply_retention(city, dry_run=dry_run, progress=say))
