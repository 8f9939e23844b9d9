"""The rule catalogue `expectations/catalogue.yaml`: every rule once, what it is about, whose it is, and what finds it.

A threshold or a period of validity is changed there, not in code. A rule whose thresholds change on a day has one entry
that ends the day before and one that begins on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

from realname_sync.errors import SettingsError
from realname_sync.resources import expectations

Severity = Literal["stop", "warn", "note"]
Owner = Literal["integrity platform", "municipal platform", "site", "device", "us"]
Threshold = int | str | date

SUITES = "expectations/suites"
"""What `implemented_by` says of a rule that the expectation suites implement."""

SHARED_OBJECTS = ("project", "corp", "participant", "person", "registration", "key_post")
"""What the integrity platform shares, and so what a rule may rest on."""


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

    def __post_init__(self) -> None:
        if not (self.title_en and self.title_zh and self.remedy and self.basis and self.objects and self.region):
            raise SettingsError(f"rule {self.id}: titles, remedy, basis, object and region must all be given")
        if self.severity not in get_args(Severity) or self.owner not in get_args(Owner):
            raise SettingsError(
                f"rule {self.id}: severity {self.severity!r} or owner {self.owner!r} is not one of those there are"
            )
        if strangers := set(self.only_warns_on) - set(self.objects):
            raise SettingsError(f"rule {self.id}: only_warns_on names {', '.join(sorted(strangers))}, no object of it")
        if strangers := set(self.rests_on) - set(SHARED_OBJECTS):
            raise SettingsError(f"rule {self.id}: rests_on names {', '.join(sorted(strangers))}, no shared object")
        if not isinstance(self.valid_from, date) or not isinstance(self.valid_to, date | None):
            raise SettingsError(f"rule {self.id}: valid_from and valid_to must be dates, as in 2021-06-01")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise SettingsError(f"rule {self.id}: valid_to is before valid_from")

    @property
    def statement(self) -> str | None:
        """The name of its statement below sql/, without the ending; None if the suites implement it."""
        return None if self.implemented_by == SUITES else self.implemented_by.removeprefix("sql/").removesuffix(".sql")

    def holds(self, work_date: date, area_code: str) -> bool:
        """Whether the rule is in force on that day in that city."""
        in_time = self.valid_from <= work_date and (self.valid_to is None or work_date <= self.valid_to)
        return in_time and region_covers(self.region, area_code)


@dataclass(frozen=True)
class Catalogue:
    """All rules, in the order of the file."""

    rules: Sequence[Rule]

    def in_force(self, work_date: date, area_code: str) -> Mapping[str, Rule]:
        """The rules of that day and city, by id; of two regions that hold the narrower one counts."""
        holding = [rule for rule in self.rules if rule.holds(work_date, area_code)]
        return {rule.id: rule for rule in sorted(holding, key=lambda rule: (rule.id, region_width(rule.region)))}

    def latest(self) -> Mapping[str, Rule]:
        """Every rule by its id, as its newest entry has it: what a rule is called whatever the day."""
        return {rule.id: rule for rule in sorted(self.rules, key=lambda rule: (rule.id, rule.valid_from))}


@cache
def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks something, has a word that does not exist, or two entries of a rule overlap.
    """
    import yaml  # takes 20 ms to import

    with (path or expectations() / "catalogue.yaml").open("rb") as stream:
        entries = yaml.load(stream, Loader=yaml.CSafeLoader)["rules"]
    rules = tuple(_rule(entry) for entry in entries)
    _refuse_overlaps(rules)
    return Catalogue(rules)


def _rule(entry: Mapping[str, Any]) -> Rule:
    name = entry.get("id", "without an id")
    given = {("objects" if key == "object" else key): value for key, value in entry.items()}
    known = {one.name for one in fields(Rule)}
    if strangers := sorted(set(given) - known):
        raise SettingsError(f"rule {name}: the catalogue has no word {', '.join(strangers)}")
    objects = given.get("objects", ())
    given["objects"] = (objects,) if isinstance(objects, str) else tuple(objects)
    for listed in ("gives_way_to", "only_warns_on", "rests_on"):
        given[listed] = tuple(given.get(listed, ()))
    try:
        return Rule(**given)
    except TypeError:
        needed = {one.name for one in fields(Rule) if one.default is MISSING and one.default_factory is MISSING}
        raise SettingsError(f"rule {name}: {', '.join(sorted(needed - set(given)))} must be given") from None


def _refuse_overlaps(rules: Sequence[Rule]) -> None:
    ordered = sorted(rules, key=lambda rule: (rule.id, rule.region, rule.valid_from))
    for earlier, later in pairwise(ordered):
        same = (earlier.id, earlier.region) == (later.id, later.region)
        if same and (earlier.valid_to is None or later.valid_from <= earlier.valid_to):
            raise SettingsError(f"rule {later.id}: two entries of region {later.region} hold on {later.valid_from}")


def region_covers(region: str, area_code: str) -> bool:
    """Whether what holds for a division holds for another: a province covers its cities, a city its counties."""
    return area_code.startswith(_significant(region))


def region_width(region: str) -> int:
    """How many digits of a division tell it from others: of two that cover a place the one with more is narrower."""
    return len(_significant(region))


def _significant(code: str) -> str:
    """The leading digits of a division that its parts share: 33 of 330000, 3301 of 330100."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
