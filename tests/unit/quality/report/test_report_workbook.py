"""The workbook: the whole set, as text, without anyone named."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from mixed_day import FINDINGS, NUMBERS, PEOPLE, WEST

from realname_sync.quality.report import workbook as writing
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.reading import DayReader
from realname_sync.quality.report.workbook import write_workbook

NAMES = {"province": "Province", "nation": "Nation"}


@pytest.fixture
def path(tmp_path: Path, reader: DayReader, report: QualityReport) -> Path:
    path = tmp_path / "quality.xlsx"
    write_workbook(path, report, reader.all_findings(), reader.all_unarrived())
    return path


def sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every sheet's rows by the English name of the column."""
    found = {}
    for sheet in openpyxl.load_workbook(path):
        head, *rows = sheet.iter_rows(values_only=True)
        names = [str(name).split("\n")[1] for name in head]
        found[sheet.title] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def test_it_has_every_row_of_the_page_and_more(path: Path, report: QualityReport) -> None:
    book = sheets(path)
    assert list(book) == ["概览", "项目到达", "未到原因", "规则", "亮灯名单", "数据问题", "未到达", "平台对账"]
    assert len(book["数据问题"]) == len(FINDINGS) == report.tally.total
    for target, arrival in report.arrivals.items():
        assert sum(row[NAMES[target]] == "✓" for row in book["未到达"]) == arrival.behind
    assert len(book["亮灯名单"]) == report.lamp_count == 2
    assert len(book["平台对账"]) == 4
    assert {row["verdict"] for row in book["平台对账"]} == {"一致", "读取差 -1", "平台差 +1", "未查询平台"}


def test_a_row_says_all_that_is_needed_to_act(path: Path) -> None:
    row = next(row for row in sheets(path)["数据问题"] if row["rule"] == "CMP-001")
    assert row["key"] == row["project code"] == WEST
    assert (row["field"], row["expected"], row["actual"]) == ("name", "古荡单元安置房", "古荡安置房")
    assert (row["owner"], row["district"]) == ("市级实名制平台", "西湖区")
    assert row["remedy"].startswith("以诚信平台为准")
    assert (row["first seen"].date(), row["last seen"].date()) == (date(2026, 11, 19), date(2026, 11, 20))


def test_nobody_is_named_and_no_text_is_a_formula(path: Path) -> None:
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    said = "\n".join(str(cell.value) for cell in cells)
    for secret in (*(name for _, name in PEOPLE), *NUMBERS):
        assert secret not in said
    formula = next(cell for cell in cells if cell.value == "=1+1")
    assert formula.data_type == "s"


def test_control_characters_do_no_harm(tmp_path: Path, reader: DayReader, report: QualityReport) -> None:
    finding = next(reader.all_findings())
    odd = type(finding)(**{name: getattr(finding, name) for name in finding.__slots__} | {"actual": "a\x00b\x1f"})
    write_workbook(tmp_path / "odd.xlsx", report, [odd], [])
    assert sheets(tmp_path / "odd.xlsx")["数据问题"][0]["actual"] == "ab"


def test_rows_beyond_a_sheet_go_on_in_the_next(
    tmp_path: Path, reader: DayReader, report: QualityReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROWS_OF_A_SHEET", 4)
    write_workbook(tmp_path / "many.xlsx", report, reader.all_findings(), [])
    book = sheets(tmp_path / "many.xlsx")
    assert [len(book[name]) for name in ("数据问题", "数据问题 2", "数据问题 3")] == [4, 4, 3]
