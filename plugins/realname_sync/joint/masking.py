"""Keeps persons and secrets out of the report of a walk.

What the standard calls personal, and what goes encrypted, is masked in what was sent and never taken over from what
was read; every such value met on the way is remembered, so that it is masked too where the platform's words quote it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.quality.report.privacy import Privacy
from realname_sync.standards import Field, Method
from realname_sync.warehouse.protection import mask

_STARS = "＊"
_LONG = 60
_ROWS_SHOWN = 2
_NUMBER_DIGITS = 7
_CIPHERTEXT = re.compile(r"(?:[A-Za-z0-9+/]{4}){5,}[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/][A-Za-z0-9+/=])")
_SHORTEST = 2


class Masks:
    """Masks for one walk. `codes` are public codes that may be shown though they look like a person's number."""

    def __init__(self, secrets: Iterable[str], codes: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._privacy = Privacy(frozenset(codes))
        self._met: dict[str, str] = {}

    def text(self, text: str | None) -> str:
        """The platform's words, without what they say of persons and without secrets."""
        told = text or ""
        for secret in self._secrets:
            told = re.sub(re.escape(secret), _STARS, told, flags=re.IGNORECASE)
        for value in sorted(self._met, key=len, reverse=True):
            if value in told:
                told = told.replace(value, self._met[value])
        return self._privacy.text(_CIPHERTEXT.sub(_STARS, told))

    def sent(self, method: Method, header: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What a call carries, as it may be shown; of many rows the first ones."""
        shown = self._object(method.header, header)
        if method.rows_field:
            listed: list[Any] = [self._object(method.row, row) for row in rows[:_ROWS_SHOWN]]
            if len(rows) > _ROWS_SHOWN:
                listed.append(f"… {len(rows)}")
            shown[method.rows_field] = listed
        return shown

    def learn(self, fields: Sequence[Field], rows: Iterable[Mapping[str, Any]]) -> None:
        """Remember what rows say of persons."""
        hidden = [one for one in fields if one.personal or one.encrypted]
        lists = [one for one in fields if one.items]
        for row in rows:
            for one in hidden:
                self._remember(row.get(one.name))
            for one in lists:
                items = row.get(one.name)
                self.learn(
                    one.items, [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else ()
                )

    def _object(self, fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
        self.learn(fields, [values])
        return {
            one.name: self._value(one, values[one.name])
            for one in fields
            if values.get(one.name) is not None and not one.left_out
        }

    def _value(self, field: Field, value: Any) -> Any:
        if field.type == "base64":
            return f"… ({len(value)})"
        if field.items:
            return [self._object(field.items, item) for item in value]
        if field.personal or field.encrypted:
            return _hidden(str(value))
        if isinstance(value, int):
            return value
        text = str(value)
        return f"{text[:_LONG]}… ({len(text)})" if len(text) > _LONG else text

    def _remember(self, value: Any) -> None:
        if not isinstance(value, str) or len(value) < _SHORTEST:
            return
        self._met[value] = _hidden(value)
        for secret in self._secrets:
            if len(value) < 100 and len(secret.encode()) in {16, 24, 32}:
                self._met[encrypt(value, secret)] = _STARS


def _hidden(value: str) -> str:
    """Of a number its two ends; of anything else, a name for instance, its first letter."""
    return mask(value) if sum(letter.isdigit() for letter in value) >= _NUMBER_DIGITS else f"{value[:1]}**"
