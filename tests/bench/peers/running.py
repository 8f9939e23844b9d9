"""Starts one peer, watches the memory of all its processes, and ends it where it has to be ended."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LOOK_EVERY = 0.05
_LONGEST = 1800.0


@dataclass(frozen=True)
class Command:
    """How somebody starts it."""

    words: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


@dataclass
class Carried:
    """What came of one start.

    Attributes:
        seconds: of the work, as the script tells; wall: of the whole process.
        cpu_seconds: of the process and of all whose end it waited for.
        memory_mb: the most that all its processes held together, each at its own highest.
        error: empty if it ended well.
    """

    rows: int = 0
    seconds: float = 0.0
    wall: float = 0.0
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)
    killed: bool = False
    error: str = ""


def carry(command: Command, is_time: Callable[[float], bool] = lambda _elapsed: False) -> Carried:
    """Start it and wait for its end; kill all of it with SIGKILL as soon as it is time, by the seconds it has run."""
    carried = Carried()
    command.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        began = time.perf_counter()
        process = subprocess.Popen(
            command.words,
            env=command.environment,
            cwd=command.folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=complained,
            start_new_session=True,
        )
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            carried.memory_mb = max(carried.memory_mb, tree_memory_mb(process.pid))
            elapsed = time.perf_counter() - began
            if not carried.killed and (is_time(elapsed) or elapsed > _LONGEST):
                carried.killed = True
                os.killpg(process.pid, signal.SIGKILL)
                continue
            time.sleep(_LOOK_EVERY)
        process.returncode = os.waitstatus_to_exitcode(status)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it may have left behind
        carried.wall = time.perf_counter() - began
        carried.cpu_seconds = usage.ru_utime + usage.ru_stime
        said.seek(0)
        complained.seek(0)
        _read(carried, process.returncode, said.read(), complained.read())
    return carried


def _read(carried: Carried, code: int, said: str, complained: str) -> None:
    lines = [line for line in said.splitlines() if line.startswith("{")]
    if code == 0 and lines:
        told = json.loads(lines[-1])
        carried.rows, carried.seconds, carried.notes = told["rows"], told["seconds"], told["notes"]
    elif not carried.killed or carried.wall > _LONGEST:
        last = next((line.strip() for line in reversed(complained.splitlines()) if line.strip()), "nothing was said")
        carried.error = f"ended with {code}: {last[:200]}"


def tree_memory_mb(process: int) -> float:
    """What the kernel says that a process and its descendants held at most, added up over those that live now."""
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        with suppress(OSError):
            found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{one}/status").read_text(), re.MULTILINE)
            total += int(found.group(1)) if found else 0
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
    return total / 1024
