"""Keeps what a report counted of a day, so that trends and months need not count its punches again."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from realname_sync.quality.report.model import Arrival
from realname_sync.warehouse import bulk, statements

_STATES = ("due", "acknowledged", "late", "in_batch", "waiting", "held", "refused")


def record_arrivals(
    connection: Connection, work_date: date, of_projects: Mapping[str, Mapping[str, Arrival]], counted_at: datetime
) -> None:
    """Replace what is kept of the date by these counts, by project and platform; other dates are left alone."""
    statements.run(connection, "marts/clear_day_arrival", work_date=work_date)
    bulk.copy_rows(
        connection,
        "quality.day_arrival",
        ("work_date", "target", "project_code", *_STATES, "counted_at"),
        (
            (work_date, target, code, *(getattr(arrival, state) for state in _STATES), counted_at)
            for code, arrivals in of_projects.items()
            for target, arrival in arrivals.items()
        ),
    )


def days_to_count(connection: Connection, first: date, last: date) -> list[date]:
    """The dates of which nothing is kept, or about which something changed since."""
    rows = statements.rows(connection, "marts/days_to_count", first_date=first, last_date=last)
    return [row.work_date for row in rows]
