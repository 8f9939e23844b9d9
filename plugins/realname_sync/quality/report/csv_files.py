"""The rows of the report as CSV, for Excel and for programs: UTF-8 with a byte order mark, and no cell is a formula."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Generic, TypeVar

from realname_sync.quality.report.labels import field_label, label, phrase, remedy
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.rows import FindingRow, PunchRow
from realname_sync.quality.report.wording import cause_label, district_label, instant_text

# A spreadsheet takes a text that begins like this for a formula (OWASP, CSV injection); an apostrophe makes it a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_Row = TypeVar("_Row")
_Value = str | int | date | None

_FINDING_COLUMNS = (
    *("问题编号 finding", "规则 rule", "规则名称 title", "级别 severity", "对象 object", "主键 key", "字段 field"),
    *("字段名称 field in words", "应为 expected", "实为 actual", "应为（中文）", "实为（中文）", "责任方 owner"),
    *("处置 remedy", "区县 district", "项目名称 project", "项目代码 project code", "首次发现 first seen"),
    *("最近发现 last seen", "天数 days seen", "新增 new"),
)
_PUNCH_COLUMNS = (
    *("平台 platform", "状态 state", "原因代码 cause", "原因 cause in words", "说明 reason", "区县 district"),
    *("项目名称 project", "项目代码 project code", "考勤记录 punch", "人员编号 person id", "设备 device"),
    *("打卡时间 punched at", "接收时间 received at", "方向 direction", "批次 batch"),
)


class Alongside(Generic[_Row]):
    """A CSV file that is written while its rows go by on their way elsewhere."""

    def __init__(self, stream: "Iterator[_Row]", write: Callable[[_Row], object]) -> None:
        self._stream, self._write = stream, write

    def __iter__(self) -> Iterator[_Row]:
        """The rows, each of which is in the file once it was taken."""
        for row in self._stream:
            self._write(row)
            yield row

    def finish(self) -> None:
        """Write what nobody took."""
        for row in self._stream:
            self._write(row)


@contextmanager
def findings_alongside(
    path: Path, report: QualityReport, rows: Iterable[FindingRow]
) -> Iterator[Alongside[FindingRow]]:
    """Write every finding to `path`, as the rows are taken; what is left at the end of the block is written then."""
    with _alongside(path, _FINDING_COLUMNS, rows, lambda row: _finding_cells(report, row)) as alongside:
        yield alongside


@contextmanager
def unarrived_alongside(path: Path, report: QualityReport, rows: Iterable[PunchRow]) -> Iterator[Alongside[PunchRow]]:
    """Write every punch that has not arrived to `path`, a line a platform, as the rows are taken."""
    with _alongside(path, _PUNCH_COLUMNS, rows, lambda row: _punch_cells(report, row)) as alongside:
        yield alongside


def cell(value: _Value) -> _Value:
    """A value as it may stand in a cell: text never begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@contextmanager
def _alongside(
    path: Path, columns: Sequence[str], rows: Iterable[_Row], cells: Callable[[_Row], Iterable[_Value]]
) -> Iterator[Alongside[_Row]]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        alongside = Alongside(iter(rows), lambda row: writer.writerow(map(cell, cells(row))))
        yield alongside
        alongside.finish()


def _finding_cells(report: QualityReport, row: FindingRow) -> tuple[_Value, ...]:
    rule = report.titles.get(row.rule_id)
    return (
        row.finding_id,
        row.rule_id,
        rule.title_zh if rule else "",
        label("severities", row.severity).zh,
        label("objects", row.object).zh,
        row.key,
        row.field,
        field_label(row.object, row.field).zh if row.field else "",
        row.expected,
        row.actual,
        phrase(row.expected),
        phrase(row.actual),
        label("owners", row.owner).zh,
        remedy(row.rule_id, row.remedy).zh,
        district_label(row.area_code).zh,
        row.project_name,
        row.project_code,
        row.first_seen,
        row.last_seen,
        row.days_seen,
        "是" if row.is_new else "",
    )


def _punch_cells(report: QualityReport, row: PunchRow) -> tuple[_Value, ...]:
    return (
        label("targets", row.target).zh,
        label("states", row.state).zh,
        row.cause,
        cause_label(row.cause, report.titles).zh,
        phrase(row.reason),
        district_label(row.area_code).zh,
        row.project_name,
        row.project_code,
        row.punch_id,
        row.person_id,
        row.device_sn,
        _instant(row.punched_at),
        _instant(row.received_at),
        row.direction,
        row.batch_id,
    )


def _instant(instant: datetime | None) -> str:
    return instant_text(instant) if instant else ""
