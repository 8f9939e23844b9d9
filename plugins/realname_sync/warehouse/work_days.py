"""The partitions of a work date: made when it is first touched, never made again once its rows are past their time."""

from datetime import date

from sqlalchemy import Connection

from realname_sync.errors import WorkDateError
from realname_sync.warehouse import statements


def ensure_work_date(connection: Connection, work_date: date) -> None:
    """See that the date's partitions are there.

    Raises:
        WorkDateError: the date's rows were dropped: what it had sent would be sent a second time.
    """
    if statements.scalar(connection, "retention/is_dropped", work_date=work_date):
        raise WorkDateError(
            f"the rows of {work_date} were past their time and dropped; the day cannot be worked for again "
            "(docs/security.md, retention)"
        )
    statements.rows(connection, "ops/ensure_work_date", work_date=work_date)


def dropped_days(connection: Connection) -> set[date]:
    """The dates whose rows were dropped."""
    return {row.work_date for row in statements.rows(connection, "retention/dropped_days")}
