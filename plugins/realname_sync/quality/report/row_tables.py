"""The workbook's tables of rows: lamps, findings, punches that have not arrived, reconciliation."""

from collections.abc import Iterable, Sequence
from itertools import islice

from realname_sync.quality.report.labels import field_label, label, phrase
from realname_sync.quality.report.model import TARGETS, QualityReport
from realname_sync.quality.report.rows import FindingRow, PunchRow, ReconciliationRow
from realname_sync.quality.report.tables import (
    PROJECT,
    RESPONSIBLE,
    RULE,
    SEEN,
    Column,
    Row,
    Table,
    project_cells,
    responsible_cells,
    rule_cells,
)
from realname_sync.quality.report.wording import by_punch, cause_label, instant_text, person_of, post_of


def lamps_table(report: QualityReport) -> Table:
    """Projects about to get a lamp, with the post and the person in it."""
    columns = (
        *PROJECT,
        Column("岗位", "post", 16),
        Column("岗位代码", "post code", 10),
        Column("人员编号", "person id", 18),
        *RULE,
        Column("应为", "expected", 36),
        Column("实为", "actual", 36),
        *RESPONSIBLE,
        *SEEN,
    )
    rows = (
        (
            *project_cells(row.area_code, row.project_name, row.project_code),
            label("posts", post_of(row)).zh,
            post_of(row),
            person_of(row),
            *rule_cells(report, row.rule_id, row.severity),
            phrase(row.expected),
            phrase(row.actual),
            *responsible_cells(row.owner, row.rule_id, row.remedy),
            row.first_seen,
            row.last_seen,
        )
        for row in report.lamps
    )
    return Table("亮灯名单", columns, rows)


def findings_table(report: QualityReport, findings: Iterable[FindingRow]) -> Table:
    """Every finding."""
    columns = (
        *RULE,
        Column("对象", "object", 12),
        Column("主键", "key", 34),
        Column("字段", "field", 20),
        Column("字段名称", "field in words", 16),
        Column("应为", "expected", 36),
        Column("实为", "actual", 36),
        *RESPONSIBLE,
        *PROJECT,
        *SEEN,
        Column("天数", "days seen", 8),
    )
    rows = (
        (
            *rule_cells(report, row.rule_id, row.severity),
            label("objects", row.object).zh,
            row.key,
            row.field,
            field_label(row.object, row.field).zh if row.field else "",
            phrase(row.expected),
            phrase(row.actual),
            *responsible_cells(row.owner, row.rule_id, row.remedy),
            *project_cells(row.area_code, row.project_name, row.project_code),
            row.first_seen,
            row.last_seen,
            row.days_seen,
        )
        for row in findings
    )
    return Table("数据问题", columns, rows)


def unarrived_table(report: QualityReport, unarrived: Iterable[PunchRow]) -> Table:
    """Every punch that has not arrived, and where; up to the cap that the overview tells."""
    columns = (
        *(Column(*label("targets", target), 12) for target in TARGETS),
        Column("状态", "state", 12),
        Column("原因代码", "cause", 24),
        Column("原因", "cause in words", 34),
        Column("说明", "reason", 40),
        *PROJECT,
        Column("考勤记录", "punch", 16),
        Column("人员编号", "person id", 18),
        Column("设备", "device", 18),
        Column("打卡时间", "punched at", 20),
        Column("接收时间", "received at", 20),
        Column("方向", "direction", 8),
        Column("批次", "batch", 12),
    )
    capped = islice(unarrived, report.caps.unarrived_in_workbook)
    return Table("未到达", columns, (_punch_row(report, same) for same in by_punch(capped)))


def _punch_row(report: QualityReport, same: Sequence[PunchRow]) -> Row:
    row, targets = same[0], {one.target for one in same}
    return (
        *("✓" if target in targets else "" for target in TARGETS),
        label("states", row.state).zh,
        row.cause,
        cause_label(row.cause, report.titles).zh,
        phrase(row.reason),
        *project_cells(row.area_code, row.project_name, row.project_code),
        row.punch_id,
        row.person_id,
        row.device_sn,
        instant_text(row.punched_at),
        instant_text(row.received_at),
        row.direction,
        row.batch_id,
    )


def reconciliation_table(report: QualityReport) -> Table:
    """The counts of every project and platform side by side."""
    columns = (
        *PROJECT,
        Column("平台", "target", 14),
        Column("市级平台", "municipal", 12),
        Column("已读取", "read", 12),
        Column("平台确认", "acknowledged", 12),
        Column("平台实收", "platform", 12),
        Column("结论", "verdict", 24),
        Column("对账时间", "checked at", 20),
    )
    rows = (
        (
            *project_cells(row.area_code, row.project_name, row.project_code),
            label("targets", row.target).zh,
            row.municipal,
            row.read,
            row.acknowledged,
            row.platform,
            _verdict(row),
            instant_text(row.checked_at),
        )
        for row in report.reconciliation
    )
    return Table("平台对账", columns, rows)


def _verdict(row: ReconciliationRow) -> str:
    said = [
        "" if row.platform is not None else "未查询平台",
        f"读取差 {row.read - row.municipal:+d}" if row.reading_differs else "",
        f"平台差 {(row.platform or 0) - row.acknowledged:+d}" if row.platform_differs else "",
    ]
    return "；".join(filter(None, said)) or "一致"
