"""Rules that look back over days sum up what earlier checks wrote down, and each check writes its own day alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.pull import pull_master_data

DAY = date(2026, 11, 20)
DAYS = [DAY - timedelta(days=back) for back in range(11, -1, -1)]
FOUND = "SELECT rule_id, object, object_key, field, actual FROM quality.finding WHERE work_date = :day"
OVER_DAYS = {"ATT-001", "ATT-002", "CVR-002"}


@pytest.fixture
def town(open_town: Callable[..., Any]) -> Any:
    """A town of which twelve days were read and checked, one after the other."""
    town = open_town(1)
    pull_master_data(town.city)
    for day in DAYS:
        extract_municipal(town.city, day)
        check_consistency(town.city, day)
    return town


def test_looking_back_finds_what_the_days_add_up_to_and_nothing_else(town: Any) -> None:
    for day in DAYS[-2:]:
        rows = town.warehouse_sql(FOUND, day=day)
        found = Counter((row.rule_id, row.object, row.object_key, row.field) for row in rows)
        planted = Counter((one.rule, one.object, one.key, one.field) for one in town.truth.on(day))
        over_days = Counter({key: count for key, count in found.items() if key[0] in OVER_DAYS})
        assert found - over_days == planted
    told = {(row.rule_id, row.object_key): row.actual for row in town.warehouse_sql(FOUND, day=DAY)}
    silent = {fault.key for fault in town.truth.on(DAY) if fault.rule == "CVR-001"}
    assert silent
    last_three = {key: text for (rule, key), text in told.items() if rule == "CVR-002"}
    assert last_three == dict.fromkeys(silent, f"none since {DAY - timedelta(days=2)}")
    states = calendar(town)
    assert {key: text for (rule, key), text in told.items() if rule == "ATT-001"} == poor_rates(states)
    assert {key: text for (rule, key), text in told.items() if rule == "ATT-002"} == rows_of_absence(states)
    assert poor_rates(states)
    assert rows_of_absence(states)
    _the_days_are_as_the_municipal_platform_has_them(town)
    _a_day_checked_again_leaves_the_others_as_they_were(town)


def calendar(town: Any) -> Mapping[str, Mapping[date, str]]:
    """The days of everyone who is in a key post on the last day."""
    days: dict[str, dict[date, str]] = defaultdict(dict)
    for row in town.warehouse_sql("SELECT * FROM quality.key_post_day"):
        days[f"{row.project_code}|{row.post_code}|{row.person_id}"][row.work_date] = row.state
    return {key: known for key, known in days.items() if DAY in known}


def poor_rates(calendar: Mapping[str, Mapping[date, str]]) -> dict[str, str]:
    found = {}
    for key, days in calendar.items():
        asked = [state for state in days.values() if state in ("valid", "short", "absent")]
        valid = asked.count("valid")
        if len(asked) >= 10 and valid / len(asked) < 0.8:
            level = "red" if valid / len(asked) < 0.6 else "yellow"
            found[key] = f"{level}: {valid} of {len(asked)} days, {100 * valid // len(asked)} %"
    return found


def rows_of_absence(calendar: Mapping[str, Mapping[date, str]]) -> dict[str, str]:
    found = {}
    for key, days in calendar.items():
        absent, day = [], DAY
        while day in days and days[day] not in ("valid", "short"):
            absent += [day] if days[day] == "absent" else []
            day -= timedelta(days=1)
        if len(absent) >= 3:
            level = "red" if len(absent) >= 10 else "yellow" if len(absent) >= 5 else "blue"
            found[key] = f"{level}: absent {len(absent)} days since {absent[-1]}"
    return found


def _the_days_are_as_the_municipal_platform_has_them(town: Any) -> None:
    """Nobody in a key post carries a planted fault of a clock, so the municipal rows alone say who was there."""
    spans = {
        (project, person): span
        for project, person, span in town.municipal_rows(
            "SELECT project_code, person_id, max(punched_at) - min(punched_at) FROM attendance"
            f" WHERE punched_at::date = '{DAY}' GROUP BY project_code, person_id"
        )
    }
    stopped = {
        code
        for (code,) in town.municipal_rows(
            f"SELECT project_code FROM stop_work WHERE '{DAY}' BETWEEN from_date AND to_date"
        )
    }
    rows = town.warehouse_sql("SELECT * FROM quality.key_post_day WHERE work_date = :day", day=DAY)
    at_work = [row for row in rows if row.state != "not_under_construction"]
    assert Counter(row.state for row in at_work)["valid"] > 20
    for row in at_work:
        span = spans.get((row.project_code, row.person_id))
        expected = "absent" if span is None else "valid" if span >= timedelta(hours=4) else "short"
        if row.project_code not in stopped and row.state != "leave":
            assert row.state == expected, (row.project_code, row.post_code)


def _a_day_checked_again_leaves_the_others_as_they_were(town: Any) -> None:
    tables = ("quality.finding", "quality.key_post_day", "quality.device_clock")
    everything = {table: f"SELECT * FROM {table} WHERE work_date <> :day ORDER BY 1, 2, 3, 4, 5" for table in tables}
    again = DAYS[-2]
    before = {table: town.warehouse_sql(query, day=again) for table, query in everything.items()}
    check_consistency(town.city, again)
    assert {table: town.warehouse_sql(query, day=again) for table, query in everything.items()} == before
