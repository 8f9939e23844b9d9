"""A PostgreSQL of a lane's own and the towns on it: made once to a stage, copied for each run, dropped after it."""

import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from databases import create_database, database_spec, drop_database, server_folder
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.credentials import import_credentials
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.sandbox.city import seed_sandbox
from realname_sync.sandbox.running import running_platforms
from realname_sync.settings import ConnectionSpec, sandbox_connection
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.engine import open_engine
from realname_sync.warehouse.migrations import migrate
from realname_sync.workdate import SHANGHAI, Clock
from telling import tell_platforms

DAY = date(2026, 11, 20)
EVENING = datetime(2026, 11, 20, 22, 30, tzinfo=SHANGHAI)
TARGETS = ("province", "nation")
PROJECTS, WORKERS = 8, 160
MOST_CONNECTIONS = 60
TOLERANCE_SECONDS = 2
"""How far a platform lets a time stamp be off, so that a claim of a stopped sender is over in seconds."""

PROFILE: Mapping[str, Any] = {
    "calls_per_second": None,
    "first_calls_per_second": 2000,
    "unknown_wait_seconds": 0.8,
    "clock_tolerance_seconds": TOLERANCE_SECONDS + 1,  # as whole seconds are told, and the platform counts from them
    "connect_timeout_seconds": 2,
    "read_timeout_seconds": 2,
    "attempts": 2,
    "calls_in_flight": 32,  # as many as a busy machine answers within that tolerance
}
LEASE_SECONDS = 2.0

PATIENT_PROFILE: Mapping[str, Any] = {**PROFILE, "clock_tolerance_seconds": 360, "read_timeout_seconds": 60}
"""Of a town where nothing is to fail: a machine that stalls for some seconds is no fault there. Its lease likewise."""
PATIENT_LEASE_SECONDS = 600.0


def url_of(folder: Path, name: str) -> str:
    """The address of a database for psycopg."""
    return f"postgresql://postgres@/{name}?host={folder}"


def evening_clock(since: float, off_by: float = 0.0) -> Clock:
    """The clock of a town that stood at EVENING when the monotonic clock stood at `since`, in seconds.

    All processes of a machine share the monotonic clock, and nobody puts it right while a run lasts.
    """
    began = EVENING + timedelta(seconds=off_by - since)
    return lambda: began + timedelta(seconds=time.monotonic())


@dataclass(frozen=True)
class TownPlan:
    """Everything another process needs to work on a town: it is sent to it as it stands."""

    ours: str
    theirs: str
    warehouse: str
    municipal: str
    addresses: Mapping[str, str]
    evening_since: float
    profile: Mapping[str, Any]
    lease_seconds: float

    def open(self, *, clock_off_by: float = 0.0, addresses: Mapping[str, str] | None = None) -> City:
        """The city as a process of its own sees it."""
        reached = {**self.addresses, **(addresses or {})}

        def connection(name: str) -> ConnectionSpec:
            if name.endswith("_db"):
                folder = self.ours if name == "warehouse_db" else self.theirs
                return database_spec(Path(folder), getattr(self, name.removesuffix("_db")), name)
            spec = sandbox_connection(name)
            extra = {**spec.extra, **self.profile}
            return replace(spec, host=reached[name.removesuffix("_platform")], extra=extra)

        return open_city(connection, evening_clock(self.evening_since, clock_off_by))


class Server:
    """One PostgreSQL that can be stopped as a crash would, and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = embedded_server(folder)
        for setting, value in (
            ("fsync", "off"),  # processes are killed here, and not the machine's power
            ("full_page_writes", "off"),
            ("max_wal_size", "'256MB'"),  # it may lie in memory
            ("max_connections", str(MOST_CONNECTIONS)),
            ("autovacuum", "off"),
        ):
            self.server.psql(f"ALTER SYSTEM SET {setting} = {value}")
        self.stop("fast")
        self.start()

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` is what a crash of it looks like."""
        self._control("stop", "-m", mode)

    def start(self) -> None:
        """Start it again; what was committed is recovered."""
        self._control("start", "-l", str(self.folder / "log"), "-o", f'-h "" -k {self.folder}')

    def _control(self, *arguments: str) -> None:
        command = [str(self.server.bin_path / "pg_ctl"), "-w", "-D", str(self.folder), *arguments]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, user=self.server.system_user or None, cwd="/", timeout=60
        )


