"""Runs one side once in a process of its own, so that its memory is its own; the last line of its output is JSON."""

import importlib
import json
import logging
import sys

from bench.measuring import Watch
from bench.place import Place


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
