"""The pairs that the nation issues project by project: from a CSV file into the encrypted table, and out of it."""

import csv
from pathlib import Path

from realname_sync.errors import DataError
from realname_sync.pipelines.city import City
from realname_sync.platforms.open_api.envelope import Credentials
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

_COLUMNS = ("project_code", "appid", "secret")


def import_credentials(city: City, path: Path, platform: str = "nation") -> int:
    """Load every pair of a file with the columns project_code, appid, secret; returns how many.

    All or nothing: a line that cannot be taken stops the import before anything is written.

    Raises:
        DataError: the file cannot be read, lacks a column, or a line lacks a value; the message names the line.
    """
    pairs = _read(path)
    with transaction(city.engine, Role.SEND) as connection:
        for project_code, appid, secret in pairs:
            statements.run(
                connection,
                "ops/load_platform_credential",
                platform=platform,
                project_code=project_code,
                appid=appid,
                secret_cipher=city.vault.encrypt(secret),
                loaded_at=city.clock(),
            )
    return len(pairs)


def loaded_credentials(city: City, platform: str) -> dict[str, Credentials]:
    """The pairs that were loaded, by project code."""
    with transaction(city.engine, Role.SEND) as connection:
        loaded = statements.rows(connection, "ops/platform_credentials", platform=platform)
    return {row.project_code: Credentials(row.appid, city.vault.reveal(row.secret_cipher)) for row in loaded}


def _read(path: Path) -> list[tuple[str, str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise DataError(f"{path} cannot be read as a UTF-8 file: {type(failure).__name__}") from None
    reader = csv.DictReader(text.splitlines())
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{path} has no column {', '.join(missing)}; it must have project_code, appid and secret")
    pairs: list[tuple[str, str, str]] = []
    for line, row in enumerate(reader, start=2):
        project_code, appid, secret = ((row[column] or "").strip() for column in _COLUMNS)
        if not (project_code and appid and secret):
            raise DataError(f"{path}, line {line}: project_code, appid or secret is empty; nothing was loaded")
        if len(secret.encode()) not in {16, 24, 32}:
            raise DataError(f"{path}, line {line}: the secret must have 16, 24 or 32 characters; nothing was loaded")
        pairs.append((project_code, appid, secret))
    return pairs
