"""A real PostgreSQL with the sandbox's schema, a small city in it, and the three platforms running on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sandbox_city import lay_city

from realname_sync.sandbox.platform_rules import PLATFORMS
from realname_sync.sandbox.running import RunningPlatforms, running_platforms
from realname_sync.sandbox.schema import SCHEMAS, create_sandbox_schema
from realname_sync.workdate import SHANGHAI

EVENING = datetime(2026, 11, 20, 21, 30, tzinfo=SHANGHAI)


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def pass_time(self, **parts: float) -> None:
        self.instant += timedelta(**parts)


@pytest.fixture(scope="session")
def database_url(postgres: Path) -> str:
    """The sandbox database of this run, on the server that all tests share."""
    with psycopg.connect(host=str(postgres), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute("create database realname_sandbox_contract")
    url = f"postgresql://postgres@/realname_sandbox_contract?host={postgres}"
    create_sandbox_schema(url)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the sandbox database with nothing in it but a small city."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        tables = connection.execute(
            "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = any(%s)",
            [list(SCHEMAS)],
        ).fetchall()
        connection.execute("truncate " + ", ".join(name for (name,) in tables))
        lay_city(connection)
        yield connection


@pytest.fixture
def arrival_clock() -> SetClock:
    """The clock that judges lateness; it starts on the evening of 2026-11-20."""
    return SetClock(EVENING)


@pytest.fixture
def sandbox(database: psycopg.Connection, database_url: str, arrival_clock: SetClock) -> Iterator[RunningPlatforms]:
    """The three platforms, running, without their limits of calls a second, which a quick test would run into."""
    no_limits = dict.fromkeys(PLATFORMS)
    with running_platforms(database_url, arrival_clock=arrival_clock, rate_limits=no_limits) as running:
        yield running
