"""Checks the invariants of the delivery at every commit of an engine, in the transaction that is about to commit.

A transaction that wrote nothing can have broken nothing; of one that wrote, the dates whose partitions it changed are
looked at, and all dates where it changed a table that belongs to no date.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, Engine, event, text

from realname_sync.delivery.invariants import violations

_CHECKED_ROLES = ("realname_send", "realname_build")
_WHO = "SELECT current_setting('role'), cast(pg_current_xact_id_if_assigned() AS text)"
# Counts may still hold those of the connection's last transactions, so this is rather too much than too little.
_CHANGED = r"""
SELECT DISTINCT to_date(substring(relname FROM '_(\d{8})$'), 'YYYYMMDD')
FROM pg_stat_xact_user_tables
WHERE
    n_tup_ins + n_tup_upd + n_tup_del > 0
    AND (schemaname, relname) NOT IN (
        ('delivery', 'journal'), ('delivery', 'ledger_head'), ('delivery', 'noted_change'), ('delivery', 'rest')
    )
    AND schemaname IN ('core', 'delivery')
"""


@contextmanager
def watched(engine: Engine) -> Iterator[list[int]]:
    """While this lasts, a commit that would leave an invariant broken fails; the list grows with each check."""
    checked: list[int] = []

    def before_commit(connection: Connection) -> None:
        role, transaction_id = connection.exec_driver_sql(_WHO).one()
        if role not in _CHECKED_ROLES or transaction_id is None:
            return
        connection.exec_driver_sql("RESET ROLE")
        for work_date in _dates_at_stake(connection):
            broken = [str(one) for one in violations(connection, work_date)]
            if broken:
                raise AssertionError("; ".join(broken[:5]))
        checked.append(1)

    event.listen(engine, "commit", before_commit)
    try:
        yield checked
    finally:
        event.remove(engine, "commit", before_commit)


def _dates_at_stake(connection: Connection) -> list[date]:
    """The dates that anything was planned for and that this transaction may have changed."""
    planned = connection.execute(text("SELECT DISTINCT work_date FROM delivery.batch ORDER BY 1")).scalars().all()
    changed = set(connection.exec_driver_sql(_CHANGED).scalars())
    return [day for day in planned if None in changed or day in changed]
