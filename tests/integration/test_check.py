"""The check of a work date, as a step: what it says, that it may be repeated, and that it refuses to check nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from realname_sync.errors import SettingsError
from realname_sync.pipelines.check import check_consistency
from realname_sync.settings import ConnectionSpec

FINDINGS = "SELECT * FROM quality.finding ORDER BY work_date, rule_id, object, object_key, field"


def test_the_summary_counts_what_was_found(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    work_date = town.truth.work_date
    summary = check_consistency(town.city, work_date)
    rows = town.warehouse_sql(FINDINGS)
    assert sum(summary["findings"].values()) == len(rows) > 0
    assert summary["stop"] == sum(row.severity == "stop" for row in rows)
    assert summary["seconds"] > 0
    (run,) = town.warehouse_sql(
        "SELECT state, summary FROM ops.step_run WHERE step = 'check_consistency' ORDER BY run_id DESC LIMIT 1"
    )
    assert (run.state, run.summary) == ("done", json.loads(json.dumps(summary)))


def test_a_repetition_leaves_every_row_as_it_was(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    before = town.warehouse_sql(FINDINGS)
    check_consistency(town.city, town.truth.work_date)
    assert town.warehouse_sql(FINDINGS) == before


def test_another_date_is_not_touched(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    before = town.warehouse_sql(FINDINGS)
    day_before = town.truth.work_date - timedelta(days=1)
    check_consistency(town.city, day_before)
    after = town.warehouse_sql(FINDINGS)
    assert [row for row in after if row.work_date != day_before] == before
    assert {row.object for row in after if row.work_date == day_before} >= {"project", "person", "key_post"}


def test_a_finding_names_the_district_and_nobody(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    rows = town.warehouse_sql(FINDINGS)
    assert all(row.area_code for row in rows if row.project_code)
    names = {name for (name,) in town.municipal_rows("SELECT name FROM person WHERE length(name) BETWEEN 3 AND 10")}
    numbers = {number for (number,) in town.municipal_rows("SELECT id_number FROM person")}
    told = [text for row in rows for text in (row.expected, row.actual) if text]
    assert not [text for text in told if any(secret in text for secret in names | numbers)]


def test_a_city_no_rule_holds_for_is_refused(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")

    def elsewhere(name: str) -> ConnectionSpec:
        spec = town.city.connection(name)
        return replace(spec, login="zj-110100") if name == "integrity_platform" else spec

    city = replace(town.city, connection=elsewhere)
    with pytest.raises(SettingsError, match="no rule is in force for 110100"):
        check_consistency(city, town.truth.work_date)
    city.close()
