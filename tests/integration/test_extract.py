"""Extraction loses no row at the edges that lose rows elsewhere, and never crashes on dirt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from municipality import DAY, DAY_BEFORE, PUNCH, Municipality, opened_municipality
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from databases import database_spec
from realname_sync.errors import ConnectionMissingError, SourceShapeError
from realname_sync.pipelines import extract
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.extract import extract_municipal


@pytest.fixture
def municipality(postgres: Path, migrated_template: str) -> Iterator[Municipality]:
    with opened_municipality(postgres, migrated_template) as opened:
        yield opened


def test_what_is_read_is_protected_and_typed(municipality: Municipality) -> None:
    extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        person = connection.execute(text("SELECT * FROM core.person")).one()
        raw = str(
            connection.execute(text("SELECT payload FROM raw.municipal_row WHERE object = 'person'")).scalar_one()
        )
        assert connection.execute(text("SELECT name FROM core.municipal_project")).scalar_one() == "一期工程"
    assert municipality.city.vault.reveal(person.id_cipher) == "330000198001010490"
    assert (person.id_mask, person.id_problem) == ("330000********0490", "")
    assert "198001010490" not in raw
    assert "13900000000" not in raw


def test_the_same_again_changes_nothing(municipality: Municipality) -> None:
    municipality.punch(1, "2026-11-20 08:00:00")
    first = extract_municipal(municipality.city, DAY)
    before = municipality.punches()
    again = extract_municipal(municipality.city, DAY)
    assert first["punches"]["written"] == 1
    assert again["punches"]["written"] == 0
    assert again["person"]["changed"] == 0
    assert municipality.punches() == before


def test_a_transaction_that_commits_after_later_ids_were_read_is_found_by_the_next_run(
    municipality: Municipality,
) -> None:
    with psycopg.connect(municipality.url) as slow:
        slow.execute(PUNCH, (5, "r5", "2026-11-20 08:00:00", "2026-11-20 08:00:01"))
        municipality.punch(9, "2026-11-20 09:00:00")
        extract_municipal(municipality.city, DAY)
        assert [row.punch_id for row in municipality.punches()] == ["9"]
        slow.commit()
    extract_municipal(municipality.city, DAY)
    assert [row.punch_id for row in municipality.punches()] == ["5", "9"]


def test_a_row_that_arrives_today_for_another_day_belongs_to_its_own(municipality: Municipality) -> None:
    municipality.punch(1, "2026-11-19 18:00:00", "2026-11-20 10:00:00")
    found = extract_municipal(municipality.city, DAY)["punches"]
    assert municipality.punches() == []
    assert found["other_days"] == {"2026-11-19": {"rows": 1, "not_yet_read": 1}}
    extract_municipal(municipality.city, DAY_BEFORE)
    assert [row.work_date for row in municipality.punches()] == [DAY_BEFORE]
    assert extract_municipal(municipality.city, DAY)["punches"]["other_days"]["2026-11-19"]["not_yet_read"] == 0


@pytest.mark.parametrize(
    "impossible", ["1970-01-01 00:00:05", "2000-01-01 00:00:00", "2099-12-31 23:59:59", "2026-11-20 16:30:00"]
)
def test_a_time_that_cannot_be_belongs_to_the_day_of_receipt_and_stays_as_it_is(
    municipality: Municipality, impossible: str
) -> None:
    municipality.punch(1, impossible, "2026-11-20 08:30:00")
    extract_municipal(municipality.city, DAY)
    (row,) = municipality.punches()
    assert row.work_date == DAY
    with municipality.city.engine.begin() as connection:
        local = connection.execute(
            text("SELECT to_char(punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') FROM core.punch")
        ).scalar_one()
    assert local == impossible


def test_the_day_ends_at_midnight_in_shanghai(municipality: Municipality) -> None:
    municipality.punch(1, "2026-11-19 23:59:59", "2026-11-20 00:00:01")
    municipality.punch(2, "2026-11-20 00:00:00")
    municipality.punch(3, "2026-11-20 23:59:59.9", "2026-11-21 00:00:01")
    municipality.punch(4, "2026-11-21 00:00:00")
    extract_municipal(municipality.city, DAY)
    assert [row.punch_id for row in municipality.punches()] == ["2", "3"]


def test_a_changed_and_a_withdrawn_punch_are_marked_and_not_lost(municipality: Municipality) -> None:
    municipality.punch(1, "2026-11-20 08:00:00")
    municipality.punch(2, "2026-11-20 09:00:00")
    extract_municipal(municipality.city, DAY)
    municipality.database.execute("UPDATE attendance SET direction = '02' WHERE id = 1")
    municipality.database.execute("DELETE FROM attendance WHERE id = 2")
    extract_municipal(municipality.city, DAY)
    changed, withdrawn = municipality.punches()
    assert changed.direction == "02"
    assert changed.changed_at is not None
    assert withdrawn.withdrawn_at is not None
    municipality.punch(2, "2026-11-20 09:00:00")
    extract_municipal(municipality.city, DAY)
    assert municipality.punches()[1].withdrawn_at is None


@pytest.mark.parametrize("table", ["person", "attendance", "team"])
def test_a_column_that_disappears_is_refused_and_nothing_shrinks(municipality: Municipality, table: str) -> None:
    municipality.punch(1, "2026-11-20 08:00:00")
    extract_municipal(municipality.city, DAY)
    before = municipality.punches()
    column = {"person": "grant_org", "attendance": "device_record_id", "team": "team_name"}[table]
    municipality.database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")  # type: ignore[arg-type] # names from above
    with pytest.raises(SourceShapeError, match=f"sql/municipal/{table}.sql.*{column}"):
        extract_municipal(municipality.city, DAY)
    assert municipality.punches() == before
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM core.person")).scalar_one() == 1


def test_a_table_that_is_suddenly_empty_withdraws_nothing(municipality: Municipality) -> None:
    extract_municipal(municipality.city, DAY)
    municipality.database.execute("DELETE FROM person")
    with pytest.raises(SourceShapeError, match="empty where 1 rows stood before"):
        extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM core.person")).scalar_one() == 1


def test_a_master_row_that_is_gone_leaves_core_and_stays_in_raw(municipality: Municipality) -> None:
    municipality.database.execute("INSERT INTO team (team_id, team_name) VALUES ('t1', '甲班'), ('t2', '乙班')")
    extract_municipal(municipality.city, DAY)
    municipality.database.execute("DELETE FROM team WHERE team_id = 't2'")
    extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT team_id FROM core.team")).scalars().all() == ["t1"]
        withdrawn = text("SELECT row_key FROM raw.municipal_row WHERE object = 'team' AND withdrawn_at IS NOT NULL")
        assert connection.execute(withdrawn).scalars().all() == ["t2"]


def test_two_rows_of_one_key_are_both_kept_and_one_counts(municipality: Municipality) -> None:
    municipality.database.execute("ALTER TABLE team DROP CONSTRAINT team_pkey")
    municipality.database.execute("INSERT INTO team (team_id, team_name) VALUES ('t1', '甲班'), ('t1', '乙班')")
    counts = extract_municipal(municipality.city, DAY)["team"]
    assert counts["repeated"] == 1
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM core.team")).scalar_one() == 1
        assert connection.execute(text("SELECT row_key FROM raw.rejected_answer")).scalar_one() == "t1"


def test_values_that_cannot_be_read_as_their_type_are_empty_in_core_and_whole_in_raw(
    municipality: Municipality,
) -> None:
    municipality.database.execute("ALTER TABLE team ALTER COLUMN entry_date TYPE text")
    municipality.database.execute(
        "INSERT INTO team (team_id, team_name, entry_date) VALUES ('t1', '甲班', '二〇二六年')"
    )
    extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT entry_date FROM core.team")).scalar_one() is None
        raw = connection.execute(text("SELECT payload ->> 'entry_date' FROM raw.municipal_row WHERE object = 'team'"))
        assert raw.scalar_one() == "二〇二六年"


def test_an_unreachable_municipal_database_is_named_with_what_to_set(
    municipality: Municipality, postgres: Path
) -> None:
    def connection(name: str) -> Any:
        spec = municipality.city.connection(name)
        return spec if name == "warehouse_db" else database_spec(postgres, "no_such_database", name)

    city = open_city(connection)
    with pytest.raises(ConnectionMissingError, match="AIRFLOW_CONN_MUNICIPAL_DB"):
        extract_municipal(city, DAY)
    city.close()


def test_what_the_source_says_is_unchanged_is_not_read_again(municipality: Municipality) -> None:
    municipality.punch(1, "2026-11-20 08:00:00")
    first = extract_municipal(municipality.city, DAY)
    before = _reads(municipality)
    again = extract_municipal(municipality.city, DAY)
    assert _reads(municipality) == before
    assert (again["person"]["read"], again["punches"]["staged"], again["punches"]["standing"]) == (1, 1, 1)
    assert first["punches"]["standing"] == 1


def test_what_core_is_to_hold_otherwise_is_built_again(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    municipality.punch(1, "2026-11-20 08:00:00")
    extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        connection.execute(text("UPDATE core.person SET name = 'as the former statement built it'"))
    monkeypatch.setattr(extract, "_built_by", lambda name: f"the statements of the next release for {name}")
    extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM core.person")).scalars().all() == ["甲"]
    before = _reads(municipality)
    extract_municipal(municipality.city, DAY)
    assert _reads(municipality) == before


def test_rows_that_only_change_places_are_a_change(municipality: Municipality) -> None:
    municipality.punch(1, "2026-11-20 08:00:00")
    municipality.punch(2, "2026-11-20 09:00:00")
    municipality.database.execute("INSERT INTO team (team_id, team_name) VALUES ('t1', '甲班'), ('t2', '乙班')")
    extract_municipal(municipality.city, DAY)
    municipality.database.execute("UPDATE attendance SET device_record_id = 'r' || (3 - id)")
    municipality.database.execute("UPDATE team SET team_name = CASE team_id WHEN 't1' THEN '乙班' ELSE '甲班' END")
    again = extract_municipal(municipality.city, DAY)
    assert (again["team"]["changed"], again["punches"]["written"]) == (2, 2)
    assert [row.device_record_id for row in municipality.punches()] == ["r2", "r1"]


def test_an_object_that_was_read_but_not_built_is_built_by_the_next_run(municipality: Municipality) -> None:
    broken = "ALTER TABLE core.person ADD CONSTRAINT none CHECK (person_id = '')"
    with municipality.city.engine.begin() as connection:
        connection.execute(text(broken))
    with pytest.raises(IntegrityError):
        extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        connection.execute(text("ALTER TABLE core.person DROP CONSTRAINT none"))
    extract_municipal(municipality.city, DAY)
    with municipality.city.engine.begin() as connection:
        assert connection.execute(text("SELECT person_id FROM core.person")).scalars().all() == ["h1"]


def test_an_object_with_a_repeated_key_tells_of_it_each_time(municipality: Municipality) -> None:
    municipality.database.execute("ALTER TABLE team DROP CONSTRAINT team_pkey")
    municipality.database.execute("INSERT INTO team (team_id, team_name) VALUES ('t1', '甲班'), ('t1', '乙班')")
    for _ in range(2):
        assert extract_municipal(municipality.city, DAY)["team"]["repeated"] == 1


def test_a_source_without_the_function_is_read_whole_each_time(municipality: Municipality) -> None:
    municipality.database.execute(
        "CREATE FUNCTION hashtextextended(value text, seed bigint) RETURNS bigint LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE undefined_function; END $$"
    )
    database = sql.Identifier(municipality.database.info.dbname)
    municipality.database.execute(sql.SQL("ALTER DATABASE {} SET search_path = public, pg_catalog").format(database))
    municipality.punch(1, "2026-11-20 08:00:00")
    extract_municipal(municipality.city, DAY)
    before, _ = dict(_reads(municipality)), extract_municipal(municipality.city, DAY)
    after = dict(_reads(municipality))
    with_rows = {"person", "project", DAY.isoformat()}
    assert {name for name, when in after.items() if before[name] < when} == with_rows


def _reads(municipality: Municipality) -> list[tuple[str, Any]]:
    """When each object was last taken over, and the number of the last read of the day."""
    with municipality.city.engine.begin() as connection:
        objects = connection.execute(text("SELECT object, read_at FROM raw.municipal_read ORDER BY object"))
        days = connection.execute(text("SELECT cast(work_date AS text), change_no FROM core.work_day"))
        return [(str(name), value) for name, value in (*objects, *days)]
