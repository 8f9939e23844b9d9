"""How much risk weighs in a draw, from `expectations/draws.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.quality import dated
from realname_sync.resources import expectations

_LEVELS = {"blue", "yellow", "orange", "red"}
_WORDS = {"valid_from", "region", "base", "levels", "most", "basis"}


@dataclass(frozen=True, slots=True)
class DrawWeights:
    """One dated entry; `levels` gives what an open case of a level adds to `base`, `most` bounds the sum."""

    valid_from: date
    region: str
    base: int
    levels: Mapping[str, int]
    most: int
    basis: str
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if set(self.levels) != _LEVELS or self.base <= 0 or self.most < self.base or min(self.levels.values()) < 0:
            raise SettingsError(
                "draws.yaml: base is above 0 and not above most, and each of blue, yellow, orange, red has its weight"
            )

    def weight(self, open_cases: Mapping[str, int]) -> int:
        """The weight of a project with so many open cases by level."""
        return min(self.most, self.base + sum(self.levels[level] * count for level, count in open_cases.items()))

    def told(self) -> dict[str, Any]:
        """What is kept with a draw."""
        return {
            "base": self.base,
            "levels": dict(self.levels),
            "most": self.most,
            "valid_from": self.valid_from.isoformat(),
            "basis": self.basis,
        }


@cache
def load_draw_weights(path: Path | None = None) -> tuple[DrawWeights, ...]:
    """All entries of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks something or has a word that does not exist, or two overlap.
    """
    import yaml  # takes 20 ms to import

    with (path or expectations() / "draws.yaml").open("rb") as stream:
        entries = yaml.load(stream, Loader=yaml.CSafeLoader)["weights"]
    for entry in entries:
        if wrong := sorted((_WORDS - set(entry)) | (set(entry) - _WORDS - {"valid_to"})):
            raise SettingsError(f"draws.yaml: {', '.join(wrong)} is missing, or is no word of it")
    weights = tuple(DrawWeights(**entry) for entry in entries)
    dated.refuse_overlaps("draws.yaml", weights, lambda _: "weights")
    return weights


def weights_on(day: date, area_code: str) -> DrawWeights:
    """The entry in force on that day in that city; of two regions the narrower one.

    Raises:
        SettingsError: there is none.
    """
    held = dated.holding(load_draw_weights(), day, area_code)
    if not held:
        raise SettingsError(f"draws.yaml has no weights that hold in {area_code} on {day}")
    return held[-1]
