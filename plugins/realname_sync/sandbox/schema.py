"""The tables of the sandbox database: credentials and calls, the integrity platform, the province, the nation."""

from pathlib import Path

import psycopg

SCHEMAS = ("control", "integrity", "province", "nation")
_STATEMENTS = Path(__file__).parent / "sql"


def create_sandbox_schema(database_url: str) -> None:
    """Create every schema, table and index of the sandbox database that is not there yet; what is there stays.

    Args:
        database_url: the sandbox database, as in `postgresql://postgres@/realname_sandbox?host=/socket/dir`.
    """
    with psycopg.connect(database_url) as connection:
        # Two callers at once would trip over each other's half-made schemas.
        connection.execute("select pg_advisory_xact_lock(hashtext('realname_sandbox_schema'))")
        for schema in SCHEMAS:
            connection.execute((_STATEMENTS / f"{schema}.sql").read_bytes())