class Ground:
    """A PostgreSQL of ours and one of everybody else, with the templates that towns are copied from."""

    def __init__(self, projects: int = PROJECTS, workers: int = WORKERS) -> None:
        self.size = projects, workers
        self.base = server_folder("rf")
        self.base.chmod(0o755)
        self.ours, self.theirs = Server(self.base / "ours"), Server(self.base / "theirs")
        self.credentials = self.base / "credentials.csv"
        self._stages: dict[str, Names] = {}

    def close(self) -> None:
        """Stop the servers and take everything away."""
        for server in (self.ours, self.theirs):
            with suppress(subprocess.CalledProcessError):
                server.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def town(self, stage: str, *, patient: bool = False) -> "Town":
        """A fresh copy of the town at a stage; a `patient` one bears a machine that stalls, and no claim ends in it.

        `new`: nothing pulled yet; `pulled`; `extracted`; `checked`: nothing delivered yet; `told`: the platforms know
        all but the punches.
        """
        if not self._stages:
            self._seed()
        return self._copy(self._stage(stage), patient=patient)

    def _stage(self, stage: str) -> "Names":
        if stage not in self._stages:
            former, work = _MADE_BY[stage]
            self._keep(self._stage(former), stage, work)
        return self._stages[stage]

    def _seed(self) -> None:
        names = Names("seed_warehouse", "seed_municipal", "seed_sandbox")
        projects, workers = self.size
        create_database(self.ours.folder, names.warehouse)
        for name in (names.municipal, names.sandbox):
            create_database(self.theirs.folder, name)
        seed_sandbox(
            url_of(self.theirs.folder, names.municipal), url_of(self.theirs.folder, names.sandbox), seed=3,
            projects=projects, workers=workers, work_date=DAY, days=1, nation_pairs=self.credentials,
        )  # fmt: skip
        engine = open_engine(database_spec(self.ours.folder, names.warehouse))
        migrate(engine)
        engine.dispose()
        self._keep(names, "new", lambda city: import_credentials(city, self.credentials))

    def _keep(self, origin: "Names", stage: str, work: Callable[[City], object]) -> None:
        town = self._copy(origin, patient=True)
        city = town.plan.open()
        work(city)
        city.close()
        town.close(keep=True)
        self._stages[stage] = town.names

    def _copy(self, origin: "Names", *, patient: bool) -> "Town":
        mark = uuid.uuid4().hex[:10]
        names = Names(*(f"t_{mark}_{kind}" for kind in ("warehouse", "municipal", "sandbox")))
        create_database(self.ours.folder, names.warehouse, origin.warehouse)
        # A copied sequence has handed out numbers that only its template's log tells of: a crash before the next
        # checkpoint would hand them out again.
        self.ours.server.psql("CHECKPOINT")
        create_database(self.theirs.folder, names.municipal, origin.municipal)
        create_database(self.theirs.folder, names.sandbox, origin.sandbox)
        return Town(self, names, patient=patient)


class Names(NamedTuple):
    """The three databases of a town: the first is ours, the others are the owners' of the platforms."""

    warehouse: str
    municipal: str
    sandbox: str


_MADE_BY: Mapping[str, tuple[str, Callable[[City], object]]] = {
    "pulled": ("new", pull_master_data),
    "extracted": ("pulled", partial(extract_municipal, work_date=DAY)),
    "checked": ("extracted", partial(check_consistency, work_date=DAY)),
    "told": ("checked", partial(tell_platforms, work_date=DAY)),
}
"""Each stage but the first: the one before it, and what is done on top."""


class Town:
    """One town while a run lasts: its three databases, and the platforms on threads of this process."""

    def __init__(self, ground: Ground, names: Names, *, patient: bool) -> None:
        self.ground = ground
        self.names = names
        evening_since = time.monotonic()
        clock = evening_clock(evening_since)
        self._context = running_platforms(
            self.sandbox_url,
            arrival_clock=clock,
            wall_clock=clock,
            rate_limits=dict.fromkeys(("province", "nation", "integrity")),
            clock_tolerances={} if patient else dict.fromkeys(TARGETS, timedelta(seconds=TOLERANCE_SECONDS)),
        )
        self.platforms = self._context.__enter__()
        self.plan = TownPlan(
            str(ground.ours.folder),
            str(ground.theirs.folder),
            names.warehouse,
            names.municipal,
            {name: self.platforms.url(name) for name in ("integrity", *TARGETS)},
            evening_since,
            PATIENT_PROFILE if patient else PROFILE,
            PATIENT_LEASE_SECONDS if patient else LEASE_SECONDS,
        )

    @property
    def sandbox_url(self) -> str:
        """The platforms' own database."""
        return url_of(self.ground.theirs.folder, self.names.sandbox)

    def sandbox_rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask or change a platform's own database."""
        with psycopg.connect(self.sandbox_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def warehouse_rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the warehouse, as its owner."""
        with psycopg.connect(url_of(self.ground.ours.folder, self.names.warehouse)) as connection:
            return connection.execute(statement, values).fetchall()

    def close(self, *, keep: bool = False) -> None:
        """End the platforms and, unless they are kept as a template, drop the databases."""
        self._context.__exit__(None, None, None)
        if not keep:
            drop_database(self.ground.ours.folder, self.names.warehouse)
            drop_database(self.ground.theirs.folder, self.names.municipal)
            drop_database(self.ground.theirs.folder, self.names.sandbox)


def wait_until(condition: Any, seconds: float) -> bool:
    """Wait so long at most until something holds; whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
