"""`make faults`: every crash point with every state of the receiver, and random runs; prints what came of them."""

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from faults import lanes
from faults.errand import READING
from faults.lanes import ENDED
from faults.run import RECEIVER_STATES, Outcome
from faults.runs import Measure, Spec, along, at_point, random_run
from faults.scenarios import SCENARIOS, Report
from realname_sync.settings import home

LANES = 4
"""Runs side by side. A run waits for leases and results most of its time, so two cores bear more than two."""


def specs_of(points: Sequence[str], seeds: Iterable[int]) -> list[Spec]:
    """Everything to be run: each point of the punches for itself, all others in walks; random runs."""
    walks: dict[str, list[str]] = defaultdict(list)
    specs: list[Spec] = []
    for point in points:
        step, part = point.split("/")[:2]
        if part == "attendance":
            specs += [at_point(point, state) for state in RECEIVER_STATES]
        else:
            walks[step].append(point)
    for step, there in walks.items():
        for state in ("as usual",) if step in READING else RECEIVER_STATES:
            specs += along(step, there, state)
    specs.sort(key=lambda spec: -len(spec.points))
    return specs + [random_run(seed) for seed in seeds]


class Show:
    """The runs under way, and in the end the table."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.outcomes: list[Outcome] = []

    def run(self, pool: ProcessPoolExecutor, specs: Sequence[Spec], measure: Measure, title: str) -> list[Outcome]:
        """Make these runs, with a line that moves; what fails is said at once."""
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("wrong: {task.fields[wrong]}"),
        )  # fmt: skip
        done: list[Outcome] = []
        with Progress(*columns, console=self.console) as progress:
            bar = progress.add_task(title, total=len(specs), wrong=0)
            left: set[Future[Outcome]] = {pool.submit(lanes.make, spec, measure) for spec in specs}
            while left:
                ended, left = wait(left, return_when=FIRST_COMPLETED)
                for future in ended:
                    outcome = future.result()
                    done.append(outcome)
                    if outcome.wrong:
                        self.failed(outcome)
                    if not self.console.is_terminal and len(done) % 20 == 0:
                        said = f"{len(done)} of {len(specs)} runs, {sum(bool(one.wrong) for one in done)} wrong"
                        self.console.print(said, highlight=False)
                    progress.update(bar, advance=1, wrong=sum(bool(one.wrong) for one in done))
        self.outcomes += done
        return done

    def play(self, pool: ProcessPoolExecutor, names: Sequence[str]) -> list[Report]:
        """Play these scenarios one after the other: beside another one a rate would say little."""
        reports = []
        for name in names:
            report = pool.submit(lanes.scenario, name).result()
            reports.append(report)
            said = "; ".join(report.wrong) or f"back after {report.back_seconds:.1f} s"
            self.console.print(f"scenario {name}: {said}", highlight=False, markup=False)
        return reports

    def failed(self, outcome: Outcome) -> None:
        """Say what went wrong in a run and how to see it again."""
        self.console.print(f"[red]WRONG[/red] {outcome.name}  ({outcome.seconds:.1f} s)", highlight=False)
        for text in outcome.wrong:
            self.console.print(f"    {text}", highlight=False, markup=False)
        for text in outcome.story:
            self.console.print(f"      · {text}", highlight=False, markup=False)
        self.console.print(f'    again: make faults ONLY="{outcome.name}"', highlight=False, markup=False)


def main() -> int:
    """Run what was asked for; 1 if anything was lost, doubled or otherwise wrong."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="random runs")
    parser.add_argument("--seed", type=int, default=1, help="the first of their seeds")
    parser.add_argument("--only", default="", help="one run, by the name that it is told by")
    parser.add_argument("--without", nargs="*", default=[], choices=("points", "random", "scenarios"))
    chosen = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # the warm parents of the workers import from there too
    console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 140)
    show = Show(console)
    started = time.monotonic()
    specs: Sequence[Spec] = ()
    reports: list[Report] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
    with (
        ProcessPoolExecutor(LANES, multiprocessing.get_context("spawn"), initializer=lanes.open_lane) as pool,
        _nothing_more_when_ended(pool),
    ):
        if chosen.only in SCENARIOS:
            reports = show.play(pool, [chosen.only])
        else:
            measure = pool.submit(lanes.measure).result()
            if chosen.only:
                show.run(pool, [_named(chosen.only, measure.points)], measure, chosen.only)
            else:
                if "scenarios" not in chosen.without:
                    reports = show.play(pool, list(SCENARIOS))
                seeds = [] if "random" in chosen.without else range(chosen.seed, chosen.seed + chosen.runs)
                specs = specs_of([] if "points" in chosen.without else measure.points, seeds)
                show.run(pool, specs, measure, f"{len(measure.points)} points, {len(seeds)} random runs")
                if missed := _missed(specs, show.outcomes):
                    show.run(pool, missed, measure, "points not come to in a walk")
    return conclude(show, specs, reports, time.monotonic() - started)


