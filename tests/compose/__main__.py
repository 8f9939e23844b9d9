"""`make compose-test`: images, engine and deployment from nothing, a day with a killed worker, all taken down."""

import argparse
import signal
import subprocess
import sys
from pathlib import Path

from rich.table import Table

from compose import images, programs
from compose.day import TARGETS, Seen, carry_and_kill
from compose.deployment import WORKERS, deployment
from compose.engine import engine
from realname_sync.demo.screen import Screen
from realname_sync.errors import RealnameError
from realname_sync.settings import home


def main() -> int:
    """Run it; 0 when every punch is at both platforms exactly once, 2 when something has to be installed first."""
    parser = argparse.ArgumentParser(prog="make compose-test", description=__doc__)
    parser.add_argument("--projects", type=int, default=20)
    parser.add_argument("--workers", type=int, default=3000, help="building workers of the city")
    parser.add_argument("--keep", action="store_true", help="keep the images for the next run")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # so that all is taken down then, too
    folder, screen = home() / "compose", Screen()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        seen = _run(folder, given, screen)
    except programs.MissingError as missing:
        screen.failed(str(missing))
        return 2
    except (RealnameError, TimeoutError, subprocess.CalledProcessError) as failure:
        screen.failed(f"{failure}; the logs are in {folder}")
        return 1
    _show(seen, screen)
    for sentence in seen.wrong:
        screen.failed(sentence)
    screen.note(f"{'it did not go well' if seen.wrong else 'all is well'}, after {screen.seconds:.0f} seconds")
    return 1 if seen.wrong else 0


def _run(folder: Path, given: argparse.Namespace, screen: Screen) -> Seen:
    with engine(folder, keep=given.keep) as running:
        programs.compose(running.docker)
        screen.note(f"engine: {'started for this' if running.own else 'the one that runs'}; logs: {folder}")
        with screen.step("images") as detail:
            came = images.official_images(running, folder)
            detail.append("; ".join(f"{image} {how}" for image, how in came.items()))
        with screen.step("our image, from the lock"):
            images.build_ours(running, folder)
        try:
            with deployment(running, folder, given.projects, given.workers) as up:
                with screen.step(f"every service up, {WORKERS} workers, the sandbox"):
                    api = up.api()
                    api.switch_on(("pull_master_data", "report_quality"))
                    up.wait_until_healthy()
                return carry_and_kill(up, api, screen)
        finally:
            if not given.keep:
                images.remove(running, came)


def _show(seen: Seen, screen: Screen) -> None:
    headings = ("platform", "read", "acknowl.", "held", "refused", "there", "different", "missing", "doubled")
    table = Table(*headings)
    for target in TARGETS:
        states, (rows, different), compared = seen.states[target], seen.held[target], seen.reconciled[target]
        figures = (seen.read, states["acknowledged"], states["held"], states["refused"], rows, different)
        table.add_row(target, *(str(figure) for figure in (*figures, compared["missing"], compared["doubled"])))
    screen.note(table)
    screen.note(f"killed: {seen.killed} when the nation had {seen.at_the_kill} punches of {seen.work_date}")
    for dag_id, tries in seen.delivered_by.items():
        screen.note(f"{dag_id}: {', '.join(tries)}")


sys.exit(main())
