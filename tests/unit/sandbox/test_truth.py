"""The truth file is exact: the rules, written a second time, find what it says on every day, and nothing else."""

from collections import Counter
from datetime import date, timedelta

import pytest
from oracle_attendance import attendance_findings
from oracle_master import master_findings
from oracle_posts import post_findings
from oracle_rows import day_of, punch_findings, shape_findings

from realname_sync.errors import SettingsError
from realname_sync.sandbox.generator import generate
from realname_sync.sandbox.model import City
from realname_sync.sandbox.truth import Truth

WORK_DATE = date(2026, 11, 20)
SMALL = {"projects": 8, "workers": 200}
RULES = {
    *(f"LMP-00{n}" for n in range(1, 5)),
    *(f"CMP-{n:03d}" for n in range(1, 11)),
    *(f"KPS-{n:03d}" for n in range(1, 11)),
    "COV-001",
    *(f"IDN-00{n}" for n in range(1, 3)),
    *(f"RST-{n:03}" for n in range(1, 16)),
    *(f"SHP-00{n}" for n in range(1, 9)),
    *("AGE-001", "AGE-002", "CVR-001", "DEV-001", "DEV-002"),
}


def assert_exact(city: City, truth: Truth) -> None:
    days = {day_of(row) for row in city.municipal.attendance} | {truth.work_date}
    for day in sorted(days):
        found = master_findings(city, day) | post_findings(city, day) | shape_findings(city, day)
        found |= punch_findings(city, day) | attendance_findings(city, day)
        planted = {(item.rule, item.object, item.key, item.field) for item in truth.on(day)}
        assert found - planted == set(), f"{day}: found and not planted"
        assert planted - found == set(), f"{day}: planted and not found"
    assert len(truth.planted) == len({(p.rule, p.object, p.key, p.field, p.work_date) for p in truth.planted})


@pytest.mark.parametrize(("seed", "days"), [(1, 2), (2, 1), (3, 5)])
def test_a_small_city_carries_every_rule_and_nothing_else(seed: int, days: int) -> None:
    city, truth = generate(seed=seed, **SMALL, work_date=WORK_DATE, days=days)
    assert set(truth.by_rule()) == RULES
    assert {item.rule for item in truth.on(WORK_DATE)} == RULES
    assert_exact(city, truth)


def test_the_city_of_the_demo_carries_every_rule_at_least_twice() -> None:
    city, truth = generate(seed=1, projects=40, workers=3000, work_date=WORK_DATE, days=2)
    assert set(truth.by_rule()) == RULES
    assert {item.rule for item in truth.on(WORK_DATE)} == RULES
    assert min(truth.by_rule().values()) >= 2
    assert_exact(city, truth)


def test_a_clean_city_breaks_no_rule() -> None:
    city, truth = generate(seed=4, **SMALL, work_date=WORK_DATE, days=3, dirt=False)
    assert truth.planted == ()
    assert_exact(city, truth)


def test_punches_come_late_and_never_after_the_evening_of_the_last_day() -> None:
    # Days late are drawn a project: three small cities have them all, one may not.
    cities = [generate(seed=seed, **SMALL, work_date=WORK_DATE, days=3)[0] for seed in (5, 6, 7)]
    rows = [row for city in cities for row in city.municipal.attendance]
    assert max(row.received_at for row in rows).isoformat() < "2026-11-20T21:00:00"
    first = WORK_DATE - timedelta(days=2)
    assert any(row.punched_at.date() < first for row in rows if row.punched_at.year > 2020)
    late = Counter((row.received_at.date() - row.punched_at.date()).days for row in rows)
    assert late[1] > 0
    assert late[2] > 0
    nights = [row for row in rows if row.direction == "02" and row.punched_at.hour < 7]
    assert nights


def test_ids_are_not_quite_in_the_order_of_receipt() -> None:
    city, _ = generate(seed=6, **SMALL, work_date=WORK_DATE, days=2)
    rows = city.municipal.attendance
    by_id = [row.received_at for row in sorted(rows, key=lambda row: row.id)]
    assert by_id != sorted(by_id)
    assert sorted(row.id for row in rows) == list(range(1, len(rows) + 1))


def test_many_shared_rows_have_one_instant() -> None:
    city, _ = generate(seed=6, **SMALL, work_date=WORK_DATE, days=2)
    instants = Counter(row.updated_at for row in city.shared)
    assert instants.most_common(1)[0][1] > 5
    assert any(row.deleted for row in city.shared)
    assert max(instants) < max(row.received_at for row in city.municipal.attendance)


@pytest.mark.parametrize("size", [{"projects": 7}, {"workers": 100}, {"days": 0}])
def test_a_city_that_is_too_small_is_refused(size: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="at least"):
        generate(**({"seed": 1, **SMALL, "days": 1} | size), work_date=WORK_DATE)