@contextmanager
def _nothing_more_when_ended(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Let whoever ends this wait for nothing but that the lanes clear away."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for lane in multiprocessing.active_children():
            lane.terminate()
        raise


def _named(name: str, points: Sequence[str]) -> Spec:
    if name.removeprefix("seed ").isdigit():
        return random_run(int(name.removeprefix("seed ")))
    place, _, state = name.partition("@")
    state = state or "as usual"
    walks = {spec.name: spec for spec in specs_of(points, ())}
    return walks.get(f"{place}@{state}") or at_point(place, state)


def _missed(specs: Sequence[Spec], outcomes: Sequence[Outcome]) -> list[Spec]:
    """Points that a walk did not come to any more, each in a run of its own."""
    hit = {outcome.name: set(outcome.hit) for outcome in outcomes}
    return [
        at_point(point, spec.receiver)
        for spec in specs
        if len(spec.points) > 1
        for point in spec.points
        if point not in hit.get(spec.name, ())
    ]


def conclude(show: Show, specs: Sequence[Spec], reports: Sequence[Report], seconds: float) -> int:
    """Print the table, write the summary; every point of `specs` should have been hit in every state asked for."""
    outcomes = show.outcomes
    injected: Counter[str] = Counter()
    for outcome in outcomes:
        injected.update(outcome.injected)
    sums = {
        name: sum(getattr(outcome.judgement, name) for outcome in outcomes)
        for name in ("due", "there", "lost", "doubled", "held", "refused")
    }
    slowest = max(outcomes, key=lambda one: one.seconds, default=None)
    hit: dict[str, set[str]] = defaultdict(set)
    for outcome in outcomes:
        state = outcome.name.partition("@")[2]
        for point in outcome.hit:
            hit[point].add(state)
    points = {point for spec in specs for point in spec.points}
    pairs = {(point, spec.receiver) for spec in specs for point in spec.points}
    never = [f"{point}@{state}" for point, state in sorted(pairs) if state not in hit.get(point, ())]
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    kinds = Table(title="faults injected")
    kinds.add_column("kind")
    kinds.add_column("number", justify="right")
    for kind, number in sorted(injected.items()):
        kinds.add_row(kind, f"{number:,}")
    kinds.add_section()
    kinds.add_row("in all", f"{injected.total():,}")
    table = Table(title="make faults", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows = [
        ("runs", f"{len(outcomes):,}"),
        ("of them with faults drawn by a seed", f"{sum(one.name.startswith('seed ') for one in outcomes):,}"),
        ("named points", f"{len(points):,}"),
        ("points at which a process was killed", f"{len(hit):,}"),
        ("points times states of the receiver", f"{len(pairs):,}"),
        ("of them hit", f"{len(pairs) - len(never):,}"),
        ("rows due", f"{sums['due']:,}"),
        ("rows at the platforms", f"{sums['there']:,}"),
        ("rows lost", f"{sums['lost']:,}"),
        ("rows doubled", f"{sums['doubled']:,}"),
        ("rows held without reason", f"{sums['held']:,}"),
        ("rows refused in words that a fault brought", f"{sums['refused']:,}"),
        ("runs that went wrong", f"{len(wrong):,}"),
        ("slowest run", f"{slowest.seconds:.1f} s, {slowest.name}" if slowest else "-"),
        ("seconds a run", f"{sum(one.seconds for one in outcomes) / max(1, len(outcomes)):.1f}"),
        ("seconds in all", f"{seconds:.0f}"),
    ]
    for row in rows:
        table.add_row(*row)
    show.console.print(kinds)
    if reports:
        show.console.print(_scenario_table(reports))
    show.console.print(table)
    for outcome in wrong:
        show.console.print(
            f'wrong: {outcome.name}: {outcome.wrong[0].splitlines()[0]}  again: make faults ONLY="{outcome.name}"',
            markup=False,
        )
    for point in never:
        show.console.print(f"never hit: {point}", markup=False)
        for outcome in outcomes:
            if outcome.name == point:
                show.console.print(f"      · {outcome.name}: {', '.join(outcome.story)}", markup=False)
    bad_scenarios = [report for report in reports if report.wrong]
    folder = home() / "faults"
    folder.mkdir(parents=True, exist_ok=True)
    summary = {
        "runs": len(outcomes),
        "seconds": round(seconds, 1),
        "injected": dict(sorted(injected.items())),
        **sums,
        "points": len(points),
        "points_hit": {point: sorted(states) for point, states in sorted(hit.items())},
        "points_never_hit": never,
        "seconds_of_runs": {outcome.name: round(outcome.seconds, 1) for outcome in outcomes},
        "wrong": {outcome.name: outcome.wrong for outcome in wrong},
        "scenarios": [report.as_json() for report in reports],
    }
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if wrong or never or bad_scenarios else 0


def _scenario_table(reports: Sequence[Report]) -> Table:
    table = Table(title="a steady feed, before and after")
    for name in (
        "scenario",
        "rows/s before",
        "during",
        "after",
        "back after",
        "rows due",
        "there",
        "lost",
        "doubled",
        "",
    ):
        table.add_column(name, justify="left" if name in ("scenario", "") else "right")
    for report in reports:
        table.add_row(*report.cells())
    return table


if __name__ == "__main__":
    sys.exit(main())
