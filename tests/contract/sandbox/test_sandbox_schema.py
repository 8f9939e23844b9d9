import psycopg

from realname_sync.sandbox.schema import SCHEMAS, create_sandbox_schema


def test_creating_the_schema_again_keeps_what_is_there(database: psycopg.Connection, database_url: str) -> None:
    before = database.execute("select count(*) from control.credential").fetchone()
    create_sandbox_schema(database_url)
    assert database.execute("select count(*) from control.credential").fetchone() == before


def test_every_schema_stands(database: psycopg.Connection) -> None:
    found = database.execute(
        "select distinct schemaname from pg_tables where schemaname = any(%s) order by 1", [list(SCHEMAS)]
    ).fetchall()
    assert [name for (name,) in found] == sorted(SCHEMAS)
