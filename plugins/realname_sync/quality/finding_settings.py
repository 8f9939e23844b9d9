"""What holds for findings whatever their rule, from `expectations/findings.yaml`: mutes, and what is settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.quality.dated import covers
from realname_sync.resources import expectations


@dataclass(frozen=True, slots=True)
class MuteLimit:
    """For how many days a finding may be muted at most, from a day on and in a region."""

    valid_from: date
    region: str
    longest_days: int
    basis: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A mismatch of which it is settled that the integrity platform is the one that is wrong; both days included."""

    rule: str
    field: str
    valid_from: date
    valid_to: date
    region: str
    basis: str
    decided_by: str
    reason: str

    def covers(self, rule_id: str, field: str, day: date, area_code: str) -> bool:
        """Whether it settles a finding of that rule on that field, on that day and in that city."""
        return (
            (self.rule, self.field) == (rule_id, field)
            and self.valid_from <= day <= self.valid_to
            and covers(self.region, area_code)
        )


@dataclass(frozen=True)
class FindingSettings:
    """The whole file."""

    mutes: Sequence[MuteLimit]
    settled: Sequence[Settled]

    def longest_mute(self, day: date, area_code: str) -> int:
        """For how many days at most something may be muted on that day in that city; 0 where nothing says so."""
        holding = [one for one in self.mutes if one.valid_from <= day and covers(one.region, area_code)]
        return holding[-1].longest_days if holding else 0


@cache
def load_finding_settings(path: Path | None = None) -> FindingSettings:
    """The settings of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks a word, has one that does not exist, or a value that makes no sense.
    """
    import yaml  # takes 20 ms to import

    file = path or expectations() / "findings.yaml"
    try:
        content = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
        if set(content) != {"mutes", "settled"}:
            raise SettingsError(f"{file.name}: it has mutes and settled, and nothing else")
        mutes = [_made(MuteLimit, file, "mutes", one) for one in content["mutes"]]
        settled = [_made(Settled, file, "settled", one) for one in content["settled"]]
    except (yaml.YAMLError, ValueError, TypeError):
        raise SettingsError(
            f"{file.name} cannot be read: see whether it is YAML, and its dates are real ones"
        ) from None
    return FindingSettings(sorted(mutes, key=lambda one: one.valid_from), settled)


def _made(kind: type[Any], file: Path, section: str, given: Mapping[str, Any]) -> Any:
    wanted = {one.name: one.type for one in fields(kind)}
    if set(given) != set(wanted):
        differing = ", ".join(sorted(set(given) ^ set(wanted)))
        raise SettingsError(f"{file.name}: an entry of {section} lacks or does not know {differing}")
    for name, type_ in wanted.items():
        if type(given[name]) is not type_ or given[name] in ("", 0) or (type_ is int and given[name] < 0):
            raise SettingsError(f"{file.name}: {name} of an entry of {section} cannot be {given[name]!r}")
    return kind(**given)
