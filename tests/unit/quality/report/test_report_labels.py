"""The report's words: everything that rules and suites say has its Chinese."""

import ast
import json

import pytest

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.labels import label, phrase, remedy
from realname_sync.resources import expectations, root


def test_every_rule_has_a_remedy_and_an_owner_in_chinese() -> None:
    for rule in load_catalogue().rules:
        assert remedy(rule.id, rule.remedy).zh != rule.remedy, rule.id
        assert label("owners", rule.owner).zh != rule.owner
        assert all(label("objects", one).zh != one for one in rule.objects)


def test_everything_a_suite_expects_is_said_in_chinese() -> None:
    suites = [json.loads(path.read_text(encoding="utf-8")) for path in (expectations() / "suites").glob("*.json")]
    texts = {one["meta"]["expected"] for suite in suites for one in suite["expectations"] if "expected" in one["meta"]}
    assert texts
    assert {text for text in texts if phrase(text).isascii()} == set()


def test_every_step_that_is_recorded_has_a_name_in_chinese() -> None:
    sources = (root() / "plugins" / "realname_sync" / "pipelines").rglob("*.py")
    calls = [
        node
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "recorded_run"
    ]
    steps = {call.args[2].value for call in calls if isinstance(call.args[2], ast.Constant)}
    assert len(steps) >= 9
    assert {step for step in steps | {"report_quality", "report_part"} if label("steps", step).zh.isascii()} == set()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at most 20 characters", "不超过 20 个字符"),
        (
            "注册建造师, until 2026-09-24, status 1; 注册监理工程师, status 2",
            "注册建造师（有效期至 2026-09-24，状态 1）；注册监理工程师（状态 2）",
        ),
        ("not within 30 minutes of 330111250709010004", "与项目 330111250709010004 的考勤间隔不少于 30 分钟"),
        (
            "level 1 for a large project by floors 28 SCALE-BUILDING",
            "大型项目应为 1 级（依据 floors 28 SCALE-BUILDING）",
        ),
        ("suspended; expired after 2024-01-01", "已暂停；已于 2024-01-01 到期"),
        ("certificate B on 2026-11-20", "2026-11-20 有效的 B 类证书"),
        ("certificate C until 2026-11-19", "C 类证书，有效期至 2026-11-19"),
        ("also P1 since 2026-01-10", "自 2026-01-10 起兼任项目 P1"),
        ("contract number 4 of P1, P2, P3, P5", "第 4 个项目，依次为 P1, P2, P3, P5"),
        ("at least 2 by buildingArea 12000", "不少于 2 人（依据 buildingArea 12000）"),
        ("never read; unknown: LMP-001, LMP-002", "从未读取；结果未知：LMP-001, LMP-002"),
        ("某某安置房", "某某安置房"),
    ],
)
def test_phrases(text: str, told: str) -> None:
    assert phrase(text) == told


def test_what_is_no_rule_has_its_remedy_in_both_languages() -> None:
    for cause in ("WITHDRAWN", "NO_CREDENTIALS", "refused", "in_batch", "waiting"):
        told = remedy(cause)
        assert not told.zh.isascii()
        assert told.en.isascii()
        assert told.en
