"""docs/rules.md is what the catalogue says."""

from pathlib import Path

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.rule_page import rule_page

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_page_is_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == rule_page(), "write it anew: make reference"


def test_every_rule_is_there_with_its_basis_and_what_finds_it() -> None:
    page = rule_page()
    for rule in load_catalogue().rules:
        assert f"### {rule.id}\n" in page
        assert rule.basis.replace("|", "\\|") in page
        assert rule.title_zh in page
        assert rule.implemented_by in page
        for name, value in rule.thresholds.items():
            assert f"`{name}` = {value}" in page
