"""PostgreSQL with a synthetic city in it, and the three platforms that serve that city."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
import requests
from psycopg import sql

from realname_sync import settings
from realname_sync.demo.ports import LOOPBACK, free_port
from realname_sync.pipelines.city import City, open_city
from realname_sync.warehouse.embedded import embedded_server, ensure_database
from realname_sync.workdate import Clock, day_bounds, system_clock

PLATFORMS = ("integrity", "province", "nation")

# A city's first day is mostly registrations, thousands of calls. At the 50 a second that the real profile allows, the
# demo would stand still for a minute; so this province allows more, and its connection says so.
PROVINCE_CALLS_PER_SECOND = 200

_CITY_DATABASES = ("realname_warehouse", "realname_municipal", "realname_sandbox")
_AIRFLOW_DATABASE = "airflow"


@dataclass(frozen=True)
class CitySize:
    """What a synthetic city is generated from; the same values give the same city."""

    work_date: date
    seed: int
    projects: int
    workers: int
    days: int = 1


@dataclass(frozen=True)
class Stage:
    """Where everything of one run lies: its folder, its PostgreSQL and the ports of its platforms."""

    folder: Path
    socket_folder: Path
    ports: Mapping[str, int]
    clock_shift_seconds: int = 0

    @classmethod
    def with_ports(
        cls, folder: Path, socket_folder: Path, ports: Mapping[str, int], evening_of: date | None = None
    ) -> "Stage":
        """A stage on these ports, and on a free one for each platform that is not among them.

        With `evening_of` it is 21:00 of that day there just now, for the tasks and for the platforms alike.
        """
        shift = round((evening_clock(evening_of)() - system_clock()).total_seconds()) if evening_of else 0
        return cls(folder, socket_folder, {name: ports.get(name) or free_port() for name in PLATFORMS}, shift)

    @property
    def clock(self) -> Clock:
        """What time it is on this stage."""
        return settings.clock(self.environment())

    @property
    def airflow_database(self) -> str:
        """The address of Airflow's metadata database, as SQLAlchemy reads it."""
        return f"postgresql+psycopg://postgres@/{_AIRFLOW_DATABASE}?host={self.socket_folder}"

    @property
    def sandbox_database(self) -> str:
        """The address of the database in which the platforms keep what they received."""
        return self._database("realname_sandbox")

    def environment(self) -> dict[str, str]:
        """The variables that point Airflow's tasks and the command line at this stage."""
        connections: dict[str, object] = {
            "warehouse_db": self._database_connection("realname_warehouse"),
            "municipal_db": self._database_connection("realname_municipal"),
            **{f"{name}_platform": self._platform_connection(name) for name in PLATFORMS},
        }
        variables = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections.items()}
        shift = {settings.CLOCK_SHIFT: str(self.clock_shift_seconds)} if self.clock_shift_seconds else {}
        return {"REALNAME_HOME": str(self.folder), **variables, **shift}

    @contextmanager
    def opened_city(self) -> Iterator[City]:
        """The city as the tasks see it."""
        environment = self.environment()
        city = open_city(lambda name: settings.connection(name, environment), self.clock)
        try:
            yield city
        finally:
            city.close()

    @property
    def truth_file(self) -> Path:
        """What was planted in the city."""
        return self.folder / "truth.json"

    @property
    def pairs_file(self) -> Path:
        """The pairs that the nation has issued to the city's projects."""
        return self.folder / "nation-pairs.csv"

    def held_size(self) -> CitySize | None:
        """The size of the city that is there, if one is."""
        if not self._marker.is_file():
            return None
        values = json.loads(self._marker.read_text(encoding="utf-8"))
        return CitySize(**{**values, "work_date": date.fromisoformat(values["work_date"])})

    def seed(self, size: CitySize) -> None:
        """Make the city of that size: its municipal platform, and what the integrity platform shares."""
        from realname_sync.sandbox.city import seed_sandbox

        self._marker.unlink(missing_ok=True)
        truth = seed_sandbox(
            self._database("realname_municipal"),
            self.sandbox_database,
            seed=size.seed,
            projects=size.projects,
            workers=size.workers,
            work_date=size.work_date,
            days=size.days,
            nation_pairs=self.pairs_file,
        )
        truth.write(self.truth_file)
        self._marker.write_text(json.dumps(asdict(size), default=str), encoding="utf-8")

    def start_over(self) -> None:
        """Drop what the last city left, the warehouse included, so that all is as on a fresh machine."""
        with psycopg.connect(self._database("postgres"), autocommit=True) as connection:
            for name in _CITY_DATABASES:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def write_calls(self, platform: str) -> int:
        """How many write calls the platform says that it was sent, ever."""
        return self._ask(platform, "counts", "write_calls")

    def attendance_rows(self, platform: str, work_date: date) -> int:
        """How many punches of that day the platform says that it holds."""
        return self._ask(platform, f"attendance?date={work_date}", "rows")

    def _ask(self, platform: str, question: str, figure: str) -> int:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between two processes of one machine
            answer = session.get(f"{self._url(platform)}/sandbox/{question}", timeout=(5, 60))
        answer.raise_for_status()
        return int(answer.json()[figure])

    @property
    def _marker(self) -> Path:
        return self.folder / "city.json"

    def _url(self, platform: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[platform]}"

    def _database(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.socket_folder}"

    def _database_connection(self, name: str) -> dict[str, str]:
        return {"conn_type": "postgres", "host": str(self.socket_folder), "login": "postgres", "schema": name}

    def _platform_connection(self, platform: str) -> dict[str, object]:
        connection: dict[str, object] = {"conn_type": "http", "host": self._url(platform)}
        if platform == "nation":
            return connection  # it issues one pair for each project, and those lie in the warehouse
        connection |= {"login": f"zj-{settings.SANDBOX_CITY}", "password": settings.SANDBOX_SECRET}
        if platform == "province":
            connection["extra"] = {"calls_per_second": PROVINCE_CALLS_PER_SECOND}
        return connection


@contextmanager
def running_postgres(folder: Path) -> Iterator[Path]:
    """PostgreSQL with its data below `folder`, ended with the context; yields the folder of its socket."""
    server = embedded_server(folder / "pg")
    try:
        for name in (_AIRFLOW_DATABASE, *_CITY_DATABASES):
            ensure_database(server, name)
        yield Path(server.get_postmaster_info().socket_dir or folder / "pg")
    finally:
        server.cleanup()


def evening_clock(work_date: date, clock: Clock = system_clock) -> Clock:
    """A clock that was set to 21:00 of the work date just now, and runs on."""
    offset = day_bounds(work_date)[0] + timedelta(hours=21) - clock()
    return lambda: clock() + offset
