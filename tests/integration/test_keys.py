"""The key is rotated under way: values stay readable, a kill in the middle costs nothing, joins go on."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged, deliver_until_it_ends
from sqlalchemy import text

from databases import DATA_KEY, database_spec
from realname_sync.errors import HeldError, SettingsError
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.keys import rehash, rotate_keys, show_keys
from realname_sync.resources import root

OTHER_DATA_KEY = "b3RoZXIga2V5LCBvcGVucyBub3RoaW5nIGJ1dCB0ZXM="

KILLED = """
import os, signal, sys
sys.path[:0] = {paths!r}
from pathlib import Path
from databases import database_spec
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.keys import rotate_keys
batches = 0
def at(where):
    global batches
    batches += where.endswith({moment!r})
    if batches == 4:
        os.kill(os.getpid(), signal.SIGKILL)
rotate_keys(open_city(lambda name: database_spec(Path({folder!r}), {warehouse!r}, name)), batch=20, at=at)
"""


def kill_a_rotation(postgres: Path, warehouse: str, moment: str) -> None:
    """A rotation in a process of its own, killed at its fourth batch, before or after that is committed."""
    paths = [str(root() / "plugins"), str(root() / "tests")]
    program = KILLED.format(paths=paths, moment=moment, folder=str(postgres), warehouse=warehouse)
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, env=os.environ)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def versions(city: City) -> dict[int, int]:
    return {key.version: sum(key.protected.values()) for key in show_keys(city)}


def numbers(city: City) -> list[tuple[str, ...]]:
    """Every protected value of people, as it reads."""
    with city.engine.begin() as connection:
        kept = connection.execute(text("SELECT person_id, id_cipher, phone_cipher FROM core.person ORDER BY 1")).all()
    reveal = city.vault.reveal
    return [(row[0], *(reveal(cipher) if cipher else "" for cipher in row[1:])) for row in kept]


@pytest.mark.parametrize("moment", [".before", ".after"])
def test_a_killed_rotation_is_carried_on_and_everybody_reads_meanwhile(
    checked: Any, postgres: Path, moment: str
) -> None:
    city = checked.city
    before, protected = numbers(city), versions(city)
    assert set(protected) == {0}

    kill_a_rotation(postgres, checked.warehouse, moment)
    under_way = versions(city)
    assert set(under_way) == {0, 1}
    assert 0 < under_way[1] < protected[0]
    # The vault of this process has read the versions long ago; so has the one that delivers.
    assert numbers(city) == before

    done = rotate_keys(city, batch=100)
    assert (done.version, done.resumed, done.left) == (1, True, 0)
    assert versions(city) == {0: 0, 1: protected[0]}
    assert numbers(city) == before
    assert show_keys(city)[1].finished_at is not None

    if moment == ".after":  # the pairs, the numbers of the rows and the questions after them
        deliver_until_it_ends(checked, "nation")
        assert_effect_equals_acknowledged(checked, "nation")


def test_a_value_written_under_the_former_version_meanwhile_is_found(checked: Any) -> None:
    city = checked.city
    city.vault.reload()
    late = city.vault.encrypt("330000197506300193")  # by a process that read the versions before the rotation
    rotate_keys(city)
    checked.warehouse_sql(
        "UPDATE core.person SET id_cipher = :late WHERE person_id = (SELECT min(person_id) FROM core.person)", late=late
    )
    assert versions(city)[0] == 1
    done = rotate_keys(city, resume=True)
    assert (done.version, done.taken_over, done.left) == (1, 1, 0)
    assert numbers(city)[0][1] == "330000197506300193"


def test_every_column_with_ciphertext_is_taken_over(checked: Any) -> None:
    """By its name it is found, so that a column that comes later is not forgotten."""
    columns = checked.warehouse_sql(
        "SELECT table_name || '.' || column_name FROM ops.cipher_column WHERE column_name <> 'payload'"
    )
    known = checked.warehouse_sql(
        "SELECT table_schema || '.' || table_name || '.' || column_name FROM information_schema.columns"
        " WHERE column_name LIKE '%cipher' AND data_type = 'bytea'"
        " AND (table_schema, table_name) IN (SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_type = 'BASE TABLE')"
    )
    assert {row[0] for row in columns} == {row[0] for row in known}
    assert {"ops.platform_credential.secret_cipher", "raw.rejected_answer.body_cipher"} <= {row[0] for row in columns}
    protected = show_keys(checked.city)[0].protected
    assert protected["raw.municipal_row.payload"] > 0
    assert protected["ops.platform_credential.secret_cipher"] > 0


def test_the_connections_key_is_replaced_without_storing_every_value_anew(checked: Any, postgres: Path) -> None:
    city = checked.city
    before = numbers(city)
    sign_before = city.vault.signer_id()
    rotate_keys(city)

    def under(**extra: str) -> City:
        spec = database_spec(postgres, checked.warehouse)
        return open_city(lambda name: replace(spec, name=name, extra=extra), city.clock)

    with_both = under(data_key=OTHER_DATA_KEY, former_data_key=DATA_KEY)
    assert rotate_keys(with_both).version == 2
    alone = under(data_key=OTHER_DATA_KEY)
    assert numbers(alone) == before
    assert alone.vault.signer_id() == sign_before  # heads that were signed stay good
    former = under(data_key=DATA_KEY)
    with pytest.raises(SettingsError, match="wrapped under another data_key"):
        former.vault.hash("x")
    for other in (with_both, alone, former):
        other.close()


def test_hashes_are_made_anew_in_one_go_and_joins_go_on(checked: Any) -> None:
    city = checked.city
    joined = "SELECT count(*) FROM core.person AS p JOIN core.current_person AS s ON s.id_hash = p.id_hash"
    pairs = checked.warehouse_sql(joined)[0][0]
    of_managers = "SELECT count(*) FROM core.shared_participant WHERE pm_id_hash IS NOT NULL"
    managers = checked.warehouse_sql(of_managers)[0][0]
    former = {
        bytes(row[0]) for row in checked.warehouse_sql("SELECT id_hash FROM core.person WHERE id_hash IS NOT NULL")
    }
    assert pairs
    assert managers
    with pytest.raises(SettingsError, match="rotate"):
        rehash(city)
    rotate_keys(city)

    spec = city.connection("warehouse_db")
    other = open_city(lambda _name: spec, city.clock)
    with other.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(HeldError, match="other sessions"):
            rehash(city)
    other.close()

    version, written = rehash(city)
    assert version == 1
    assert written > pairs
    assert checked.warehouse_sql(joined)[0][0] == pairs
    assert checked.warehouse_sql(of_managers)[0][0] == managers
    present = checked.warehouse_sql("SELECT person_id, id_hash, id_cipher FROM core.person WHERE id_hash IS NOT NULL")
    assert not former & {bytes(row[1]) for row in present}
    assert all(city.vault.hash(city.vault.reveal(row[2])) == bytes(row[1]) for row in present)
    extract_municipal(city, DAY)  # new rows get hashes of the same sort
    assert checked.warehouse_sql(joined)[0][0] == pairs
