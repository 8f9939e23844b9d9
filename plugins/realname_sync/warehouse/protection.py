"""How identity numbers, phones and bank cards are kept: ciphertext to send from, keyed hash to join by, mask to show.

Ciphertext: AES-256-GCM, nonce of 12 bytes before it; from version 1 of the data key on also a head that names the
version. Hash: HMAC-SHA-256 of the normalised value, because the space of citizen numbers is small enough to try out.
The keys for both are derived from a version of the data key (key_ring.py).
"""

import base64
import hmac
import os
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from realname_sync.errors import SettingsError
from realname_sync.settings import ConnectionSpec, home
from realname_sync.warehouse.key_ring import KeyRing, StoredKeys, derived, open_ring

_NONCE_BYTES = 12
_MARK = bytes.fromhex("f7726e6b")  # as in ops.key_version
_HEAD_BYTES = len(_MARK) + 2


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
    """Protects values and gives them back, under the versions of one data key of 32 bytes."""

    def __init__(
        self,
        data_key: bytes,
        ledger_key: bytes | None = None,
        former_data_key: bytes | None = None,
        stored: StoredKeys = tuple,
    ) -> None:
        for name, key in (("data", data_key), ("ledger", ledger_key), ("former data", former_data_key)):
            if key is not None and len(key) != 32:
                written = f"{name} key".replace(" ", "_")
                raise SettingsError(
                    f"the {name} key must be 32 bytes, written in base64 as {written} in the extra of warehouse_db"
                )
        self.data_key, self.former_data_key = data_key, former_data_key
        self._ledger_key = ledger_key
        self._stored = stored
        self._ring: KeyRing | None = None
        self._ciphers: dict[int, AESGCM] = {}
        self._hash_key = b""

    def __repr__(self) -> str:
        return "Vault()"

    @property
    def ring(self) -> KeyRing:
        """The versions of the data key, read when first needed."""
        return self._ring or self.reload()

    def reload(self) -> KeyRing:
        """Read the versions anew."""
        ring = open_ring(self.data_key, self.former_data_key, self._stored())
        self._hash_key = derived(ring.keys[ring.hashing], b"realname_sync keyed hash")
        self._ciphers = {version: AESGCM(derived(key, b"realname_sync cipher")) for version, key in ring.keys.items()}
        self._ring = ring
        return ring

    def signer(self) -> Ed25519PrivateKey:
        """The key that signs the heads of the ledger's journal: one of its own, or one derived from version 0."""
        return Ed25519PrivateKey.from_private_bytes(
            self._ledger_key or derived(self.ring.keys[0], b"realname_sync ledger")
        )

    def signer_id(self) -> str:
        """What the signing key is recognised by: the first half of its public key, in hexadecimal."""
        return self.signer().public_key().public_bytes_raw()[:16].hex()

    def protect(self, value: str) -> Protected:
        """Ciphertext, keyed hash and mask of the normalised value."""
        plain = normalise(value)
        return Protected(self.encrypt(plain), self.hash(plain), mask(plain))

    def hash(self, value: str) -> bytes:
        """Keyed hash of the normalised value, 32 bytes."""
        return self.digest(normalise(value))

    def digest(self, text: str) -> bytes:
        """Keyed digest of the text as it is, 32 bytes: tells a changed row from an unchanged one."""
        self._ring or self.reload()
        return hmac.new(self._hash_key, text.encode(), sha256).digest()

    def encrypt(self, value: str) -> bytes:
        """Head, nonce and ciphertext of the text as it is, under the newest version."""
        newest, nonce = self.ring.newest, os.urandom(_NONCE_BYTES)
        head = _MARK + newest.to_bytes(2, "big") if newest else b""
        return head + nonce + self._ciphers[newest].encrypt(nonce, value.encode(), head or None)

    def reveal(self, cipher: bytes) -> str:
        """The text again.

        Raises:
            SettingsError: it was written under another data key.
        """
        content = bytes(cipher)
        version = key_version(content)
        if version not in self.ring.keys:
            self.reload()  # rotated since this process read the versions
        for head_bytes, wanted in ((_HEAD_BYTES, version), (0, 0)) if version else ((0, 0),):
            head, rest = content[:head_bytes], content[head_bytes:]
            try:
                return self._ciphers[wanted].decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head or None).decode()
            except (InvalidTag, KeyError):
                continue  # the nonce of a value of version 0 may, once in 2**32, look like a head
        raise SettingsError("the data key is not the one these values were stored under: put the right one back")


def key_version(cipher: bytes) -> int:
    """The version a ciphertext says it is of."""
    if len(cipher) > _HEAD_BYTES and cipher.startswith(_MARK):
        return int.from_bytes(cipher[len(_MARK) : _HEAD_BYTES], "big")
    return 0


def open_vault(warehouse: ConnectionSpec, stored: StoredKeys = tuple) -> Vault:
    """The vault of that warehouse: `data_key` of the connection's extra, else a key file made for a local warehouse.

    `ledger_key` of the extra, if there is one, signs the heads of the ledger; `former_data_key` is the data_key before.
    `stored` reads the versions that the warehouse keeps.

    Raises:
        SettingsError: a warehouse on a server has no data key.
    """
    given, ledger_key, former = (
        base64.b64decode(str(warehouse.extra[name])) if warehouse.extra.get(name) else None
        for name in ("data_key", "ledger_key", "former_data_key")
    )
    if given:
        return Vault(given, ledger_key, former, stored)
    if warehouse.kind != "embedded" and not warehouse.host.startswith("/"):
        raise SettingsError("connection warehouse_db has no data_key in its extra: make one with `realname keys new`")
    path = home() / "keys" / "data.key"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path.as_posix(), base64.b64encode(os.urandom(32)))
    return Vault(base64.b64decode(path.read_bytes()), ledger_key, former, stored)


def _write_new(path: str, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # another process made it in the meantime, and that one counts
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
