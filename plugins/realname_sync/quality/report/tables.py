"""What the workbook's tables are made of: sheets, columns, and the cells that several of them share."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from realname_sync.quality.report.labels import label, remedy
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.wording import district_label

Value = str | int | date | None
Row = Sequence[Value]


class Column(NamedTuple):
    """A column's heading in both languages, and its width in characters."""

    zh: str
    en: str
    width: int = 14


class Table(NamedTuple):
    """One sheet."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]


PROJECT = (Column("区县", "district", 12), Column("项目名称", "project", 34), Column("项目代码", "project code", 22))
RULE = (Column("规则", "rule", 10), Column("规则名称", "title", 30), Column("级别", "severity", 8))
RESPONSIBLE = (Column("责任方", "owner", 16), Column("处置", "remedy", 50))
SEEN = (Column("首次发现", "first seen", 12), Column("最近发现", "last seen", 12))


def project_cells(area_code: str, name: str, code: str) -> Row:
    """Under PROJECT."""
    return district_label(area_code).zh, name, code


def rule_cells(report: QualityReport, rule_id: str, severity: str) -> Row:
    """Under RULE."""
    rule = report.titles.get(rule_id)
    return rule_id, rule.title_zh if rule else "", label("severities", severity).zh


def responsible_cells(owner: str, code: str, english: str) -> Row:
    """Under RESPONSIBLE."""
    return label("owners", owner).zh, remedy(code, english).zh
