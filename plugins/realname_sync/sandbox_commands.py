"""A synthetic city to practise on, a day of it, Airflow over it; each command imports what it needs when it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated, Any, NoReturn

import typer

from realname_sync.command_parts import read_date, say
from realname_sync.workdate import system_clock, work_date_of

sandbox = typer.Typer(help="A synthetic city to practise on.", no_args_is_help=True)


def _yesterday() -> date:
    return work_date_of(system_clock()) - timedelta(days=1)


CityDate = Annotated[
    date | None,
    typer.Option("--date", parser=read_date, metavar="DATE", help="The city's last day; yesterday if not given."),
]
Seed = Annotated[int, typer.Option(help="The same seed and sizes give the same city.")]
Projects = Annotated[int, typer.Option(help="Projects under construction.")]
Workers = Annotated[int, typer.Option(help="Building workers.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(sandbox, name="sandbox")
    app.command()(demo)
    app.command()(up)


def demo(seed: Seed = 159, projects: Projects = 40, workers: Workers = 3000, city_date: CityDate = None) -> None:
    """Carry a synthetic day through Airflow, end to end.

    Exit code 1 if it did not end complete, which is said in a sentence.
    """
    from realname_sync.demo.day import run_demo
    from realname_sync.demo.screen import Screen
    from realname_sync.demo.stage import CitySize
    from realname_sync.settings import home

    screen = Screen()
    size = CitySize(city_date or _yesterday(), seed, projects, workers)
    with _ending_on_signals():
        failures = run_demo(home() / "demo", size, screen)
    for sentence in failures:
        screen.failed(sentence)
    screen.note(f"{'it did not go well' if failures else 'all is well'}, after {screen.seconds:.0f} seconds")
    raise typer.Exit(1 if failures else 0)


def up(
    port: Annotated[int, typer.Option(help="Of Airflow's web page.")] = 8080,
    seed: Seed = 159,
    projects: Projects = 40,
    workers: Workers = 3000,
) -> None:
    """Run Airflow and the sandbox until Ctrl-C."""
    from realname_sync.demo.screen import Screen
    from realname_sync.demo.stage import CitySize
    from realname_sync.demo.up import run_until_stopped
    from realname_sync.settings import home

    with _ending_on_signals():
        run_until_stopped(home() / "demo", CitySize(_yesterday(), seed, projects, workers), Screen(), port)


@sandbox.command("seed")
def sandbox_seed(
    seed: Seed = 159,
    projects: Projects = 40,
    workers: Workers = 3000,
    days: Annotated[int, typer.Option(help="How many days there are.")] = 1,
    city_date: CityDate = None,
) -> None:
    """Make a synthetic city: its municipal platform, and what the integrity platform shares."""
    from realname_sync.demo.stage import CitySize, Stage, running_postgres
    from realname_sync.settings import home

    size = CitySize(city_date or _yesterday(), seed, projects, workers, days)
    with running_postgres(home()) as socket_folder:
        stage = Stage.with_ports(home(), socket_folder, {})
        stage.seed(size)
    say(f"the city is there, up to {size.work_date}; what was planted in it: {stage.truth_file}")
    say(f"load the nation's pairs: realname credentials import {stage.pairs_file}")


@sandbox.command("serve")
def sandbox_serve(
    evening_of: Annotated[
        date | None,
        typer.Option(
            "--evening-of", parser=read_date, metavar="DATE", help="Judge lateness as if it were 21:00 of it."
        ),
    ] = None,
) -> None:
    """Serve the integrity platform, the province and the nation until Ctrl-C."""
    from realname_sync.demo.stage import Stage, evening_clock, running_postgres
    from realname_sync.sandbox.running import serve
    from realname_sync.settings import clock, home

    now = clock()
    with running_postgres(home()) as socket_folder:
        serve(
            Stage.with_ports(home(), socket_folder, {}).sandbox_database,
            arrival_clock=evening_clock(evening_of, now) if evening_of else now,
            wall_clock=now,
            announce=say,
        )


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that what it started is ended too."""
    import signal

    def leave(number: int, _frame: Any) -> NoReturn:
        raise SystemExit(128 + number)

    # A shell starts what it puts into the background with SIGINT ignored; here it is always heard.
    handlers = {signal.SIGTERM: leave, signal.SIGHUP: leave, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
