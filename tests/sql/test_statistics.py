"""After a large write the planner knows the tables it went to, and no others are looked at."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.work_days import ensure_work_date

DAY = date(2026, 11, 20)
CALLS = {
    "ops/refresh_statistics": {"layer": "core", "work_date": DAY},
    "ops/refresh_day_statistics": {"layer": "core", "work_date": DAY},
    "ops/refresh_table_statistics": {"layer": "core", "table_name": "person"},
}
KNOWN_AFTER = {
    "ops/refresh_statistics": {"punch_20261120", "person", "team"},
    "ops/refresh_day_statistics": {"punch_20261120"},
    "ops/refresh_table_statistics": {"person"},
}


@pytest.mark.parametrize("statement", CALLS)
def test_the_planner_knows_what_was_asked_for(warehouse: Engine, statement: str) -> None:
    with transaction(warehouse, Role.BUILD) as connection:
        for day in (DAY, DAY + timedelta(days=1)):
            ensure_work_date(connection, day)
    with transaction(warehouse, Role.BUILD) as connection:
        statements.rows(connection, statement, **CALLS[statement])
    with warehouse.connect() as connection:
        known = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'core'::regnamespace AND relkind = 'r'"
                " AND reltuples >= 0 AND relname IN ('punch_20261120', 'punch_20261121', 'person', 'team')"
            )
        ).scalars()
        assert set(known) == KNOWN_AFTER[statement]
