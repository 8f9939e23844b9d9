"""The page: every figure equals its rows, every link leads somewhere, nobody is named, nothing comes from outside."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from mixed_day import DAY, NUMBERS, PEOPLE, PROJECTS
from sqlalchemy import Engine, text

from realname_sync.quality.report.model import Caps, QualityReport
from realname_sync.quality.report.page import render_page
from realname_sync.quality.report.reading import DayReader
from realname_sync.quality.report.wording import share_text

REASONS = {
    "班组 6222020200112233 不存在": "班组 622202******2233 不存在",
    "工人 诸葛不公开 330000199001011234 不在班组": "工人 ＊ 330000********1234 不在班组",
}


class Page(HTMLParser):
    """What a test wants to know of the page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.figures: list[tuple[str, Mapping[str, Any], int]] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.addresses: set[str] = set()
        self._open: tuple[str, Mapping[str, Any]] | None = None
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        given = dict(attrs)
        if "id" in given:
            self.ids.append(str(given["id"]))
        for name in ("href", "src"):
            address = given.get(name)
            if address and address.startswith("#"):
                self.targets.add(address[1:])
            elif address:
                self.addresses.add(address)
        if "data-of" in given:
            self._open = str(given["data-of"]), json.loads(str(given["data-where"]))

    def handle_data(self, data: str) -> None:
        if self._open:
            self.figures.append((*self._open, int(data.replace(",", ""))))
            self._open = None


@pytest.fixture
def content(report: QualityReport) -> str:
    return render_page(report, "quality-2026-11-20.xlsx")


