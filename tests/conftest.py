"""One PostgreSQL for the run, a fresh database for each test that asks for one, and no way out of this machine."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from databases import create_database, database_spec, drop_database, server_folder
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.warehouse.engine import open_engine
from realname_sync.warehouse.migrations import migrate

_TEMPLATE = "realname_template"

# How long one example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Sockets may reach this machine only."""
    config.option.allow_hosts = "127.0.0.1,::1,localhost"
    config.option.allow_unix_socket = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole days through Airflow and through the platforms first: a worker that begins with one last is waited for."""
    slowest = ("dags", "demo", "integration", "simulation", "faults")

    def place(item: pytest.Item) -> int:
        path = str(item.path)
        return next((number for number, name in enumerate(slowest) if name in path), len(slowest))

    items.sort(key=place)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket in it."""
    folder = server_folder("rn")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(short_folder: Path) -> Iterator[Path]:
    """The socket folder of a PostgreSQL of this run's own."""
    server = embedded_server(short_folder / "pg")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here has to survive a power cut
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("ALTER SYSTEM SET max_wal_size = '256MB'")  # it may lie in memory
    server.psql("SELECT pg_reload_conf()")
    yield short_folder / "pg"
    server.cleanup()


@pytest.fixture(scope="session")
def migrated_template(postgres: Path) -> str:
    """A migrated warehouse that the tests' own are copied from."""
    create_database(postgres, _TEMPLATE)
    engine = open_engine(database_spec(postgres, _TEMPLATE))
    migrate(engine)
    engine.dispose()
    return _TEMPLATE


@pytest.fixture
def warehouse(postgres: Path, migrated_template: str) -> Iterator[Engine]:
    """A migrated, empty warehouse of this test's own."""
    name = f"w_{uuid.uuid4().hex[:12]}"
    create_database(postgres, name, migrated_template)
    engine = open_engine(database_spec(postgres, name))
    yield engine
    engine.dispose()
    drop_database(postgres, name)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing a test writes lands in the project's var/, and no connection of the outside is seen."""
    for variable in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("REALNAME_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
