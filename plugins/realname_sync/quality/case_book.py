"""What opens a case, from `expectations/cases.yaml`: rules and lamps with level, days, basis and the checks to do.

Read as the rule catalogue is: dates are inclusive, of two regions that hold the narrower one counts, and what does not
make sense is refused with the entry's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from realname_sync.errors import SettingsError
from realname_sync.quality import dated
from realname_sync.resources import expectations

Level = Literal["blue", "yellow", "orange", "red"]
Per = Literal["project", "object"]
Closes = Literal["when gone", "a person"]

OTHER_LAMPS = "other"
"""The entry for lamps of a rule code that has none of its own."""


@dataclass(frozen=True, slots=True)
class CaseRule:
    """What opens a case, as it holds in `region` from `valid_from` to `valid_to` (both included).

    Attributes:
        rule: a rule of the catalogue; its lamp belongs to it.
        lamp: instead of a rule, the rule code of a lamp that no rule computes, or OTHER_LAMPS.
        due_days: calendar days from the day the case is raised to the last one in time.
        per: what one case is about.
        closes: what may close it; "when gone" lets a later check do so as well as a person.
        checks: ids of the checks to do.
    """

    level: Level
    due_days: int
    per: Per
    closes: Closes
    valid_from: date
    region: str
    basis: str
    rule: str | None = None
    lamp: str | None = None
    valid_to: date | None = None
    checks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The rule or the lamp."""
        return self.rule or f"lamp {self.lamp}"

    def __post_init__(self) -> None:
        if (self.rule is None) == (self.lamp is None):
            raise SettingsError("cases.yaml: an entry names either a rule or a lamp")
        words = ((self.level, Level), (self.per, Per), (self.closes, Closes))
        if wrong := [word for word, known in words if word not in get_args(known)]:
            raise SettingsError(f"cases.yaml, {self.name}: there is no {wrong[0]!r} for level, per or closes")
        if not isinstance(self.due_days, int) or self.due_days < 0 or not self.basis:
            raise SettingsError(f"cases.yaml, {self.name}: due_days is a whole number of days, and basis must be given")
        if self.lamp is not None and self.per != "project":
            raise SettingsError(f"cases.yaml, {self.name}: a lamp is about a project")
        dated.require_dates(self.name, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """What holds for all cases; `recurrence_days` in calendar days."""

    recurrence_days: int
    valid_from: date
    region: str
    basis: str
    valid_to: date | None = None

    @property
    def name(self) -> str:
        """What an error calls it."""
        return "settings"

    def __post_init__(self) -> None:
        dated.require_dates(self.name, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """A question about a project that a statement answers: yes, there is such a sign; no; or cannot tell."""

    id: str
    title_en: str
    title_zh: str
    statement: str
    basis: str
    parameters: Mapping[str, int] = field(default_factory=dict)

    @property
    def statement_name(self) -> str:
        """Its name below sql/, without the ending."""
        return self.statement.removeprefix("sql/").removesuffix(".sql")


@dataclass(frozen=True)
class CaseBook:
    """The whole file; `lamps` gives the rule that computes a lamp, by the lamp's rule code."""

    lamps: Mapping[str, str]
    settings: Sequence[CaseSettings]
    cases: Sequence[CaseRule]
    checks: Mapping[str, CaseCheck]

    def in_force(self, day: date, area_code: str) -> Mapping[str, CaseRule]:
        """The entries of that day and city by name."""
        return {entry.name: entry for entry in dated.holding(self.cases, day, area_code)}

    def settings_on(self, day: date, area_code: str) -> CaseSettings:
        """The settings of that day and city.

        Raises:
            SettingsError: there are none.
        """
        held = list(dated.holding(self.settings, day, area_code))
        if not held:
            raise SettingsError(f"cases.yaml has no settings that hold in {area_code} on {day}")
        return held[-1]


@cache
def load_case_book(path: Path | None = None) -> CaseBook:
    """The case book of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks something, has a word that does not exist, or two entries of one name overlap.
    """
    import yaml  # takes 20 ms to import

    with (path or expectations() / "cases.yaml").open("rb") as stream:
        content = yaml.load(stream, Loader=yaml.CSafeLoader)
    checks = {check.id: check for check in (_read(CaseCheck, entry, "check") for entry in content["checks"])}
    cases = tuple(
        _read(CaseRule, {**entry, "checks": tuple(entry.get("checks", ()))}, "case") for entry in content["cases"]
    )
    settings = tuple(_read(CaseSettings, entry, "settings") for entry in content["settings"])
    for case in cases:
        if strangers := sorted(set(case.checks) - set(checks)):
            raise SettingsError(f"cases.yaml, {case.name}: there is no check {', '.join(strangers)}")
    dated.refuse_overlaps("cases.yaml", cases, lambda case: case.name)
    dated.refuse_overlaps("cases.yaml", settings, lambda one: one.name)
    return CaseBook({one["rule_code"]: one["rule"] for one in content["lamps"]}, settings, cases, checks)


_Read = TypeVar("_Read", CaseCheck, CaseRule, CaseSettings)


def _read(kind: type[_Read], entry: Mapping[str, Any], what: str) -> _Read:
    known = {one.name for one in fields(kind)}
    name = entry.get("rule") or entry.get("lamp") or entry.get("id") or what
    if strangers := sorted(set(entry) - known):
        raise SettingsError(f"cases.yaml, {name}: there is no word {', '.join(strangers)}")
    try:
        return kind(**entry)
    except TypeError as failure:
        raise SettingsError(f"cases.yaml, {name}: {str(failure).partition('__init__() ')[2]}") from None
