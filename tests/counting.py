"""What a read counts of the punches it brings, for tests that put punches in without one."""

from sqlalchemy import Connection, text


def count_project_days(connection: Connection) -> None:
    """Count the punches that are there by date and project."""
    connection.execute(
        text(
            "INSERT INTO core.project_day (work_date, project_code, punches)"
            " SELECT work_date, project_code, count(*) FROM core.punch GROUP BY 1, 2"
        )
    )
