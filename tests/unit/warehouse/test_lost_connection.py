"""A connection that the server ended says so, and not that something has to be migrated."""

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from realname_sync.warehouse.engine import Role, transaction


def test_a_connection_ended_by_the_server_is_no_missing_role(warehouse: Engine) -> None:
    with transaction(warehouse, Role.READ) as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = create_engine(warehouse.url, poolclass=NullPool)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises(OperationalError), transaction(warehouse, Role.READ):
        pass
    with transaction(warehouse, Role.READ) as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "realname_read"
