"""What projects and key posts need, where a rule's figures form a table: `expectations/requirements.yaml`.

The tables are dated and of a region, like the rules of the catalogue.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from realname_sync.errors import SettingsError
from realname_sync.quality import dated
from realname_sync.resources import expectations
from realname_sync.warehouse import bulk, statements

_COLUMNS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(needed.split()), frozenset(optional.split()))
    for kind, needed, optional in (
        ("post_registration", "post_code category", ""),
        ("post_level", "post_code scale level", ""),
        ("post_specialty", "post_code project_category specialties", "scales"),
        ("post_certificate", "post_code certificate", ""),
        ("post_minimum", "post_code measure amount_from people", "categories except_categories"),
        (
            "project_scale",
            "category measure medium_from large_from",
            "functions except_functions only_unmeasured",
        ),
    )
}
"""By kind: the columns every row has, and those it may have."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One table of one source, as it holds in `region` from `valid_from` to `valid_to` (both included)."""

    id: str
    kind: str
    valid_from: date
    region: str
    basis: str
    rows: tuple[Mapping[str, Any], ...]
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.kind not in _COLUMNS:
            raise SettingsError(f"requirement {self.id}: kind {self.kind!r} is none of {', '.join(_COLUMNS)}")
        if not (self.basis and self.region and self.rows):
            raise SettingsError(f"requirement {self.id}: basis, region and rows must all be given")
        dated.require_dates(f"requirement {self.id}", self.valid_from, self.valid_to)
        needed, optional = _COLUMNS[self.kind]
        for number, row in enumerate(self.rows, start=1):
            if missing := needed - set(row):
                raise SettingsError(f"requirement {self.id}: row {number} lacks {', '.join(sorted(missing))}")
            if strangers := set(row) - needed - optional:
                raise SettingsError(f"requirement {self.id}: row {number} has no column {', '.join(sorted(strangers))}")


@cache
def load_requirements(path: Path | None = None) -> tuple[Requirement, ...]:
    """The tables of that file; without one, the project's own.

    Raises:
        SettingsError: an entry lacks something, has a word that does not exist, or two of one id overlap.
    """
    import yaml  # takes 20 ms to import

    with (path or expectations() / "requirements.yaml").open("rb") as stream:
        entries = yaml.load(stream, Loader=yaml.CSafeLoader)["requirements"]
    requirements = tuple(_requirement(entry) for entry in entries)
    dated.refuse_overlaps("requirements.yaml", requirements, lambda one: one.id)
    return requirements


def in_force(requirements: Sequence[Requirement], work_date: date, area_code: str) -> Mapping[str, Requirement]:
    """The tables of that day and city by id; of two regions that hold the narrower one counts."""
    return {one.id: one for one in dated.holding(requirements, work_date, area_code)}


def stage_requirements(connection: Connection, work_date: date, city_code: str) -> None:
    """Make what holds for the date and the city readable for the rules, and the scale of each project with it.

    It lasts as long as the transaction.

    Raises:
        SettingsError: the file has a fault.
    """
    statements.run(connection, "quality/stage_requirements")
    bulk.copy_rows(
        connection,
        "staged_requirement",
        ("requirement_id", "kind", "content"),
        (
            (one.id, one.kind, json.dumps(row, ensure_ascii=False))
            for one in in_force(load_requirements(), work_date, city_code).values()
            for row in one.rows
        ),
    )
    statements.run(connection, "quality/stage_project_scales")


def _requirement(entry: Mapping[str, Any]) -> Requirement:
    name = entry.get("id", "without an id")
    known = {one.name for one in fields(Requirement)}
    if strangers := sorted(set(entry) - known):
        raise SettingsError(f"requirement {name}: the file has no word {', '.join(strangers)}")
    try:
        return Requirement(**{**entry, "rows": tuple(entry.get("rows", ()))})
    except TypeError:
        needed = {one.name for one in fields(Requirement) if one.default is MISSING}
        raise SettingsError(f"requirement {name}: {', '.join(sorted(needed - set(entry)))} must be given") from None
