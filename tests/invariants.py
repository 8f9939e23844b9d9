"""Checks the invariants of the delivery at every commit of an engine, in the transaction that is about to commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, Engine, event, text

from realname_sync.delivery.invariants import violations

_CHECKED_ROLES = ("realname_send", "realname_build")


@contextmanager
def watched(engine: Engine) -> Iterator[list[int]]:
    """While this lasts, a commit that would leave an invariant broken fails; the list grows with each check."""
    checked: list[int] = []

    def before_commit(connection: Connection) -> None:
        if connection.exec_driver_sql("SELECT current_setting('role')").scalar() not in _CHECKED_ROLES:
            return
        connection.exec_driver_sql("RESET ROLE")
        for work_date in _dates(connection):
            broken = [str(one) for one in violations(connection, work_date)]
            if broken:
                raise AssertionError("; ".join(broken[:5]))
        checked.append(1)

    event.listen(engine, "commit", before_commit)
    try:
        yield checked
    finally:
        event.remove(engine, "commit", before_commit)


def _dates(connection: Connection) -> list[date]:
    """The dates that anything was planned for, or that this transaction could have made so."""
    return list(connection.execute(text("SELECT DISTINCT work_date FROM delivery.batch ORDER BY 1")).scalars())
