"""What part of the city a report is about: all of it, a district, or one project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from realname_sync.errors import SettingsError
from realname_sync.standards.divisions import division
from realname_sync.warehouse import statements


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the city. `area_code` and `project_code` exclude one another; neither is the whole city.

    Raises:
        SettingsError: both are given, or the area is no division that is known.
    """

    area_code: str | None = None
    project_code: str | None = None

    def __post_init__(self) -> None:
        """Refuse what there is no report of."""
        if self.area_code and self.project_code:
            raise SettingsError("a report is of a district or of a project: give --area or --project, not both")
        if self.area_code and division(self.area_code) is None:
            raise SettingsError(f"{self.area_code} is no division of six digits that is known, such as 330106")

    @property
    def is_whole_city(self) -> bool:
        """Whether nothing is left out."""
        return not (self.area_code or self.project_code)

    @property
    def suffix(self) -> str:
        """What is added to the names of the files; empty for the whole city."""
        return "" if self.is_whole_city else f"-{self.area_code or self.project_code}"


@dataclass(frozen=True, slots=True)
class ScopedTo:
    """A scope as statements take it: the codes of its projects (None for all), and the area of what has no project."""

    project_codes: Sequence[str] | None = None
    area_code: str | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Bound to the statements that can be scoped."""
        codes = None if self.project_codes is None else list(self.project_codes)
        return {"project_codes": codes, "area_code": self.area_code}


def scoped_to(connection: Connection, scope: Scope) -> ScopedTo:
    """Look up the projects of a scope.

    Raises:
        SettingsError: no project lies in the area, or nobody knows the project.
    """
    if scope.is_whole_city:
        return ScopedTo()
    if scope.area_code:
        rows = statements.rows(connection, "marts/projects_within", area_code=scope.area_code)
        if not rows:
            raise SettingsError(f"no project lies in {scope.area_code}: see whether the master data were pulled")
        return ScopedTo([row.project_code for row in rows], scope.area_code)
    if not statements.rows(connection, "live/projects", project_code=scope.project_code):
        raise SettingsError(f"there is no project {scope.project_code}: see whether the master data were pulled")
    return ScopedTo([str(scope.project_code)])
