"""When a finding is open and when gone: by the dates its rule looked at, and not by those it could not look at."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from rule_cases import CITY
from sqlalchemy import Engine, text

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.findings import (
    BrokenRule,
    Finding,
    begin_staging,
    let_former_findings_stand,
    record_look,
    replace_findings,
    stage_findings,
)
from realname_sync.warehouse.engine import Role, transaction

DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
RULES = load_catalogue().in_force(DAY, CITY)
PROJECT = Finding("CMP-007", "project", "P1")
PUNCH = Finding("RST-001", "punch", "7")
COUNTED = Finding("UPL-006", "project", "P1", "attendance:nation")


def check(
    warehouse: Engine, work_date: date, found: Iterable[Finding], *, broken: str = "", but_for: str = "", only: str = ""
) -> None:
    """A check of a date that finds this; with a broken rule, without one that is not in force, or of one sort only."""
    rules = [one for one in RULES.values() if one.id != but_for and one.id.startswith(only)]
    failures = [BrokenRule(one.id, one.severity, "Broken") for one in rules if one.id == broken]
    ids = [one.id for one in rules] if only else None
    with transaction(warehouse, Role.CHECK) as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": work_date})
        begin_staging(connection, rules)
        stage_findings(connection, found)
        let_former_findings_stand(connection, work_date, failures)
        replace_findings(connection, work_date, NOW, only=ids)
        record_look(connection, work_date, failures, NOW, None, only=ids)


def states(warehouse: Engine) -> dict[str, str]:
    with transaction(warehouse, Role.READ) as connection:
        rows = connection.execute(text("SELECT rule_id, state FROM quality.finding_state"))
        return {row.rule_id: row.state for row in rows}


def test_what_stands_is_gone_when_a_later_date_lacks_it_and_what_is_of_a_day_is_not(warehouse: Engine) -> None:
    check(warehouse, DAY, [PROJECT, PUNCH, COUNTED])
    assert states(warehouse) == {"CMP-007": "open", "RST-001": "open", "UPL-006": "open"}
    check(warehouse, NEXT, [])
    assert states(warehouse) == {"CMP-007": "gone", "RST-001": "open", "UPL-006": "open"}
    check(warehouse, DAY, [PROJECT])
    assert states(warehouse) == {"CMP-007": "gone", "RST-001": "gone", "UPL-006": "gone"}


def test_an_older_date_checked_later_opens_nothing_again(warehouse: Engine) -> None:
    check(warehouse, NEXT, [])
    check(warehouse, DAY, [PROJECT])
    assert states(warehouse) == {"CMP-007": "gone"}


def test_a_rule_that_could_not_look_says_nothing_is_gone(warehouse: Engine) -> None:
    check(warehouse, DAY, [PROJECT])
    check(warehouse, NEXT, [], broken="CMP-007")
    assert states(warehouse) == {"CMP-007": "open"}
    check(warehouse, NEXT, [])
    assert states(warehouse) == {"CMP-007": "gone"}


def test_what_a_broken_rule_staged_before_it_broke_is_forgotten(warehouse: Engine) -> None:
    check(warehouse, DAY, [PROJECT])
    check(warehouse, DAY, [Finding("CMP-007", "project", "P2")], broken="CMP-007")
    with transaction(warehouse, Role.READ) as connection:
        assert connection.execute(text("SELECT object_key FROM quality.finding")).all() == [("P1",)]
        assert connection.execute(text("SELECT count(*) FROM quality.former_finding")).scalar_one() == 0


def test_a_rule_that_is_no_longer_in_force_finds_nothing(warehouse: Engine) -> None:
    check(warehouse, DAY, [PROJECT])
    check(warehouse, NEXT, [], but_for="CMP-007")
    assert states(warehouse) == {"CMP-007": "gone"}


def test_a_look_at_uploads_alone_says_nothing_about_the_rest(warehouse: Engine) -> None:
    check(warehouse, DAY, [PROJECT, COUNTED])
    check(warehouse, NEXT, [], only="UPL-")
    check(warehouse, DAY, [], only="UPL-")
    assert states(warehouse) == {"CMP-007": "open", "UPL-006": "gone"}


def test_the_days_it_was_seen_on_count_its_project_and_its_name_stays(warehouse: Engine) -> None:
    for day in (DAY, NEXT):
        check(warehouse, day, [Finding("CMP-001", "project", "P1", "name", "P1", "a", f"b{day}")])
    with transaction(warehouse, Role.READ) as connection:
        row = connection.execute(text("SELECT * FROM quality.finding_state")).one()
        named = connection.execute(text("SELECT quality.finding_id('CMP-001', 'project', 'P1', 'name')")).scalar_one()
    assert (row.finding_id, row.first_seen, row.last_seen, row.days_seen) == (named, DAY, NEXT, 2)
    assert (row.project_code, row.field, row.muted_until) == ("P1", "name", None)


def test_a_finding_is_looked_up_by_its_id_through_an_index(warehouse: Engine) -> None:
    """Among a year of findings nobody should have to wait for one."""
    check(warehouse, DAY, [PROJECT])
    with transaction(warehouse, Role.READ) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(
            text("EXPLAIN SELECT * FROM quality.finding_state WHERE finding_id = 'CMP-007-000000000000'")
        ).scalars()
        told = "\n".join(plan)
    assert "finding_20261120_finding_id_idx" in told
    assert "former_finding_finding_id_idx" in told
