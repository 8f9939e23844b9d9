"""The quality report of a synthetic city's whole day: it names nobody, and its figures are the warehouse's."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from realname_sync.pipelines.day import run_day
from realname_sync.pipelines.deliver import completeness
from realname_sync.pipelines.report import report_quality

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def texts_of(workbook: Path) -> str:
    book = openpyxl.load_workbook(workbook, read_only=True)
    cells = (
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    )
    return "\n".join(cells)


def test_a_whole_day_is_reported_without_naming_anyone(open_town: Callable[..., Any], folder: Path) -> None:
    town = open_town(1)
    run_day(town.city, DAY)
    report = report_quality(town.city, DAY, folder)
    states = completeness(town.city, DAY)
    for target, counts in report["targets"].items():
        told = {state: counts[state] for state in ("acknowledged", "held", "refused", "in_batch", "waiting")}
        assert told == {state: states[target][state] for state in told}
        assert sum(told.values()) == report["due"] == states[target]["read"]
    found = town.warehouse_sql(
        "SELECT rule_id, count(*) AS n FROM quality.finding WHERE work_date = :day GROUP BY rule_id", day=DAY
    )
    assert report["findings"] == {row.rule_id: row.n for row in found}

    pages = [Path(report["html"]), *map(Path, report["csv"]), *folder.rglob("*.html")]
    assert len(pages) > 15  # what Great Expectations says of each object, too
    said = "".join(page.read_text(encoding="utf-8-sig") for page in pages) + texts_of(Path(report["xlsx"]))
    people = town.municipal_rows("SELECT name, id_number, phone FROM person WHERE length(name) > 1")
    shared = town.sandbox_sql(
        "SELECT payload ->> 'name', payload ->> 'idCardNumber', payload ->> 'phone'"
        " FROM integrity.shared_row WHERE object = 'person'"
    )
    leaked = {
        value for row in (*people, *shared) for value in row if value and len(value.strip()) > 1 and value in said
    }
    assert leaked == set()
