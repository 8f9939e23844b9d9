"""How long rows are kept, from `expectations/retention.yaml`: dated, by region, each with what it stands on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.quality.dated import holding, refuse_overlaps, require_dates
from realname_sync.resources import expectations

SUBJECTS = ("attendance", "wages", "registrations", "rejected", "calls")
_WORDS = {"subject", "keep_years", "valid_from", "region", "basis", "reason"}


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many years rows of a subject are kept."""

    subject: str
    keep_years: int
    valid_from: date
    valid_to: date | None
    region: str
    basis: str
    reason: str

    def cutoff(self, today: date) -> date:
        """Rows of days before this one are past their time; that of 29 February is 28 February in other years."""
        try:
            return today.replace(year=today.year - self.keep_years)
        except ValueError:
            return today.replace(year=today.year - self.keep_years, day=28)


@cache
def load_retention(path: Path | None = None) -> Sequence[Keeping]:
    """The entries of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks a word, has one that does not exist, keeps rows for less than a year, or overlaps.
    """
    import yaml  # takes 20 ms to import

    file = path or expectations() / "retention.yaml"
    entries = [_made(file, one) for one in yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)["retention"]]
    refuse_overlaps(file.name, entries, lambda entry: entry.subject)
    return entries


def in_force(entries: Sequence[Keeping], day: date, area_code: str) -> dict[str, Keeping]:
    """What holds for each subject on that day in that place."""
    return {entry.subject: entry for entry in holding(entries, day, area_code)}


def _made(file: Path, given: dict[str, Any]) -> Keeping:
    differing = _WORDS ^ (set(given) - {"valid_to"})
    name = f"{file.name}, {given.get('subject')}"
    if differing:
        raise SettingsError(f"{name}: it lacks or does not know {', '.join(sorted(differing))}")
    if given["subject"] not in SUBJECTS:
        raise SettingsError(f"{name}: there are {', '.join(SUBJECTS)}")
    if type(given["keep_years"]) is not int or given["keep_years"] < 1:
        raise SettingsError(f"{name}: keep_years must be a whole number of years, one at least")
    if not given["basis"] or not given["reason"]:
        raise SettingsError(f"{name}: basis and reason must be given")
    require_dates(name, given["valid_from"], given.get("valid_to"))
    return Keeping(**{"valid_to": None, **given})
