"""Writes the business JSON of a request: the same values always give the same bytes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from realname_sync.errors import DataError
from realname_sync.standards.model import Field, FieldType, Method
from realname_sync.workdate import SHANGHAI

Encrypt = Callable[[str], str]
Write = Callable[[Any], str]
WriteSecret = Callable[[Any, Encrypt], str]
Writer = tuple[str, str, Write | None, WriteSecret]
"""Wire name, the text `"name":`, and how the value is written: without a secret, or else with one."""


def serialise(
    method: Method, header: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = (), *, encrypt: Encrypt
) -> str:
    """The text of the form field `data`: compact JSON with the fields in the standard's order.

    Values are Python values by wire name: text, int, Decimal, date, an aware datetime (written as Asia/Shanghai to the
    second), or a date already written the standard's way. Fields that are None, absent or never sent are omitted;
    encrypted fields go through `encrypt`. `check_request` says beforehand whether the values are fit to be written.

    Raises:
        DataError: a value has a type that its field cannot be written from.
    """
    header_writers, row_writers = _writers(method)
    members = _members(method, header_writers, header, encrypt)
    if method.rows_field is not None:
        listed = ",".join(["{" + ",".join(_members(method, row_writers, row, encrypt)) + "}" for row in rows])
        members.append(f'"{method.rows_field}":[{listed}]')
    return "{" + ",".join(members) + "}"


@cache
def _writers(method: Method) -> tuple[tuple[Writer, ...], tuple[Writer, ...]]:
    return _writers_of(method.header), _writers_of(method.row)


def _writers_of(fields: Sequence[Field]) -> tuple[Writer, ...]:
    return tuple(
        (field.name, f'"{field.name}":', _write(field), _write_secret(field))
        for field in fields
        if field.left_out is None
    )


def _members(method: Method, writers: Sequence[Writer], values: Mapping[str, Any], encrypt: Encrypt) -> list[str]:
    get = values.get
    members: list[str] = []
    name = ""
    try:
        for name, key, write, write_secret in writers:
            value = get(name)
            if value is not None:
                members.append(key + (write(value) if write else write_secret(value, encrypt)))
    except (TypeError, ValueError, AttributeError):
        raise DataError(f"{method.name}: field {name} has a value that cannot be written as its type") from None
    return members


def _write(field: Field) -> Write | None:
    return None if field.encrypted or field.type in _LISTS else _PLAIN[field.type]


def _write_secret(field: Field) -> WriteSecret:
    if field.type in _LISTS:
        return _write_list(field)
    return lambda value, encrypt: encode_basestring(encrypt(value))


def _write_list(field: Field) -> WriteSecret:
    writers = _writers_of(field.items)

    def write(value: Any, encrypt: Encrypt) -> str:
        if not writers:
            return "[" + ",".join([encode_basestring(item) for item in value]) + "]"
        objects = [
            ",".join(
                [
                    key + (of(item[name]) if of else secretly(item[name], encrypt))
                    for name, key, of, secretly in writers
                    if item.get(name) is not None
                ]
            )
            for item in value
        ]
        return "[" + ",".join([f"{{{members}}}" for members in objects]) + "]"

    return write


def _integer(value: Any) -> str:
    if isinstance(value, int):
        return str(int(value))  # a yes or no may come as a bool
    raise TypeError


def _decimal(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    return _integer(value)


def _date(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, datetime):
        raise TypeError  # which day an instant falls on is for the caller to say
    return f'"{value.isoformat()}"'


def _datetime(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value.tzinfo is None:
        raise ValueError
    return f'"{value.astimezone(SHANGHAI).isoformat(" ", "seconds")[:19]}"'


def _month(value: Any) -> str:
    if isinstance(value, date):
        return f'"{value.year:04}-{value.month:02}"'
    return encode_basestring(value)


_LISTS = frozenset({"list", "attachments"})
_PLAIN: Mapping[FieldType, Callable[[Any], str]] = {
    "text": encode_basestring,
    "base64": encode_basestring,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "month": _month,
}
