"""Draws Great Expectations' pages of suites' results; also as a program, which reads what to draw as JSON.

The pages it draws fetch styles and scripts from the internet; here they get a style of their own and fetch nothing.
"""

import json
import logging
import re
import shutil
import sys
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

_SITE = "shape"
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


def draw_pages(results: Mapping[str, Any], run_name: str, checked_at: datetime, folder: Path) -> None:
    """Draw a page for each object's suite.

    Args:
        results: what was kept of each suite's result, by object.
        run_name: what the pages call the check.
        checked_at: its instant, aware.
        folder: where they come to stand; it need not be there yet.
    """
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
        run = RunIdentifier(run_name=run_name, run_time=checked_at)
        for name, content in results.items():
            result: Any = expectationSuiteValidationResultSchema.load(content)
            result.meta["run_id"] = run
            key = ValidationResultIdentifier(ExpectationSuiteIdentifier(name=name), run, name)
            context.validation_results_store.set(key, result)
        context.build_data_docs(site_names=[_SITE])
    shutil.rmtree(folder / "static", ignore_errors=True)
    for file in folder.rglob("*.html"):
        file.write_text(_self_contained(file.read_text(encoding="utf-8")), encoding="utf-8")


def _self_contained(page: str) -> str:
    """The page without anything that is fetched or run, and with a style of ours."""
    for pattern in (_SCRIPT, _RESOURCE, _HANDLER, _FOOTER):
        page = pattern.sub("", page)
    return _TO_SUITES.sub(r"\1", page).replace("</head>", f"{_HEAD}\n</head>", 1)


def main() -> None:
    """Draw what the standard input asks for."""
    asked = json.load(sys.stdin)
    checked_at = datetime.fromisoformat(asked["checked_at"])
    draw_pages(asked["results"], asked["run_name"], checked_at, Path(asked["folder"]))


if __name__ == "__main__":
    main()
