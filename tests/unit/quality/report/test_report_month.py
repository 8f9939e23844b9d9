"""The monthly page: days, rules and key persons, from figures alone."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from realname_sync.errors import WorkDateError
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.charts import completeness_chart, findings_chart
from realname_sync.quality.report.model import TARGETS, Arrival, Tally
from realname_sync.quality.report.month import (
    DayState,
    MonthReport,
    PostMonth,
    RuleMonth,
    month_days,
    parse_month,
    render_month,
)
from realname_sync.quality.report.scope import Scope
from realname_sync.quality.report.trends import Trends
from realname_sync.workdate import SHANGHAI

FIRST = date(2026, 11, 1)
DATES = [FIRST + timedelta(days=number) for number in range(20)]
REPORTED = [day for day in DATES if day.day != 7]


def person(**changes: object) -> PostMonth:
    days = dict(zip(DATES, [*DayState, *DayState], strict=False))
    one = PostMonth("330106202001010017", "古荡<一期>", "330106", "G01", "P1", "欧**", 20, 13, 65.0, days)
    return replace(one, **changes)  # type: ignore[arg-type]


@pytest.fixture
def month() -> MonthReport:
    arrivals = {
        target: {day: Arrival(due=100, acknowledged=100 - day.day, late=1) for day in REPORTED} for target in TARGETS
    }
    tallies = {day: Tally(stop=day.day, warn=2) for day in DATES[:-1]}
    rule = load_catalogue().latest()["LMP-001"]
    return MonthReport(
        first=FIRST,
        scope=Scope(),
        city_code="330100",
        generated_at=datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI),
        trends=Trends(DATES, arrivals, tallies),
        rules=[RuleMonth("LMP-001", "warn", rule, {DATES[0]: 2, DATES[3]: 5}), RuleMonth("ZZZ-1", "note", None, {})],
        calendar=[person(), person(person_id="P2", percent=None)],
    )


def test_its_sums_are_those_of_the_reported_days(month: MonthReport) -> None:
    assert month.totals["province"].due == 100 * len(REPORTED)
    assert month.totals["province"].late == len(REPORTED)
    assert month.complete_days == {"province": 0, "nation": 0}
    assert month.worst == Tally(stop=19, warn=2)


def test_every_day_and_person_has_a_cell_and_nothing_is_fetched(month: MonthReport) -> None:
    page = render_month(month)
    assert page.count('data-row="post"') == 2
    for state in DayState:
        assert page.count(f'<td class="c {state}"') == 2 * sum(one is state for one in month.calendar[0].days.values())
    assert page.count('<td class="c "') == 2 * (30 - len(month.calendar[0].days))
    assert "未读取" in page  # the seventh
    assert "古荡&lt;一期&gt;" in page
    assert not re.search(r"url\(|@import|https?:|<(link|img|iframe)\b", page)
    assert "unsafe" not in page


def test_what_is_not_kept_is_said_and_not_made_up(month: MonthReport) -> None:
    assert "当月没有关键岗位考勤记录" in render_month(replace(month, calendar=[]))
    empty = replace(month, trends=Trends(DATES, {target: {} for target in TARGETS}, {}), rules=[])
    page = render_month(empty)
    assert "尚无已出日报的日期" in page
    assert "当月没有发现问题" in page


def test_a_line_breaks_where_a_day_is_missing(month: MonthReport) -> None:
    chart = completeness_chart(month.trends)
    (province, nation) = chart.lines
    assert [len(piece) for piece in province.pieces] == [6, 13]
    assert "2026-11-01: 98% (98 / 100)" in province.pieces[0][0].text
    assert nation.name == "nation"
    assert all(0 <= dot.y <= chart.height for line in chart.lines for piece in line.pieces for dot in piece)
    findings = findings_chart(month.trends)
    assert findings.rows[0][1] == "0"
    assert float(findings.rows[-1][1]) >= 19


@pytest.mark.parametrize(("highest", "top"), [(0, 2), (1, 2), (19, 20), (45, 50), (1234, 1250), (99_999, 100_000)])
def test_the_scale_ends_on_a_round_number(month: MonthReport, highest: int, top: int) -> None:
    one = replace(month.trends, tallies={DATES[0]: Tally(stop=highest)})
    shown = int(findings_chart(one).rows[-1][1].replace(",", ""))
    assert highest <= shown <= max(2 * top, 2)


def test_months() -> None:
    assert parse_month("2026-02") == date(2026, 2, 1)
    assert len(month_days(date(2024, 2, 1))) == 29
    for wrong in ("2026", "2026-13", "2026-1", "202602", "2026-11-01"):
        with pytest.raises(WorkDateError, match="is not a month"):
            parse_month(wrong)
