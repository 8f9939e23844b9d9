"""Signature and encryption against worked examples that two other languages agree with."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realname_sync.errors import MalformedAnswerError, SettingsError
from realname_sync.platforms.open_api.cipher import decrypt, encrypt
from realname_sync.platforms.open_api.envelope import form_body
from realname_sync.platforms.open_api.signature import canonical_text, sign

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "open-api.json").read_text(encoding="utf-8"))
SECRET = "0123456789abcdef0123456789abcdef"
named = {"ids": lambda vector: vector["name"]}


@pytest.mark.parametrize("vector", VECTORS["signature"], **named)
def test_signature(vector: dict[str, Any]) -> None:
    params, secret = vector["params"], vector["appsecret"]
    assert canonical_text(params, secret) == vector["string_signed"] == vector["string_before_lowercase"].lower()
    assert sign(params, secret) == vector["sign"]
    assert form_body({**params, "sign": vector["sign"]}).decode() == vector["form_body"]


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))
def test_a_form_is_written_as_every_library_writes_it(params: dict[str, str]) -> None:
    assert form_body(params) == urlencode(params).encode()


@pytest.mark.parametrize("vector", VECTORS["signature"], **named)
def test_the_order_of_the_parameters_and_a_signature_among_them_do_not_count(vector: dict[str, Any]) -> None:
    turned = {"sign": "0" * 64, **dict(reversed(vector["params"].items()))}
    assert sign(turned, vector["appsecret"]) == vector["sign"]


@pytest.mark.parametrize("negative", VECTORS["signature_negative"], **named)
def test_the_usual_mistakes_give_another_signature(negative: dict[str, Any]) -> None:
    (chinese,) = [vector for vector in VECTORS["signature"] if vector["name"].startswith("S2")]
    params, secret = chinese["params"], chinese["appsecret"]
    mistakes = {
        "not lower-cased": chinese["string_before_lowercase"],
        "data URL-encoded before hashing": canonical_text({**params, "data": quote_plus(params["data"])}, secret),
        "appsecret sorted in with the others instead of appended last": "&".join(
            f"{name}={value}" for name, value in sorted({**params, "appsecret": secret}.items())
        ).lower(),
    }
    assert sha256(mistakes[negative["name"]].encode()).hexdigest() == negative["digest"]
    assert sign(params, secret) != negative["digest"]


@pytest.mark.parametrize("vector", VECTORS["encryption"], **named)
def test_encryption(vector: dict[str, Any]) -> None:
    key, plaintext, ciphertext = vector["key_text"], vector["plaintext"], vector["ciphertext_base64"]
    assert encrypt(plaintext, key) == ciphertext
    assert decrypt(ciphertext, key) == plaintext


def test_a_secret_of_sixteen_characters_is_a_key_of_128_bits() -> None:
    ciphertext = "oAPP/dGBdq6GOVWF3TgpC+1rex7tocbLsHCFsv/w6tA="
    assert encrypt("999999209901010017", "1234567890abcdef") == ciphertext
    assert decrypt(ciphertext, "1234567890abcdef") == "999999209901010017"


@given(st.text(max_size=40))
def test_what_is_encrypted_can_be_read_back(plaintext: str) -> None:
    assert decrypt(encrypt(plaintext, SECRET), SECRET) == plaintext


@given(st.text(max_size=40) | st.binary(max_size=40).map(bytes.hex))
def test_a_text_that_is_no_ciphertext_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(MalformedAnswerError, match=r"cannot be read with the secret of this connection$"):
        decrypt(text, SECRET)


def test_the_secret_of_another_does_not_read_it() -> None:
    with pytest.raises(MalformedAnswerError, match="cannot be read with the secret"):
        decrypt(encrypt("999999209901010017", SECRET), "f" * 32)


@pytest.mark.parametrize("secret", ["", "short", "0" * 31, "零" * 16])
def test_a_secret_of_another_length_is_told_without_the_secret(secret: str) -> None:
    with pytest.raises(SettingsError, match="16, 24 or 32 characters") as caught:
        encrypt("1", secret)
    assert not secret or secret not in str(caught.value)
