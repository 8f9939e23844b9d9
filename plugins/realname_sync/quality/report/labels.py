"""What the report calls things, in Chinese and in English."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

_FILE = Path(__file__).with_name("labels.yaml")


class Label(NamedTuple):
    """One thing's name in both languages; `en` is empty where only a code is known."""

    zh: str
    en: str = ""


@cache
def labels() -> Mapping[str, Mapping[str, Label]]:
    """All labels by group (`targets`, `states`, `fields` …) and code."""
    content = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {group: {code: Label(*pair) for code, pair in entries.items()} for group, entries in content.items()}


def label(group: str, code: str | None) -> Label:
    """The label of a code of that group; the code itself where it has none."""
    return labels()[group].get(code or "", Label(code or "—"))
