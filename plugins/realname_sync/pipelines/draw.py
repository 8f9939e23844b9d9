"""Random draws of projects and inspectors (双随机): made from warehouse and list, kept, drawn again, published."""

import csv
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from realname_sync.errors import DataError
from realname_sync.pipelines.cases import require_impersonal
from realname_sync.pipelines.city import City
from realname_sync.pipelines.lamps import area_code_of
from realname_sync.quality.draw_weights import weights_on
from realname_sync.quality.drawing import ALGORITHM, Exclusion, Inspector, Population, Project, draw, related
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import SHANGHAI, work_date_of

_COLUMNS = ("number", "published_as")
_LISTS = ("related_corps", "related_projects")


@dataclass(frozen=True)
class Replay:
    """Whether a draw made again from what is kept is the one that is kept; else the first difference."""

    same: bool
    difference: str = ""


def draw_projects(
    city: City,
    *,
    projects: int,
    inspectors: Path,
    per_project: int,
    seed: str,
    by: str,
    drawn_for: date | None = None,
    exclude: Sequence[str] = (),
) -> int:
    """Draw and keep it; the draw's number.

    Args:
        city: the city whose projects under construction are the population.
        projects: how many projects to draw.
        inspectors: a CSV file with the columns number and published_as, and if wanted related_corps and
            related_projects (codes parted by blanks).
        per_project: how many inspectors go to each project.
        seed: agreed before the draw, best something nobody could choose.
        by: who draws.
        drawn_for: the day whose projects count; today if not given.
        exclude: `CODE=reason` or `NUMBER=reason`, of projects and inspectors to keep out.

    Raises:
        DataError: the file or an exclusion is wrong, or there is not enough to draw from; nothing is kept.
        SettingsError: no weights hold on that day.
    """
    if projects < 1 or per_project < 1 or not seed.strip() or not by.strip():
        raise DataError("a draw needs at least one project, one inspector for each, a seed and who draws")
    day, area_code = drawn_for or work_date_of(city.clock()), area_code_of(city)
    weights = weights_on(day, area_code)
    crew = read_inspectors(inspectors)
    with transaction(city.engine, Role.READ) as connection:
        rows = statements.rows(connection, "quality/draw_population", drawn_for=day, area_code=area_code)
    sites = [
        Project(
            row.project_code,
            weights.weight(row.open_cases),
            row.project_name or "",
            tuple(row.corps or ()),
            dict(row.open_cases),
        )
        for row in rows
    ]
    exclusions = [*_asked(exclude, sites, crew), *related(sites, crew)]
    population = Population(sites, crew, exclusions)
    result = draw(seed, population, projects, per_project)
    with transaction(city.engine, Role.CHECK) as connection:
        return int(
            statements.scalar(
                connection,
                "quality/keep_draw",
                drawn_for=day,
                seed=seed,
                algorithm=ALGORITHM,
                project_count=projects,
                per_project=per_project,
                weights=_json(weights.told()),
                population=_json(
                    {"projects": [asdict(one) for one in sites], "inspectors": [asdict(one) for one in crew]}
                ),
                exclusions=_json([asdict(one) for one in exclusions]),
                result=_json(result),
                drawn_at=city.clock(),
                drawn_by=by.strip(),
            )
        )


def kept_draw(city: City, draw_id: int) -> Row[Any]:
    """A draw as it is kept: a row of quality.draw.

    Raises:
        DataError: there is none of that number.
    """
    with transaction(city.engine, Role.READ) as connection:
        found = statements.rows(connection, "quality/draw_by_id", draw_id=draw_id)
    if not found:
        raise DataError(f"there is no draw {draw_id}")
    return found[0]


def replay_draw(city: City, draw_id: int) -> Replay:
    """Draw again from the seed, population and exclusions that are kept, and compare.

    Raises:
        DataError: there is no such draw, or it was made by an algorithm that this edition does not have.
    """
    kept = kept_draw(city, draw_id)
    if kept.algorithm != ALGORITHM:
        raise DataError(f"draw {draw_id} was made by {kept.algorithm}; this edition draws by {ALGORITHM}")
    try:
        again = draw(kept.seed, _population(kept), kept.project_count, kept.per_project)
    except DataError as failure:
        return Replay(False, f"it cannot be drawn from what is kept: {failure}")
    weights = {one["code"]: _weight(kept.weights, one["open_cases"]) for one in kept.population["projects"]}
    for one in kept.population["projects"]:
        if one["weight"] != weights[one["code"]]:
            return Replay(False, f"project {one['code']} weighs {one['weight']}, its cases make {weights[one['code']]}")
    for place, (was, now) in enumerate(zip(kept.result, again, strict=False), start=1):
        if was != now:
            return Replay(False, f"place {place} is {was.get('project')} as kept and {now['project']} when drawn again")
    if len(kept.result) != len(again):
        return Replay(False, f"{len(kept.result)} projects are kept, {len(again)} are drawn again")
    return Replay(True)


