"""The commands that containers run; each imports what it needs when it runs."""

from datetime import date, timedelta
from typing import Annotated

import typer

from realname_sync.command_parts import read_date, say
from realname_sync.errors import SettingsError
from realname_sync.workdate import system_clock, work_date_of

deploy = typer.Typer(help="What a deployment runs by itself.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(deploy, name="deploy")


@deploy.command("prepare")
def deploy_prepare() -> None:
    """Make databases, Airflow's metadata, pools and warehouse ready.

    Before the first start and after each upgrade; may be repeated. With REALNAME_POSTGRES_ADMIN it creates the logins
    and databases that the connections name.
    """
    from realname_sync.deployment.prepare import prepare

    prepare(say)


@deploy.command("sandbox")
def deploy_sandbox(
    seed: Annotated[int, typer.Option(envvar="REALNAME_SANDBOX_SEED")] = 159,
    projects: Annotated[int, typer.Option(envvar="REALNAME_SANDBOX_PROJECTS")] = 40,
    workers: Annotated[int, typer.Option(envvar="REALNAME_SANDBOX_WORKERS")] = 3000,
    city_date: Annotated[
        date | None,
        typer.Option("--date", parser=read_date, metavar="DATE", help="The city's last day; yesterday if not given."),
    ] = None,
) -> None:
    """Run the sandbox for other machines, on a PostgreSQL of its own.

    REALNAME_SANDBOX_SERVER is that server's address. A city that is there is kept; else one is seeded.
    """
    import os

    from realname_sync.demo.sandbox_service import SERVER, run_sandbox
    from realname_sync.demo.stage import CitySize
    from realname_sync.settings import home

    server = os.environ.get(SERVER, "").strip()
    if not server:
        raise SettingsError(f"set {SERVER} to the address of a PostgreSQL that belongs to the sandbox alone")
    last_day = city_date or work_date_of(system_clock()) - timedelta(days=1)
    run_sandbox(server, home(), CitySize(last_day, seed, projects, workers), say)
