"""Reads single received values: text, numbers, dates, Base64, ciphertexts, codes."""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from realname_sync.sandbox.protocol import decrypt
from realname_sync.standards import CodeTable, Field

Reader = Callable[[Any, str], Any]
"""Takes a received value and the caller's secret, gives the value typed and in plain text, or raises FieldError."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?", re.ASCII)
_AREA = re.compile(r"\d{6}", re.ASCII)
_IMAGE_PREFIX = re.compile(r"data:image/(jpg|jpeg|png);base64,")
_IMAGE_FIELDS = frozenset(
    {"headImage", "image", "issueCardPic", "positiveIDCardImage", "negativeIDCardImage", "voucher"}
)


class FieldError(Exception):
    """A value is not what its field asks for; the text says why and does not hold the value."""


def value_reader(field: Field, codes: CodeTable | None) -> Reader:
    """The reader of a field that holds a single value."""
    read = _typed_reader(field)
    if field.name in _IMAGE_FIELDS and field.type == "base64":
        read = _image_reader(field)
    elif field.name == "areaCode":
        read = _matching(_AREA, "应为六位行政区划代码")
    if field.encrypted:
        read = _decrypting(field)
    return read if codes is None else _code_reader(read, frozenset(codes.codes))


def _code_reader(read: Reader, codes: frozenset[str]) -> Reader:
    def read_code(value: Any, secret: str) -> Any:
        code = read(value, secret)
        if str(code) not in codes:
            raise FieldError("不在代码表中")
        return code

    return read_code


def _typed_reader(field: Field) -> Reader:
    match field.type:
        case "text":
            return _text_reader(field.length)
        case "integer":
            return _read_integer
        case "decimal":
            return _decimal_reader(field.length, field.scale)
        case "date":
            return _read_date
        case "datetime":
            return _read_datetime
        case "month":
            return _matching(_MONTH, "应为 yyyy-MM")
        case "base64":
            return _base64_reader(field.length)
        case "list" | "attachments":
            raise ValueError(f"{field.name} holds no single value")


def _text_reader(length: int | None) -> Reader:
    def read(value: Any, _secret: str) -> str:
        if not isinstance(value, str):
            raise FieldError("应为文本")
        if length is not None and len(value) > length:
            raise FieldError(f"长度不能超过 {length}")
        return value

    return read


def _matching(pattern: re.Pattern[str], reason: str) -> Reader:
    def read(value: Any, _secret: str) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise FieldError(reason)
        return value

    return read


def _read_integer(value: Any, _secret: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError("应为整数")
    return value


def _decimal_reader(length: int | None, scale: int | None) -> Reader:
    limit = None if length is None else Decimal(10) ** (length - (scale or 0))

    def read(value: Any, _secret: str) -> Decimal:
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            raise FieldError("应为数字")
        number = Decimal(value)
        places = number.normalize().as_tuple().exponent
        if limit is not None and abs(number) >= limit:
            raise FieldError("数值过大")
        if scale is not None and isinstance(places, int) and -places > scale:
            raise FieldError(f"小数不能超过 {scale} 位")
        return number

    return read


def _read_date(value: Any, _secret: str) -> date:
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise FieldError("应为 yyyy-MM-dd") from None


def _read_datetime(value: Any, _secret: str) -> datetime:
    """An instant as written: local time of Shanghai, without a zone."""
    try:
        if not isinstance(value, str) or not _DATETIME.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value)
    except ValueError:
        raise FieldError("应为 yyyy-MM-dd HH:mm:ss") from None


def _base64_reader(length: int | None) -> Reader:
    def read(value: Any, _secret: str) -> str:
        if not isinstance(value, str):
            raise FieldError("应为 Base64 文本")
        if length is not None and len(value) > length:
            raise FieldError(f"不能超过 {length // 1024} KB")
        try:
            base64.b64decode(value.rpartition("base64,")[2], validate=True)
        except (binascii.Error, ValueError):
            raise FieldError("应为 Base64 文本") from None
        return value

    return read


def _image_reader(field: Field) -> Reader:
    read_text = _base64_reader(field.length)

    def read(value: Any, secret: str) -> str:
        if isinstance(value, str) and value.startswith("data:") and not _IMAGE_PREFIX.match(value):
            raise FieldError("应为 jpg、jpeg 或 png")
        return str(read_text(value, secret))

    return read


def _decrypting(field: Field) -> Reader:
    read_text = _text_reader(field.length)

    def read(value: Any, secret: str) -> str:
        if not isinstance(value, str):
            raise FieldError("应为文本")
        try:
            plain = decrypt(value, secret)
        except ValueError:
            raise FieldError("解密失败") from None
        if not plain.strip():
            raise FieldError("不能为空")
        return str(read_text(plain, secret))

    return read
