"""The versions of the data key: which one values are stored under, and how versions are kept in the warehouse.

Version 0 is the connection's data_key as it was before any rotation. Every version is kept wrapped (AES-256-GCM) by a
key that is derived from the data_key that the connection has now, so another data_key means wrapping them anew and not
storing every value anew.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine

from realname_sync.errors import SettingsError
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

_NONCE_BYTES = 12
_WRAPPING = b"realname_sync wrapping"


@dataclass(frozen=True)
class StoredKey:
    """One version as the warehouse keeps it: a row of ops.data_key."""

    version: int
    wrapped: bytes
    made_at: datetime
    finished_at: datetime | None = None
    hashes_since: datetime | None = None


StoredKeys = Callable[[], Sequence[StoredKey]]


@dataclass(frozen=True)
class KeyRing:
    """The versions, unwrapped.

    Attributes:
        keys: 32 bytes by version.
        newest: the version that values are stored under.
        hashing: the version that keyed hashes are made from.
    """

    keys: Mapping[int, bytes]
    newest: int = 0
    hashing: int = 0

    def __repr__(self) -> str:
        return f"KeyRing({sorted(self.keys)})"


def derived(key: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for one purpose."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def wrap(data_key: bytes, version: int, key: bytes) -> bytes:
    """A version as it is kept under that data_key."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(derived(data_key, _WRAPPING)).encrypt(nonce, key, str(version).encode())


def unwrap(data_key: bytes, stored: StoredKey) -> bytes | None:
    """The version again; None if it was wrapped under another data_key."""
    nonce, content = bytes(stored.wrapped[:_NONCE_BYTES]), bytes(stored.wrapped[_NONCE_BYTES:])
    try:
        return AESGCM(derived(data_key, _WRAPPING)).decrypt(nonce, content, str(stored.version).encode())
    except InvalidTag:
        return None


def open_ring(data_key: bytes, former_data_key: bytes | None, stored: Sequence[StoredKey]) -> KeyRing:
    """The versions that are kept, under the connection's data_key or the one it had before.

    Raises:
        SettingsError: a version was wrapped under neither.
    """
    if not stored:
        return KeyRing({0: former_data_key or data_key})
    keys: dict[int, bytes] = {}
    for one in stored:
        key = unwrap(data_key, one) or (unwrap(former_data_key, one) if former_data_key else None)
        if key is None:
            raise SettingsError(
                f"version {one.version} of the key was wrapped under another data_key: put that one back, or keep it "
                "as former_data_key beside the new one and run `realname keys rotate`"
            )
        keys[one.version] = key
    hashing = max((one for one in stored if one.hashes_since), key=lambda one: one.version, default=stored[0])
    return KeyRing(keys, max(keys), hashing.version)


def stored_keys(engine: Engine) -> Sequence[StoredKey]:
    """The versions that a warehouse keeps; none before the first rotation."""
    with transaction(engine, Role.KEYS) as connection:
        rows = statements.rows(connection, "keys/list_keys")
    return [StoredKey(row.version, bytes(row.wrapped), row.made_at, row.finished_at, row.hashes_since) for row in rows]
