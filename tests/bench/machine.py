"""What the figures were measured on."""

import os
import platform
import re
import time
from importlib.metadata import version
from pathlib import Path

from bench.ground import Ground

_SETTINGS = ("shared_buffers", "work_mem", "max_wal_size", "fsync", "synchronous_commit", "jit", "max_parallel_workers")


def describe(ground: Ground) -> dict[str, object]:
    """Processor, memory, versions and the server's settings."""
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    with ground.session(ground.place.warehouse) as connection:
        settings = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in _SETTINGS}  # type: ignore[index]
        server = connection.execute("SHOW server_version").fetchone()[0]  # type: ignore[index]
    return {
        "processor": processor.group(1) if processor else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": server,
        "settings": settings,
        "packages": {name: version(name) for name in ("psycopg", "sqlalchemy", "aiohttp", "requests")},
    }


def additions_seconds() -> float:
    """What ten million additions in Python take just now: neighbours on a shared machine make its seconds longer."""
    made, total, began = 2_000_000, 0, time.perf_counter()
    for number in range(made):
        total += number
    return (time.perf_counter() - began) * 10_000_000 / made
