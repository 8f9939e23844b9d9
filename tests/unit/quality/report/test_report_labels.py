"""The report's words: everything that rules and suites say has its Chinese."""

import json

import pytest

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.labels import label, phrase, remedy
from realname_sync.resources import expectations


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at most 20 characters", "不超过 20 个字符"),
        (
            "注册建造师, until 2026-09-24, status 1; 注册监理工程师, status 2",
            "注册建造师（有效期至 2026-09-24，状态 1）；注册监理工程师（状态 2）",
        ),
        ("not within 30 minutes of 330111250709010004", "与项目 330111250709010004 的考勤间隔不少于 30 分钟"),
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
