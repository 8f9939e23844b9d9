"""Checks received JSON against the fields of a method: names, presence, and what wire_values asks of each value.

The field tables are those of the standard; what is made of them is the sandbox's own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from realname_sync.sandbox.protocol import Code, RefusedCallError
from realname_sync.sandbox.wire_values import FieldError, Reader, value_reader
from realname_sync.standards import Field, Method, Standard, load_standard

_CITIZEN_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)


@dataclass(frozen=True)
class RowFault:
    """Why one row of a batch cannot be taken."""

    index: int
    field: str
    reason: str
    duplicate: bool = False


@dataclass(frozen=True)
class CheckedData:
    """What was received, decrypted and typed, with the faults found in its rows."""

    header: dict[str, Any]
    rows: list[dict[str, Any]]
    faults: list[RowFault]
    rows_field: str | None


class MethodFields:
    """The field checks of one method."""

    def __init__(self, standard: Standard, method: Method, batch_rows: int | None) -> None:
        self._header = _ObjectFields(standard, method.header)
        self._row = _ObjectFields(standard, method.row)
        self._rows_field = method.rows_field
        self._batch_rows = batch_rows

    def check(self, data: Mapping[str, Any], secret: str) -> CheckedData:
        """The data, decrypted and typed; faults of rows are collected, any other is an error.

        Raises:
            RefusedCallError: a fault outside the rows, no rows, or more of them than one call may have.
        """
        rows: Any = []
        if self._rows_field is not None:
            data = dict(data)
            rows = data.pop(self._rows_field, None)
            self._check_batch(rows)
        header, faults = self._header.read(data, secret)
        if faults:
            raise RefusedCallError(Code.BAD_REQUEST, ";".join(f"{name}{reason}" for name, reason in faults))
        checked: list[dict[str, Any]] = []
        row_faults: list[RowFault] = []
        for index, row in enumerate(rows):
            values: dict[str, Any] = {}
            if isinstance(row, dict):
                values, found = self._row.read(row, secret)
            else:
                found = [("", "应为对象")]
            checked.append(values)
            row_faults.extend(RowFault(index, name, reason) for name, reason in found)
        return CheckedData(header, checked, row_faults, self._rows_field)

    def _check_batch(self, rows: Any) -> None:
        if not isinstance(rows, list) or not rows:
            raise RefusedCallError(Code.BAD_REQUEST, f"{self._rows_field}不能为空，且应为数组")
        if self._batch_rows is not None and len(rows) > self._batch_rows:
            raise RefusedCallError(Code.BAD_REQUEST, f"{self._rows_field}不能超过 {self._batch_rows} 条")


def load_method_fields(standard_name: str, batch_rows: Mapping[str, int]) -> dict[str, MethodFields]:
    """The field checks of every method of a standard, by the method's name."""
    standard = load_standard(standard_name)
    return {name: MethodFields(standard, method, batch_rows.get(name)) for name, method in standard.methods.items()}


class _ObjectFields:
    """The checks of the fields of one JSON object."""

    def __init__(self, standard: Standard, described: tuple[Field, ...]) -> None:
        self._names = frozenset(field.name for field in described)
        self._plan = [(field.name, field.required, _condition(field), _reader(standard, field)) for field in described]

    def read(self, data: Mapping[str, Any], secret: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        values: dict[str, Any] = {}
        faults = [(name, "不是该接口的字段") for name in data if name not in self._names]
        for name, required, condition, reader in self._plan:
            value = data.get(name)
            if value is None or value == "":
                if required or (condition is not None and condition(data)):
                    faults.append((name, "不能为空"))
                continue
            try:
                values[name] = reader(value, secret)
            except FieldError as error:
                faults.append((name, str(error)))
        number = values.get("idCardNumber")
        if number is not None and values.get("idCardType") == "01" and not _CITIZEN_NUMBER.fullmatch(number):
            faults.append(("idCardNumber", "身份证号码格式错误"))
        return values, faults


def _condition(field: Field) -> Callable[[Mapping[str, Any]], bool] | None:
    """When the field is required after all: another one is given, or has one of the values named."""
    if field.required_if is None:
        return None
    name, _, wanted = field.required_if.partition("=")
    if not wanted:
        return lambda data: data.get(name) not in (None, "")
    values = frozenset(wanted.split("|"))
    return lambda data: str(data.get(name)) in values


def _reader(standard: Standard, field: Field) -> Reader:
    if field.type in {"list", "attachments"}:
        return _list_reader(standard, field)
    return value_reader(field, standard.code_tables[field.code_table] if field.code_table else None)


def _list_reader(standard: Standard, field: Field) -> Reader:
    items = _ObjectFields(standard, field.items) if field.items else None

    def read(value: Any, secret: str) -> list[Any]:
        if not isinstance(value, list):
            raise FieldError("应为数组")
        if field.max_items is not None and len(value) > field.max_items:
            raise FieldError(f"不能超过 {field.max_items} 项")
        if items is None:
            return value
        read_items = []
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise FieldError(f"[{index}]应为对象")
            values, faults = items.read(item, secret)
            if faults:
                raise FieldError("".join(f"[{index}][{name}]{reason}" for name, reason in faults[:1]))
            read_items.append(values)
        return read_items

    return read
