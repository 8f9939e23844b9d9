"""Promise 5: shared fields are read-only for everyone but the role that builds them, held by the database."""

from itertools import product

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from realname_sync.warehouse.engine import Role, transaction

SHARED = ("project", "corp", "participant", "person", "registration", "key_post")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.BUILD])
def test_nobody_but_the_builder_writes_shared_fields(warehouse: Engine, role: Role) -> None:
    verbs = ("UPDATE core.shared_{} SET deleted = TRUE", "DELETE FROM core.shared_{}")
    for table, verb in product(SHARED, verbs):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction(warehouse, role) as connection:
            connection.execute(text(verb.format(table)))


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.READ, "INSERT INTO ops.step_run (step, started_at) VALUES ('x', now())"),
        (Role.READ, "SELECT secret_cipher FROM ops.platform_credential"),
        (Role.CHECK, "DELETE FROM delivery.backlog"),
        (Role.SEND, "DELETE FROM quality.finding"),
        (Role.BUILD, "UPDATE raw.integrity_row SET deleted = TRUE"),
        (Role.LOAD, "DELETE FROM raw.integrity_row"),
        (Role.READ, "SELECT wrapped FROM ops.data_key"),
        (Role.SEND, "SELECT wrapped FROM ops.data_key"),
        (Role.KEYS, "UPDATE ops.data_key SET wrapped = ''"),
        (Role.ROTATE, "SELECT id_cipher FROM core.person"),
        (Role.READ, "SELECT * FROM ops.reveal('person', 'x', 'number', 'x', 'x', now())"),
        (Role.READ, "SELECT * FROM ops.stale_ciphers('core.person', 'id_cipher', 1, '(0,0)', 1)"),
    ],
)
def test_a_role_writes_only_what_its_work_is_about(warehouse: Engine, role: Role, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction(warehouse, role) as connection:
        connection.execute(text(statement))


def test_the_role_ends_with_its_transaction(warehouse: Engine) -> None:
    with transaction(warehouse, Role.READ) as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == Role.READ.value
    with warehouse.begin() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "postgres"
