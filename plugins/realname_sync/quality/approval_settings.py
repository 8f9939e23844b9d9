"""From which size on a backfill waits for a person, from `expectations/backfills.yaml`: dated, by region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.quality.dated import holding, refuse_overlaps, require_dates
from realname_sync.resources import expectations

_WORDS = {"days", "rows", "valid_from", "region", "basis", "reason"}


@dataclass(frozen=True, slots=True)
class ApprovalLimit:
    """What may be done without asking: so many days, so many rows to send to one platform."""

    days: int
    rows: int
    valid_from: date
    valid_to: date | None
    region: str
    basis: str
    reason: str

    def why_too_large(self, days: int, rows: int) -> str | None:
        """Why a backfill of that size needs an approval, or None if it does not."""
        if days > self.days:
            return f"{days} days are more than {self.days}"
        if rows > self.rows:
            return f"{rows} rows to one platform are more than {self.rows}"
        return None


@cache
def load_approval_limits(path: Path | None = None) -> Sequence[ApprovalLimit]:
    """The entries of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks a word, has one that does not exist, has a size below nought, or overlaps.
    """
    import yaml  # takes 20 ms to import

    file = path or expectations() / "backfills.yaml"
    entries = [_made(file, one) for one in yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)["approvals"]]
    refuse_overlaps(file.name, entries, lambda _entry: "approvals")
    return entries


def limit_in_force(entries: Sequence[ApprovalLimit], day: date, area_code: str) -> ApprovalLimit | None:
    """What holds on that day in that place, if anything does."""
    held = holding(entries, day, area_code)
    return held[-1] if held else None


def _made(file: Path, given: dict[str, Any]) -> ApprovalLimit:
    differing = _WORDS ^ (set(given) - {"valid_to"})
    if differing:
        raise SettingsError(f"{file.name}: an entry lacks or does not know {', '.join(sorted(differing))}")
    for name in ("days", "rows"):
        if type(given[name]) is not int or given[name] < 0:
            raise SettingsError(f"{file.name}: {name} must be a whole number, not below nought")
    if not given["basis"] or not given["reason"]:
        raise SettingsError(f"{file.name}: basis and reason must be given")
    require_dates(file.name, given["valid_from"], given.get("valid_to"))
    return ApprovalLimit(**{"valid_to": None, **given})
