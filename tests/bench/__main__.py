"""`make bench`: measure the stages of a synthetic day beside their references and write a table of what came of it."""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.catalogue import chosen
from bench.chart import write_chart
from bench.ground import Ground
from bench.machine import describe
from bench.table import as_markdown, lines_of, show
from bench.turns import take_turns


def main() -> int:
    """What the exit code is."""
    arguments = _arguments()
    console = Console()
    rows = int(float(arguments.scale))
    folder = Path(arguments.folder)
    extra = folder / "python"
    stages = chosen(arguments.stages)
    ground = Ground(folder, rows, extra if extra.exists() else None, console.log)
    results = folder / f"results-{rows}.json"
    kept = json.loads(results.read_text()) if results.exists() else {"stages": {}}
    try:
        if arguments.fresh:
            ground.now_at("nothing")
        for stage in stages:
            began = time.perf_counter()
            with console.status(stage.name) as status:
                measured = take_turns(
                    ground,
                    stage,
                    arguments.rounds,
                    lambda side, number, stage=stage: status.update(f"{stage.name}: {side}, round {number + 1}"),
                )
            kept["stages"][stage.name] = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **measured}
            kept |= {"rows": rows, "workers": ground.workers, "projects": ground.projects, "machine": describe(ground)}
            kept["prepared"] = ground.prepared
            results.write_text(json.dumps(kept, indent=1))
            console.log(f"{stage.name}: {time.perf_counter() - began:.0f} s")
    finally:
        ground.close()
    lines = lines_of(kept)
    results.with_suffix(".md").write_text(as_markdown(kept, lines))
    show(console, lines)
    written = [results.with_suffix(".md"), results, write_chart(folder)]
    console.print(", ".join(str(path) for path in written if path), highlight=False)
    below = [line.name for line in lines if line.is_below]
    if below:
        console.print(f"below their bars: {', '.join(below)}", style="yellow")
    return 1 if below and arguments.strict else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--scale", default="1e5", help="punches of the day")
    parser.add_argument("--stages", default="", help="names separated by commas; all if none is given")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs")
    parser.add_argument("--folder", default="var/bench", help="where data and results lie")
    parser.add_argument("--fresh", action="store_true", help="make the city anew")
    parser.add_argument("--strict", action="store_true", help="end with an error where a figure is below its bar")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
