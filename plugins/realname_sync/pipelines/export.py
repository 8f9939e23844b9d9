"""Writes what the municipal platform has to mend as a file for its vendor: keys, field, both values masked, remedy."""

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from realname_sync import settings
from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.findings import list_findings
from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.quality.report.labels import field_label, label, remedy
from realname_sync.quality.report.privacy import Privacy
from realname_sync.quality.report.tables import Column, Table, Value
from realname_sync.quality.report.workbook import write_table

OWNER = "municipal platform"
FORMATS = ("csv", "xlsx")

_COLUMNS = (
    Column("问题编号", "finding", 24),
    Column("规则", "rule", 10),
    Column("规则名称", "title", 34),
    Column("级别", "severity", 8),
    Column("对象", "object", 12),
    Column("主键", "key", 34),
    Column("项目编码", "project", 22),
    Column("字段", "field", 20),
    Column("字段名", "field name", 20),
    Column("应为", "expected", 30),
    Column("现为", "actual", 30),
    Column("处置", "remedy", 60),
    Column("首次发现", "first seen", 12),
    Column("持续日数", "days seen", 10),
    Column("更正申请", "correction", 40),
)


def export_municipal(city: City, work_date: date, kind: str = "csv", folder: Path | None = None) -> tuple[Path, int]:
    """Write the open findings of a date that the municipal platform has to mend, into `folder` or the reports' folder.

    A mismatch that the integrity platform was asked to correct is not among them, unless it rejected that.

    Returns:
        The file, `municipal-<date>.csv` or `.xlsx`, and how many findings it holds.

    Raises:
        SettingsError: there is no such format.
    """
    if kind not in FORMATS:
        raise SettingsError(f"{kind!r} is no format; there are {', '.join(FORMATS)}")
    folder = folder or settings.home() / "reports" / work_date.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    _, found = list_findings(city, work_date, owner=OWNER, state="open")
    path = folder / f"municipal-{work_date}.{kind}"
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    rows = _rows(found)
    try:
        if kind == "csv":
            _write_csv(unfinished, rows)
        else:
            title = f"市级平台待更正数据 {work_date}"
            write_table(unfinished, title, city.clock(), Table("待更正", _COLUMNS, rows))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path, len(found)


def _rows(found: Sequence[Any]) -> Iterator[list[Value]]:
    rules, hide = load_catalogue().latest(), Privacy()
    for row in found:
        rule: Rule | None = rules.get(row.rule_id)
        what = remedy(row.rule_id, row.remedy)
        yield [
            row.finding_id,
            row.rule_id,
            rule.title_zh if rule else row.rule_id,
            label("severities", row.severity).zh,
            label("objects", row.object).zh,
            hide.key(row.object_key),
            row.project_code or "",
            row.field,
            field_label(row.object, row.field).zh if row.field else "",
            hide.value(row.object, row.field, row.expected),
            hide.value(row.object, row.field, row.actual),
            f"{what.zh} {what.en}".strip(),
            row.first_seen,
            row.days_seen,
            f"诚信平台驳回：{row.reject_reason}" if row.correction_state == "rejected" else "",
        ]


def _write_csv(path: Path, rows: Iterator[list[Value]]) -> None:
    """With a byte order mark, by which spreadsheets know the encoding; no text is taken for a formula by them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"{column.zh} {column.en}" for column in _COLUMNS])
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
