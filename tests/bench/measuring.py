"""What one side of a measurement says of itself, and what its process adds: memory, statements, commits."""

import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event


@dataclass
class Outcome:
    """One round of one side.

    Attributes:
        rows: what was worked on.
        seconds: how long it took, without what came before.
        calls: to the platforms, by method.
        parts: seconds of parts, by name.
        notes: anything else worth keeping.
        statements: executed through the engine, and COPYs.
        commits: transactions ended.
        memory_mb: the most that the process ever held.
        base_mb: what it held when the work began.
    """

    rows: int = 0
    seconds: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    statements: int = 0
    commits: int = 0
    memory_mb: float = 0.0
    base_mb: float = 0.0

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """For the files."""
        return asdict(self)


class Watch:
    """Times one block and counts what the engine does in it."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self._counts: Counter[str] = Counter()
        event.listen(Engine, "before_cursor_execute", self._executed)
        event.listen(Engine, "commit", self._committed)
        plain = psycopg.Cursor.copy

        def counted(cursor: Any, *given: Any, **named: Any) -> Any:
            self._counts["statements"] += 1
            return plain(cursor, *given, **named)

        psycopg.Cursor.copy = counted  # type: ignore[method-assign]

    def _executed(self, *_given: Any) -> None:
        self._counts["statements"] += 1

    def _committed(self, _connection: Any) -> None:
        self._counts["commits"] += 1

    @contextmanager
    def running(self, rows: int = 0) -> Iterator[Outcome]:
        """Time the block; what it yields may be filled in."""
        self.outcome.rows = rows
        self.outcome.base_mb = resident_mb("VmRSS")
        self._counts.clear()
        began = time.perf_counter()
        yield self.outcome
        self.outcome.seconds = time.perf_counter() - began
        self.outcome.statements = self._counts["statements"]
        self.outcome.commits = self._counts["commits"]
        of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        self.outcome.memory_mb = max(resident_mb("VmHWM"), of_children)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part of the block."""
        began = time.perf_counter()
        yield
        self.outcome.parts[name] = self.outcome.parts.get(name, 0.0) + time.perf_counter() - began


Side = Callable[[Any, Watch], None]
"""Works at a place and times itself by the watch."""


def resident_mb(name: str) -> float:
    """What the kernel says of this process's memory: VmRSS now, VmHWM at most."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0.0