def rows_of(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All rows that figures count, as the warehouse itself has them."""
    districts = {code: area for code, _, area, _ in PROJECTS}
    with engine.begin() as connection:

        def ask(statement: str) -> list[Any]:
            return list(connection.execute(text(statement), {"day": DAY}).all())

        punches = ask(
            "SELECT state.*, batch.sent_at >= cast(:day + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS is_late"
            " FROM delivery.punch_state AS state LEFT JOIN delivery.batch USING (work_date, batch_id)"
            " WHERE state.work_date = :day"
        )
        findings = ask(
            "SELECT *, NOT EXISTS (SELECT FROM quality.finding AS past WHERE past.work_date = :day - 1"
            " AND (past.rule_id, past.object_key, past.field) = (finding.rule_id, finding.object_key, finding.field))"
            " AS is_new FROM quality.finding WHERE work_date = :day"
        )
        gone = ask(
            "SELECT * FROM quality.finding WHERE work_date = :day - 1 AND NOT EXISTS (SELECT FROM quality.finding AS"
            " today WHERE today.work_date = :day AND (today.rule_id, today.object_key, today.field)"
            " = (finding.rule_id, finding.object_key, finding.field))"
        )
        reconciled = ask("SELECT * FROM delivery.reconciliation WHERE work_date = :day")
    with_punches = {row.project_code for row in punches}
    return {
        "punch": [
            {
                "target": row.target,
                "state": row.state,
                "project": row.project_code,
                "district": districts[row.project_code],
                "late": bool(row.is_late),
                "cause": row.rule_id or REASONS.get(row.reason) or row.state,
            }
            for row in punches
        ],
        "finding": [
            {
                "rule": row.rule_id,
                "severity": row.severity,
                "owner": row.owner,
                "project": row.project_code or "",
                "district": districts.get(row.project_code, ""),
                "lamp": row.rule_id.startswith("LMP"),
                "new": row.is_new,
            }
            for row in findings
        ],
        "gone": [{"rule": row.rule_id} for row in gone],
        "project": [
            {
                "district": area,
                "under_construction": status == "003",
                "without_punches": status == "003" and code not in with_punches,
            }
            for code, _, area, status in PROJECTS
        ],
        "reconciliation": [
            {
                "target": row.target,
                "asked": row.platform_rows is not None,
                "differs": row.municipal_rows != row.read_rows
                or row.platform_rows not in (None, row.acknowledged_rows),
            }
            for row in reconciled
        ],
    }


STATES: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "due": lambda row: bool(row),
    "behind": lambda row: row["state"] != "acknowledged",
    "late": lambda row: row["state"] == "acknowledged" and row["late"],
    "on_time": lambda row: row["state"] == "acknowledged" and not row["late"],
}


def holds(row: dict[str, Any], where: Mapping[str, Any]) -> bool:
    return all(
        STATES[value](row) if name == "state" and value in STATES else row[name] == value
        for name, value in where.items()
    )


def test_every_figure_equals_a_count_of_rows(day: Engine, content: str) -> None:
    rows, page = rows_of(day), Page(content)
    assert len(page.figures) > 150
    wrong = [
        (kind, where, told, counted)
        for kind, where, told in page.figures
        if told != (counted := sum(holds(row, where) for row in rows[kind]))
    ]
    assert wrong == []


def test_every_link_leads_to_one_place_in_the_page(content: str) -> None:
    page = Page(content)
    assert page.targets - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


def test_nothing_comes_from_outside(content: str) -> None:
    assert Page(content).addresses == {"quality-2026-11-20.xlsx"}
    assert not re.search(r"url\(|@import|https?:|<(link|img|iframe|object|embed)\b", content)


def test_only_the_style_and_the_script_of_the_page_may_run(content: str) -> None:
    policy = html.unescape(str(re.search(r'Content-Security-Policy" content="([^"]*)"', content)[1]))  # type: ignore[index]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", content, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r'\s(style|on[a-z]+)="', content.split("<body>")[1])


def test_what_changed_since_the_day_before_is_told(day: Engine, report: QualityReport, content: str) -> None:
    assert report.previous_date == DAY - timedelta(days=1)
    changes = {one.rule_id: (one.appeared, one.gone, one.still_open) for one in report.changes}
    assert changes["LMP-001"] == (0, 0, 1)
    assert changes["LMP-004"] == (1, 0, 0)
    assert changes["CMP-002"] == (1, 1, 0)
    assert [row.key for row in report.gone] == ["GONE"]
    assert 'id="gone-CMP-002"' in content


def test_every_text_stands_there_in_both_languages(content: str) -> None:
    chinese, english = content.count('class="zh" lang="zh-CN"'), content.count('class="en" lang="en"')
    assert chinese > 300
    assert abs(chinese - english) <= 8  # section numbers are Chinese only


def test_trends_are_drawn_of_the_days_there_are(report: QualityReport, content: str) -> None:
    assert report.trends is not None
    assert set(report.trends.arrivals["province"]) == {DAY}
    assert set(report.trends.tallies) == {DAY - timedelta(days=back) for back in range(3)}
    assert content.count('<svg class="chart-lines"') == 2


def test_nobody_is_named(content: str) -> None:
    for secret in (*(name for _, name in PEOPLE), "欧阳不可", *NUMBERS):
        assert secret not in content
    assert "330000********1234" in content


def test_what_others_wrote_is_only_text(content: str) -> None:
    assert "仓前产业园&lt;一期&gt;" in content
    assert "<一期>" not in content


def test_caps_are_told(reader: DayReader, report: QualityReport) -> None:
    content = render_page(replace(report, caps=Caps(rows=1, projects=2)), "all.xlsx")
    assert "此处列出前 1 条，共 2 条" in content
    assert "all.xlsx" in content


def test_a_day_that_was_not_checked_says_so(content: str) -> None:
    assert "本日核验未完成" in content


def test_an_empty_warehouse_gives_an_empty_report(warehouse: Engine, report: QualityReport) -> None:
    empty = replace(
        report, districts=[], causes=[], rules=[], owners=[], reconciliation=[], steps=[], titles={}, silent_rules=[]
    )
    assert "当日没有项目数据" in render_page(empty, "all.xlsx")


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 0, "—"), (0, 3, "0%"), (1, 3, "33.33%"), (99_999, 100_000, "99.99%"), (3, 3, "100%"), (19, 20, "95%")],
)
def test_shares_are_rounded_down(part: int, whole: int, told: str) -> None:
    assert share_text(part, whole) == told
