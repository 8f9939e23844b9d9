"""The workbook's tables of figures: the overview, arrivals, causes and rules."""

from collections.abc import Iterator

from realname_sync.quality.report.labels import label, remedy
from realname_sync.quality.report.model import (
    BEHIND,
    SEVERITIES,
    TARGETS,
    Arrival,
    CauseDay,
    ProjectDay,
    QualityReport,
    RuleDay,
)
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
from realname_sync.quality.report.wording import cause_label, day_text, district_label, instant_text, share_text


def overview_table(report: QualityReport) -> Table:
    """The headline, where the rest is found, and what the report stands on."""
    columns = (Column("项目", "item", 30), Column("内容", "value", 40), Column("备注", "note", 44))
    return Table("概览", columns, _overview(report))


def arrivals_table(report: QualityReport) -> Table:
    """Every project and platform: due, and what became of it."""
    columns = (
        *PROJECT,
        Column("在建", "under construction", 8),
        Column("平台", "target", 14),
        Column("应报", "due", 10),
        *(Column(*label("states", state), 11) for state, _ in _states(Arrival())),
        Column("到达率", "share", 10),
        Column("次日以后收到", "received late", 14),
        Column("市级已撤回", "withdrawn", 12),
        Column("问题数", "findings", 10),
    )
    rows = (_arrival_row(project, target) for project in report.projects for target in TARGETS)
    return Table("项目到达", columns, rows)


def _arrival_row(project: ProjectDay, target: str) -> Row:
    arrival = project.arrivals[target]
    return (
        *project_cells(project.area_code, project.name, project.code),
        "是" if project.under_construction else "",
        label("targets", target).zh,
        arrival.due,
        *(number for _, number in _states(arrival)),
        share_text(arrival.acknowledged, arrival.due),
        project.received_late,
        project.withdrawn,
        project.tally.total,
    )


def _overview(report: QualityReport) -> Iterator[Row]:
    yield "城市 City", district_label(report.city_code).zh, ""
    yield "工作日 Work date", report.work_date, day_text(report.work_date)
    yield "生成时间 Generated", instant_text(report.generated_at), "Asia/Shanghai"
    yield "核验完成 Checked", instant_text(report.checked_at), "" if report.checked_at else "核验未完成，问题可能不全"
    for target in TARGETS:
        name, arrival = label("targets", target).zh, report.arrivals[target]
        yield f"{name} 应报 due", arrival.due, ""
        yield f"{name} 到达率 acknowledged", share_text(arrival.acknowledged, arrival.due), "向下取整"
        yield f"{name} 24:00 前 before 24:00", share_text(arrival.on_time, arrival.due), "向下取整"
        for state, number in _states(arrival):
            yield f"{name} {label('states', state).zh} {label('states', state).en}", number, ""
    for severity in SEVERITIES:
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
    yield "隐私 Privacy", "不含姓名全称，证件号、手机号、银行卡号已脱敏", "names and numbers are masked"


def causes_table(report: QualityReport) -> Table:
    """Why punches have not arrived, and what lets them go."""
    columns = (
        Column("状态", "state", 12),
        Column("代码", "cause", 24),
        Column("原因", "cause in words", 40),
        *(Column(*label("targets", target), 12) for target in TARGETS),
        Column("处置", "remedy", 50),
    )
    rows = (_cause_row(report, cause) for cause in report.causes)
    return Table("未到原因", columns, rows)


def _cause_row(report: QualityReport, day: CauseDay) -> Row:
    return (
        label("states", day.state).zh,
        day.cause,
        cause_label(day.cause, report.titles).zh,
        *(day.punches[target] for target in TARGETS),
        remedy("refused" if day.state == "refused" else day.cause).zh,
    )


def rules_table(report: QualityReport) -> Table:
    """Every rule in force, with and without findings."""
    columns = (
        *RULE,
        Column("英文名称", "title in English", 44),
        Column("问题数", "findings", 10),
        Column("项目数", "projects", 10),
        *SEEN,
        *RESPONSIBLE,
        Column("处置（英文）", "remedy in English", 50),
        Column("依据", "basis", 60),
    )
    silent = (RuleDay(rule, 0, 0, None, None, ()) for rule in report.silent_rules)
    rows = (_rule_row(report, day) for day in (*report.rules, *silent))
    return Table("规则", columns, rows)


def _rule_row(report: QualityReport, day: RuleDay) -> Row:
    rule = day.rule
    return (
        *rule_cells(report, rule.id, rule.severity),
        rule.title_en,
        day.findings,
        day.projects,
        day.first_seen,
        day.last_seen,
        *responsible_cells(rule.owner, rule.id, rule.remedy),
        rule.remedy,
        rule.basis,
    )


def _states(arrival: Arrival) -> list[tuple[str, int]]:
    return [
        ("on_time", arrival.on_time),
        ("late", arrival.late),
        *((state, int(getattr(arrival, state))) for state in BEHIND),
    ]
