"""Says what is wrong with a request before it is encrypted and sent."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from realname_sync.standards.model import CodeTable, Field, FieldType, Method

Reason = Literal["missing", "too_long", "unknown_code", "wrong_type", "unknown_field"]
Values = Mapping[str, Any]
Verdict = tuple[str, Reason, str]  # the field's name below the value's own, why, and what was expected


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where, why, and what was expected. It never holds the value. `row_index` None: the header."""

    row_index: int | None
    field: str
    reason: Reason
    expected: str


def check_request(method: Method, header: Values, rows: Sequence[Values] = ()) -> list[Problem]:
    """Everything that is wrong with a request's values, before encryption; an empty list means that it may be sent.

    How many rows one call may carry is not asked here: that is the profile's, not the standard's.
    """
    of_header, of_row = _checks(method)
    problems = [Problem(None, *verdict) for verdict in of_header.verdicts(header, (header, *rows))]
    for index, row in enumerate(rows):
        if not of_row.is_plainly_right(row):
            problems.extend(Problem(index, *verdict) for verdict in of_row.verdicts(row, (row, header)))
    return problems


@cache
def _checks(method: Method) -> tuple["_ObjectCheck", "_ObjectCheck"]:
    return _ObjectCheck(method.header, method.code_tables), _ObjectCheck(method.row, method.code_tables)


class _ObjectCheck:
    """The checks of one JSON object's fields, worked out once."""

    def __init__(self, fields: Sequence[Field], tables: Mapping[str, CodeTable]) -> None:
        sent = [field for field in fields if field.left_out is None]
        self.known = frozenset(field.name for field in sent)
        self.left_out = {field.name: field.left_out for field in fields if field.left_out is not None}
        self.required = tuple(field.name for field in sent if field.required)
        self.required_if = tuple((field, _condition(field.required_if)) for field in sent if field.required_if)
        self.of_value = {field.name: _ValueCheck(field, tables) for field in sent}
        self.has_no_condition = not self.required_if and not any(check.is_list for check in self.of_value.values())
        self.at_a_glance = tuple((name, name in self.required, one.is_right) for name, one in self.of_value.items())

    def is_plainly_right(self, values: Values) -> bool:
        """Whether nothing can be wrong with an object; of one that might be, `verdicts` says what is.

        Nearly every row that is sent is, so this decides what checking costs.
        """
        get = values.get
        for name, is_required, is_right in self.at_a_glance:
            value = get(name)
            if value is None or value == "":
                if is_required:
                    return False
            elif not is_right(value):
                return False
        return self.has_no_condition and values.keys() <= self.known

    def verdicts(self, values: Values, scopes: Sequence[Values]) -> Iterator[Verdict]:
        """What is wrong with one object; a condition is looked up in every one of the scopes."""
        for name in self.required:
            if values.get(name) in (None, ""):
                yield name, "missing", "a value"
        for field, holds in self.required_if:
            if values.get(field.name) in (None, "") and any(holds(scope) for scope in scopes):
                yield field.name, "missing", f"a value, because of {field.required_if}"
        for name, value in values.items():
            if name not in self.known:
                yield name, "unknown_field", self.left_out.get(name) or "no such field"
            elif value is not None and value != "":
                check = self.of_value[name]
                if (found := check.problem(value)) is not None:
                    yield name, *found
                elif check.is_list:
                    yield from check.of_items(value)


def _condition(text: str) -> Callable[[Values], bool]:
    """`entryTime`: the field is given; `isBackPay=1`: the field has one of the values, parted by `|`."""
    name, _, values = text.partition("=")
    wanted = set(values.split("|")) if values else None
    return lambda scope: scope.get(name) is not None and (wanted is None or _code(scope[name]) in wanted)


class _ValueCheck:
    """The checks of one field's value."""

    def __init__(self, field: Field, tables: Mapping[str, CodeTable]) -> None:
        self.field = field
        self.fits, self.form = _TYPES[field.type]
        self.table = tables[field.code_table] if field.code_table else None
        self.is_list = field.type in {"list", "attachments"}
        self.items = _ObjectCheck(field.items, tables) if field.items else None
        self.is_right = self._at_a_glance()

    def _at_a_glance(self) -> Callable[[Any], bool]:
        """What tells of the values that are usual for the type that they are right; of others it may say no."""
        if self.field.type in _TEXTS and self.table is not None:
            codes = frozenset(self.table.codes)
            return lambda value: type(value) is str and value in codes
        if self.field.type in _TEXTS:
            longest = self.field.length or sys.maxsize
            return lambda value: type(value) is str and len(value) <= longest
        if self.field.type == "datetime":
            return lambda value: type(value) is datetime and value.tzinfo is not None
        return lambda value: self.problem(value) is None

    def problem(self, value: Any) -> tuple[Reason, str] | None:
        """What is wrong with a value that is there, taken as a whole; asked of every value that is sent."""
        field = self.field
        if not self.fits(value):
            return "wrong_type", self.form
        if self.is_list:
            return None
        if self.table is not None:
            known = _code(value) in self.table.codes
            return None if known else ("unknown_code", f"a code of the table {self.table.name}")
        if field.length is not None and not _is_short_enough(value, field.length, field.scale):
            return "too_long", _size(field)
        return None

    def of_items(self, value: Sequence[Any]) -> Iterator[Verdict]:
        """What is wrong with the entries of a list."""
        name, limit = self.field.name, self.field.max_items
        if limit is not None and len(value) > limit:
            yield name, "too_long", f"at most {limit} entries"
        for index, item in enumerate(value):
            place = f"{name}[{index}]"
            if self.items is None:
                if not isinstance(item, str):
                    yield place, "wrong_type", "text"
            elif not isinstance(item, Mapping):
                yield place, "wrong_type", "an object"
            else:
                for inner, reason, expected in self.items.verdicts(item, (item,)):
                    yield f"{place}.{inner}", reason, expected


def _code(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _is_short_enough(value: Any, length: int, scale: int | None) -> bool:
    if isinstance(value, str):
        return len(value) <= length
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    fraction = max(0, -exponent) if isinstance(exponent, int) else 0
    whole = max(0, number.adjusted() + 1) if number else 0
    return fraction <= (scale or 0) and whole <= length - (scale or 0)


def _size(field: Field) -> str:
    if field.type == "decimal":
        return f"at most {field.length} digits, {field.scale or 0} of them after the point"
    return f"at most {field.length} characters"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int)


def _is_decimal(value: Any) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) and not isinstance(value, bool)


def _is_date(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None and _reads(date.fromisoformat, value)
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_datetime(value: Any) -> bool:
    if isinstance(value, str):
        is_written_so = re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", value)
        return is_written_so is not None and _reads(datetime.fromisoformat, value)
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_month(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value) is not None
    return isinstance(value, date)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


_TEXTS = {"text", "base64"}
_TYPES: Mapping[FieldType, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, "text"),
    "base64": (_is_text, "Base64 text"),
    "integer": (_is_integer, "an integer"),
    "decimal": (_is_decimal, "a decimal number"),
    "date": (_is_date, "a date, yyyy-MM-dd"),
    "datetime": (_is_datetime, "an instant with its zone, or yyyy-MM-dd HH:mm:ss"),
    "month": (_is_month, "a month, yyyy-MM"),
    "list": (_is_list, "a list"),
    "attachments": (_is_list, "a list of name and data"),
}
