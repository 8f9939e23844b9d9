"""Whether a warehouse's connection is right: a look that changes nothing."""

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from realname_sync.errors import ConnectionMissingError, MigrationError
from realname_sync.resources import sql_text
from realname_sync.settings import ConnectionSpec
from realname_sync.warehouse.migrations import known_migrations
from realname_sync.warehouse.protection import open_vault


def look_at_warehouse(engine: Engine, spec: ConnectionSpec) -> str:
    """See that the database answers, is migrated and has its data key; what was seen, in a sentence.

    Raises:
        ConnectionMissingError: it cannot be reached with this login.
        MigrationError: it is not migrated, or not to the end.
        SettingsError: the connection bears no data key.
    """
    try:
        connection = engine.connect()
    except OperationalError as failure:
        refused = "authentication failed" in str(failure.orig)
        raise ConnectionMissingError(
            f"the database {spec.database} "
            + ("refuses login and password" if refused else f"cannot be reached at {spec.host or 'this machine'}")
        ) from None
    with connection:
        version = ".".join(map(str, engine.dialect.server_version_info or ()))
        try:
            applied = set(connection.execute(text(sql_text("ops/applied_migrations"))).scalars())
        except DBAPIError:
            raise MigrationError(f"{spec.database} answers and is no warehouse yet: run `realname migrate`") from None
    missing = [one for one in known_migrations() if one.number not in applied]
    if missing:
        raise MigrationError(f"{spec.database} lacks {len(missing)} migrations: run `realname migrate`")
    told = f"{spec.database} answers (PostgreSQL {version}) and is migrated"
    if spec.host.startswith("/") and not spec.extra.get("data_key"):
        return f"{told}; its data key lies in a file of this machine."
    open_vault(spec)
    return f"{told}, and the connection has a data key."
