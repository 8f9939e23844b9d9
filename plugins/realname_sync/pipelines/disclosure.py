"""Shows one person's protected value to who may see it; the database keeps who asked, for what, and why."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from realname_sync.errors import MigrationError, SettingsError
from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

FIELDS = ("number", "phone", "card")
_LONG_NUMBER = re.compile(r"[0-9]{9,}")


def reveal(city: City, what: str, subject: str, *, field: str, by: str, reason: str) -> Sequence[tuple[str, str]]:
    """The values of a field of a person, or of the person of a punch, each with the platform it came from.

    They are given back only after the row that tells of it is committed.

    Args:
        city: whose warehouse it is.
        what: `person` or `punch`.
        subject: the person's key as the platform has it, or the punch's.
        field: one of FIELDS.
        by: who asks.
        reason: why; nothing that says who a person is.

    Raises:
        SettingsError: who asks or why is missing, the reason holds a long number, or this login may not.
    """
    if not by.strip() or not reason.strip():
        raise SettingsError("who asks and the reason must be given: they are kept with what is shown")
    if _LONG_NUMBER.search(reason) or _LONG_NUMBER.search(by):
        raise SettingsError("the reason is kept in plain: no identity number, phone or card in it")
    try:
        with transaction(city.engine, Role.REVEAL) as connection:
            found = statements.rows(
                connection,
                "ops/reveal",
                what=what,
                subject=subject,
                field=field,
                by_whom=by,
                reason=reason,
                asked_at=city.clock(),
            )
    except MigrationError:
        raise SettingsError(
            "this login may not reveal: an administrator lets it by GRANT realname_reveal TO the login; "
            "if that role is not there, run `realname migrate` first"
        ) from None
    return [(row.place, city.vault.reveal(row.cipher)) for row in found]


def disclosures(city: City, since: datetime) -> Sequence[Row[Any]]:
    """What was disclosed since then, newest first: rows of sql/ops/list_disclosures.sql, which hold no value."""
    with transaction(city.engine, Role.READ) as connection:
        return statements.rows(connection, "ops/list_disclosures", since=since)
