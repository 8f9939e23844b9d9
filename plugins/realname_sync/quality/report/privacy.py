"""Keeps persons out of the report: what a field says of a person is masked or left out, whatever a rule wrote down.

Which fields are personal is told by the data standards. Numbers that turn up where none is expected are found by
their form: citizen numbers (GB 11643), mobile numbers, bank cards of 16 to 19 digits.
"""

import re
from dataclasses import dataclass
from functools import cache

from realname_sync.quality.report.labels import is_plain_phrase
from realname_sync.standards import load_standard
from realname_sync.standards.municipal import municipal_objects
from realname_sync.warehouse.protection import mask, normalise

WITHHELD = "（个人信息，不予显示）"

_STANDARDS = ("national_1_1_2", "zhejiang_2_0")
_OF_PERSONS_ONLY = {"name", "address"}  # of a project or a company these are public
_OBJECTS_OF_PERSONS = {"person", "project_worker", "key_post", "team"}
_NUMBER_FIELDS = ("number", "phone", "tel")
_CODE_FIELDS = ("code", "sn", "recordid")

_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
_CITIZEN_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_MASKED_TEXT = re.compile(r".\*+")
_TOKEN = re.compile(r"[^\s,;:，；：、()（）]+")


@dataclass(frozen=True)
class Privacy:
    """What to leave out. `codes` are public codes that only look like a person's number; `names` were met in texts."""

    codes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def value(self, object_name: str, field: str, text: str | None) -> str:
        """What a finding says is, or should be, in that field of that object."""
        if not text:
            return ""
        name = _spelling(field)
        if name not in _personal_fields() or (name in _OF_PERSONS_ONLY and object_name not in _OBJECTS_OF_PERSONS):
            return self.key(text) if name.endswith(_CODE_FIELDS) else self.text(text)
        if is_plain_phrase(text) or _MASKED_TEXT.fullmatch(text):
            return text
        return _mask_numbers(text) if name.endswith(_NUMBER_FIELDS) else WITHHELD

    def text(self, text: str | None) -> str:
        """Free text: names known to be in it are starred out, and numbers of persons are masked."""
        told = self.half_width(text or "")
        for name in self.names:
            told = told.replace(name, "＊")
        for pattern in (_CITIZEN_NUMBER, _CARD, _PHONE):
            told = pattern.sub(self._masked, told)
        return told

    @staticmethod
    def half_width(text: str) -> str:
        """The text with its digits in one spelling, as `text` gives it back where nothing has to be left out."""
        return text.translate(_HALF_WIDTH)

    def key(self, text: str | None) -> str:
        """A key or a code names a row in its source and stays usable; only a citizen number in it is masked."""
        return _CITIZEN_NUMBER.sub(self._masked, text or "")

    def _masked(self, found: re.Match[str]) -> str:
        return found.group() if found.group() in self.codes else mask(found.group())


@cache
def _personal_fields() -> frozenset[str]:
    """Personal fields of the standards and protected columns of the municipal objects, in one spelling."""
    wire = (
        field.name
        for name in _STANDARDS
        for method in load_standard(name).methods.values()
        for part in (*method.header, *method.row, *method.answer)
        for field in (part, *part.items)
        if field.personal
    )
    columns = (column for wanted in municipal_objects().values() for column in wanted.protected)
    return frozenset(_spelling(name) for name in (*wire, *columns, "approved_by"))


def _spelling(field: str) -> str:
    """`pmName` and `pm_name` are one field."""
    return field.replace("_", "").lower()


def _mask_numbers(text: str) -> str:
    joined = re.sub(r"(?<=\d)[\s-]+(?=\d)", "", text.translate(_HALF_WIDTH))
    return _TOKEN.sub(lambda token: _mask_token(token.group()), joined)


def _mask_token(token: str) -> str:
    digits = sum(letter.isdigit() for letter in token)
    return token if "*" in token or digits < 5 else mask(normalise(token))
