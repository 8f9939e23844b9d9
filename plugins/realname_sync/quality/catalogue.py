"""The rule catalogue `expectations/catalogue.yaml`: every rule once, what it is about, whose it is, and what finds it.

A threshold or a period of validity is changed there, not in code. A rule whose thresholds change on a day has one entry
that ends the day before and one that begins on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from realname_sync.errors import SettingsError
from realname_sync.quality import dated
from realname_sync.resources import expectations

Severity = Literal["stop", "warn", "note"]
Owner = Literal["integrity platform", "municipal platform", "site", "device", "us"]
Scope = Literal["day", "standing"]
Threshold = int | str | date

SUITES = "expectations/suites"
"""What `implemented_by` says of a rule that the expectation suites implement."""

SHARED_OBJECTS = ("project", "corp", "participant", "person", "registration", "key_post")
"""What the integrity platform shares, and so what a rule may rest on."""

OF_ONE_DATE = frozenset({"punch", "upload"})
"""Objects that belong to one work date: what was found on them there stays as it is, whatever later dates are like."""


@dataclass(frozen=True, slots=True)
class Correction:
    """How what a rule finds can be asked to be corrected on the integrity platform.

    Attributes:
        object_type: the shared object, as Correction.Add calls it.
        row: the statement that finds the shared row, both values and the field of given findings.
        withheld: fields that are not asked for, because the interface has no safe way to send their values.
    """

    object_type: str
    row: str
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as it holds in `region` from `valid_from` to `valid_to` (both included; None is open-ended).

    Attributes:
        id: domain and number, as in LMP-001; never given to another rule.
        objects: what findings are about; one object, but for the rules of the suites.
        severity: stop keeps the object back, warn lets it go, note only tells.
        owner: whose fault it usually is, and so who has to act.
        region: division code the rule holds for; a province covers its cities.
        thresholds: the figures of the rule, bound to its statement as parameters of the same names.
        implemented_by: the statement that yields the failing rows, or SUITES.
        only_warns_on: objects that a rule of severity stop does not keep back, as nothing is sent of the copy it found.
        rests_on: shared objects without fresh data of which the rule says nothing: no lamp on stale data.
        gives_way_to: rules that explain the same object's same field; where they find it, this rule is silent.
        scope: `day` if a finding is about its own date only, `standing` if it stands until somebody mends it; where it
            is not given, findings on OF_ONE_DATE are of a day and all others stand.
        correction: how a shared field that it finds to differ can be corrected at its source, if it can.
    """

    id: str
    title_en: str
    title_zh: str
    severity: Severity
    objects: tuple[str, ...]
    owner: Owner
    remedy: str
    valid_from: date
    region: str
    basis: str
    implemented_by: str
    valid_to: date | None = None
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    gives_way_to: tuple[str, ...] = ()
    only_warns_on: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    scope: Scope | None = None
    correction: Correction | None = None

    def __post_init__(self) -> None:
        for _, wrong in self._problems():
            raise SettingsError(f"rule {self.id}: {wrong}")

    def _problems(self) -> Iterator[tuple[str, str]]:
        """What makes no sense about it: the field, and what is wrong."""
        for name in ("title_en", "title_zh", "remedy", "basis", "objects", "region", "implemented_by"):
            if not getattr(self, name):
                yield name, f"{'object' if name == 'objects' else name} must be given"
        if self.severity not in get_args(Severity):
            yield "severity", f"severity {self.severity!r} is none; there are {_listed(get_args(Severity))}"
        if self.owner not in get_args(Owner):
            yield "owner", f"owner {self.owner!r} is none; there are {_listed(get_args(Owner))}"
        if self.scope is not None and self.scope not in get_args(Scope):
            yield "scope", f"scope {self.scope!r} is none; there are {_listed(get_args(Scope))}"
        if strangers := set(self.only_warns_on) - set(self.objects):
            yield "only_warns_on", f"only_warns_on names {_listed(strangers)}, no object of it"
        if strangers := set(self.rests_on) - set(SHARED_OBJECTS):
            yield "rests_on", f"rests_on names {_listed(strangers)}, no shared object"
        for name in ("valid_from", "valid_to"):
            day = getattr(self, name)
            if not isinstance(day, date) and (day is not None or name == "valid_from"):
                yield name, f"{name} must be a date, as in 2021-06-01, and is {day!r}"
        if isinstance(self.valid_from, date) and isinstance(self.valid_to, date) and self.valid_to < self.valid_from:
            yield "valid_to", "valid_to is before valid_from"

    @property
    def statement(self) -> str | None:
        """The name of its statement below sql/, without the ending; None if the suites implement it."""
        return None if self.implemented_by == SUITES else self.implemented_by.removeprefix("sql/").removesuffix(".sql")

    def scope_of(self, object_name: str) -> Scope:
        """Whether what it finds on that object is of its own date, or stands until it is mended."""
        return self.scope or ("day" if object_name in OF_ONE_DATE else "standing")

    def holds(self, work_date: date, area_code: str) -> bool:
        """Whether the rule is in force on that day in that city."""
        return dated.holds(self, work_date, area_code)


@dataclass(frozen=True)
class Catalogue:
    """All rules, in the order of the file."""

    rules: Sequence[Rule]

    def in_force(self, work_date: date, area_code: str) -> Mapping[str, Rule]:
        """The rules of that day and city, by id; of two regions that hold the narrower one counts."""
        holding = dated.holding(self.rules, work_date, area_code)
        return {rule.id: rule for rule in sorted(holding, key=lambda rule: rule.id)}

    def latest(self) -> Mapping[str, Rule]:
        """Every rule by its id, as its newest entry has it: what a rule is called whatever the day."""
        return {rule.id: rule for rule in sorted(self.rules, key=lambda rule: (rule.id, rule.valid_from))}


@cache
def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks something, has a word or a date that does not exist, thresholds that are not those
            of its statement, or two entries of a rule overlap. Every fault is named with its line.
    """
    from realname_sync.quality.catalogue_file import read_rules  # needs yaml, which takes 20 ms to import

    return Catalogue(read_rules(path or expectations() / "catalogue.yaml"))


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))
