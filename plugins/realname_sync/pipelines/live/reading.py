"""A reading transaction for a page: read only, bounded in time, of one instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, Engine, text

from realname_sync.quality.report.privacy import Privacy
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

STATEMENT_SECONDS = 20
"""How long one statement of a page may take; somebody waits for it."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction in the reading role that writes nothing and gives up on a statement after STATEMENT_SECONDS.

    Raises:
        ConnectionMissingError: the database cannot be reached.
        MigrationError: it has not been migrated.
    """
    with transaction(engine.execution_options(isolation_level="REPEATABLE READ"), Role.READ) as connection:
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"))
        connection.execute(text("SET LOCAL transaction_read_only = on"))
        yield connection


def newest_checked_date(connection: Connection, last: date | None = None) -> date | None:
    """The newest date that was checked, up to `last` where given; None where none was."""
    found: date | None = statements.scalar(connection, "quality/newest_checked_date", last_date=last)
    return found


def privacy_of(project_codes: set[str]) -> Privacy:
    """What to leave out of what is shown; project codes look like citizen numbers and are none."""
    return Privacy(frozenset(project_codes))
