"""What is staged to be planned: every punch once, and the database reckons with as many rows as there are."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from realname_sync.delivery.planning import stage_candidates
from realname_sync.resources import sql_text
from realname_sync.warehouse import statements

DAY, AT = date(2026, 11, 20), datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
KEY: dict[str, Any] = {"work_date": DAY, "target": "province", "shard": 1, "shards": 1}
WORKERS, PUNCHES = 2_000, 6_000
CITY = """
    INSERT INTO core.punch (work_date, project_code, punch_id, person_id, received_at, first_read_at, change_no)
    SELECT :day, 'P' || n % 20, 'X' || n, 'W' || n % :workers, :at, :at, 1 FROM generate_series(1, :punches) AS n"""


@pytest.fixture
def day(warehouse: Engine) -> Any:
    with warehouse.begin() as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": DAY})
        connection.execute(text(CITY), {"day": DAY, "at": AT, "workers": WORKERS, "punches": PUNCHES})
        yield connection
        connection.rollback()


def test_who_is_on_no_roster_is_kept_back_and_not_left_out(day: Any) -> None:
    stage_candidates(day, by_team=False, upto=-1, change_no=1, **KEY)
    found = day.execute(text("SELECT rule_id, count(*) FROM candidate GROUP BY rule_id")).all()
    assert [tuple(row) for row in found] == [("NO_CREDENTIALS", PUNCHES)]


def test_the_database_reckons_with_all_that_is_plannable(day: Any) -> None:
    statements.run(day, "delivery/stage_plannable", upto=-1, change_no=1, **KEY)
    statements.run(day, "delivery/refresh_plannable")
    explain = text(f"EXPLAIN (FORMAT JSON) {sql_text('delivery/stage_candidates')}")
    whole = day.execute(explain, {"by_team": False, **KEY}).scalar_one()[0]["Plan"]
    assert whole["Plan Rows"] >= PUNCHES * 0.9
    assert next(_rows_of("CTE who", whole)) >= PUNCHES * 0.1  # where it knows of no column, 40,000 of ten million


def _rows_of(name: str, plan: Any) -> Any:
    if plan.get("Subplan Name") == name:
        yield plan["Plan Rows"]
    for part in plan.get("Plans", ()):
        yield from _rows_of(name, part)
