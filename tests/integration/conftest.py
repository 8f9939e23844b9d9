"""A synthetic city, its municipal database and three platforms, made once a seed and copied for each test."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from deliveries import Clock as SteadyClock
from sqlalchemy import text

from databases import create_database, database_spec, drop_database
from invariants import watched
from realname_sync.delivery.desk import CallBook, Desk
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.credentials import import_credentials
from realname_sync.pipelines.deliver import deliver, open_target
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.sandbox.city import seed_sandbox
from realname_sync.sandbox.running import RunningPlatforms, running_platforms
from realname_sync.sandbox.truth import Truth
from realname_sync.settings import ConnectionSpec, sandbox_connection
from realname_sync.workdate import SHANGHAI, Clock, system_clock
from request_log import blind_resends, changed_repeats, read_log
from telling import tell_platforms

DAY = date(2026, 11, 20)
EVENING = datetime(2026, 11, 20, 22, 30, tzinfo=SHANGHAI)
PROJECTS, WORKERS, DAYS = 8, 200, 3
Size = tuple[int, int, int]
"""How many projects, workers and days a city has."""


@dataclass
class Seeded:
    """The databases of one seed, to be copied and never used themselves."""

    municipal: str
    sandbox: str
    credentials: Path
    truth: Truth
    stages: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By stage, the warehouse and the sandbox's database as they are then."""


