"""How identity numbers, phones and bank cards are kept: ciphertext to send from, keyed hash to join by, mask to show.

Ciphertext: AES-256-GCM, nonce of 12 bytes before it. Hash: HMAC-SHA-256 of the normalised value, because the space of
citizen numbers is small enough to try out. Both keys are derived from one data key.
"""

import base64
import hmac
import os
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from realname_sync.errors import SettingsError
from realname_sync.settings import ConnectionSpec, home

_NONCE_BYTES = 12


def normalise(value: str) -> str:
    """One spelling for one number: NFKC, no blanks, upper case (rules.md 11.1)."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def mask(value: str) -> str:
    """First characters and last characters with stars between: 6 and 4 of a long number, 3 and 4 of a phone, else 1."""
    length = len(value)
    head, tail = (6, 4) if length >= 15 else (3, 4) if length >= 9 else (1, 0)
    return value[:head] + "*" * max(length - head - tail, 1) + (value[length - tail :] if tail else "")


@dataclass(frozen=True)
class Protected:
    """One protected value."""

    cipher: bytes
    hash: bytes
    mask: str


class Vault:
    """Protects values and gives them back, under one data key of 32 bytes."""

    def __init__(self, data_key: bytes, ledger_key: bytes | None = None) -> None:
        if len(data_key) != 32:
            raise SettingsError(
                "the data key must be 32 bytes, written in base64 as data_key in the extra of warehouse_db"
            )
        if ledger_key is not None and len(ledger_key) != 32:
            raise SettingsError(
                "the ledger key must be 32 bytes, written in base64 as ledger_key in the extra of warehouse_db"
            )
        self._data_key = data_key
        self._ledger_key = ledger_key

    def __repr__(self) -> str:
        return "Vault()"

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._derived(b"realname_sync cipher"))

    @cached_property
    def _hash_key(self) -> bytes:
        return self._derived(b"realname_sync keyed hash")

    def signer(self) -> Ed25519PrivateKey:
        """The key that signs the heads of the ledger's journal: one of its own, or one derived from the data key."""
        return Ed25519PrivateKey.from_private_bytes(self._ledger_key or self._derived(b"realname_sync ledger"))

    def signer_id(self) -> str:
        """What the signing key is recognised by: the first half of its public key, in hexadecimal."""
        return self.signer().public_key().public_bytes_raw()[:16].hex()

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(self._data_key)

    def protect(self, value: str) -> Protected:
        """Ciphertext, keyed hash and mask of the normalised value."""
        plain = normalise(value)
        return Protected(self.encrypt(plain), self.hash(plain), mask(plain))

    def hash(self, value: str) -> bytes:
        """Keyed hash of the normalised value, 32 bytes."""
        return hmac.new(self._hash_key, normalise(value).encode(), sha256).digest()

    def digest(self, text: str) -> bytes:
        """Keyed digest of the text as it is, 32 bytes: tells a changed row from an unchanged one."""
        return hmac.new(self._hash_key, text.encode(), sha256).digest()

    def encrypt(self, value: str) -> bytes:
        """Nonce and ciphertext of the text as it is."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value.encode(), None)

    def reveal(self, cipher: bytes) -> str:
        """The text again.

        Raises:
            SettingsError: it was written under another data key.
        """
        try:
            return self._cipher.decrypt(bytes(cipher[:_NONCE_BYTES]), bytes(cipher[_NONCE_BYTES:]), None).decode()
        except InvalidTag:
            raise SettingsError(
                "the data key is not the one these values were stored under: put the right one back"
            ) from None


def open_vault(warehouse: ConnectionSpec) -> Vault:
    """The vault of that warehouse: `data_key` of the connection's extra, else a key file made for a local warehouse.

    `ledger_key` of the extra, if there is one, signs the heads of the ledger.

    Raises:
        SettingsError: a warehouse on a server has no data key.
    """
    given, ledger = warehouse.extra.get("data_key"), warehouse.extra.get("ledger_key")
    ledger_key = base64.b64decode(str(ledger)) if ledger else None
    if given:
        return Vault(base64.b64decode(str(given)), ledger_key)
    if warehouse.kind != "embedded" and not warehouse.host.startswith("/"):
        raise SettingsError("connection warehouse_db has no data_key in its extra: make one with `realname key new`")
    path = home() / "keys" / "data.key"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path.as_posix(), base64.b64encode(os.urandom(32)))
    return Vault(base64.b64decode(path.read_bytes()), ledger_key)


def _write_new(path: str, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # another process made it in the meantime, and that one counts
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
