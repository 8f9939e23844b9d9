"""What a script is told, and how it tells what it did: the last line of its output, as a side of ours does."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

JOB: dict[str, Any] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


@contextmanager
def working() -> Iterator[dict[str, Any]]:
    """Time the block, which fills in `rows` and `notes`; what was imported before is not timed."""
    told: dict[str, Any] = {"rows": 0, "notes": {}}
    began = time.perf_counter()
    yield told
    told["seconds"] = time.perf_counter() - began
    sys.stdout.write("\n" + json.dumps(told, default=str) + "\n")
