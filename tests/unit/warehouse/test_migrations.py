"""Migrations: forward only, each once, and never one that was changed behind the database's back."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from databases import database_spec
from realname_sync.errors import MigrationError
from realname_sync.resources import root
from realname_sync.warehouse.engine import Role, open_engine, transaction
from realname_sync.warehouse.migrations import known_migrations, migrate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "migrations"
    shutil.copytree(root() / "sql" / "migrations", copy)
    return copy


def test_a_second_time_there_is_nothing_to_do(warehouse: Engine) -> None:
    assert migrate(warehouse) == []


def test_a_new_migration_is_applied_alone(warehouse: Engine, folder: Path) -> None:
    (folder / "9001_create_something.sql").write_text("CREATE TABLE ops.something (note text DEFAULT '100%');")
    assert [migration.number for migration in migrate(warehouse, folder=folder)] == ["9001"]


def test_a_failing_migration_leaves_nothing_behind(warehouse: Engine, folder: Path) -> None:
    (folder / "9001_half.sql").write_text("CREATE TABLE ops.half (a int); SELECT 1 / 0;")
    with pytest.raises(Exception, match="division by zero"):
        migrate(warehouse, folder=folder)
    with warehouse.begin() as connection:
        assert connection.execute(text("SELECT to_regclass('ops.half')")).scalar_one() is None


def test_a_changed_migration_is_refused(warehouse: Engine, folder: Path) -> None:
    first = next(folder.glob("0001_*.sql"))
    first.write_text(first.read_text() + "\n-- changed")
    with pytest.raises(MigrationError, match="0001 was changed"):
        migrate(warehouse, folder=folder)


def test_a_missing_migration_is_refused(warehouse: Engine, folder: Path) -> None:
    next(folder.glob("0002_*.sql")).unlink()
    with pytest.raises(MigrationError, match="0002 was applied but its file is gone"):
        migrate(warehouse, folder=folder)


def test_one_that_should_have_run_earlier_is_refused(warehouse: Engine, folder: Path) -> None:
    (folder / "0000_too_late.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationError, match="renumber"):
        migrate(warehouse, folder=folder)


def test_two_files_of_one_number_are_refused(folder: Path) -> None:
    (folder / "0001_again.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationError, match="same number"):
        known_migrations(folder)


def test_a_database_that_was_never_migrated_says_so(postgres: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Role.READ, "_value_", "realname_no_such_role")
        engine = open_engine(database_spec(postgres, "postgres"))
        with pytest.raises(MigrationError, match="realname migrate"), transaction(engine, Role.READ):
            pass
        engine.dispose()
