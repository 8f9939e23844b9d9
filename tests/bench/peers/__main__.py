"""`make peers`: other tools at the same work, timed in turn and killed twice; a page and the figures behind it."""

import argparse
import json
import math
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import psycopg
from rich.console import Console

from bench.ground import Ground
from bench.machine import describe
from bench.peers.catalogue import WORKS
from bench.peers.environments import NoEnvironmentError, ensure_environment, environment, locked_versions
from bench.peers.killing import Killed, judged, kill_twice
from bench.peers.page import as_markdown
from bench.peers.running import Carried, Command, carry
from bench.peers.work import Peer, Work

_KILL_TRIES = 3
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname LIKE 'bench%'"""


class Yard:
    """Where the peers work: their environments, their folders, and what came of it so far."""

    def __init__(self, folder: Path, ground: Ground, console: Console) -> None:
        self.folder, self.ground, self.console = folder.absolute(), ground, console
        self._pythons: dict[str, Path | str] = {}

    def unavailable(self, peer: Peer) -> str:
        """Why the peer cannot work here; empty if it can."""
        if peer.is_ours:
            return ""
        if peer.environment not in self._pythons:
            self.console.log(f"the environment {peer.environment}")
            try:
                self._pythons[peer.environment] = ensure_environment(peer.environment, self.folder / "python")
            except NoEnvironmentError as failure:
                self._pythons[peer.environment] = str(failure)
                self.console.log(str(failure), style="red")
        found = self._pythons[peer.environment]
        return found if isinstance(found, str) else ""

    def command(self, work: Work, peer: Peer, address: str, *, goes_on: bool = False) -> Command:
        """How the peer is started; `goes_on` where it is killed and started again with the same words."""
        folder = self.folder / "runs" / work.name / peer.name
        if peer.is_ours:
            side, since = (peer.goes_on, time.monotonic()) if goes_on else (peer.runs, None)
            return Command(self.ground.words(side, receiver=address, since=since), self.ground.environment(), folder)
        given = {
            "day": self.ground.place.day, "rows": work.rows, "folder": str(folder), "receiver": address,
            "variant": peer.variant, **work.job(peer),
        }  # fmt: skip
        words = [
            str(self._pythons[peer.environment]),
            "-m",
            f"bench.peers.scripts.{peer.runs}",
            json.dumps(given, default=str),
        ]
        return Command(words, environment(self.folder), folder)

    def freshen(self, work: Work, peer: Peer) -> None:
        """Nothing of the work is done, and nothing is remembered of it."""
        shutil.rmtree(self.folder / "runs" / work.name / peer.name, ignore_errors=True)
        work.freshen(peer)

    def timed(self, work: Work, peer: Peer) -> Carried:
        """One run without a kill."""
        self.freshen(work, peer)
        with work.serving(keeping=False) as address:
            carried = carry(self.command(work, peer, address))
            arrived = work.seen(peer, address) if peer.is_killed else work.rows
        if not carried.error and arrived != work.rows:
            carried.error = f"{arrived:,} of {work.rows:,} rows arrived"
        return carried

    def killed(self, work: Work, peer: Peer, usual_wall: float, seed: int) -> Killed:
        """A run that is killed twice; again, with earlier moments, where it was done before one came."""
        told = Killed()
        for attempt in range(_KILL_TRIES):
            self.freshen(work, peer)
            with work.serving(keeping=True) as address:
                told = kill_twice(
                    self.command(work, peer, address, goes_on=True),
                    work.rows,
                    math.inf if work.shows_rows else usual_wall * 0.75**attempt,
                    lambda address=address: work.seen(peer, address),
                    self._settled,
                    Random(f"{seed} {work.name} {peer.name} {attempt}"),
                )
                judged(told, work.source(), work.target(peer, address))
            if told.kills == 2:
                break
        return told

    def _settled(self) -> None:
        """Wait until the server has noticed that its clients are gone, ten seconds at most."""
        with psycopg.connect(self.ground.place.url("postgres"), autocommit=True) as connection:
            for _ in range(100):
                if connection.execute(_OTHERS).fetchone() == (0,):
                    return
                connection.execute("SELECT pg_sleep(0.1)")


def main() -> int:
    """0, also where a peer could not be had: the page says so."""
    arguments = _arguments()
    console = Console()
    rows = int(float(arguments.scale))
    folder = Path(arguments.folder)
    ground = Ground(folder, rows, None, console.log)
    results = folder / f"peers-{rows}.json"
    kept: dict[str, Any] = json.loads(results.read_text()) if results.exists() else {"works": {}}
    yard = Yard(folder / "peers", ground, console)
    try:
        for work, peers in _chosen(ground, arguments.works, arguments.only):
            work.prepare()
            kept["works"][work.name] = {**_measure(yard, work, peers, arguments), "rows": work.rows}
            work.leave()
            kept |= {"rows": rows, "workers": ground.workers, "projects": ground.projects, "rounds": arguments.rounds}
            kept |= {
                "machine": describe(ground),
                "measured_at": f"{datetime.now(UTC):%Y-%m-%d}",
                "seed": arguments.seed,
            }
            results.write_text(json.dumps(kept, indent=1, default=str))
    finally:
        ground.close()
    page = as_markdown(kept)
    results.with_suffix(".md").write_text(page, encoding="utf-8")
    if arguments.commit_to:
        Path(arguments.commit_to).write_text(page, encoding="utf-8")
    console.print(page, markup=False, highlight=False, soft_wrap=True)
    return 0


def _measure(yard: Yard, work: Work, peers: Sequence[Peer], arguments: argparse.Namespace) -> Mapping[str, Any]:
    told = {
        peer.name: {**asdict(peer), "version": _version(peer), "timed": [], "unavailable": yard.unavailable(peer)}
        for peer in peers
    }
    for number in range(arguments.rounds):
        for peer in peers:
            one = told[peer.name]
            if not one["unavailable"]:
                carried = yard.timed(work, peer)
                yard.console.log(
                    f"{work.name}, {peer.name}, round {number + 1}: {carried.seconds:.2f} s {carried.error}"
                )
                if carried.error:
                    one["unavailable"] = carried.error
                one["timed"] = [*one["timed"], asdict(carried)] if not carried.error else []
    for peer in peers:
        one = told[peer.name]
        if peer.is_killed and one["timed"] and not arguments.no_kills:
            killed = yard.killed(work, peer, median(each["wall"] for each in one["timed"]), arguments.seed)
            yard.console.log(f"{work.name}, {peer.name}, {killed.kills} kills: {killed.losses} {killed.error}")
            one["killed"] = asdict(killed)
    return {"title": work.title, "wanted": work.wanted, "peers": list(told.values())}


def _version(peer: Peer) -> str:
    return locked_versions(peer.environment)[peer.package] if peer.environment else ""


def _chosen(ground: Ground, works: str, only: str) -> Iterator[tuple[Work, Sequence[Peer]]]:
    names = {kind.name: kind for kind in WORKS}
    wanted = [name.strip() for name in works.split(",") if name.strip()] or list(names)
    if unknown := set(wanted) - set(names):
        raise SystemExit(f"no work {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    for name in wanted:
        peers = WORKS[names[name]]
        yield names[name](ground), [peer for peer in peers if peer.is_ours or not only or peer.name in only.split(",")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make peers", description=__doc__)
    parser.add_argument("--scale", default="1e5", help="punches of the day")
    parser.add_argument(
        "--works", default="", help="load, push, find, shape, separated by commas; all if none is given"
    )
    parser.add_argument("--only", default="", help="these peers only, beside ours")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--no-kills", action="store_true", help="only time them")
    parser.add_argument("--folder", default="var/bench", help="where data and results lie")
    parser.add_argument("--commit-to", default="", help="write the page there as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
