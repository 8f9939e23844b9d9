"""Forward-only migrations: numbered SQL files, each run once in its own transaction, its checksum kept."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from realname_sync.errors import MigrationError
from realname_sync.resources import root
from realname_sync.workdate import Clock, system_clock

_LOCK = 2021_159  # any fixed number: two migrators wait for one another


@dataclass(frozen=True)
class Migration:
    """One file below sql/migrations: its number, name, text and checksum."""

    number: str
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations(folder: Path | None = None) -> list[Migration]:
    """All migrations, in order.

    Raises:
        MigrationError: two files have one number.
    """
    found = [
        Migration(path.stem[:4], path.stem[5:], path.read_text(encoding="utf-8"))
        for path in sorted((folder or root() / "sql" / "migrations").glob("[0-9]*.sql"))
    ]
    numbers = [migration.number for migration in found]
    if len(set(numbers)) != len(numbers):
        raise MigrationError("two migrations have the same number: rename the newer file")
    return found


def migrate(engine: Engine, *, folder: Path | None = None, clock: Clock = system_clock) -> list[Migration]:
    """Apply what is missing and return it; nothing is applied where something does not fit.

    Raises:
        MigrationError: an applied migration was changed or removed, or one would have to run before an applied one.
    """
    known = known_migrations(folder)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        applied = _applied(connection)
        _check(known, applied)
        missing = [migration for migration in known if migration.number not in applied]
        for migration in missing:
            connection.exec_driver_sql(migration.sql.replace("%", "%%"))
            connection.execute(
                text("INSERT INTO ops.schema_migration VALUES (:number, :name, :checksum, :applied_at)"),
                {
                    "number": migration.number,
                    "name": migration.name,
                    "checksum": migration.checksum,
                    "applied_at": clock(),
                },
            )
    return missing


def _applied(connection: Connection) -> dict[str, str]:
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS ops")
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS ops.schema_migration"
        " (number text PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL)"
    )
    rows = connection.execute(text("SELECT number, checksum FROM ops.schema_migration"))
    return {row.number: row.checksum for row in rows}


def _check(known: list[Migration], applied: dict[str, str]) -> None:
    by_number = {migration.number: migration for migration in known}
    for number, checksum in applied.items():
        if number not in by_number:
            raise MigrationError(f"migration {number} was applied but its file is gone: put it back")
        if by_number[number].checksum != checksum:
            raise MigrationError(f"migration {number} was changed after it was applied: restore it and add a new one")
    newest = max(applied, default="")
    for migration in known:
        if migration.number not in applied and migration.number < newest:
            raise MigrationError(f"migration {migration.number} is older than {newest}, which is applied: renumber it")
