"""Where there can be nothing to tell or to send, nothing is looked up; and whatever may change that is seen."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from deliveries import DAY, Clock, at
from psycopg import sql
from sqlalchemy import Engine, event, text

from realname_sync.delivery.rest import look_for_rest
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.status import day_status
from realname_sync.resources import root, sql_text

_NAMES = re.compile(r"\b(?:core|delivery|quality|raw|ops)\.[a-z_]+\b")
# Every table below a view, through views on views.
_TABLES_OF = """
    WITH RECURSIVE below AS (
        SELECT cast(:name AS regclass)::oid AS oid
        UNION
        SELECT depend.refobjid FROM below
        JOIN pg_rewrite AS rewrite ON rewrite.ev_class = below.oid
        JOIN pg_depend AS depend ON depend.objid = rewrite.oid AND depend.refclassid = 'pg_class'::regclass
    )
    SELECT below.oid::regclass::text FROM below JOIN pg_class USING (oid) WHERE relkind IN ('r', 'p')"""
_WATCHED = """
    SELECT tgrelid::regclass::text FROM pg_trigger
    WHERE tgfoid = 'delivery.note_change()'::regprocedure
    GROUP BY 1 HAVING count(*) = 4 ORDER BY 1"""


# What deliveries read that is not noted, and why it need not be.
_OTHERWISE_SEEN = {
    "core.punch": "whatever changes there has a new number of a read, which is compared",
    "delivery.punch_batch": "written with its batch",
}


def _asking() -> list[Path]:
    """The statements that look up what is due."""
    planning = [root() / f"sql/delivery/{name}.sql" for name in ("stage_plannable", "stage_candidates")]
    return [*sorted((root() / "sql/delivery").glob("due_*.sql")), *planning]


@contextmanager
def lists_asked_for(engine: Engine) -> Iterator[list[str]]:
    """The statements that look up what is due, as they are executed meanwhile."""
    wanted = {sql_text(f"delivery/{path.stem}")[:60]: path.stem for path in _asking()}
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.extend(name for beginning, name in wanted.items() if statement.startswith(beginning))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def is_at_rest(town: Any, target: str = "nation") -> bool:
    return look_for_rest(town.desk(target, DAY)).states is not None


@pytest.fixture
def resting(told: Any) -> Any:
    """A town at whose nation everything is, and that knows it."""
    for _ in range(2):
        deliver(told.city, DAY, "nation")
    assert is_at_rest(told)
    return told


@contextmanager
def session(town: Any) -> Iterator["psycopg.Connection[Any]"]:
    """Another session in the warehouse."""
    url = town.city.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


def test_what_was_found_once_is_not_looked_up_again(resting: Any) -> None:
    with lists_asked_for(resting.city.engine) as asked:
        told = deliver(resting.city, DAY, "nation")
    assert asked == []
    assert told["states"] == completeness(resting.city, DAY)["nation"]
    assert not is_at_rest(resting, "province")  # each platform for itself
    with lists_asked_for(resting.city.engine) as asked:
        for _ in range(3):
            deliver(resting.city, DAY, "province")
    assert asked.count("due_device") < 3
    assert is_at_rest(resting, "province")


def test_every_table_that_decides_what_is_due_is_watched(warehouse: Engine) -> None:
    named = {name for path in _asking() for name in _NAMES.findall(path.read_text())}
    with warehouse.connect() as connection:
        tables: set[str] = set()
        for name in sorted(named):
            if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar_one():
                tables |= set(connection.execute(text(_TABLES_OF), {"name": name}).scalars())
        watched = set(connection.execute(text(_WATCHED)).scalars())
    assert len(tables) > 10
    assert tables - watched == set(_OTHERWISE_SEEN)
    assert watched <= tables


def test_any_change_of_a_watched_table_has_the_lists_asked_for(resting: Any) -> None:
    overlooked, empty = [], []
    for (table,) in resting.warehouse_sql(_WATCHED):
        with session(resting) as connection:
            for change in _changes_of(connection, table):
                connection.execute("DELETE FROM delivery.noted_change")
                if connection.execute(change.encode()).rowcount == 0:
                    empty.append(table)
                elif not connection.execute("SELECT count(*) FROM delivery.noted_change").fetchall()[0][0]:
                    overlooked.append(change)
            connection.rollback()
    assert overlooked == []
    assert len(set(empty)) < 5
    assert is_at_rest(resting)  # all of it was taken back


def _changes_of(connection: "psycopg.Connection[Any]", table: str) -> list[str]:
    """Every sort of change to a table, one after the other; its rows are there again after the first three."""
    columns = connection.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        (table,),
    ).fetchall()[0][0]
    first = columns.split(", ")[0]
    connection.execute(f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT {columns} FROM {table}".encode())
    return [
        f"UPDATE {table} SET {first} = {first}",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM kept",
        f"TRUNCATE {table}",
    ]


def test_how_a_date_stands_is_not_counted_again_and_the_same(resting: Any) -> None:
    for target in ("province", "province", "nation"):  # what one is told is a change for the other
        deliver(resting.city, DAY, target)
    counted, remembered = (day_status(resting.city, DAY, by_project=it) for it in (True, False))
    assert counted.projects
    assert not remembered.projects
    assert replace(counted, projects=()) == remembered
    resting.warehouse_sql(
        "UPDATE delivery.batch SET state = 'unknown', settled_at = NULL WHERE batch_id ="
        " (SELECT max(batch_id) FROM delivery.batch WHERE kind = 'attendance' AND target = 'nation')"
    )
    counted, looked_up = (day_status(resting.city, DAY, by_project=it) for it in (True, False))
    assert counted.within["nation"]["unknown"] > 0
    assert replace(counted, forecasts={}) == replace(looked_up, forecasts={})


def test_what_was_read_is_not_overlooked_be_it_checked_or_not(resting: Any) -> None:
    resting.municipal_sql("UPDATE attendance SET punched_at = punched_at - interval '7 seconds'")
    extract_municipal(resting.city, DAY)
    assert not is_at_rest(resting)
    check_consistency(resting.city, DAY)
    assert not is_at_rest(resting)
    resting.warehouse_sql("UPDATE delivery.rest SET change_no = change_no + 1")
    assert not is_at_rest(resting)  # not planned yet


def test_remainders_that_waited_through_the_day_go_when_it_is_time(open_town: Callable[..., Any]) -> None:
    clock = Clock(at(12))
    town = open_town(1, stage="told", clock=clock)
    for _ in range(2):
        deliver(town.city, DAY, "nation")
    assert is_at_rest(town)
    assert completeness(town.city, DAY)["nation"]["waiting"] > 0
    clock.set(at(20, 31))
    deliver(town.city, DAY, "nation")
    assert completeness(town.city, DAY)["nation"]["waiting"] == 0


def test_a_statement_that_touches_no_row_disturbs_nothing(resting: Any) -> None:
    resting.warehouse_sql("UPDATE core.team SET team_name = '' WHERE FALSE")
    assert is_at_rest(resting)


def test_a_transaction_that_began_before_the_look_and_ends_after_it_is_seen(resting: Any) -> None:
    with session(resting) as early:
        early.execute("UPDATE core.team SET team_name = team_name")  # has its number now, the lowest of all
        resting.warehouse_sql("UPDATE core.device SET model = model")  # a higher number, and ends before
        assert not is_at_rest(resting)
        deliver(resting.city, DAY, "nation")
        assert is_at_rest(resting)  # of what is not committed nobody can know
        early.commit()
    assert not is_at_rest(resting)


def test_what_is_committed_while_the_lists_are_asked_for_is_not_taken_for_seen(
    resting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resting.warehouse_sql("UPDATE core.device SET model = model")
    begun = look_for_rest

    def then_a_change(desk: Any) -> Any:
        look = begun(desk)
        resting.warehouse_sql("UPDATE core.team SET team_name = team_name")
        return look

    monkeypatch.setattr("realname_sync.pipelines.deliver.look_for_rest", then_a_change)
    deliver(resting.city, DAY, "nation")
    assert not is_at_rest(resting)


def test_two_writers_do_not_wait_for_one_another(resting: Any) -> None:
    with session(resting) as one, session(resting) as other:
        for connection, kind in ((one, "worker"), (other, "team")):
            connection.execute("SET lock_timeout = '2s'")
            connection.execute(
                "UPDATE delivery.registration SET settled_at = settled_at WHERE target = 'nation' AND kind = %s",
                (kind,),
            )
        other.commit()
        assert not is_at_rest(resting)
        deliver(resting.city, DAY, "nation")
        one.commit()
    assert not is_at_rest(resting)


def test_a_writer_that_dies_leaves_neither_a_change_nor_word_of_it(resting: Any) -> None:
    before = resting.warehouse_sql("SELECT * FROM core.team ORDER BY team_id")
    with session(resting) as dying:
        dying.execute("UPDATE core.team SET team_name = '别的班'")
        resting.warehouse_sql("SELECT pg_terminate_backend(:pid)", pid=dying.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            dying.execute("SELECT 1")
    assert resting.warehouse_sql("SELECT * FROM core.team ORDER BY team_id") == before
    assert is_at_rest(resting)


@pytest.mark.parametrize(
    "otherwise",
    [
        "UPDATE delivery.rest SET basis = 'another key or another statement'",
        "UPDATE delivery.rest SET cluster_id = cluster_id + 1",
        "UPDATE delivery.rest SET seen_at = seen_at - interval '25 hours'",
        "UPDATE delivery.rest SET work_date = work_date - 1",
        "UPDATE delivery.batch SET state = 'sent' WHERE batch_id ="
        " (SELECT max(batch_id) FROM delivery.batch WHERE kind = 'worker' AND target = 'nation')",
    ],
)
def test_found_otherwise_or_long_ago_or_with_calls_under_way_it_says_nothing(resting: Any, otherwise: str) -> None:
    with session(resting) as connection:  # one that the watch over the invariants does not see
        connection.execute(sql.SQL(otherwise))
    assert not is_at_rest(resting)


def test_what_was_noted_goes_only_when_nobody_can_ask_for_it(resting: Any) -> None:
    resting.warehouse_sql("DELETE FROM delivery.noted_change")
    for hours in (49, 71, 73):
        with session(resting) as connection:
            connection.execute("UPDATE core.team SET team_name = team_name")
            connection.execute(
                "UPDATE delivery.noted_change SET changed_at = now() - make_interval(hours => %s)"
                " WHERE transaction_id = pg_current_xact_id()",
                (hours,),
            )
    for _ in range(2):
        deliver(resting.city, DAY, "nation")
    [(kept,)] = resting.warehouse_sql(
        "SELECT count(*) FROM delivery.noted_change WHERE changed_at < now() - interval '1 day'"
    )
    assert kept == 2


TOLD = (
    "SELECT count(*) FROM delivery.registration WHERE target = 'nation' AND kind = 'worker' AND state = 'acknowledged'"
)


def test_a_worker_who_comes_later_is_told(resting: Any) -> None:
    [(before,)] = resting.warehouse_sql(TOLD)
    [(known,)] = resting.warehouse_sql(f"{TOLD.replace('count(*)', 'max(local_key)')}")
    resting.municipal_sql(
        "INSERT INTO person SELECT 'NEW', '甲乙丙', '01', '330000198001010490', gender, birthday, nation,"
        " address, grant_org, '14000000017', education, politics, head_image, updated_at FROM person"
        " WHERE person_id = %s",
        known,
    )
    resting.municipal_sql(
        "INSERT INTO project_worker SELECT worker.project_code, 'NEW', worker.team_id, worker.corp_code,"
        " worker.work_type, worker.work_role, worker.identity_type, 0, worker.contract_kind,"
        " worker.safety_trained_at, NULL, NULL, worker.updated_at FROM project_worker AS worker"
        " WHERE person_id = %s LIMIT 1",
        known,
    )
    extract_municipal(resting.city, DAY)
    check_consistency(resting.city, DAY)
    deliver(resting.city, DAY, "nation")
    [(after,)] = resting.warehouse_sql(TOLD)
    assert after == before + 1
