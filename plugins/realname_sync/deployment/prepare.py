"""Makes a server ready for Airflow's services: databases, Airflow's metadata, pools, the warehouse. May be repeated."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import make_url

from realname_sync import settings
from realname_sync.deployment.databases import Owner, ensure_databases
from realname_sync.errors import SettingsError
from realname_sync.orchestration.pools import POOLS_FILE
from realname_sync.pipelines.city import open_city
from realname_sync.warehouse.engine import database_url
from realname_sync.warehouse.migrations import migrate
from realname_sync.warehouse.server_settings import ensure_server_settings

ADMINISTRATOR = "REALNAME_POSTGRES_ADMIN"
"""The address of PostgreSQL as one who may create logins; without it logins and databases have to be there."""

_AIRFLOWS_OWN = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__RESULT_BACKEND")


def prepare(announce: Callable[[str], object]) -> None:
    """Create what is missing and bring the rest up to date; one line is announced for each step.

    Raises:
        SettingsError: a step of Airflow's failed; what it said stands above.
    """
    administrator = os.environ.get(ADMINISTRATOR, "").strip()
    if administrator:
        created = ensure_databases(administrator, _owners())
        announce(f"databases created: {', '.join(created) or 'none, they are there'}")
        settings_of_server = ensure_server_settings(administrator)
        announce(f"settings of the server made: {', '.join(settings_of_server.made) or 'none'}")
        if settings_of_server.left:
            announce(f"settings that its administrator should make: {', '.join(settings_of_server.left)}")
    _airflow("db", "migrate")
    announce("Airflow's metadata are up to date")
    pools = _make_missing_pools()
    announce(f"pools created: {', '.join(pools) or 'none, they are there and keep their sizes'}")
    city = open_city()
    try:
        announce(f"{len(migrate(city.engine))} migrations applied to the warehouse")
    finally:
        city.close()


def _owners() -> Iterator[Owner]:
    yield Owner(database_url(settings.connection("warehouse_db")), makes_roles=True)
    for variable in _AIRFLOWS_OWN:
        text = os.environ.get(variable, "").removeprefix("db+")
        if text.startswith("postgresql"):
            yield Owner(make_url(text))


def _make_missing_pools() -> list[str]:
    """Create the pools that are not there; of those that are, somebody may have changed the size."""
    wanted = json.loads(POOLS_FILE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "pools.json"
        _airflow("pools", "export", str(file))
        there = json.loads(file.read_text(encoding="utf-8"))
        missing = {name: pool for name, pool in wanted.items() if name not in there}
        if missing:
            file.write_text(json.dumps(missing), encoding="utf-8")
            _airflow("pools", "import", str(file))
    return list(missing)


def _airflow(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "airflow", *arguments], check=False)  # noqa: S603 - this interpreter
    if done.returncode != 0:
        raise SettingsError(f"`airflow {' '.join(arguments[:2])}` failed; see what it said above")
