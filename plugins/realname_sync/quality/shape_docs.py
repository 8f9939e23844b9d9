"""Great Expectations' Data Docs of a date: kept as results by the check, built as pages when the date is reported.

Only whether an expectation held and on how many rows it did not is kept: no value, no key. The pages that Great
Expectations draws fetch styles and scripts from the internet; here they get a style of their own and fetch nothing.
"""

import hashlib
import json
import logging
import re
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from realname_sync.quality.report.templating import self_contained
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

_SITE = "shape"
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
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
_RESOURCE = re.compile(r"<(?:link|img)\b[^>]*>", re.DOTALL)
_HANDLER = re.compile(r"""\son[a-z]+\s*=\s*("[^"]*"|'[^']*')""")
_FOOTER = re.compile(r"<footer\b.*?</footer>", re.DOTALL)
_TO_SUITES = re.compile(r"""<a\b[^>]*href="(?:[^"]*expectations/|https?:)[^"]*"[^>]*>(.*?)</a>""", re.DOTALL)
_HEAD = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<style>
body { margin: 0 auto; max-width: 1200px; padding: 0 24px 40px; font: 14px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px; border-bottom: 1px solid #8884; }
.navbar, .card:has(.btn-group) { display: none; }
ul { padding-left: 1.2em; }
.text-success, .fa-check-circle { color: #23835a; } .text-danger, .fa-times { color: #c4392f; }
.fa-check-circle::before { content: "✓"; }
.fa-times::before, .fa-times-circle::before { content: "✕"; }
.fa-exclamation-triangle::before { content: "!"; } .badge { border: 1px solid; border-radius: 4px; padding: 0 6px; }
</style>"""


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
    say when these were asked: loading the library takes seconds and 190 MB. Only the first page tells of that check.
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
    made_by = version("great_expectations")
    return hashlib.sha256(json.dumps([made_by, results], sort_keys=True).encode()).hexdigest()


def _build(results: Mapping[str, Any], work_date: date, checked_at: datetime, folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports modules on their way out
        import great_expectations
        from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
        from great_expectations.core.run_identifier import RunIdentifier
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.data_context.types.resource_identifiers import (
            ExpectationSuiteIdentifier,
            ValidationResultIdentifier,
        )

        logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells where its temporary folder is
        context: Any = great_expectations.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        context.add_data_docs_site(
            _SITE,
            {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            },
        )
        run = RunIdentifier(run_name=work_date.isoformat(), run_time=checked_at)
        for name, content in results.items():
            result: Any = expectationSuiteValidationResultSchema.load(content)
            result.meta["run_id"] = run
            key = ValidationResultIdentifier(ExpectationSuiteIdentifier(name=name), run, name)
            context.validation_results_store.set(key, result)
        context.build_data_docs(site_names=[_SITE])
    shutil.rmtree(folder / "static", ignore_errors=True)
    for file in folder.rglob("*.html"):
        file.write_text(_self_contained(file.read_text(encoding="utf-8")), encoding="utf-8")


def _write_first_page(results: Mapping[str, Any], work_date: date, checked_at: datetime, folder: Path) -> None:
    """A first page in the place of the library's, which is drawn by a script that is fetched; this one needs none."""
    pages = {file.stem: file.relative_to(folder).as_posix() for file in sorted(folder.glob("validations/**/*.html"))}
    overview = self_contained("shape.html.j2", results=results, pages=pages, work_date=work_date, checked_at=checked_at)
    (folder / "index.html").write_text(overview, encoding="utf-8")


def _self_contained(page: str) -> str:
    """The page without anything that is fetched or run, and with a style of ours."""
    for pattern in (_SCRIPT, _RESOURCE, _HANDLER, _FOOTER):
        page = pattern.sub("", page)
    return _TO_SUITES.sub(r"\1", page).replace("</head>", f"{_HEAD}\n</head>", 1)
