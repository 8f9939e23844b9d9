"""The data files the generator draws from, read once."""

import csv
import random
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from realname_sync.errors import SettingsError

_DATA = Path(__file__).parent / "data"


@cache
def part(name: str) -> Mapping[str, Any]:
    """One data file, named without its ending, as in `shifts`.

    Raises:
        SettingsError: there is no such file, or it holds no mapping.
    """
    path = _DATA / f"{name}.yaml"
    if not path.is_file():
        raise SettingsError(f"the sandbox has no data file {path.name}")
    value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(value, dict):
        raise SettingsError(f"the sandbox's data file {path.name} has to be a mapping")
    return value


@cache
def divisions() -> Mapping[str, str]:
    """Name of every division of the province in force, by code."""
    with (_DATA / "zhejiang-divisions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name_zh"] for row in csv.DictReader(file)}


@cache
def county_codes() -> tuple[str, ...]:
    """Codes of the province's counties and districts in force."""
    return tuple(code for code in divisions() if not code.endswith("00"))


@cache
def _retired() -> tuple[tuple[str, date, frozenset[str]], ...]:
    with (_DATA / "zhejiang-divisions-retired.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["code"], date.fromisoformat(row["retired_ym"] + "-01"), frozenset(row["successor_codes"].split(";")))
            for row in csv.DictReader(file)
        )


def division_on(code: str, day: date) -> str:
    """The code that stood for today's division `code` on that day: itself, or one that has been retired since."""
    for retired, month, successors in _retired():
        if code in successors and day < month:
            return retired
    return code


def weighted(rng: random.Random, weights: Mapping[str, float]) -> str:
    """One key of a mapping from key to weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def stream(seed: int, topic: str) -> random.Random:
    """A source of chance of its own for each topic, so that one part of the city does not shift another."""
    return random.Random(f"{seed}/{topic}")
