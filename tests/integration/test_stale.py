"""No lamp on stale data: what a check says when shared data were not read for too long, and after they were again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.quality.catalogue import load_catalogue

LIMIT = timedelta(hours=36)
FINDINGS = "SELECT * FROM quality.finding WHERE work_date = :day ORDER BY rule_id, object, object_key, field"


def resting_on(*objects: str) -> set[str]:
    return {rule.id for rule in load_catalogue().rules if set(rule.rests_on) & set(objects)}


def found(town: Any, day: Any) -> dict[str, list[Any]]:
    by_rule: dict[str, list[Any]] = {}
    for row in town.warehouse_sql(FINDINGS, day=day):
        by_rule.setdefault(row.rule_id, []).append(row)
    return by_rule


def test_stale_registrations_leave_the_lamps_as_they_were_and_say_so(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    day = town.truth.work_date
    before = found(town, day)
    assert "SRC-001" not in before
    # The registration behind a lamp is put right, and another one spoilt, while nobody can read that it was.
    town.warehouse_sql("UPDATE core.shared_registration SET category = '注册建造师', status = '1', level = '2'")
    town.warehouse_sql(
        "UPDATE ops.pull_cursor SET moved_at = moved_at - interval '37 hours' WHERE object = 'registration'"
    )
    summary = check_consistency(town.city, day)
    after = found(town, day)
    assert [row.object_key for row in after["SRC-001"]] == ["registration"]
    (stale,) = after["SRC-001"]
    assert stale.owner == "us"
    unknown = resting_on("registration")
    assert stale.actual.endswith("unknown: " + ", ".join(sorted(unknown)))
    assert {rule: after.get(rule) for rule in unknown} == {rule: before.get(rule) for rule in unknown}
    assert summary["findings"]["SRC-001"] == 1
    marked = town.warehouse_sql(
        "SELECT rule_id, shared_object FROM quality.unknown_rule WHERE work_date = :day", day=day
    )
    assert {tuple(row) for row in marked} == {(rule, "registration") for rule in unknown}


def test_a_date_first_checked_on_stale_data_has_no_lamp_and_says_why(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    day = town.truth.work_date - timedelta(days=1)
    town.warehouse_sql("UPDATE ops.pull_cursor SET moved_at = moved_at - interval '37 hours'")
    check_consistency(town.city, day)
    rules = set(found(town, day))
    every = {"project", "corp", "participant", "person", "registration", "key_post"}
    assert not rules & resting_on(*every)
    assert {row.object_key for row in found(town, day)["SRC-001"]} == every
    assert "CMP-001" in rules, "what compares the copies as they are goes on"


def test_reading_again_ends_it(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    day = town.truth.work_date
    before = found(town, day)
    town.warehouse_sql("UPDATE ops.pull_cursor SET moved_at = moved_at - interval '37 hours'")
    check_consistency(town.city, day)
    pull_master_data(town.city)
    check_consistency(town.city, day)
    assert found(town, day) == before
    assert town.warehouse_sql("SELECT * FROM quality.unknown_rule") == []


def test_the_limit_counts_from_the_instant_of_the_check(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked")
    day = town.truth.work_date
    (read,) = town.warehouse_sql("SELECT min(moved_at) AS first, max(moved_at) AS last FROM ops.pull_cursor")

    def check_at(instant: datetime) -> set[str]:
        city = replace(town.city, clock=lambda: instant)
        check_consistency(city, day)
        city.close()
        return {row.object_key for row in found(town, day).get("SRC-001", [])}

    assert check_at(read.first + LIMIT) == set()
    assert len(check_at(read.last + LIMIT + timedelta(seconds=1))) == 6
