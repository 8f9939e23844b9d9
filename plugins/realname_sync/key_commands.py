"""The commands about the key under which protected values are stored; each imports what it needs when it runs."""

from typing import Annotated

import typer

from realname_sync.command_parts import opened_city, say

keys = typer.Typer(help="The key under which protected values are stored.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(keys, name="keys")


@keys.command("new")
def keys_new() -> None:
    """Print a new data key.

    Put it as data_key into the extra of the connection warehouse_db, before anything is stored, and keep it.
    """
    import base64
    import secrets

    say(base64.b64encode(secrets.token_bytes(32)).decode())


@keys.command("show")
def keys_show(
    columns: Annotated[bool, typer.Option("--columns", help="Also column by column.")] = False,
) -> None:
    """Show the versions of the key, their age, and how many rows each protects."""
    from realname_sync.pipelines.keys import show_keys
    from realname_sync.tables import moment_text

    with opened_city() as city:
        now = city.clock()
        shown = show_keys(city)
    for key in shown:
        age = f"{(now - key.made_at).days} days old" if key.made_at else "of the connection"
        state = "" if key.made_at is None or key.version == 0 else f", complete {moment_text(key.finished_at)}"
        unfinished = ", not complete: realname keys rotate --resume" if key.made_at and not key.finished_at else state
        hashing = ", keyed hashes are made from it" if key.hashing else ""
        say(f"version {key.version}: {age}, protects {sum(key.protected.values())} rows{unfinished}{hashing}")
        if columns:
            for place, rows in key.protected.items():
                say(f"  {place}: {rows}")


@keys.command("rotate")
def keys_rotate(
    resume: Annotated[
        bool, typer.Option("--resume", help="Make no new version; only take over what is still of an earlier one.")
    ] = False,
) -> None:
    """Make a new version and store every value under it.

    May be stopped and started again; everything else may go on meanwhile. Exit code 1 if rows are left.
    """
    from realname_sync.pipelines.keys import rotate_keys

    with opened_city() as city:
        done = rotate_keys(city, resume=resume, progress=say)
    say(f"version {done.version}: {done.taken_over} values taken over, {done.left} rows left")
    if done.left:
        raise typer.Exit(1)


@keys.command("rehash")
def keys_rehash(
    yes: Annotated[bool, typer.Option("--yes", help="Nothing else is running, and a backup is there.")] = False,
) -> None:
    """Make every keyed hash anew from the newest version.

    One transaction, with everything else stopped: joins go by these hashes, so there may never be two sorts of them.
    """
    from realname_sync.pipelines.keys import rehash

    if not yes:
        raise typer.BadParameter("stop Airflow and every other command, make a backup, and say --yes")
    with opened_city() as city:
        version, rows = rehash(city)
    say(f"keyed hashes are made from version {version} now; {rows} rows written")