@dataclass
class Town:
    """A city under test: what the system sees of it, and the platforms as their owners see them."""

    city: City
    platforms: RunningPlatforms
    truth: Truth
    municipal_url: str
    sandbox_url: str

    overrides: dict[str, dict[str, Any]]
    names: dict[str, str]
    open_things: ExitStack

    @property
    def warehouse(self) -> str:
        """The name of its warehouse's database."""
        return self.names["warehouse"]

    def override(self, connection: str, **extra: Any) -> None:
        """Override entries of a platform's profile, as a connection's extra does."""
        self.overrides[connection] = {"extra": extra}

    def wrong_secret_for(self, connection: str) -> None:
        """Give the system a secret that the platform did not issue."""
        self.overrides[connection] = {"password": "x" * 32}

    def desk(self, target: str, work_date: date) -> Desk:
        """What a second sender would work with."""
        book = CallBook()
        uplink = open_target(self.city, target, book)
        self.open_things.callback(uplink.close)
        return Desk(self.city.engine, self.city.vault, uplink, book, work_date, self.city.clock, images=lambda _ids: {})

    def municipal_sql(self, statement: str, *values: Any) -> None:
        """Change the municipal database as its vendor would."""
        with psycopg.connect(self.municipal_url, autocommit=True) as connection:
            connection.execute(statement, values)

    def municipal_rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the municipal database."""
        with psycopg.connect(self.municipal_url) as connection:
            return connection.execute(statement).fetchall()

    def sandbox_sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask or change a platform's own database."""
        with psycopg.connect(self.sandbox_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def warehouse_sql(self, statement: str, **values: Any) -> list[Any]:
        """Ask the warehouse."""
        with self.city.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []


def prepare(city: City) -> None:
    """Everything before the deliveries."""
    pull_master_data(city)
    extract_municipal(city, DAY)
    check_consistency(city, DAY)


STAGES: dict[str, tuple[str, Callable[[City], object]]] = {
    "checked": ("new", prepare),
    "told": ("checked", partial(tell_platforms, work_date=DAY)),
}
"""How a town comes to a stage: from which one, and by what. `told`: the platforms know all but the punches."""


def _url(folder: Path, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={folder}"


@pytest.fixture(scope="session")
def seeded(postgres: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Seeded]:
    """Gives the databases of a seed, generated once a run."""
    made: dict[tuple[int, Size], Seeded] = {}

    def of(seed: int, size: Size = (PROJECTS, WORKERS, DAYS)) -> Seeded:
        if (seed, size) not in made:
            mark = f"{seed}_{'_'.join(map(str, size))}"
            names = f"seed_{mark}_municipal", f"seed_{mark}_sandbox"
            projects, workers, days = size
            for name in names:
                create_database(postgres, name)
            credentials = tmp_path_factory.mktemp(f"seed{seed}") / "credentials.csv"
            truth = seed_sandbox(
                _url(postgres, names[0]),
                _url(postgres, names[1]),
                seed=seed,
                projects=projects,
                workers=workers,
                work_date=DAY,
                days=days,
                nation_pairs=credentials,
            )
            made[seed, size] = Seeded(*names, credentials, truth)
        return made[seed, size]

    return of


@pytest.fixture
def open_town(postgres: Path, migrated_template: str, seeded: Callable[..., Seeded]) -> Iterator[Callable[..., Town]]:
    """Opens a town of a seed; everything of it ends with the test."""
    opened: list[tuple[Town, ExitStack]] = []

    def copied_from(seed: int, size: Size, stage: str) -> tuple[str, str]:
        """The warehouse and the sandbox's database of a stage; what leads to it is done once a run."""
        origin = seeded(seed, size)
        if stage not in origin.stages:
            before, work = STAGES[stage]
            town = open_one(seed, size=size, stage=before)
            work(town.city)
            opened.pop()[1].close()
            origin.stages[stage] = (f"{origin.sandbox}_{stage}_warehouse", f"{origin.sandbox}_{stage}")
            for name, kind in zip(origin.stages[stage], ("warehouse", "sandbox"), strict=True):
                create_database(postgres, name, town.names[kind])
            drop(town)
        return origin.stages[stage]

    def drop(town: Town) -> None:
        for name in town.names.values():
            drop_database(postgres, name)

    def open_one(
        seed: int = 1,
        *,
        size: Size = (PROJECTS, WORKERS, DAYS),
        stage: str = "new",
        clock: Clock | None = None,
        **running: Any,
    ) -> Town:
        origin = seeded(seed, size)
        origin.stages.setdefault("new", (migrated_template, origin.sandbox))
        warehouse, sandbox = copied_from(seed, size, stage)
        mark = uuid.uuid4().hex[:10]
        names = {kind: f"t_{mark}_{kind}" for kind in ("warehouse", "municipal", "sandbox")}
        for kind, template in (("warehouse", warehouse), ("municipal", origin.municipal), ("sandbox", sandbox)):
            create_database(postgres, names[kind], template)
        steady = clock or SteadyClock(system_clock())
        clocks = {"arrival_clock": clock or (lambda: EVENING), "wall_clock": steady}
        open_things = ExitStack()
        platforms = open_things.enter_context(
            running_platforms(
                _url(postgres, names["sandbox"]),
                **{**clocks, "rate_limits": UNLIMITED, "keeps_requests": True, **running},
            )
        )
        overrides: dict[str, dict[str, Any]] = {}

        def connection(name: str) -> ConnectionSpec:
            if name.endswith("_db"):
                return database_spec(postgres, names[name.removesuffix("_db")], name)
            spec = sandbox_connection(name)
            changed = overrides.get(name, {})
            unhurried = {"calls_per_second": None, "first_calls_per_second": 5000, "unknown_wait_seconds": 1}
            extra = {**spec.extra, **unhurried, **changed.get("extra", {})}
            url = platforms.url(name.removesuffix("_platform"))
            return replace(spec, host=url, password=changed.get("password", spec.password), extra=extra)

        town = Town(
            open_city(connection, steady),
            platforms,
            origin.truth,
            _url(postgres, names["municipal"]),
            _url(postgres, names["sandbox"]),
            overrides,
            names,
            open_things,
        )
        open_things.callback(town.city.close)
        open_things.enter_context(watched(town.city.engine))
        opened.append((town, open_things))
        if stage == "new":
            import_credentials(town.city, origin.credentials)
        return town

    yield open_one
    for town, open_things in opened:
        open_things.close()
        drop(town)


@pytest.fixture
def proved_by_the_receivers(request: pytest.FixtureRequest) -> Iterator[None]:
    """After the test the platforms' own logs of calls prove that nothing was sent again blindly or in other words."""
    used = next((name for name in ("checked", "told") if name in request.fixturenames), None)
    town = request.getfixturevalue(used) if used else None
    yield
    if town is not None:
        for target in ("province", "nation"):
            calls = read_log(town, target)
            assert blind_resends(calls) == []
            assert changed_repeats(calls) == []


UNLIMITED = {"province": None, "nation": None, "integrity": None}


@pytest.fixture
def town(open_town: Callable[..., Town]) -> Town:
    """The town of seed 1."""
    return open_town(1)


@pytest.fixture
def checked(open_town: Callable[..., Any]) -> Any:
    """A town pulled, extracted and checked, nothing delivered yet."""
    return open_town(1, stage="checked")


@pytest.fixture
def told(open_town: Callable[..., Any]) -> Any:
    """A town of which the platforms know all but the punches."""
    return open_town(1, stage="told")


@pytest.fixture
def delivered_to(told: Any) -> Callable[..., Any]:
    """Delivers the day to platforms, and gives the town."""

    def delivered(*targets: str) -> Any:
        for target in targets:
            deliver(told.city, DAY, target)
        return told

    return delivered
