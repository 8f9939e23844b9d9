"""The random draw: weighted sampling without replacement that anybody can repeat with a calculator (docs/cases.md).

Of the text `seed|kind|item` the first 16 hexadecimal digits of SHA-256 are a number N. With u = (N + 0.5) / 2^64 and
the weight w the item's key is -ln(u) / w, in decimal numbers rounded to 12 places, so that no machine gives another
one. The smallest keys are drawn; of two equal keys the item that comes first in the alphabet. The method is that of
Efraimidis and Spirakis: at each step an item is drawn with a probability in proportion to its weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from hashlib import sha256
from typing import Any

from realname_sync.errors import DataError

ALGORITHM = "sha256-exponential-1"
"""What a draw says it was made by; another way of drawing gets another name."""

_PLACES = Decimal(1).scaleb(-12)


@dataclass(frozen=True, slots=True)
class Project:
    """A project that may be drawn; `corps` are the companies that take part in it."""

    code: str
    weight: int
    name: str = ""
    corps: tuple[str, ...] = ()
    open_cases: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Inspector:
    """An inspector, by a number of the bureau; `published_as` is what the public reads.

    Nobody inspects a project in `related_projects`, or one in which a company of `related_corps` takes part.
    """

    number: str
    published_as: str
    related_corps: tuple[str, ...] = ()
    related_projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A project or an inspector (`item`) that is kept out, of everything or of one project, and why."""

    kind: str
    item: str
    reason: str
    project: str | None = None


@dataclass(frozen=True)
class Population:
    """All that a draw is made from."""

    projects: Sequence[Project]
    inspectors: Sequence[Inspector]
    exclusions: Sequence[Exclusion]


def key_of(seed: str, kind: str, item: str, weight: int) -> Decimal:
    """The key of an item: the smaller, the earlier it is drawn.

    Raises:
        DataError: the weight is not above 0.
    """
    if weight <= 0:
        raise DataError(f"{kind} {item} has the weight {weight}: nothing can be drawn with it, so exclude it instead")
    number = int(sha256(f"{seed}|{kind}|{item}".encode()).hexdigest()[:16], 16)
    with localcontext() as context:
        context.prec = 40
        share = (Decimal(number) + Decimal("0.5")) / Decimal(2**64)
        return (-share.ln() / Decimal(weight)).quantize(_PLACES)


def draw_items(seed: str, kind: str, weights: Mapping[str, int], wanted: int) -> list[tuple[str, Decimal]]:
    """The `wanted` items with the smallest keys, in the order they are drawn, with their keys."""
    keys = sorted((key_of(seed, kind, item, weight), item) for item, weight in weights.items())
    return [(item, key) for key, item in keys[:wanted]]


def draw(seed: str, population: Population, project_count: int, per_project: int) -> list[dict[str, Any]]:
    """Draw projects by weight, and for each of them inspectors, all alike; what is excluded is not drawn.

    Returns:
        In the order drawn, for each project its `project`, `key` and `inspectors` (each with `number` and `key`).

    Raises:
        DataError: there are fewer projects, or fewer inspectors for one of them, than are wanted.
    """
    barred = {(one.kind, one.item, one.project) for one in population.exclusions}
    weights = {one.code: one.weight for one in population.projects if ("project", one.code, None) not in barred}
    if project_count > len(weights):
        raise DataError(f"{project_count} projects are to be drawn, and there are {len(weights)} that may be")
    drawn: list[dict[str, Any]] = []
    for code, key in draw_items(seed, "project", weights, project_count):
        free = {
            one.number: 1
            for one in population.inspectors
            if ("inspector", one.number, None) not in barred and ("inspector", one.number, code) not in barred
        }
        if per_project > len(free):
            raise DataError(
                f"project {code} needs {per_project} inspectors, and {len(free)} may go there: "
                "name more inspectors, or exclude the project"
            )
        inspectors = draw_items(seed, f"inspector for {code}", free, per_project)
        drawn.append(
            {
                "project": code,
                "key": str(key),
                "inspectors": [{"number": number, "key": str(own)} for number, own in inspectors],
            }
        )
    return drawn


def related(projects: Iterable[Project], inspectors: Iterable[Inspector]) -> list[Exclusion]:
    """Who may not inspect what, because he is related to a company in it or to the project."""
    crew = list(inspectors)
    found = []
    for project in projects:
        for one in crew:
            corps = sorted(set(one.related_corps) & set(project.corps))
            if project.code in one.related_projects:
                found.append(Exclusion("inspector", one.number, "related to the project", project.code))
            elif corps:
                found.append(
                    Exclusion("inspector", one.number, f"related to a company in it: {', '.join(corps)}", project.code)
                )
    return found
