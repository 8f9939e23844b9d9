"""Great Expectations' Data Docs of a date: kept as results by the check, built as pages when the date is reported.

Only whether an expectation held and on how many rows it did not is kept: no value, no key.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

import realname_sync
from realname_sync.quality.report.templating import self_contained
from realname_sync.quality.shape_pages import draw_pages
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

_SITE = "shape"
_LIBRARY = "great_expectations"
_MARKER = ".built-from"
_COUNTS = (
    "element_count",
    "missing_count",
    "missing_percent",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_nonmissing",
    "unexpected_percent_total",
)


def without_values(overview: Any, details: Mapping[int, Any]) -> dict[str, Any]:
    """A suite's result as it may be kept: outcomes and counts.

    Args:
        overview: the result of the suite, asked for outcomes only.
        details: the results of the expectations that failed, by their place in the overview.
    """
    kept: dict[str, Any] = overview.to_json_dict()
    for place, one in enumerate(kept["results"]):
        found = details[place].result if place in details else {}
        one["result"] = {name: found[name] for name in _COUNTS if found.get(name) is not None}
        if "unexpected_count" in one["result"]:
            one["result"]["partial_unexpected_list"] = []
    kept["meta"] = {"great_expectations_version": kept["meta"]["great_expectations_version"]}
    return kept


def with_results(result: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A suite's result with only these results of single expectations, and counted by them."""
    held = sum(bool(one["success"]) for one in results)
    counts = {
        "evaluated_expectations": len(results),
        "successful_expectations": held,
        "unsuccessful_expectations": len(results) - held,
        "success_percent": 100 * held / len(results) if results else None,
    }
    return {**result, "results": list(results), "success": held == len(results), "statistics": counts}


def write_docs(engine: Engine, work_date: date, folder: Path) -> Path | None:
    """Build the pages of the date into `folder`, whole or not at all; returns the first page.

    None where nothing is kept of the date. While a check lets all results stand, so do the pages of the suites, which
    say when these were asked: loading the library takes seconds. Only the first page tells of that check.
    """
    with transaction(engine, Role.READ) as connection:
        rows: Sequence[Any] = statements.rows(connection, "quality/shape_results", work_date=work_date)
    if not rows:
        return None
    results, checked_at = _by_object(rows), rows[0].checked_at
    page, marker = folder / "index.html", folder / _MARKER
    built = marker.read_text(encoding="utf-8").split() if page.is_file() and marker.is_file() else []
    wanted = [_digest(results), checked_at.isoformat()]
    if built != wanted:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".shape-") as made:
            new = Path(made) / _SITE
            if built[:1] == wanted[:1]:
                shutil.copytree(folder, new)
            else:
                _build(results, work_date, checked_at, new)
            _write_first_page(results, work_date, checked_at, new)
            (new / _MARKER).write_text("\n".join(wanted), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            new.replace(folder)
    return page


def _by_object(rows: Sequence[Any]) -> dict[str, Any]:
    """The results of each object's suite, its parts put together."""
    parts: dict[str, list[Any]] = {}
    for row in rows:
        parts.setdefault(row.object, []).append(row.result)
    return {
        name: with_results(kept[0], [one for result in kept for one in result["results"]])
        for name, kept in parts.items()
    }


def _digest(results: Mapping[str, Any]) -> str:
    made_by = version(_LIBRARY)
    return hashlib.sha256(json.dumps([made_by, results], sort_keys=True).encode()).hexdigest()


def _build(results: Mapping[str, Any], work_date: date, checked_at: datetime, folder: Path) -> None:
    """Draw the pages of the suites; by a process of its own unless this one has loaded the library already.

    So its 190 MB are given back before the report, whose rows grow with the city, is read.

    Raises:
        subprocess.CalledProcessError: they cannot be drawn; the process has said why.
    """
    run_name = work_date.isoformat()
    if _LIBRARY in sys.modules:
        draw_pages(results, run_name, checked_at, folder)
        return
    asked = json.dumps(
        {"results": results, "run_name": run_name, "checked_at": checked_at.isoformat(), "folder": str(folder)}
    )
    places = [str(Path(realname_sync.__file__).parents[1]), os.environ.get("PYTHONPATH")]
    subprocess.run(  # noqa: S603 - this interpreter, and a module of ours
        [sys.executable, "-m", draw_pages.__module__],
        input=asked,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))},
    )


def _write_first_page(results: Mapping[str, Any], work_date: date, checked_at: datetime, folder: Path) -> None:
    """A first page in the place of the library's, which is drawn by a script that is fetched; this one needs none."""
    pages = {file.stem: file.relative_to(folder).as_posix() for file in sorted(folder.glob("validations/**/*.html"))}
    overview = self_contained("shape.html.j2", results=results, pages=pages, work_date=work_date, checked_at=checked_at)
    (folder / "index.html").write_text(overview, encoding="utf-8")
