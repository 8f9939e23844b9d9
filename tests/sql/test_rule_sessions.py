"""Rules in two sessions: which may run beside the check's own, and that what either finds is found."""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg.errors import AdminShutdown
from rule_cases import WORK_DATE
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.quality.findings import begin_staging
from realname_sync.quality.requirements import stage_requirements
from realname_sync.quality.rule_sessions import looks_at_what_is_written, statements_under_way
from realname_sync.quality.rules import parameters, rule_statement
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.work_days import ensure_work_date

CITY, NOW = "330100", datetime(2026, 11, 20, 14, tzinfo=UTC)
BY_STATEMENT = {rule.id: rule for rule in load_catalogue().latest().values() if rule.statement is not None}
WRITTEN = ("device_clock", "key_post_day")
"""Tables that attendance.observe fills; the names of their partitions begin with these."""


def elsewhere(number: int) -> Mapping[str, Rule]:
    """So many rules that any session may run."""
    free = [rule for rule in BY_STATEMENT.values() if not looks_at_what_is_written(rule)]
    return {rule.id: rule for rule in free[:number]}


def stage_one(connection: Connection, rule: Rule) -> None:
    """A finding that names the session."""
    connection.execute(
        text(
            "INSERT INTO staged_finding (rule_id, object, object_key, field)"
            " VALUES (:rule, 'punch', cast(pg_backend_pid() AS text), '')"
        ),
        {"rule": rule.id},
    )


def relations(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Schema and name of every relation in a plan."""
    if "Relation Name" in plan:
        yield plan["Schema"], plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from relations(below)


@pytest.fixture
def connection(warehouse: Engine) -> Iterator[Connection]:
    with transaction(warehouse, Role.CHECK) as connection:
        yield connection


def test_only_rules_that_read_nothing_the_check_has_written_run_elsewhere(connection: Connection) -> None:
    ensure_work_date(connection, WORK_DATE)
    begin_staging(connection, BY_STATEMENT.values())
    stage_requirements(connection, WORK_DATE, CITY)
    read = {}
    for rule in BY_STATEMENT.values():
        asked = text("EXPLAIN (VERBOSE, FORMAT JSON) " + rule_statement(rule).text)
        given = parameters(rule, WORK_DATE, CITY, NOW)
        [told] = connection.execute(asked.bindparams(**given)).scalar_one()
        read[rule.id] = set(relations(told["Plan"]))
    bound = {
        name
        for name, tables in read.items()
        if any(schema.startswith("pg_temp") or table.startswith(WRITTEN) for schema, table in tables)
    }
    assert bound
    assert {name for name, rule in BY_STATEMENT.items() if looks_at_what_is_written(rule)} == bound


def test_both_sessions_take_rules_and_all_they_find_is_staged(warehouse: Engine, connection: Connection) -> None:
    rules, together = elsewhere(6), threading.Barrier(2)

    def run(session: Connection, rule: Rule) -> None:
        together.wait(20)  # so neither is through before the other has begun
        stage_one(session, rule)

    with ThreadPoolExecutor(1) as pool, statements_under_way(warehouse, pool, rules, run) as finish:
        begin_staging(connection, rules.values())
        assert finish(connection) == []
    staged = connection.execute(text("SELECT rule_id, object_key FROM staged_finding")).all()
    assert sorted(row.rule_id for row in staged) == sorted(rules)
    assert len({row.object_key for row in staged}) == 2


def test_a_broken_rule_is_told_in_the_order_of_the_catalogue_and_keeps_nothing_of_its_own(
    warehouse: Engine, connection: Connection
) -> None:
    rules = elsewhere(4)

    def run(session: Connection, rule: Rule) -> None:
        stage_one(session, rule)
        session.execute(text("SELECT 1 / 0"))

    with ThreadPoolExecutor(1) as pool, statements_under_way(warehouse, pool, rules, run) as finish:
        begin_staging(connection, rules.values())
        assert [(one.rule_id, one.sqlstate) for one in finish(connection)] == [(name, "22012") for name in rules]
    assert connection.execute(text("SELECT count(*) FROM staged_finding")).scalar_one() == 0


def test_a_session_that_is_lost_is_no_broken_rule(warehouse: Engine, connection: Connection) -> None:
    rules, together = elsewhere(2), threading.Barrier(2)

    def run(session: Connection, rule: Rule) -> None:
        together.wait(20)
        if session is not connection:
            raise OperationalError("SELECT", {}, AdminShutdown("gone"))

    with ThreadPoolExecutor(1) as pool, statements_under_way(warehouse, pool, rules, run) as finish:
        begin_staging(connection, rules.values())
        with pytest.raises(OperationalError):
            finish(connection)


def test_the_other_session_waits_for_no_lock_for_ever(warehouse: Engine, connection: Connection) -> None:
    rules, together, patience = elsewhere(2), threading.Barrier(2), {}

    def run(session: Connection, _rule: Rule) -> None:
        together.wait(20)
        patience[session is connection] = session.execute(text("SHOW lock_timeout")).scalar_one()

    with ThreadPoolExecutor(1) as pool, statements_under_way(warehouse, pool, rules, run) as finish:
        begin_staging(connection, rules.values())
        finish(connection)
    assert patience == {True: "0", False: "30s"}


def test_a_check_that_fails_before_keeps_the_other_session_from_going_on(warehouse: Engine) -> None:
    rules, begun, ran = elsewhere(8), threading.Event(), []

    def run(_session: Connection, rule: Rule) -> None:
        begun.set()
        time.sleep(0.3)
        ran.append(rule.id)

    def check() -> None:
        with ThreadPoolExecutor(1) as pool, statements_under_way(warehouse, pool, rules, run):
            assert begun.wait(20)
            raise ValueError("no profile")

    with pytest.raises(ValueError, match="no profile"):
        check()
    assert len(ran) == 1


def test_where_the_pool_is_busy_until_the_end_the_check_carries_out_all_by_itself(
    warehouse: Engine, connection: Connection
) -> None:
    rules, busy = elsewhere(3), threading.Event()
    taken: list[Connection] = []

    def run(session: Connection, rule: Rule) -> None:
        taken.append(session)
        stage_one(session, rule)
        if len(taken) == len(rules):
            busy.set()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(busy.wait, 20)
        with statements_under_way(warehouse, pool, rules, run) as finish:
            begin_staging(connection, rules.values())
            assert finish(connection) == []
    assert taken == [connection] * len(rules)
    assert connection.execute(text("SELECT count(*) FROM staged_finding")).scalar_one() == len(rules)
