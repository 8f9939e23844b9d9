"""The workbook's tables: what each sheet is called, its columns, and its rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

from realname_sync.quality.report.labels import label, phrase, remedy
from realname_sync.quality.report.model import BEHIND, TARGETS, Arrival, QualityReport, RuleText
from realname_sync.quality.report.rows import FindingRow, PunchRow, ReconciliationRow
from realname_sync.quality.report.wording import (
    cause_label,
    day_text,
    district_label,
    instant_text,
    person_of,
    post_of,
    share_text,
)

Value = str | int | date | None
Row = Sequence[Value]
_Counted = tuple[RuleText, int, int, date | None, date | None]


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


_PROJECT = (Column("区县", "district", 12), Column("项目名称", "project", 34), Column("项目代码", "project code", 22))
_RULE = (Column("规则", "rule", 10), Column("规则名称", "title", 30), Column("级别", "severity", 8))
_TODO = (Column("责任方", "owner", 16), Column("处置", "remedy", 44), Column("处置（英文）", "remedy in English", 44))
_SEEN = (Column("首次发现", "first seen", 12), Column("最近发现", "last seen", 12))


def all_tables(report: QualityReport, findings: Iterable[FindingRow], unarrived: Iterable[PunchRow]) -> Iterator[Table]:
    """All sheets in order; `findings` and `unarrived` are the whole sets, taken row by row."""
    yield Table(
        "概览", (Column("项目", "item", 26), Column("内容", "value", 30), Column("备注", "note", 40)), _overview(report)
    )
    yield _arrivals(report)
    yield _causes(report)
    yield _rules(report)
    yield _lamps(report)
    yield _findings(report, findings)
    yield _unarrived(report, unarrived)
    yield _reconciliation(report)


def _overview(report: QualityReport) -> Iterator[Row]:
    yield "城市 City", district_label(report.city_code).zh, ""
    yield "工作日 Work date", report.work_date, day_text(report.work_date)
    yield "生成时间 Generated", instant_text(report.generated_at), "Asia/Shanghai"
    yield "核验完成 Checked", instant_text(report.checked_at), "" if report.checked_at else "核验未完成，问题可能不全"
    for target in TARGETS:
        name, arrival = label("targets", target).zh, report.arrivals[target]
        yield f"{name} 应报 due", arrival.due, ""
        yield f"{name} 按时到达率 on time", share_text(arrival.on_time, arrival.due), "24:00 前确认；向下取整"
        for state, number in _states(arrival):
            yield f"{name} {label('states', state).zh} {label('states', state).en}", number, ""
    for severity in ("stop", "warn", "note"):
        named = label("severities", severity)
        yield f"{named.zh}问题 {named.en}", getattr(report.tally, severity), ""
    yield "亮灯风险 lamps", report.lamp_count, "见「亮灯名单」"
    yield "对账差异 differences", len(report.differences), "见「平台对账」"
    behind = sum(report.arrivals[target].behind for target in TARGETS)
    if behind > report.caps.unarrived_in_workbook:
        yield "未到达明细 not arrived", report.caps.unarrived_in_workbook, f"共 {behind} 条，「未到达」表只列前面这些"
    for run in report.steps:
        step, of = label("steps", run.step), f"（{label('targets', run.target).zh}）" if run.target else ""
        yield (
            f"{step.zh}{of} {step.en}",
            label("step_states", run.state).zh,
            instant_text(run.ended_at or run.started_at),
        )
    yield "隐私 Privacy", "不含姓名，证件号、手机号、银行卡号已脱敏", "names left out, numbers masked"


def _arrivals(report: QualityReport) -> Table:
    columns = (
        *_PROJECT,
        Column("在建", "under construction", 8),
        Column("平台", "target", 14),
        Column("应报", "due", 10),
        *(Column(label("states", state).zh, label("states", state).en, 11) for state, _ in _states(Arrival())),
        Column("到达率", "share", 10),
        Column("次日以后收到", "received late", 14),
        Column("市级已撤回", "withdrawn", 12),
        Column("问题数", "findings", 10),
    )
    rows = (
        (
            *_project(project.area_code, project.name, project.code),
            "是" if project.under_construction else "",
            label("targets", target).zh,
            project.arrivals[target].due,
            *(number for _, number in _states(project.arrivals[target])),
            share_text(project.arrivals[target].acknowledged, project.arrivals[target].due),
            project.received_late,
            project.withdrawn,
            project.tally.total,
        )
        for project in report.projects
        for target in TARGETS
    )
    return Table("项目到达", columns, rows)


def _causes(report: QualityReport) -> Table:
    columns = (
        Column("状态", "state", 12),
        Column("代码", "cause", 24),
        Column("原因", "cause in words", 40),
        *(Column(label("targets", target).zh, label("targets", target).en, 12) for target in TARGETS),
        Column("处置", "remedy", 50),
    )
    rows = (
        (
            label("states", cause.state).zh,
            cause.cause,
            cause_label(cause.cause, report.titles).zh,
            *(cause.punches[target] for target in TARGETS),
            remedy("refused" if cause.state == "refused" else cause.cause).zh,
        )
        for cause in report.causes
    )
    return Table("未到原因", columns, rows)


def _rules(report: QualityReport) -> Table:
    columns = (
        *_RULE,
        Column("英文名称", "title in English", 44),
        Column("问题数", "findings", 10),
        Column("项目数", "projects", 10),
        *_SEEN,
        *_TODO,
        Column("依据", "basis", 60),
    )
    counted: list[_Counted] = [
        (day.rule, day.findings, day.projects, day.first_seen, day.last_seen) for day in report.rules
    ]
    silent: list[_Counted] = [(rule, 0, 0, None, None) for rule in report.silent_rules]
    rows = (
        (
            *_rule(rule.id, rule.severity, report),
            rule.title_en,
            findings,
            projects,
            first_seen,
            last_seen,
            *_what_to_do(rule.owner, rule.id, rule.remedy),
            rule.basis,
        )
        for rule, findings, projects, first_seen, last_seen in (*counted, *silent)
    )
    return Table("规则", columns, rows)


def _lamps(report: QualityReport) -> Table:
    columns = (
        *_PROJECT,
        Column("岗位", "post", 16),
        Column("岗位代码", "post code", 10),
        Column("人员编号", "person id", 18),
        *_RULE,
        Column("应为", "expected", 36),
        Column("实为", "actual", 36),
        *_TODO,
        *_SEEN,
    )
    rows = (
        (
            *_project(row.area_code, row.project_name, row.project_code),
            label("posts", post_of(row)).zh,
            post_of(row),
            person_of(row),
            *_rule(row.rule_id, row.severity, report),
            phrase(row.expected),
            phrase(row.actual),
            *_what_to_do(row.owner, row.rule_id, row.remedy),
            row.first_seen,
            row.last_seen,
        )
        for row in report.lamps
    )
    return Table("亮灯名单", columns, rows)


def _findings(report: QualityReport, findings: Iterable[FindingRow]) -> Table:
    columns = (
        *_RULE,
        Column("对象", "object", 12),
        Column("主键", "key", 34),
        Column("字段", "field", 20),
        Column("应为", "expected", 36),
        Column("实为", "actual", 36),
        *_TODO,
        *_PROJECT,
        *_SEEN,
        Column("天数", "days seen", 8),
    )
    rows = (
        (
            *_rule(row.rule_id, row.severity, report),
            label("objects", row.object).zh,
            row.key,
            row.field,
            phrase(row.expected),
            phrase(row.actual),
            *_what_to_do(row.owner, row.rule_id, row.remedy),
            *_project(row.area_code, row.project_name, row.project_code),
            row.first_seen,
            row.last_seen,
            row.days_seen,
        )
        for row in findings
    )
    return Table("数据问题", columns, rows)


def _unarrived(report: QualityReport, unarrived: Iterable[PunchRow]) -> Table:
    columns = (
        Column("平台", "target", 14),
        Column("状态", "state", 12),
        Column("原因代码", "cause", 24),
        Column("原因", "cause in words", 34),
        Column("说明", "reason", 40),
        *_PROJECT,
        Column("考勤记录", "punch", 16),
        Column("人员编号", "person id", 18),
        Column("设备", "device", 18),
        Column("打卡时间", "punched at", 20),
        Column("接收时间", "received at", 20),
        Column("方向", "direction", 8),
        Column("批次", "batch", 12),
    )
    rows = (
        (
            label("targets", row.target).zh,
            label("states", row.state).zh,
            row.cause,
            cause_label(row.cause, report.titles).zh,
            phrase(row.reason),
            *_project(row.area_code, row.project_name, row.project_code),
            row.punch_id,
            row.person_id,
            row.device_sn,
            instant_text(row.punched_at),
            instant_text(row.received_at),
            row.direction,
            row.batch_id,
        )
        for row in islice(unarrived, report.caps.unarrived_in_workbook)
    )
    return Table("未到达", columns, rows)


def _reconciliation(report: QualityReport) -> Table:
    columns = (
        *_PROJECT,
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
            *_project(row.area_code, row.project_name, row.project_code),
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


def _states(arrival: Arrival) -> list[tuple[str, int]]:
    return [
        ("on_time", arrival.on_time),
        ("late", arrival.late),
        *((state, int(getattr(arrival, state))) for state in BEHIND),
    ]


def _project(area_code: str, name: str, code: str) -> Row:
    return district_label(area_code).zh, name, code


def _rule(rule_id: str, severity: str, report: QualityReport) -> Row:
    return rule_id, _title(report.titles.get(rule_id)), label("severities", severity).zh


def _title(rule: RuleText | None) -> str:
    return rule.title_zh if rule else ""


def _what_to_do(owner: str, code: str, english: str) -> Row:
    return label("owners", owner).zh, remedy(code, english).zh, english
