"""Brings what was read into the warehouse: staged by COPY into a temporary table, then merged by one statement."""

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from realname_sync.errors import SourceShapeError
from realname_sync.standards.identifiers import citizen_number_problem
from realname_sync.standards.municipal import MunicipalObject
from realname_sync.warehouse import bulk, statements
from realname_sync.warehouse.protection import Vault, mask, normalise


def land_municipal_rows(
    connection: Connection,
    wanted: MunicipalObject,
    rows: Iterable[Sequence[Any]],
    vault: Vault,
    read_at: datetime,
    fingerprint: bytes = b"",
    mark: bytes | None = None,
) -> dict[str, int]:
    """Merge one whole read of a municipal object into raw.municipal_row.

    `fingerprint` is kept as that of the read, and `mark` as what the source had counted of changes before it.

    Returns:
        Counts: rows read, changed, withdrawn, repeated (a key that came twice; kept as rejected rows).

    Raises:
        SourceShapeError: the source is empty though it was not before; nothing is taken over.
    """
    statements.run(
        connection,
        "raw/begin_municipal_read",
        object=wanted.name,
        fingerprint=fingerprint,
        read_at=read_at,
        mark=mark,
    )
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE staged_row (position bigint, row_key text, payload jsonb, digest bytea)"
            " ON COMMIT DROP"
        )
    )
    read = bulk.copy_rows(
        connection, "staged_row", ("position", "row_key", "payload", "digest"), _staged(wanted, rows, vault)
    )
    standing = statements.scalar(connection, "raw/count_municipal_rows", object=wanted.name)
    if standing and not read:
        raise SourceShapeError(
            f"the municipal object {wanted.name} is empty where {standing} rows stood before; "
            "nothing was withdrawn: see whether its statement reads the right table"
        )
    repeated = statements.rows(connection, "raw/repeated_staged_rows")
    for row in repeated:
        keep_rejected(
            connection,
            vault,
            "municipal",
            wanted.name,
            wanted.name,
            row.row_key,
            "the key came twice in one read",
            row.payload,
            read_at,
        )
    changed = statements.run(connection, "raw/merge_municipal_row", object=wanted.name, read_at=read_at)
    withdrawn = statements.run(connection, "raw/withdraw_municipal_row", object=wanted.name, read_at=read_at)
    connection.execute(text("DROP TABLE staged_row"))
    statements.run(
        connection, "raw/end_municipal_read", object=wanted.name, row_count=read, repeated_rows=len(repeated)
    )
    return {"read": read, "changed": changed, "withdrawn": withdrawn, "repeated": len(repeated)}


def land_integrity_rows(connection: Connection, rows: Sequence[Sequence[Any]]) -> int:
    """Land rows of raw.integrity_row, given in its column order; returns how many versions were new."""
    connection.execute(text("CREATE TEMPORARY TABLE staged_shared (LIKE raw.integrity_row) ON COMMIT DROP"))
    columns = ("object", "source_id", "source_version", "updated_at", "deleted", "payload", "pulled_at")
    bulk.copy_rows(connection, "staged_shared", columns, rows)
    return statements.run(connection, "raw/land_integrity_row")


def keep_rejected(
    connection: Connection,
    vault: Vault,
    platform: str,
    method: str,
    object_name: str,
    row_key: str,
    reason: str,
    body: Any,
    received_at: datetime,
) -> None:
    """Keep what is not of the agreed form, encrypted, so that it can be looked into and nothing is lost."""
    statements.run(
        connection,
        "raw/keep_rejected_answer",
        platform=platform,
        method=method,
        object=object_name,
        row_key=row_key,
        reason=reason,
        body_cipher=vault.encrypt(json.dumps(body, ensure_ascii=False, default=str)),
        received_at=received_at,
    )


def protected_value(vault: Vault, value: str, *, citizen_number: bool = False) -> dict[str, str]:
    """The form a protected value has inside a payload: ciphertext, hash, mask, and what is wrong with the number."""
    plain = normalise(value)
    kept = {"c": _base64(vault.encrypt(plain)), "h": vault.hash(plain).hex(), "m": mask(plain)}
    if citizen_number:
        kept["p"] = citizen_number_problem(plain)
    return kept


def _staged(
    wanted: MunicipalObject, rows: Iterable[Sequence[Any]], vault: Vault
) -> Iterator[tuple[int, str, str, bytes]]:
    for position, values in enumerate(rows):
        row = {column: _text(value) for column, value in zip(wanted.columns, values, strict=True)}
        key = "|".join(_key_part(column, row[column]) for column in wanted.key)
        digest = vault.digest(repr(list(row.values())))
        payload: dict[str, Any] = dict(row)
        for column in wanted.protected:
            value = row[column]
            payload[column] = value and protected_value(
                vault, value, citizen_number=column == wanted.citizen_number and _is_citizen(row)
            )
        yield position, key, json.dumps(payload, ensure_ascii=False), digest


def _is_citizen(row: Mapping[str, str | None]) -> bool:
    return _key_part("id_card_type", row.get("id_card_type")) in {"01", ""}


def _key_part(column: str, value: str | None) -> str:
    """The same spelling core gives a key: codes by core.as_code, identifiers by core.as_text."""
    if column.endswith(("_code", "_type")):
        return "".join(unicodedata.normalize("NFKC", value or "").split()).upper()
    return (value or "").strip()


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\x00", "")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
