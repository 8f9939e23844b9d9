"""The sandbox as a service of its own, for clients on other machines: its PostgreSQL is elsewhere, and so are they."""

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from realname_sync.demo.stage import PROVINCE_CALLS_PER_SECOND, CitySize, evening_clock
from realname_sync.sandbox.city import seed_sandbox, write_nation_pairs
from realname_sync.sandbox.running import serve

SERVER = "REALNAME_SANDBOX_SERVER"
"""The address of a PostgreSQL for the sandbox alone, as libpq reads it; databases are made there."""

_MUNICIPAL, _PLATFORMS = "realname_municipal", "realname_sandbox"
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - whoever starts this as a service decides who reaches it


def run_sandbox(
    server: str,
    folder: Path,
    size: CitySize,
    announce: Callable[[str], object],
    *,
    host: str = EVERY_ADDRESS,
    ports: Mapping[str, int] | None = None,
) -> None:
    """Seed a city where there is none, then serve its platforms until SIGTERM; on its evening, whatever the date.

    Args:
        server: the address of the server.
        folder: where the nation's pairs and what was planted are written.
        size: the city to make; one that is there is kept, with all that was sent of it.
        announce: told of each step.
        host: the address to listen on.
        ports: by platform; the usual ones where none is given, a free one for 0.
    """
    folder.mkdir(parents=True, exist_ok=True)
    platforms = make_conninfo(server, dbname=_PLATFORMS)
    held = _held_city(server)
    if held is None:
        for name in (_MUNICIPAL, _PLATFORMS):
            _start_over(server, name)
        truth = seed_sandbox(
            make_conninfo(server, dbname=_MUNICIPAL),
            platforms,
            seed=size.seed,
            projects=size.projects,
            workers=size.workers,
            work_date=size.work_date,
            days=size.days,
        )
        truth.write(folder / "truth.json")
        _mark(server, size)
        held = size
    announce(f"a city of {held.projects} projects and {held.workers} workers, up to {held.work_date}")
    write_nation_pairs(platforms, folder / "nation-pairs.csv")
    serve(
        platforms,
        arrival_clock=evening_clock(held.work_date),
        rate_limits={"province": PROVINCE_CALLS_PER_SECOND},
        announce=announce,
        host=host,
        ports=ports,
    )


def _held_city(server: str) -> CitySize | None:
    """The city that was seeded to its end, which is noted at the database itself."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(server) as connection:
        row = connection.execute(query, (_PLATFORMS,)).fetchone()
    if row is None or row[0] is None:
        return None
    values = json.loads(row[0])
    return CitySize(**{**values, "work_date": date.fromisoformat(values["work_date"])})


def _start_over(server: str, name: str) -> None:
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _mark(server: str, size: CitySize) -> None:
    note = sql.Literal(json.dumps(asdict(size), default=str))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(_PLATFORMS), note))
