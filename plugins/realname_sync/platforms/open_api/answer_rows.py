"""Reads the rows of a query's answer: the page they come in, and their encrypted fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from realname_sync.errors import MalformedAnswerError
from realname_sync.platforms.open_api.envelope import whole_number
from realname_sync.standards import Field, Method

Decrypt = Callable[[str], str]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query's answer.

    `rows` are as received with the encrypted fields in plain text; `unreadable` names, by row index and field, what
    could not be decrypted and is None in `rows`. `raw` is the answer's `data` as received.
    """

    index: int
    rows: tuple[Row, ...] = field(repr=False)
    total_count: int | None
    raw: Mapping[str, Any] = field(repr=False)
    unreadable: tuple[tuple[int, str], ...] = ()


def read_page(method: Method, index: int, data: Any, decrypt: Decrypt) -> Page:
    """The page in an answer's `data`; null and a total of 0 without rows are an empty page (open-api.md 2.2).

    Raises:
        MalformedAnswerError: it is neither of them and no page either. The message does not name the platform.
    """
    if data is None:
        return Page(index, (), 0, {})
    if not isinstance(data, Mapping):
        raise MalformedAnswerError("data holds no list of rows")
    total, rows = _count(data.get("totalCount")), data.get("rows")
    if rows is None and total == 0:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise MalformedAnswerError("data holds no list of rows")
    encrypted = _encrypted(method.answer)
    plain: list[Row] = []
    unreadable: list[tuple[int, str]] = []
    for number, row in enumerate(rows):
        copy, failed = _plain(encrypted, row, decrypt)
        plain.append(copy)
        unreadable.extend((number, name) for name in failed)
    return Page(index, tuple(plain), total, data, tuple(unreadable))


@cache
def _encrypted(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.encrypted or _encrypted(field.items))


def _plain(encrypted: Sequence[Field], row: Row, decrypt: Decrypt) -> tuple[dict[str, Any], list[str]]:
    """A copy of the row in plain text, and the names of the fields that could not be read."""
    copy, failed = dict(row), []
    for field_ in encrypted:
        value = row.get(field_.name)
        if value in (None, ""):
            continue
        if not field_.encrypted:
            copy[field_.name], inner = _plain_items(field_, value, decrypt)
            failed.extend(inner)
            continue
        try:
            copy[field_.name] = decrypt(value)
        except (MalformedAnswerError, TypeError):
            copy[field_.name] = None
            failed.append(field_.name)
    return copy, failed


def _plain_items(field_: Field, items: Any, decrypt: Decrypt) -> tuple[Any, list[str]]:
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        return None, [field_.name]
    read = [_plain(_encrypted(field_.items), item, decrypt) for item in items]
    return [copy for copy, _ in read], [
        f"{field_.name}[{number}].{name}" for number, (_, failed) in enumerate(read) for name in failed
    ]


def _count(value: Any) -> int | None:
    try:
        return whole_number(value)
    except (TypeError, ValueError):
        return None
