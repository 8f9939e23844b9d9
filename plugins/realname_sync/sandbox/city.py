"""Seeds the sandbox: generates a city and puts it into the municipal database and the integrity platform."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from realname_sync.sandbox.generator import generate
from realname_sync.sandbox.model import City
from realname_sync.sandbox.municipal_db import copy_into, load_municipal
from realname_sync.sandbox.schema import create_sandbox_schema
from realname_sync.sandbox.truth import Truth
from realname_sync.settings import SANDBOX_CITY, SANDBOX_SECRET

_CREDENTIAL = ("platform", "appid", "secret", "project_code", "area_code")
_SHARED_ROW = ("object", "source_id", "source_version", "updated_at", "deleted", "area_code", "payload")


def seed_sandbox(
    municipal_url: str,
    sandbox_url: str,
    *,
    seed: int,
    projects: int,
    workers: int,
    work_date: date,
    days: int,
    dirt: bool = True,
    nation_pairs: Path | None = None,
) -> Truth:
    """Make a city of that many projects and building workers, over `days` days that end with the work date.

    Both databases have to exist; what an earlier seeding put there is replaced. What the platforms have received is
    left alone, so that the same city may be seeded again. Management staff comes in addition to `workers`.

    Args:
        municipal_url: the municipal database, as in `postgresql://postgres@/realname_municipal?host=/socket/dir`.
        sandbox_url: the platforms' database.
        seed: the same seed and sizes give the same rows.
        projects: projects on the municipal platform.
        workers: building workers on their rosters.
        work_date: the last day; nothing was received after 21:00 of it.
        days: how many days there are.
        dirt: whether faults are planted, and values written differently on the two platforms.
        nation_pairs: where to write the nation's pairs, as `realname credentials import` reads them.

    Returns:
        What was planted, by key.

    Raises:
        SettingsError: the city would be too small to be one, or to carry what dirt.yaml asks for.
    """
    city, truth = generate(seed=seed, projects=projects, workers=workers, work_date=work_date, days=days, dirt=dirt)
    create_sandbox_schema(sandbox_url)
    load_municipal(municipal_url, city.municipal)
    with psycopg.connect(sandbox_url) as connection:
        connection.execute("truncate control.credential, integrity.shared_row")
        copy_into(connection, ("control", "credential"), _CREDENTIAL, _credentials(city))
        copy_into(connection, ("integrity", "shared_row"), _SHARED_ROW, _shared_rows(city))
    if nation_pairs is not None:
        write_nation_pairs(sandbox_url, nation_pairs)
    return truth


def write_nation_pairs(sandbox_url: str, path: Path) -> int:
    """Write the nation's pairs of the sandbox as CSV (project_code, appid, secret); returns how many."""
    query = "select project_code, appid, secret from control.credential where platform = 'nation' order by appid"
    with psycopg.connect(sandbox_url) as connection:
        pairs = connection.execute(query).fetchall()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("project_code", "appid", "secret"))
        writer.writerows(pairs)
    return len(pairs)


def _credentials(city: City) -> Iterator[tuple[str, str, str, str | None, str | None]]:
    """The city's one pair for the integrity platform and the province, and a pair a project for the nation."""
    for platform in ("integrity", "province"):
        yield platform, f"zj-{SANDBOX_CITY}", SANDBOX_SECRET, None, SANDBOX_CITY
    for site in city.sites:
        secret = hashlib.sha256(f"nation/{city.seed}/{site.code}".encode()).hexdigest()[:32]
        yield "nation", site.code, secret, site.code, site.area_code


def _shared_rows(city: City) -> Iterator[tuple[object, ...]]:
    for row in city.shared:
        yield (*(getattr(row, column) for column in _SHARED_ROW[:-1]), Jsonb(row.payload))
