"""What was planted where: the answer the checks of a generated city are held against."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Planted:
    """One finding that has to be found, and nothing beside it.

    `work_date` is the day a punch belongs to; None where the finding holds on every day of the range.
    """

    rule: str
    object: str
    key: str
    field: str
    work_date: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that was planted in a city, and how much there is of the rest.

    `expected` holds the row count of each table (`rows`), of each shared object (`shared`), the punches by the day
    they belong to (`punches`), the findings by rule (`findings`) and what was only written differently (`cosmetic`).
    """

    seed: int
    work_date: date
    days: int
    planted: tuple[Planted, ...]
    expected: dict[str, Any] = field(default_factory=dict)

    def on(self, work_date: date) -> list[Planted]:
        """What a check of that day has to find."""
        return [planted for planted in self.planted if planted.work_date in (None, work_date)]

    def by_rule(self) -> dict[str, int]:
        """How many were planted for each rule."""
        return dict(sorted(Counter(planted.rule for planted in self.planted).items()))

    def write(self, path: Path) -> None:
        """Write it as JSON; it holds keys and notes, nothing personal."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        path.write_text(text + "\n", encoding="utf-8")
