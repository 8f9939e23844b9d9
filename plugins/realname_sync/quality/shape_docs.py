"""Great Expectations' Data Docs of a date: kept as results by the check, built as pages when the date is reported.

Only whether an expectation held and on how many rows it did not is kept: no value, no key. The pages that Great
Expectations draws fetch styles and scripts from the internet; here they get a style of their own and fetch nothing.
"""

import logging
import re
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from datetime import date, datetime
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


def write_docs(engine: Engine, work_date: date, folder: Path) -> Path | None:
    """Build the pages of the date into `folder`, whole or not at all; returns the first page.

    None where nothing is kept of the date. Pages that were built from the very same check are left as they are, because
    loading the library takes seconds.
    """
    with transaction(engine, Role.READ) as connection:
        rows: Sequence[Any] = statements.rows(connection, "quality/shape_results", work_date=work_date)
    if not rows:
        return None
    page, marker = folder / "index.html", folder / _MARKER
    built_from = rows[0].checked_at.isoformat()
    if not (page.is_file() and marker.is_file() and marker.read_text(encoding="utf-8") == built_from):
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".shape-") as made:
            new = Path(made) / _SITE
            _build({row.object: row.result for row in rows}, work_date, rows[0].checked_at, new)
            (new / _MARKER).write_text(built_from, encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            new.replace(folder)
    return page


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
    pages = {file.stem: file.relative_to(folder).as_posix() for file in sorted(folder.glob("validations/**/*.html"))}
    for file in folder.rglob("*.html"):
        file.write_text(_self_contained(file.read_text(encoding="utf-8")), encoding="utf-8")
    # Its own first page is drawn by a script that is fetched; this one needs none.
    overview = self_contained("shape.html.j2", results=results, pages=pages, work_date=work_date, checked_at=checked_at)
    (folder / "index.html").write_text(overview, encoding="utf-8")


def _self_contained(page: str) -> str:
    """The page without anything that is fetched or run, and with a style of ours."""
    for pattern in (_SCRIPT, _RESOURCE, _HANDLER, _FOOTER):
        page = pattern.sub("", page)
    return _TO_SUITES.sub(r"\1", page).replace("</head>", f"{_HEAD}\n</head>", 1)
