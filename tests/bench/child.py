"""Runs one side once in a process of its own, so that its memory is its own; the last line of its output is JSON."""

import importlib
import json
import logging
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from bench.measuring import Watch
from bench.place import Place


def words(side: str, place: Place) -> list[str]:
    """How one round of a side, as module:function, is started."""
    return [sys.executable, "-m", "bench.child", side, json.dumps(asdict(place))]


def told_by(output: str) -> dict[str, Any]:
    """What a round measured, from what its process printed."""
    return dict(json.loads(output.splitlines()[-1]))


def run_child(side: str, place: Place, **options: Any) -> dict[str, Any]:
    """Run one round to its end, with `options` of `subprocess.run`; what it measured."""
    return told_by(subprocess.run(words(side, place), stdout=subprocess.PIPE, text=True, check=True, **options).stdout)


def main() -> None:
    """Arguments: the side as module:function, and the place as JSON."""
    logging.disable(logging.WARNING)
    module, _, name = sys.argv[1].partition(":")
    side = getattr(importlib.import_module(module), name)
    watch = Watch()
    side(Place(**json.loads(sys.argv[2])), watch)
    sys.stdout.write(json.dumps(watch.outcome.as_json(), default=str) + "\n")


if __name__ == "__main__":
    main()
