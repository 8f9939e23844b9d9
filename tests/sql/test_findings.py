"""Findings of a work date are replaced as a whole, and nothing else is touched."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from rule_cases import CITY, given
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.findings import (
    Finding,
    FindingCounts,
    begin_staging,
    count_findings,
    replace_findings,
    stage_findings,
)
from realname_sync.warehouse.engine import Role, transaction

DAY, DAY_BEFORE = date(2026, 11, 20), date(2026, 11, 19)
MORNING, NOON = datetime(2026, 11, 21, 1, tzinfo=UTC), datetime(2026, 11, 21, 4, tzinfo=UTC)
RULES = load_catalogue().in_force(DAY, CITY)


def check(warehouse: Engine, work_date: date, found: Iterable[Finding], found_at: datetime | None) -> None:
    with transaction(warehouse, Role.CHECK) as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": work_date})
        begin_staging(connection, RULES.values())
        stage_findings(connection, found)
        replace_findings(connection, work_date, cast("datetime", found_at))


def kept(warehouse: Engine) -> list[Any]:
    with transaction(warehouse, Role.READ) as connection:
        return list(
            connection.execute(
                text(
                    "SELECT work_date, rule_id, object_key, field, actual, found_at, xmin::text AS written"
                    " FROM quality.finding ORDER BY work_date, rule_id, object_key, field"
                )
            ).all()
        )


def test_what_is_no_longer_found_goes_and_what_still_is_keeps_its_instant(warehouse: Engine) -> None:
    first = [Finding("CMP-001", "project", "P1", "name", "P1", "a", "b"), Finding("CMP-007", "project", "P2")]
    check(warehouse, DAY, first, MORNING)
    check(
        warehouse,
        DAY,
        [Finding("CMP-001", "project", "P1", "name", "P1", "a", "c"), Finding("CMP-007", "project", "P3")],
        NOON,
    )
    assert [(row.rule_id, row.object_key, row.actual, row.found_at) for row in kept(warehouse)] == [
        ("CMP-001", "P1", "c", MORNING),
        ("CMP-007", "P3", None, NOON),
    ]


def test_the_same_again_touches_nothing(warehouse: Engine) -> None:
    found = [Finding("CMP-001", "project", "P1", "name", "P1", "a", "b")]
    check(warehouse, DAY, found, MORNING)
    before = kept(warehouse)
    check(warehouse, DAY, found, NOON)
    assert kept(warehouse) == before


def test_another_date_is_left_as_it_was(warehouse: Engine) -> None:
    check(warehouse, DAY_BEFORE, [Finding("CMP-007", "project", "P1")], MORNING)
    before = kept(warehouse)
    check(warehouse, DAY, [Finding("CMP-007", "project", "P2")], NOON)
    check(warehouse, DAY, [], NOON)
    assert kept(warehouse) == before


def test_a_finding_carries_what_the_catalogue_and_the_project_say(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        given(
            connection,
            {"core.municipal_project": [{}], "core.shared_project": [{"project_code": "P2", "area_code": "330110"}]},
        )
    found = [Finding("CMP-007", "project", "P1", "", "P1"), Finding("LMP-001", "project", "P2", "postCode:G01", "P2")]
    check(warehouse, DAY, found, MORNING)
    with transaction(warehouse, Role.READ) as connection:
        rows = connection.execute(
            text("SELECT severity, area_code, owner, remedy FROM quality.finding ORDER BY rule_id")
        ).all()
        assert [tuple(row) for row in rows] == [
            ("stop", "330106", "integrity platform", RULES["CMP-007"].remedy),
            ("warn", "330110", "site", RULES["LMP-001"].remedy),
        ]
        assert count_findings(connection, DAY) == FindingCounts({"CMP-007": 1, "LMP-001": 1}, stops=1, muted=0)


def test_a_value_that_is_misshapen_is_not_said_to_differ_too(warehouse: Engine) -> None:
    found = [
        Finding("CMP-003", "participant", "P1|C|009", "pmIDCardNumber"),
        Finding("SHP-001", "participant", "P1|C|009", "pm_id_card_number"),
        Finding("CMP-003", "participant", "P1|C|009", "corpName"),
        Finding("SHP-001", "participant", "P1|D|009", "corp_name"),
        Finding("CMP-004", "person", "p1", "name"),
        Finding("SHP-002", "person", "p1", "name"),
        Finding("SHP-001", "person", "p1", "phone"),
    ]
    check(warehouse, DAY, found, MORNING)
    assert [(row.rule_id, row.object_key, row.field) for row in kept(warehouse)] == [
        ("CMP-003", "P1|C|009", "corpName"),
        ("SHP-001", "P1|C|009", "pm_id_card_number"),
        ("SHP-001", "P1|D|009", "corp_name"),
        ("SHP-001", "p1", "phone"),
        ("SHP-002", "p1", "name"),
    ]


def test_a_finding_made_twice_is_one(warehouse: Engine) -> None:
    twice = [
        Finding("SHP-004", "punch", "7", "punched_at", "P1", "x"),
        Finding("SHP-004", "punch", "7", "punched_at", "P1", "y"),
    ]
    check(warehouse, DAY, twice, MORNING)
    assert len(kept(warehouse)) == 1


def test_a_failure_on_the_way_leaves_the_former_findings(warehouse: Engine) -> None:
    check(warehouse, DAY, [Finding("CMP-007", "project", "P1")], MORNING)
    before = kept(warehouse)
    with pytest.raises(DBAPIError):
        check(warehouse, DAY, [Finding("CMP-007", "project", "P2")], None)
    assert kept(warehouse) == before


@pytest.mark.parametrize(
    "table", ["core.punch", "core.shared_project", "core.person", "raw.municipal_row", "delivery.backlog"]
)
def test_the_checking_role_writes_findings_only(warehouse: Engine, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), transaction(warehouse, Role.CHECK) as connection:
        connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    ("object_name", "severity"),
    [("team", "stop"), ("person", "stop"), ("punch", "stop"), ("project", "warn"), ("payroll", "warn")],
)
def test_a_stop_only_warns_where_nothing_of_the_object_is_sent(
    warehouse: Engine, object_name: str, severity: str
) -> None:
    check(warehouse, DAY, [Finding("SHP-001", object_name, "K1", "name")], MORNING)
    with transaction(warehouse, Role.READ) as connection:
        assert connection.execute(text("SELECT severity FROM quality.finding")).scalar_one() == severity


STALE = Finding("SRC-001", "shared_object", "registration", "readAt")
LAMP = Finding("LMP-003", "key_post", "P1|G01|p1", "registrationCategory", "P1")
STATED = Finding("CMP-010", "key_post", "P1|G01|p1", "registrationCategory", "P1")
MISSING = Finding("LMP-001", "project", "P1", "postCode:G01", "P1")


def marks(warehouse: Engine) -> list[tuple[Any, ...]]:
    with transaction(warehouse, Role.READ) as connection:
        return [
            tuple(row)
            for row in connection.execute(
                text("SELECT * FROM quality.unknown_rule ORDER BY work_date, rule_id, shared_object")
            )
        ]


def test_on_stale_data_a_rule_finds_nothing_new_and_takes_nothing_back(warehouse: Engine) -> None:
    other = Finding("LMP-003", "key_post", "P2|G01|p2", "registrationCategory", "P2")
    check(warehouse, DAY, [LAMP, MISSING], MORNING)
    check(warehouse, DAY, [STALE, other], NOON)
    found = [(row.rule_id, row.object_key, row.found_at) for row in kept(warehouse)]
    assert found == [("LMP-003", "P1|G01|p1", MORNING), ("SRC-001", "registration", NOON)]
    on_registrations = {rule.id for rule in RULES.values() if "registration" in rule.rests_on}
    assert {row[1:] for row in marks(warehouse)} == {(rule, "registration", NOON) for rule in on_registrations}
    assert "LMP-003" in on_registrations
    assert "LMP-001" not in on_registrations


def test_the_first_check_on_fresh_data_decides_and_takes_the_marks_away(warehouse: Engine) -> None:
    check(warehouse, DAY, [LAMP, Finding("LMP-003", "key_post", "P2|G01|p2", "registrationCategory", "P2")], MORNING)
    check(warehouse, DAY, [STALE], NOON)
    check(warehouse, DAY, [LAMP], datetime(2026, 11, 21, 6, tzinfo=UTC))
    assert [(row.rule_id, row.object_key, row.found_at) for row in kept(warehouse)] == [
        ("LMP-003", "P1|G01|p1", MORNING)
    ]
    assert marks(warehouse) == []


def test_marks_are_of_their_date_and_keep_their_instant(warehouse: Engine) -> None:
    check(warehouse, DAY_BEFORE, [STALE], MORNING)
    before = marks(warehouse)
    check(warehouse, DAY, [STALE], NOON)
    check(warehouse, DAY_BEFORE, [STALE], NOON)
    assert [row for row in marks(warehouse) if row[0] == DAY_BEFORE] == before
    check(warehouse, DAY, [], NOON)
    assert marks(warehouse) == before


def test_what_an_unknown_rule_explains_stays_explained(warehouse: Engine) -> None:
    check(warehouse, DAY, [LAMP, STATED], MORNING)
    check(warehouse, DAY, [STALE, LAMP, STATED], NOON)
    assert [row.rule_id for row in kept(warehouse)] == ["LMP-003", "SRC-001"]


def test_a_check_of_some_rules_leaves_the_marks_of_the_others(warehouse: Engine) -> None:
    check(warehouse, DAY, [STALE], MORNING)
    before = marks(warehouse)
    with transaction(warehouse, Role.CHECK) as connection:
        begin_staging(connection, [RULES["UPL-001"]])
        replace_findings(connection, DAY, NOON, only=["UPL-001"])
    assert marks(warehouse) == before


@pytest.mark.parametrize(("before", "allowed"), [("4MB", "32MB"), ("64MB", "64MB")])
def test_a_check_has_memory_for_a_large_day_and_never_less_than_the_server_gives(
    warehouse: Engine, before: str, allowed: str
) -> None:
    with transaction(warehouse, Role.CHECK) as connection:
        connection.execute(text("SELECT set_config('work_mem', :before, TRUE)"), {"before": before})
        begin_staging(connection, RULES.values())
        assert connection.execute(text("SHOW work_mem")).scalar_one() == allowed
