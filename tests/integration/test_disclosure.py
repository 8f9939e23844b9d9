"""An unmasked value is shown only to who may see it, with a reason, and what was shown stays written down."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from databases import DATA_KEY
from realname_sync import cli
from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.disclosure import reveal
from realname_sync.warehouse.engine import Role, transaction

CHANGES = (
    "UPDATE ops.disclosure SET reason = 'x'",
    "DELETE FROM ops.disclosure",
    "TRUNCATE ops.disclosure",
)


@pytest.fixture
def town(checked: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A checked town that the command line sees."""
    spec = checked.city.connection("warehouse_db")
    value = {"conn_type": "postgres", "host": spec.host, "login": spec.login, "schema": spec.database}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DB", json.dumps({**value, "extra": {"data_key": DATA_KEY}}))
    return checked


@pytest.fixture
def somebody(town: Any) -> Iterator[str]:
    """A login that may do nothing yet."""
    name = f"clerk_{town.warehouse}"
    town.warehouse_sql(f"CREATE ROLE {name} LOGIN")
    yield name
    town.warehouse_sql(f"DROP OWNED BY {name}")
    town.warehouse_sql(f"DROP ROLE {name}")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, ["reveal", *arguments])


def kept(town: Any) -> list[Any]:
    return town.warehouse_sql("SELECT * FROM ops.disclosure ORDER BY disclosure_id")


def a_punch(town: Any) -> Any:
    """A punch, its person, and that person's number as the municipal database has it."""
    punch_id, person_id = town.warehouse_sql(
        "SELECT punch_id, person_id FROM core.punch JOIN core.person USING (person_id)"
        " WHERE id_problem = '' ORDER BY punch_id LIMIT 1"
    )[0]
    cipher = town.warehouse_sql("SELECT id_cipher FROM core.person WHERE person_id = :key", key=person_id)[0][0]
    return punch_id, person_id, town.city.vault.reveal(cipher)


def test_what_is_shown_has_its_row(town: Any) -> None:
    punch_id, person_id, number = a_punch(town)
    shown = run("punch", punch_id, "--reason", "the site asks whose punch it is", "--by", "Li")
    assert shown.exit_code == 0, shown.output
    assert shown.output.split()[0] == number
    assert run("person", person_id, "--field", "phone", "--reason", "call back", "--by", "Wang").exit_code == 0

    one, other = kept(town)
    assert (one.by_whom, one.login, one.kind, one.subject, one.field, one.disclosed_rows, one.reason) == (
        *("Li", "postgres", "reveal", f"punch {punch_id}", "number", 1),
        "the site asks whose punch it is",
    )
    assert (other.by_whom, other.subject, other.field) == ("Wang", f"person {person_id}", "phone")
    assert number not in str([tuple(row) for row in kept(town)])
    listed = CliRunner().invoke(cli.app, ["disclosures", "--days", "36500"], env={"COLUMNS": "200"}).output
    assert "Wang" in listed
    assert number not in listed


def test_asking_in_vain_is_kept_too(town: Any) -> None:
    asked = run("person", "nobody", "--reason", "curious", "--by", "Li")
    assert asked.exit_code == 1
    assert [(row.subject, row.disclosed_rows) for row in kept(town)] == [("person nobody", 0)]


def test_without_a_reason_nothing_is_shown(town: Any) -> None:
    _, person_id, number = a_punch(town)
    assert run("person", person_id, "--by", "Li").exit_code == 2
    for by, reason in (("Li", " "), ("", "why"), ("Li", f"is it {number}")):
        with pytest.raises(SettingsError) as refused:
            reveal(town.city, "person", person_id, field="number", by=by, reason=reason)
        assert number not in str(refused.value)
    assert kept(town) == []


def test_no_role_changes_or_removes_a_row(town: Any) -> None:
    reveal(town.city, "person", a_punch(town)[1], field="number", by="Li", reason="why")
    before = kept(town)
    for role, change in product(Role, CHANGES):
        with pytest.raises(DBAPIError, match="permission denied"), transaction(town.city.engine, role) as connection:
            connection.execute(text(change))
    assert kept(town) == before


def test_nor_does_who_may_do_anything_by_mistake(town: Any) -> None:
    reveal(town.city, "person", a_punch(town)[1], field="number", by="Li", reason="why")
    for change in CHANGES:
        with pytest.raises(DBAPIError, match="only added"):
            town.warehouse_sql(change)
    assert len(kept(town)) == 1


def test_who_reveals_gets_at_no_value_without_a_row(town: Any) -> None:
    for table in ("core.person", "core.shared_person", "raw.municipal_row"):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            transaction(town.city.engine, Role.REVEAL) as connection,
        ):
            connection.execute(text(f"SELECT * FROM {table}"))


def test_only_a_login_that_was_let_may(town: Any, somebody: str) -> None:
    _, person_id, number = a_punch(town)
    spec = town.city.connection("warehouse_db")
    asked = {"field": "number", "by": "Li", "reason": "why"}
    clerk = open_city(lambda _name: replace(spec, login=somebody), town.city.clock)
    with pytest.raises(SettingsError, match="GRANT realname_reveal"):
        reveal(clerk, "person", person_id, **asked)
    assert kept(town) == []
    town.warehouse_sql(f"GRANT realname_reveal TO {somebody}")
    assert reveal(clerk, "person", person_id, **asked)[0] == ("municipal platform", number)
    clerk.close()
    assert [row.login for row in kept(town)] == [somebody]
