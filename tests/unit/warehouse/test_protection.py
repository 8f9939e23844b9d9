"""Protected values: joined by the hash, shown by the mask, given back under the right key only."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realname_sync.errors import SettingsError
from realname_sync.settings import ConnectionSpec
from realname_sync.warehouse.protection import Vault, mask, open_vault

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
NUMBER = "33000019750630019X"


def test_one_number_in_two_spellings_has_one_hash_and_two_ciphertexts() -> None:
    vault = Vault(KEY)
    first, second = vault.protect(NUMBER), vault.protect(" ３３０００01975 0630019x")
    assert first.hash == second.hash
    assert first.cipher != second.cipher
    assert vault.reveal(second.cipher) == NUMBER


def test_the_hash_depends_on_the_key() -> None:
    assert Vault(KEY).hash(NUMBER) != Vault(OTHER_KEY).hash(NUMBER)


def test_another_key_reveals_nothing_and_says_so() -> None:
    with pytest.raises(SettingsError, match="data key"):
        Vault(OTHER_KEY).reveal(Vault(KEY).encrypt(NUMBER))


@given(st.text(max_size=40))
def test_whatever_is_encrypted_comes_back(value: str) -> None:
    vault = Vault(KEY)
    assert vault.reveal(vault.encrypt(value)) == value


@pytest.mark.parametrize(
    ("value", "shown"), [(NUMBER, "330000********019X"), ("13900001234", "139****1234"), ("6", "6*"), ("", "*")]
)
def test_a_mask_keeps_head_and_tail_only(value: str, shown: str) -> None:
    assert mask(value) == shown


def test_a_local_warehouse_gets_a_key_of_its_own_that_only_its_owner_reads(own_home: Path) -> None:
    spec = ConnectionSpec("warehouse_db", kind="embedded")
    cipher = open_vault(spec).encrypt(NUMBER)
    assert open_vault(spec).reveal(cipher) == NUMBER
    assert stat.S_IMODE((own_home / "keys" / "data.key").stat().st_mode) == 0o600


def test_a_warehouse_on_a_server_must_be_given_its_key() -> None:
    with pytest.raises(SettingsError, match="data_key"):
        open_vault(ConnectionSpec("warehouse_db", kind="postgres", host="db.example"))


def test_a_vault_shows_nothing_of_its_key() -> None:
    assert "0x" not in repr(Vault(KEY))
    assert repr(Vault(KEY)) == "Vault()"
