"""Administrative divisions of Zhejiang by code: today's and those retired since 2013, because old data keep old codes.

Source: statistical codes at 30 June 2023 with the changes before it; English names are this project's own.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("divisions.csv")


@dataclass(frozen=True)
class Division:
    """One division: six-digit code, names, and the month it was dissolved (`yyyy-MM`) if it was."""

    code: str
    name_zh: str
    name_en: str
    retired: str | None = None


@cache
def divisions() -> Mapping[str, Division]:
    """All divisions by code."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Division(row["code"], row["name_zh"], row["name_en"], row["retired_ym"] or None)
            for row in csv.DictReader(file)
        }


def division(code: str | None) -> Division | None:
    """The division a code names; longer codes (towns, streets) count for the county they begin with."""
    return divisions().get((code or "")[:6])


def city_of(code: str | None) -> Division | None:
    """The prefecture city a code lies in."""
    return divisions().get((code or "")[:4] + "00")
