"""What a PostgreSQL server that carries the warehouse should have beside its defaults, listed in `sql/server.yaml`."""

from functools import cache

import psycopg
from psycopg import sql

from realname_sync.resources import root


def ensure_server_settings(administrator: str) -> list[str]:
    """Set what the server still has at PostgreSQL's own default; what somebody chose stays.

    Args:
        administrator: the address of the server as one who may alter it, as libpq reads it.

    Returns:
        What was set, each as in `max_wal_size = 8GB`; it is in force at once.
    """
    wanted = _wanted()
    with psycopg.connect(administrator, autocommit=True) as connection:
        unchosen = connection.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = boot_val ORDER BY name", (list(wanted),)
        ).fetchall()
        for (name,) in unchosen:
            value = sql.Literal(wanted[name])
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value))
        if unchosen:
            connection.execute("SELECT pg_reload_conf()")
    return [f"{name} = {wanted[name]}" for (name,) in unchosen]


@cache
def _wanted() -> dict[str, str]:
    import yaml  # takes 20 ms to import

    with (root() / "sql/server.yaml").open("rb") as stream:
        return {one["name"]: one["value"] for one in yaml.load(stream, Loader=yaml.CSafeLoader)}
