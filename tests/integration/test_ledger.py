"""The journal tells when the ledger was changed, and which row it was."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from realname_sync import cli
from realname_sync.delivery.journal import _COLUMNS, FIRST_HASH, entry_hash
from realname_sync.delivery.ledger_head import read_heads
from realname_sync.delivery.settling import release_rows
from realname_sync.errors import SettingsError
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.ledger import sign_head, verify_ledger
from realname_sync.warehouse.engine import Role, transaction

ONE = (
    "(SELECT min(batch_id) FROM delivery.batch WHERE kind = 'attendance' AND state = 'acknowledged' AND row_count > 3)"
)
OTHER = (
    "(SELECT max(batch_id) FROM delivery.batch WHERE kind = 'attendance' AND state = 'acknowledged' AND row_count > 3)"
)
FIRST_PUNCH = f"(SELECT punch_id FROM delivery.punch_batch WHERE batch_id = {ONE} AND row_index = 2)"
OTHER_PUNCH = f"(SELECT punch_id FROM delivery.punch_batch WHERE batch_id = {OTHER} AND row_index = 1)"

# What is done to the ledger by somebody who may do anything with the database, and what must be said of it.
TAMPERED: Sequence[tuple[list[str], str]] = (
    (
        [f"UPDATE delivery.punch_batch SET punch_id = 'forged' WHERE batch_id = {ONE} AND row_index = 2"],
        "row 2 was changed or swapped: it is forged now",
    ),
    ([f"DELETE FROM delivery.punch_batch WHERE batch_id = {ONE} AND row_index = 2"], "row 2 was removed"),
    (
        [
            "INSERT INTO delivery.punch_batch"
            " SELECT work_date, project_code, target, 'added', batch_id, row_count FROM delivery.batch"
            f" WHERE batch_id = {ONE}"
        ],
        "was added: added",
    ),
    (
        [
            f"CREATE TEMPORARY TABLE pair ON COMMIT DROP AS SELECT {FIRST_PUNCH} AS one, {OTHER_PUNCH} AS other",
            f"UPDATE delivery.punch_batch SET punch_id = 'x' FROM pair WHERE batch_id = {ONE} AND punch_id = one",
            f"UPDATE delivery.punch_batch SET punch_id = one FROM pair WHERE batch_id = {OTHER} AND punch_id = other",
            f"UPDATE delivery.punch_batch SET punch_id = other FROM pair WHERE batch_id = {ONE} AND punch_id = 'x'",
        ],
        "row 2 was changed or swapped",
    ),
    (
        [f"UPDATE delivery.batch SET state = 'refused' WHERE batch_id = {ONE}"],
        "its state is refused and was told as acknowledged",
    ),
    ([f"UPDATE delivery.batch SET serial_code = 'x' WHERE batch_id = {ONE}"], "its serial code is another one"),
    (
        [f"UPDATE delivery.batch SET data_sha256 = 'x' WHERE batch_id = {ONE}"],
        "the digest of what was sent is another one",
    ),
    (
        [
            f"DELETE FROM delivery.punch_batch WHERE batch_id = {ONE}",
            f"DELETE FROM delivery.batch WHERE batch_id = {ONE}",
        ],
        "is gone: it was removed",
    ),
    (
        [
            "INSERT INTO delivery.batch"
            " (work_date, project_code, target, kind, row_count, state, planned_at, settled_at)"
            " SELECT work_date, project_code, target, kind, 1, state, planned_at, settled_at FROM delivery.batch"
            f" WHERE batch_id = {ONE}"
        ],
        "not in the journal: it was added",
    ),
    (
        [
            "INSERT INTO delivery.row_outcome"
            " SELECT work_date, project_code, target, batch_id, punch_id, 'refused', 'forged', now()"
            f" FROM delivery.punch_batch WHERE batch_id = {ONE} AND row_index = 2"
        ],
        "what was told of single rows was changed, removed or added",
    ),
    (["UPDATE delivery.journal SET serial_code = 'x' WHERE entry_no = 7"], "entry 7: the entry is not the one"),
    (["DELETE FROM delivery.journal WHERE entry_no = 7"], "entry 7: the entry is missing"),
    (
        ["DELETE FROM delivery.journal WHERE entry_no = (SELECT max(entry_no) FROM delivery.journal)"],
        "some were removed",
    ),
    (["UPDATE delivery.ledger_head SET head_hash = sha256('x')"], "or the head was changed"),
    (["UPDATE delivery.ledger_head SET signed_at = signed_at + interval '1 day'"], "the signature of the head"),
)


def _told(town: Any) -> str:
    flaws = [one.flaw for one in verify_ledger(town.city, DAY, DAY) if one.flaw]
    return "; ".join(f"entry {flaw.entry_no}: {flaw.wrong}" for flaw in flaws)


def _undone(town: Any) -> list[str]:
    """Copies of what tampering touches, and the statements that put it back."""
    names = ("batch", "punch_batch", "row_outcome", "journal", "ledger_head")
    for name in names:
        town.warehouse_sql(f"CREATE TABLE public.kept_{name} AS SELECT * FROM delivery.{name}")
    return [
        statement
        for name in names
        for statement in (
            f"DELETE FROM delivery.{name}",
            f"INSERT INTO delivery.{name} {'OVERRIDING SYSTEM VALUE' if name == 'batch' else ''}"
            f" SELECT * FROM public.kept_{name}",
        )
    ]


def _write_anew(town: Any) -> None:
    """Forge a serial code and every hash after it, as somebody with the database and without the key can."""
    with town.city.engine.begin() as connection:
        connection.execute(text(f"UPDATE delivery.batch SET serial_code = 'forged' WHERE batch_id = {ONE}"))
        connection.execute(text(f"UPDATE delivery.journal SET serial_code = 'forged' WHERE batch_id = {ONE}"))
        before = FIRST_HASH
        rows = connection.execute(text("SELECT * FROM delivery.journal ORDER BY entry_no")).mappings().all()
        for row in rows:
            before = entry_hash(before, {name: row[name] for name in _COLUMNS})
            connection.execute(
                text("UPDATE delivery.journal SET hash = :hash WHERE entry_no = :entry_no"),
                {"hash": before, "entry_no": row["entry_no"]},
            )


def test_what_was_tampered_with_is_found_and_named(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    assert _told(checked) == ""
    restore = _undone(checked)
    overlooked = []
    for statements, expected in TAMPERED:
        with checked.city.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        if expected not in (told := _told(checked)):
            overlooked.append((statements[0], expected, told))
        with checked.city.engine.begin() as connection:
            for statement in restore:
                connection.exec_driver_sql(statement)
    assert overlooked == []
    assert _told(checked) == ""


def test_a_chain_written_anew_without_the_key_does_not_fit_the_signed_head(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    _write_anew(checked)
    assert "the chain was written anew" in _told(checked)


def test_a_head_signed_with_another_key_does_not_count(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    vault = checked.city.vault
    checked.warehouse_sql("DELETE FROM delivery.ledger_head")
    assert _told(checked) == ""
    checked.city.__dict__["vault"] = type(vault)(bytes(32))
    sign_head(checked.city, DAY, "nation")
    checked.city.__dict__["vault"] = vault
    assert "the signature of the head is not by this key" in _told(checked)


def test_who_delivers_can_neither_change_nor_remove_an_entry(checked: Any) -> None:
    for statement in (
        "UPDATE delivery.journal SET serial_code = 'x'",
        "DELETE FROM delivery.journal",
        "UPDATE delivery.ledger_head SET entries = 0",
        "DELETE FROM delivery.ledger_head",
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            transaction(checked.city.engine, Role.SEND) as connection,
        ):
            connection.execute(text(statement))


def test_a_day_delivered_twice_keeps_its_chain(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    entries = "SELECT count(*), max(entry_no), count(DISTINCT hash) FROM delivery.journal"
    before = checked.warehouse_sql(entries)
    deliver(checked.city, DAY, "nation")
    assert checked.warehouse_sql(entries) == before
    assert before[0][0] == before[0][1] == before[0][2] > 0


def test_a_row_outcome_that_was_removed_is_missed(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    desk = checked.desk("nation", DAY)
    [(batch,)] = checked.warehouse_sql(f"SELECT {ONE}")
    with desk.commit("release") as connection:
        release_rows(desk, connection, [(batch, 2, "not there after all")])
    assert _told(checked) == ""
    checked.warehouse_sql("DELETE FROM delivery.row_outcome WHERE batch_id = :batch", batch=batch)
    assert f"batch {batch}: what was told of single rows was changed, removed or added" in _told(checked)


def test_heads_kept_elsewhere_hold_where_all_heads_were_removed(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    [verified] = verify_ledger(checked.city, DAY, DAY)
    assert (verified.unsigned, verified.flaw) == (0, None)
    kept = read_heads(["# kept by the bureau", "", verified.last_head.line()])
    assert kept == [verified.last_head]
    _write_anew(checked)
    checked.warehouse_sql("DELETE FROM delivery.ledger_head")
    [without] = verify_ledger(checked.city, DAY, DAY)
    assert (without.flaw, without.unsigned) == (None, without.entries)
    [against] = verify_ledger(checked.city, DAY, DAY, kept=kept)
    assert against.flaw is not None
    assert (against.flaw.entry_no, "the chain was written anew" in against.flaw.wrong) == (verified.entries, True)
    forged = [replace(kept[0], head_hash=against.head_hash)]
    [refused] = verify_ledger(checked.city, DAY, DAY, kept=forged)
    assert refused.flaw is not None
    assert "the signature of the head is not by this key" in refused.flaw.wrong
    checked.warehouse_sql("DELETE FROM delivery.journal")
    checked.warehouse_sql("DELETE FROM delivery.batch")
    assert list(verify_ledger(checked.city, DAY, DAY)) == []
    [gone] = verify_ledger(checked.city, DAY, DAY, kept=kept)
    assert gone.flaw is not None
    assert (gone.flaw.entry_no, "some were removed" in gone.flaw.wrong) == (1, True)


def test_a_line_that_is_no_head_is_named() -> None:
    with pytest.raises(SettingsError, match="line 2"):
        read_heads(["", "2026-11-20 nation many"])


def test_the_command_says_what_is_wrong_and_fails(
    checked: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deliver(checked.city, DAY, "nation")
    monkeypatch.setattr("realname_sync.pipelines.city.open_city", lambda: checked.city)
    fine = CliRunner().invoke(cli.app, ["verify-ledger", str(DAY)], env={"COLUMNS": "200"})
    assert (fine.exit_code, "as it was written" in fine.output) == (0, True)
    day = ["verify-ledger", "--from", str(DAY), "--to", str(DAY), "--target", "nation"]
    file = tmp_path / "heads.txt"
    file.write_text(CliRunner().invoke(cli.app, [*day, "--heads"]).stdout)
    assert file.read_text().startswith(f"{DAY} nation ")
    assert CliRunner().invoke(cli.app, [*day, "--kept", str(file)]).exit_code == 0
    file.write_text(file.read_text().replace(" nation ", " province "))
    assert CliRunner().invoke(cli.app, ["verify-ledger", str(DAY), "--kept", str(file)]).exit_code == 1
    checked.warehouse_sql(f"UPDATE delivery.batch SET serial_code = 'x' WHERE batch_id = {ONE}")
    wrong = CliRunner().invoke(cli.app, ["verify-ledger", str(DAY)], env={"COLUMNS": "200"})
    assert (wrong.exit_code, "its serial code is another one" in wrong.output) == (1, True)
    key = CliRunner().invoke(cli.app, ["verify-ledger", "--public-key"])
    assert len(key.output.strip()) == 64
