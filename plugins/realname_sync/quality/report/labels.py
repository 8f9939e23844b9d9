"""What the report calls things, in Chinese and in English."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_FILE = Path(__file__).with_name("labels.yaml")
_BLANK = "{}"
_FIGURE = re.compile(r"\d{1,6}|\d{4}-\d\d-\d\d")


class Label(NamedTuple):
    """One thing's name in both languages; `en` is empty where only a code is known."""

    zh: str
    en: str = ""


def label(group: str, code: str | None) -> Label:
    """The label of a code in that group (`targets`, `states`, `fields` …); the code itself where it has none."""
    pair = _content()[group].get(code or "")
    return Label(*pair) if pair else Label(code or "—")


def label_codes(group: str) -> frozenset[str]:
    """The codes that have a label in that group."""
    return frozenset(_content()[group])


def field_label(object_name: str, field: str) -> Label:
    """The label of a field, which may depend on whose it is."""
    own = f"{object_name}.{field}"
    return label("fields", own if own in _content()["fields"] else field)


def remedy(code: str, english: str = "") -> Label:
    """What to do about the findings of a rule, or about punches held for a cause."""
    known, told = _content()["remedies"].get(code), english or _content()["remedies_of_causes"].get(code, "")
    return Label(known, told) if known else Label(told or "—")


@lru_cache(10_000)
def phrase(text: str) -> str:
    """What a rule wrote as expected or actual, in Chinese where the phrase is known."""
    return "；".join(_one_phrase(part) for part in text.split("; "))


def is_plain_phrase(text: str) -> bool:
    """Whether the text is a known phrase that tells no more than short figures and days."""
    matches = (pattern.fullmatch(text) for pattern, _ in _phrases())
    return any(found and all(map(_FIGURE.fullmatch, found.groups())) for found in matches)


def _one_phrase(text: str) -> str:
    for pattern, chinese in _phrases():
        found = pattern.fullmatch(text)
        if found:
            return chinese.format(*found.groups())
    return text


@cache
def _content() -> Mapping[str, Mapping[str, Any]]:
    content: Mapping[str, Mapping[str, Any]] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return content


@cache
def _phrases() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split(_BLANK)))), chinese)
        for english, chinese in _content()["phrases"].items()
    ]
