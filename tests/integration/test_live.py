"""What the pages read of a real town: the same figures as the reports and the command line, and nobody's name."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest

from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.day import run_day
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.live.day import read_day
from realname_sync.pipelines.live.finding import Seen, read_finding
from realname_sync.pipelines.live.findings import PAGE_ROWS, Wanted, filter_choices, find_findings
from realname_sync.pipelines.live.project import read_project
from realname_sync.pipelines.live.reading import reading
from realname_sync.pipelines.report import report_month, report_quality
from realname_sync.pipelines.status import TARGETS, day_status

DAY = date(2026, 11, 20)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def town(open_town: Callable[..., Any]) -> Any:
    """A town of two checked days, of which the second was delivered."""
    town = open_town(1, stage="checked")
    extract_municipal(town.city, BEFORE)
    check_consistency(town.city, BEFORE)
    run_day(town.city, DAY)
    return town


def test_the_pages_tell_what_the_warehouse_has_and_name_nobody(town: Any, tmp_path: Any) -> None:
    status = day_status(town.city, DAY)
    stored = town.warehouse_sql(
        "SELECT rule_id, project_code, severity, quality.finding_id(rule_id, object, object_key, field) AS id,"
        " (SELECT count(*) FROM quality.finding AS past WHERE past.work_date < finding.work_date"
        " AND (past.rule_id, past.object, past.object_key, past.field)"
        " = (finding.rule_id, finding.object, finding.object_key, finding.field)) AS former"
        " FROM quality.finding WHERE work_date = :day",
        day=DAY,
    )
    with reading(town.city.engine) as connection:
        day = read_day(connection, DAY, town.city.clock)
        pages = [find_findings(connection, Wanted(DAY, page=number)) for number in (1, 2, 3)]
        choices = filter_choices(connection, DAY)
        new = find_findings(connection, Wanted(DAY, change="new"))
        shown = [read_finding(connection, row.id) for row in stored]
        projects = [read_project(connection, one.code, DAY) for one in day.projects]

    for target in TARGETS:
        assert day.arrivals[target].due == status.punches_read
        for state, count in status.states[target].items():
            assert getattr(day.arrivals[target], state) == count
    assert day.tally.total == len(stored) == pages[0].total
    listed = [row.finding_id for page in pages for row in page.rows]
    assert listed[: len(stored)] == list(dict.fromkeys(listed))
    assert set(listed) == {row.id for row in stored} or len(stored) > 3 * PAGE_ROWS
    assert {one.code: one.findings for one in choices["rule_id"]} == Counter(row.rule_id for row in stored)

    # What is new is what the day before did not have.
    assert day.previous_date == new.previous_date == BEFORE
    appeared = Counter(row.rule_id for row in stored if not row.former)
    assert new.total == sum(appeared.values()) == sum(one.appeared for one in day.changes)
    assert {one.rule_id: one.appeared for one in day.changes if one.appeared} == appeared

    for row, one in zip(stored, shown, strict=True):
        assert one is not None
        assert one.finding_id == row.id
        assert len(one.days) == row.former + 1
        assert one.state == "open"
        assert one.rule is not None
        assert sum(seen is Seen.FOUND for _, seen in one.strip) == row.former + 1
    for one in projects:
        assert one is not None
        assert one.findings.total == sum(row.project_code == one.project.code for row in stored)

    told = repr([asdict(page) for page in pages]) + repr(shown) + repr(projects)
    people = town.municipal_rows("SELECT name, id_number, phone FROM person WHERE length(name) > 1")
    assert [value for row in people for value in row if value and len(value.strip()) > 1 and value in told] == []

    # The month agrees with the day, also where the day was never reported.
    month = report_month(town.city, DAY.replace(day=1), tmp_path)
    assert month["days_reported"] == 2
    report = report_quality(town.city, DAY, tmp_path)
    acknowledged = {target: counts["acknowledged"] for target, counts in report["targets"].items()}
    assert {target: one["acknowledged"] for target, one in month["targets"].items()} == acknowledged


def test_a_page_can_write_nothing(town: Any) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError, match=r"read-only|permission denied"), reading(town.city.engine) as connection:
        connection.execute(text("DELETE FROM quality.finding"))
