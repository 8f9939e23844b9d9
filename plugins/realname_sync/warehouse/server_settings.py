"""What a PostgreSQL server that carries the warehouse should have beside its defaults, listed in `sql/server.yaml`."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from realname_sync.resources import root


@dataclass(frozen=True)
class Settings:
    """Settings that stood at PostgreSQL's own default, each as in `max_wal_size = 8GB`.

    Attributes:
        made: set, and in force as soon as the server has read its files again.
        left: left as they are, because the login may not alter them.
    """

    made: list[str]
    left: list[str]


def ensure_server_settings(administrator: str) -> Settings:
    """Set what the server still has at PostgreSQL's own default; what somebody chose stays.

    Args:
        administrator: the address of the server as one who may alter it, as libpq reads it.
    """
    import yaml  # takes 20 ms to import

    with (root() / "sql/server.yaml").open("rb") as stream:
        wanted = {one["name"]: one["value"] for one in yaml.load(stream, Loader=yaml.CSafeLoader)}
    settings = Settings([], [])
    with psycopg.connect(administrator, autocommit=True) as connection:
        unchosen = connection.execute(
            "SELECT name, has_parameter_privilege(name, 'ALTER SYSTEM')"
            " AND has_function_privilege('pg_reload_conf()', 'EXECUTE')"
            " FROM pg_settings WHERE name = ANY(%s) AND setting = boot_val ORDER BY name",
            (list(wanted),),
        )
        for name, may_alter in unchosen.fetchall():
            (settings.made if may_alter else settings.left).append(f"{name} = {wanted[name]}")
            if may_alter:
                value = sql.Literal(wanted[name])
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value))
        if settings.made:
            connection.execute("SELECT pg_reload_conf()")
    return settings
