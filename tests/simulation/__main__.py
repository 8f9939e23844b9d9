"""`make simulate`: days of delivery under faults on virtual time, each from its seed; says what came of them."""

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, track
from rich.table import Table
from sqlalchemy import Engine

from databases import create_database, database_spec
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.engine import open_engine
from realname_sync.warehouse.migrations import migrate
from simulation.city import settle_the_city
from simulation.day import play
from simulation.hunt import hunt
from simulation.interleavings import machine
from simulation.mutants import MUTANTS
from simulation.world import World

PORTION = 20
LANES = 2


@dataclass
class Played:
    """What came of some days."""

    days: int = 0
    senders: int = 0
    calls: int = 0
    expected: int = 0
    there: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)

    def saw(self, world: World) -> None:
        """Take in a day that kept its promises."""
        self.days += 1
        self.senders += world.senders
        self.calls += len(world.receiver.log)
        self.expected += world.acknowledged().total()
        self.there += world.receiver.effect().total()
        self.faults += world.faults

    def add(self, other: "Played") -> None:
        """Take in other days."""
        for name in ("days", "senders", "calls", "expected", "there"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.broken |= other.broken

    def show(self, console: Console, seconds: float) -> None:
        """Print the table, and what failed with its trace."""
        for seed, told in sorted(self.broken.items()):
            console.print(f"\nday {seed}: {told}", style="red", markup=False, highlight=False)
        table = Table("what", "how many", title="Days under faults")
        figures = {
            "days that kept every promise": self.days, "days that broke one": len(self.broken),
            "senders": self.senders, "calls the platforms received": self.calls,
            "passes acknowledged": self.expected, "passes at the platforms": self.there,
            **{f"fault: {name.replace('_', ' ')}": times for name, times in sorted(self.faults.items())},
        }  # fmt: skip
        for name, figure in figures.items():
            table.add_row(name, f"{figure:,}")
        console.print(table)
        console.print(f"{self.days + len(self.broken)} days in {seconds:.0f} s", highlight=False)


@contextmanager
def server() -> Iterator[Path]:
    """A PostgreSQL server that forgets everything in the end, with an empty city as the template `sim`."""
    with tempfile.TemporaryDirectory(prefix="rn") as folder:
        postgres = Path(folder) / "pg"
        running = embedded_server(postgres)
        try:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                running.psql(f"ALTER SYSTEM SET {setting} = off")
            running.psql("SELECT pg_reload_conf()")
            create_database(postgres, "sim")
            with opened(postgres, "sim") as engine:
                migrate(engine)
                with engine.begin() as connection:
                    settle_the_city(connection)
            yield postgres
        finally:
            running.cleanup()


@contextmanager
def opened(postgres: Path, name: str) -> Iterator[Engine]:
    """The engine of one database."""
    engine = open_engine(database_spec(postgres, name))
    try:
        yield engine
    finally:
        engine.dispose()


def play_all(postgres: Path, lane: int, seeds: Iterable[int]) -> Played:
    """Play these days in a lane's own database."""
    played = Played()
    with opened(postgres, f"sim_{lane}") as engine:
        for seed in seeds:
            try:
                played.saw(play(engine, seed))
            except Exception as error:
                played.broken[seed] = f"{type(error).__name__}: {error}"
    return played


def days(postgres: Path, first: int, count: int, console: Console) -> Played:
    """Play the days of the seeds from `first` on, in portions, two side by side."""
    total, columns = (
        Played(),
        (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}")),
    )
    for lane in range(LANES):
        create_database(postgres, f"sim_{lane}", "sim")
    with ProcessPoolExecutor(LANES) as pool, Progress(*columns, console=console) as progress:
        bar, ahead = progress.add_task("", total=count), iter(range(first, first + count, PORTION))
        running = {}

        def begin(lane: int) -> None:
            if (start := next(ahead, None)) is not None:
                seeds = range(start, min(start + PORTION, first + count))
                running[pool.submit(play_all, postgres, lane, seeds)] = lane

        for lane in range(LANES):
            begin(lane)
        while running:
            ended = next(as_completed(running))
            total.add(ended.result())
            begin(running.pop(ended))
            done = total.days + len(total.broken)
            progress.update(bar, completed=done, description=f"broken: {len(total.broken)}")
            if not console.is_terminal and done % (5 * PORTION) == 0:
                console.print(f"{done} of {count} days, broken: {len(total.broken)}", highlight=False)
    return total


def hunt_all(postgres: Path, count: int, console: Console) -> int:
    """Plant every bug and play up to so many days with each; how many were not noticed."""
    table = Table("bug", "day", "days played", "what broke", title="Bugs planted in the engine")
    missed = 0
    with opened(postgres, "sim") as engine:
        for mutant in track(MUTANTS, "hunting", console=console):
            if caught := hunt(engine, mutant, count):
                table.add_row(mutant.name, str(caught.seed), str(caught.played + 1), caught.broken[:80])
            else:
                missed += 1
                table.add_row(mutant.name, "never", str(count), "", style="red")
    console.print(table, markup=False)
    console.print(f"{len(MUTANTS) - missed} of {len(MUTANTS)} bugs were noticed", highlight=False)
    return missed


def draw_interleavings(postgres: Path, count: int) -> None:
    """Let Hypothesis draw so many; raises what breaks."""
    drawn = settings(
        max_examples=count, stateful_step_count=30, deadline=None,
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    with opened(postgres, "sim") as engine:
        run_state_machine_as_test(machine(engine), settings=drawn)


def main() -> int:
    """Play what was asked for; 1 when a promise was broken."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--days", type=int, help="how many days (1000, or 1 where a seed is given)")
    parser.add_argument("--seed", type=int, help="the first day's seed (0)")
    parser.add_argument("--interleavings", type=int, default=0, help="examples Hypothesis draws instead of days")
    parser.add_argument("--mutants", type=int, default=0, help="plant the bugs; so many days at most with each")
    wanted = parser.parse_args()
    console, began = Console(), time.monotonic()
    with server() as postgres:
        if wanted.mutants:
            return 1 if hunt_all(postgres, wanted.mutants, console) else 0
        if wanted.interleavings:
            draw_interleavings(postgres, wanted.interleavings)
            took = time.monotonic() - began
            console.print(f"{wanted.interleavings} interleavings in {took:.0f} s, none broke a promise")
            return 0
        count = wanted.days or (1000 if wanted.seed is None else 1)
        played = days(postgres, wanted.seed or 0, count, console)
    played.show(console, time.monotonic() - began)
    return 1 if played.broken else 0


if __name__ == "__main__":
    sys.exit(main())
