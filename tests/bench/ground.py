"""The ground that stages stand on: a server, a municipal database, a warehouse, brought as far as a stage needs."""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg

from bench.child import run_child, words
from bench.place import DAY, DAY_BEFORE, EVENING, Place
from bench.receiver import served
from databases import create_database, database_spec, drop_database
from realname_sync.pipelines.deliver import TARGETS
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.engine import open_engine
from realname_sync.warehouse.migrations import migrate

LEVELS = ("nothing", "seeded", "known", "read", "checked", "delivered")
"""How far a ground has come: each level holds what the one before does."""

_AT_ONCE = 2
_SQL = Path(__file__).parent / "sql"
_ROOT = Path(__file__).parents[2]
_TABLES = Path(__file__).parents[2] / "plugins/realname_sync/sandbox/sql/municipal.sql"
Say = Callable[[str], None]


class Ground:
    """Databases of one scale. They stay for the next run; `level` says how far they have come.

    Args:
        folder: where the server's data and what a run remembers lie.
        rows: punches of the day.
        extra: a folder of packages that only references use.
        say: told what is being prepared.
    """

    def __init__(self, folder: Path, rows: int, extra: Path | None, say: Say) -> None:
        self.folder, self.rows, self.extra, self.say = folder, rows, extra, say
        self.workers = math.ceil(rows * 2 / 7)
        self.projects = max(4, self.workers // 200)
        self.prepared: dict[str, Any] = {}
        mark = f"bench_{rows}"
        self._remembered = folder / f"{mark}.json"
        folder.mkdir(parents=True, exist_ok=True)
        self._server = embedded_server(folder / "pg")
        socket = self._server.get_postmaster_info().socket_dir or folder / "pg"
        self.place = Place(str(socket), f"{mark}_warehouse", f"{mark}_municipal", rows, self.workers)
        self.level = "nothing"
        if self._remembered.exists():
            kept = json.loads(self._remembered.read_text())
            self.level, self.prepared = kept["level"], kept["prepared"]

    def close(self) -> None:
        """Stop the server; the data stay."""
        self._server.cleanup()

    def remove(self) -> None:
        """Stop the server and take everything away."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def bring_to(self, level: str) -> None:
        """Do what is missing up to a level."""
        steps: dict[str, Callable[[], None]] = {
            "seeded": self._seed, "known": self._make_known, "read": self._read, "checked": self._check,
            "delivered": self._deliver,
        }  # fmt: skip
        for name in LEVELS[LEVELS.index(self.level) + 1 : LEVELS.index(level) + 1]:
            self.say(f"preparing: {name}")
            steps[name]()
            self.now_at(name)

    def now_at(self, level: str) -> None:
        """Remember how far the ground has come, or has gone back."""
        self.level = level
        self._remembered.write_text(json.dumps({"level": level, "prepared": self.prepared}))

    def gone_back_to(self, level: str) -> None:
        """A stage has left the ground at this level, unless it was below."""
        self.now_at(min(self.level, level, key=LEVELS.index))

    def has_come_to(self, level: str) -> None:
        """A stage has brought the ground to this level, unless it was above."""
        self.now_at(max(self.level, level, key=LEVELS.index))

    def run(self, side: str, **changed: Any) -> dict[str, Any]:
        """One round of a side in a process of its own; what it measured."""
        return run_child(side, replace(self.place, **changed), env=self.environment(), cwd=_ROOT)

    def words(self, side: str, **changed: Any) -> list[str]:
        """How one round of a side is started."""
        return words(side, replace(self.place, **changed))

    def environment(self) -> dict[str, str]:
        """The variables that a side runs with."""
        paths = [_ROOT / "plugins", _ROOT / "tests", *([self.extra] if self.extra else [])]
        home = {"REALNAME_HOME": str(self.folder.absolute() / "home")}
        return {**os.environ, **home, "PYTHONPATH": os.pathsep.join(str(path.absolute()) for path in paths)}

    @contextmanager
    def surrounded(self, by: str | None) -> Iterator[str]:
        """What a stage has running all the time, as module:context manager; its address, empty where there is none."""
        if not by:
            yield ""
            return
        module, _, name = by.partition(":")
        with getattr(import_module(module), name)(self.folder) as address:
            yield address

    @contextmanager
    def session(self, database: str) -> Iterator["psycopg.Connection[Any]"]:
        """A session of its own in one of the databases."""
        with psycopg.connect(self.place.url(database)) as connection:
            yield connection

    def _seed(self) -> None:
        folder = Path(self.place.socket)
        for name in (self.place.municipal, self.place.warehouse):
            drop_database(folder, name)
            create_database(folder, name)
        engine = open_engine(database_spec(folder, self.place.warehouse))
        migrate(engine)
        engine.dispose()
        with self.session(self.place.municipal) as connection:
            connection.execute(_TABLES.read_bytes())
            connection.execute("CREATE TEMPORARY TABLE size (projects bigint, workers bigint)")
            connection.execute("INSERT INTO size VALUES (%s, %s)", (self.projects, self.workers))
            connection.execute((_SQL / "city.sql").read_bytes())
            punches = (_SQL / "punches.sql").read_bytes()
            for day, share in ((DAY_BEFORE, 10), (DAY, 1)):
                size = {"day": day, "workers": self.workers // share, "rows": self.rows // share}
                connection.execute(punches, size)
        with self.session(self.place.municipal) as connection:
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")

    def _make_known(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # objects do not hang on one another, nor do platforms
            read = partial(self.run, "bench.stages.master:ours", shards=_AT_ONCE)
            self.prepared["master"] = list(pool.map(lambda shard: read(shard=shard + 1), range(_AT_ONCE)))
            with self.session(self.place.warehouse) as connection:
                for statement in (_SQL / "shared.sql").read_text().split(";\n"):
                    connection.execute(statement, {"now": EVENING} if "%(now)s" in statement else None)
            list(pool.map(self._register, TARGETS))
        with self.session(self.place.warehouse) as connection:
            connection.execute("ANALYZE")

    def _register(self, target: str) -> None:
        with self.session(self.place.warehouse) as connection:
            connection.execute((_SQL / "registered.sql").read_bytes(), {"target": target})

    def _read(self) -> None:
        self._read_day(DAY)

    def _check(self) -> None:
        self.run("bench.stages.rules:check")

    def _deliver(self) -> None:
        self._read_day(DAY_BEFORE)
        self.run("bench.stages.rules:check", day=DAY_BEFORE.isoformat())
        with served() as address:
            for day in (DAY_BEFORE, DAY):
                here = {"day": day.isoformat(), "receiver": address}
                for target in TARGETS:  # of which a stage may have delivered all or a part
                    self.run("bench.stages.delivery:carry_on", target=target, **here)
                self.run("bench.stages.sweep:ours", **here)
        self.run("bench.stages.reconcile:make_theirs")

    def _read_day(self, day: date) -> None:
        self.run("bench.stages.merge:first", day=day.isoformat())
