"""The workbook: every row behind the page's figures, to filter and to hand on."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realname_sync.quality.report import figure_tables, row_tables
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.rows import FindingRow, PunchRow
from realname_sync.quality.report.tables import Column, Table, Value
from realname_sync.workdate import SHANGHAI

if TYPE_CHECKING:
    from openpyxl import Workbook

ROWS_OF_A_SHEET = 1_000_000
_LONGEST_TEXT = 32_000
_BRAND = "FF123A63"


def write_workbook(
    path: Path, report: QualityReport, findings: Iterable[FindingRow], unarrived: Iterable[PunchRow]
) -> None:
    """Write the workbook to `path`; rows are taken one by one, so a large day needs no large memory."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = f"实名制考勤数据质量日报 {report.work_date}"
    book.properties.creator = "realname_sync"
    made = report.generated_at.astimezone(SHANGHAI).replace(tzinfo=None)
    book.properties.created = book.properties.modified = made
    for table in (
        figure_tables.overview_table(report),
        figure_tables.arrivals_table(report),
        figure_tables.causes_table(report),
        figure_tables.rules_table(report),
        row_tables.lamps_table(report),
        row_tables.findings_table(report, findings),
        row_tables.unarrived_table(report, unarrived),
        row_tables.reconciliation_table(report),
    ):
        _write_table(book, table)
    book.save(path)


def write_table(path: Path, title: str, made_at: datetime, table: Table) -> None:
    """Write one table as a workbook of its own to `path`; rows are taken one by one."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "realname_sync"
    book.properties.created = book.properties.modified = made_at.astimezone(SHANGHAI).replace(tzinfo=None)
    _write_table(book, table)
    book.save(path)


def _write_table(book: "Workbook", table: Table) -> None:
    """One sheet; rows beyond what a sheet can hold go on in another of the same name with a number."""
    rows = iter(table.rows)
    number, first = 1, next(rows, None)
    while number == 1 or first is not None:
        sheet = book.create_sheet(table.title if number == 1 else f"{table.title} {number}")
        part = chain([] if first is None else [first], islice(rows, ROWS_OF_A_SHEET - 1))
        _write_sheet(sheet, table.columns, part)
        number, first = number + 1, next(rows, None)


def _write_sheet(sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.append(_heading(sheet, columns))
    safe = _safe_text(sheet)
    count = 1
    for row in rows:
        sheet.append([(safe(value) or None) if isinstance(value, str) else value for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"


def _heading(sheet: Any, columns: Sequence[Column]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    cells = []
    for column in columns:
        cell = WriteOnlyCell(sheet, f"{column.zh}\n{column.en}")
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", start_color=_BRAND)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cells.append(cell)
    return cells


def _safe_text(sheet: Any) -> Callable[[str], Any]:
    """Makes text such that a workbook takes it as text: without control characters, and never as a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def safe(text: str) -> Any:
        if ILLEGAL_CHARACTERS_RE.search(text) or len(text) > _LONGEST_TEXT:
            text = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_TEXT]
        if not text.startswith("="):
            return text
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        return cell

    return safe