def publish_draw(city: City, draw_id: int, path: Path) -> int:
    """Write what may be published of a draw as a page of Markdown; how many projects it names.

    Inspectors stand in it as their list says they are to be published, and as nothing else.

    Raises:
        DataError: there is no such draw, it does not replay, or the file cannot be written.
    """
    kept, replay = kept_draw(city, draw_id), replay_draw(city, draw_id)
    if not replay.same:
        raise DataError(f"draw {draw_id} does not replay and is not published: {replay.difference}")
    names = {one["code"]: one["name"] for one in kept.population["projects"]}
    shown = {one["number"]: one["published_as"] for one in kept.population["inspectors"]}
    barred = [one for one in kept.exclusions if one["kind"] == "project"]
    lines = [
        "# 双随机抽查结果 Random inspection",
        "",
        f"- 编号 draw: {kept.draw_id}，{kept.drawn_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        f"- 项目范围 population: {kept.drawn_for} 在建项目 {len(names)} 个 projects under construction",
        f"- 排除 excluded: {len(barred)}",
        f"- 种子与算法 seed, algorithm: `{kept.seed}`, {kept.algorithm}",
        "",
        "| 序号 | 项目 project | 名称 name | 检查人员 inspectors |",
        "|---|---|---|---|",
    ]
    for place, one in enumerate(kept.result, start=1):
        inspectors = "、".join(shown[person["number"]] for person in one["inspectors"])
        lines.append(f"| {place} | {one['project']} | {names[one['project']]} | {inspectors} |")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(partial, path)  # noqa: PTH105 - whole or not at all
    except OSError as failure:
        raise DataError(f"{path} cannot be written: {failure.strerror}") from None
    return len(kept.result)


def read_inspectors(path: Path) -> list[Inspector]:
    """The inspectors of a list.

    Raises:
        DataError: the file cannot be read, lacks a column, names an inspector twice, or holds what looks like a number
            of a person; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise DataError(f"{path} cannot be read as a UTF-8 file: {type(failure).__name__}") from None
    reader = csv.DictReader(text.splitlines())
    fields = reader.fieldnames or ()
    missing = [column for column in _COLUMNS if column not in fields]
    if strangers := [column for column in fields if column not in (*_COLUMNS, *_LISTS)]:
        raise DataError(f"{path} has the column {strangers[0]}; it may have {', '.join((*_COLUMNS, *_LISTS))}")
    if missing:
        raise DataError(f"{path} has no column {', '.join(missing)}")
    found: dict[str, Inspector] = {}
    for line, row in enumerate(reader, start=2):
        number, published = ((row[column] or "").strip() for column in _COLUMNS)
        if not (number and published):
            raise DataError(f"{path}, line {line}: number or published_as is empty")
        if number in found:
            raise DataError(f"{path}, line {line}: the number {number} stands there twice")
        try:
            require_impersonal(f"{number} {published}")
            require_impersonal(published)
        except DataError:
            raise DataError(
                f"{path}, line {line}: number or published_as looks like an identity or phone number; give the number "
                "of the bureau, or initials"
            ) from None
        found[number] = Inspector(
            number, published, *(tuple((row.get(column) or "").replace(";", " ").split()) for column in _LISTS)
        )
    return list(found.values())


def _asked(texts: Iterable[str], projects: Sequence[Project], inspectors: Sequence[Inspector]) -> list[Exclusion]:
    codes, numbers = {one.code for one in projects}, {one.number for one in inspectors}
    found = []
    for text in texts:
        item, _, reason = (part.strip() for part in text.partition("="))
        if not reason:
            raise DataError(f"--exclude {text}: say why, as in CODE=reason")
        require_impersonal(reason)
        if item in codes:
            found.append(Exclusion("project", item, reason))
        elif item in numbers:
            found.append(Exclusion("inspector", item, reason))
        else:
            raise DataError(
                f"--exclude {item}: that is neither a project under construction nor an inspector of the list"
            )
    return found


def _population(kept: Row[Any]) -> Population:
    return Population(
        [Project(**{**one, "corps": tuple(one["corps"])}) for one in kept.population["projects"]],
        [Inspector(**{**one, **{name: tuple(one[name]) for name in _LISTS}}) for one in kept.population["inspectors"]],
        [Exclusion(**one) for one in kept.exclusions],
    )


def _weight(weights: dict[str, Any], open_cases: dict[str, int]) -> int:
    added = sum(weights["levels"][level] * count for level, count in open_cases.items())
    return int(min(weights["most"], weights["base"] + added))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
