"""Key rotation: a new version of the data key, and every stored value taken over to it while others read and write.

Nothing is kept of how far a rotation has come: a value says itself which version it is of. So a rotation that was
killed is carried on by the next, and a value that a process with the former version wrote meanwhile is found too.
"""

import base64
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from realname_sync.errors import HeldError, SettingsError
from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.key_ring import StoredKey, stored_keys, unwrap, wrap
from realname_sync.warehouse.protection import Vault

_BATCH = 500
_PASSES = 20
_START = "(0,0)"
_Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rotated:
    """What a rotation did: the version it led to, the values taken over, and the rows that are still of another one."""

    version: int
    resumed: bool
    taken_over: int
    left: int


@dataclass(frozen=True)
class ShownKey:
    """A version without its key: how old it is, what it protects by column, whether hashes are made from it."""

    version: int
    made_at: datetime | None
    finished_at: datetime | None
    hashing: bool
    protected: Mapping[str, int]


def show_keys(city: City) -> Sequence[ShownKey]:
    """Every version, and how many rows it protects."""
    stored = {one.version: one for one in stored_keys(city.engine)}
    ring = city.vault.reload()
    with transaction(city.engine, Role.ROTATE) as connection:
        counted = statements.rows(connection, "keys/count_by_key")
    unknown = {row.version for row in counted} - set(ring.keys)
    return [
        ShownKey(
            version,
            stored[version].made_at if version in stored else None,
            stored[version].finished_at if version in stored else None,
            version == ring.hashing,
            {row.place: row.protected_rows for row in counted if row.version == version},
        )
        for version in sorted({*ring.keys, *unknown})
    ]


def rotate_keys(
    city: City,
    *,
    resume: bool = False,
    batch: int = _BATCH,
    progress: _Progress = lambda _line: None,
    at: Callable[[str], None] = lambda _where: None,
) -> Rotated:
    """Make a new version and take every value over to it; carry on instead where a rotation did not come to its end.

    With `resume` no new version is made in any case. Keyed hashes stay as they are: `rehash` makes those anew.

    Raises:
        SettingsError: `resume`, and there was no rotation yet; or a version cannot be unwrapped.
    """
    version, resumed = _begin(city, resume=resume)
    vault = city.vault
    vault.reload()
    progress(f"{'carrying on to' if resumed else 'new'} version {version}")
    at("begun")
    with transaction(city.engine, Role.ROTATE) as connection:
        places = statements.rows(connection, "keys/cipher_columns")
    taken = left = 0
    for number in range(_PASSES):
        for place in places:
            done = _take_over(city, vault, place.table_name, place.column_name, version, batch, at)
            taken += done
            if done:
                progress(f"{place.table_name}.{place.column_name}: {done}")
        left = _left(city, version)
        if not left:
            break
        time.sleep(0.1 * number)  # somebody was writing these rows; they are free in a moment
    if not left:
        with transaction(city.engine, Role.ROTATE) as connection:
            statements.run(connection, "keys/finish_key", version=version, now=city.clock())
    return Rotated(version, resumed, taken, left)


def rehash(city: City) -> tuple[int, int]:
    """Make every keyed hash anew, from the newest version, in one transaction; nothing else may be connected.

    Returns:
        The version, and the number of rows written.

    Raises:
        SettingsError: there is no newer version than the one hashes are made from.
        HeldError: others are connected: they would go on making hashes of the former sort.
    """
    vault = city.vault
    ring = vault.reload()
    if ring.newest == ring.hashing:
        raise SettingsError("hashes are made from the newest version already: run `realname keys rotate` first")
    city.engine.dispose()  # the connections of our own that wait in the pool
    with transaction(city.engine, Role.ROTATE) as connection:
        if others := statements.scalar(connection, "keys/other_sessions"):
            raise HeldError(
                f"{others} other sessions of this system are connected: stop Airflow and every other command first, "
                "because each would go on making hashes that join nothing"
            )
        statements.run(connection, "keys/lock_keys")
        pairs = statements.rows(connection, "keys/hashed_ciphers")
        plain = [vault.reveal(row.cipher) for row in pairs]
        statements.run(connection, "keys/note_hashes", version=ring.newest, now=city.clock())
        fresh = Vault(vault.data_key, None, vault.former_data_key, lambda: _keys(connection))
        written = statements.scalar(
            connection,
            "keys/replace_hashes",
            former=[bytes(row.hash) for row in pairs],
            present=[fresh.hash(value) for value in plain],
        )
    vault.reload()
    return ring.newest, int(written)


def _begin(city: City, *, resume: bool) -> tuple[int, bool]:
    """Wrap what there is under the connection's data_key, and make a new version unless one is unfinished."""
    vault, now = city.vault, city.clock()
    with transaction(city.engine, Role.ROTATE) as connection:
        statements.run(connection, "keys/lock_keys")
        stored = _keys(connection)
        ring = vault.reload()
        if not stored:
            if resume:
                raise SettingsError("there was no rotation yet that could be carried on")
            _add(connection, vault, 0, ring.keys[0], now)
        for one in stored:
            if unwrap(vault.data_key, one) is None:
                statements.run(
                    connection,
                    "keys/rewrap_key",
                    version=one.version,
                    wrapped=wrap(vault.data_key, one.version, ring.keys[one.version]),
                )
        newest = max(stored, key=lambda one: one.version, default=None)
        if newest is not None and (resume or newest.finished_at is None):
            return newest.version, True
        version = newest.version + 1 if newest else 1
        _add(connection, vault, version, os.urandom(32), now)
        return version, False


def _add(connection: Connection, vault: Vault, version: int, key: bytes, now: datetime) -> None:
    wrapped = wrap(vault.data_key, version, key)
    statements.run(connection, "keys/add_key", version=version, wrapped=wrapped, made_at=now)


def _keys(connection: Connection) -> list[StoredKey]:
    rows = statements.rows(connection, "keys/list_keys")
    return [StoredKey(row.version, bytes(row.wrapped), row.made_at, row.finished_at, row.hashes_since) for row in rows]


def _take_over(
    city: City, vault: Vault, table: str, column: str, version: int, batch: int, at: Callable[[str], None]
) -> int:
    """One pass over a column, a transaction a batch."""
    key: dict[str, Any] = {"table_name": table, "column_name": column}
    after, taken = _START, 0
    while True:
        with transaction(city.engine, Role.ROTATE) as connection:
            found = statements.rows(
                connection, "keys/stale_ciphers", **key, newest=version, after_place=after, most=batch
            )
            if not found:
                return taken
            ciphers = [_renewed(vault, row.ciphers) for row in found]
            taken += statements.scalar(
                connection, "keys/put_ciphers", **key, places=[row.place for row in found], ciphers=ciphers
            )
            at(f"{table}.{column}.before")
        at(f"{table}.{column}.after")
        after = found[-1].place


def _renewed(vault: Vault, ciphers: Mapping[str, str]) -> str:
    return json.dumps(
        {
            name: base64.b64encode(vault.encrypt(vault.reveal(base64.b64decode(content)))).decode()
            for name, content in ciphers.items()
        }
    )


def _left(city: City, version: int) -> int:
    with transaction(city.engine, Role.ROTATE) as connection:
        counted = statements.rows(connection, "keys/count_by_key")
    return sum(row.protected_rows for row in counted if row.version != version)
