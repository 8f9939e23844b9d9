"""The CSV files: every row, read by Excel as what it is, and nothing that a spreadsheet would carry out."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from mixed_day import FINDINGS, NUMBERS, PEOPLE

from realname_sync.quality.report.csv_files import cell, findings_alongside, unarrived_alongside
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.reading import DayReader


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_there_whoever_takes_it(tmp_path: Path, reader: DayReader, report: QualityReport) -> None:
    findings, unarrived = tmp_path / "findings.csv", tmp_path / "unarrived.csv"
    with (
        findings_alongside(findings, report, reader.all_findings()) as rows,
        unarrived_alongside(unarrived, report, reader.all_unarrived()) as punches,
    ):
        taken = len(list(rows))
        next(iter(punches))  # the others go by without being taken
    assert taken == len(read(findings)) == len(FINDINGS)
    assert len(read(unarrived)) == sum(one.behind for one in report.arrivals.values())
    assert findings.read_bytes().startswith("\ufeff".encode())
    row = next(row for row in read(findings) if row["规则 rule"] == "LMP-001")
    assert row["实为 actual"] == "nobody"
    assert row["实为（中文）"] == "无人任职"
    assert row["新增 new"] == ""
    assert row["问题编号 finding"].startswith("LMP-001-")


def test_nobody_is_named_and_no_text_is_a_formula(tmp_path: Path, reader: DayReader, report: QualityReport) -> None:
    path, other = tmp_path / "findings.csv", tmp_path / "unarrived.csv"
    with findings_alongside(path, report, reader.all_findings()):
        pass
    with unarrived_alongside(other, report, reader.all_unarrived()):
        pass
    said = path.read_text(encoding="utf-8-sig") + other.read_text(encoding="utf-8-sig")
    for secret in (*(name for _, name in PEOPLE), *NUMBERS):
        assert secret not in said
    assert any(row["实为 actual"] == "'=1+1" for row in read(path))
    assert not any(value.startswith(("=", "+", "-", "@")) for row in read(path) for value in row.values())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_quoted(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "", "欧*", 5, -5, None])
def test_other_values_stay(value: str | int | None) -> None:
    assert cell(value) == value


def test_an_odd_text_stays_in_its_cell(tmp_path: Path, reader: DayReader, report: QualityReport) -> None:
    odd = replace(next(reader.all_findings()), actual='a "quoted", text\nof two lines')
    with findings_alongside(tmp_path / "odd.csv", report, [odd]):
        pass
    (row,) = read(tmp_path / "odd.csv")
    assert row["实为 actual"] == odd.actual
