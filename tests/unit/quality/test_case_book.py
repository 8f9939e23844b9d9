"""The case book: its entries name rules that exist, and what makes no sense is refused with the entry's name."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from realname_sync.errors import SettingsError
from realname_sync.quality.case_book import load_case_book
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.resources import expectations, root
from realname_sync.standards import load_standard

BOOK = load_case_book()
ENTRY = {
    "rule": "LMP-001",
    "level": "red",
    "due_days": 5,
    "per": "project",
    "closes": "when gone",
    "checks": [],
    "valid_from": date(2021, 5, 10),
    "region": "330000",
    "basis": "a setting",
}


def test_every_entry_names_a_rule_of_the_catalogue() -> None:
    known = set(load_catalogue().latest())
    named = {entry.rule for entry in BOOK.cases if entry.rule} | set(BOOK.lamps.values())
    assert named - known == set()


def test_every_lamp_of_the_standard_has_its_rule_and_that_rule_opens_a_case() -> None:
    codes = set(load_standard("zhejiang_2_0").code_tables["lampRule"].codes)
    assert set(BOOK.lamps) == codes
    entries = BOOK.in_force(date(2026, 11, 20), "330100")
    assert set(BOOK.lamps.values()) <= set(entries)
    assert "lamp other" in entries


def test_every_check_has_its_statement_and_every_statement_its_check() -> None:
    folder = {f"sql/cases/{path.name}" for path in (root() / "sql" / "cases").glob("*.sql")}
    assert {check.statement for check in BOOK.checks.values()} == folder
    for check in BOOK.checks.values():
        text = (root() / check.statement).read_text(encoding="utf-8")
        assert all(f":{name}" in text for name in check.parameters)
        assert check.title_en.endswith("?")
        assert check.basis


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"level": "purple"}, "LMP-001.*purple"),
        ({"closes": "never"}, "LMP-001.*never"),
        ({"due_days": "five"}, "due_days"),
        ({"basis": ""}, "basis"),
        ({"lamp": "X"}, "either a rule or a lamp"),
        ({"rule": None, "lamp": "X", "per": "object"}, "about a project"),
        ({"checks": ["horoscope"]}, "LMP-001.*horoscope"),
        ({"colour": "red"}, "LMP-001.*no word colour"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to is before"),
        ({"valid_from": "soon"}, "must be dates"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(tmp_path: Path, changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        load_case_book(written(tmp_path, [{**ENTRY, **changed}]))


def test_two_entries_that_overlap_and_one_that_lacks_something_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LMP-001: two entries of region 330000 hold on 2021-05-10"):
        load_case_book(written(tmp_path, [ENTRY, ENTRY]))
    with pytest.raises(SettingsError, match=r"LMP-001: missing .*'level'"):
        load_case_book(written(tmp_path, [{key: value for key, value in ENTRY.items() if key != "level"}]))


def test_the_narrower_region_counts_and_dates_are_kept_to(tmp_path: Path) -> None:
    city = {**ENTRY, "region": "330100", "due_days": 3}
    old = {**ENTRY, "valid_from": date(2020, 1, 1), "valid_to": date(2021, 5, 9), "due_days": 9}
    book = load_case_book(written(tmp_path, [city, ENTRY, old]))
    assert book.in_force(date(2026, 11, 20), "330100")["LMP-001"].due_days == 3
    assert book.in_force(date(2026, 11, 20), "330200")["LMP-001"].due_days == 5
    assert book.in_force(date(2021, 5, 9), "330200")["LMP-001"].due_days == 9
    assert book.in_force(date(2019, 5, 9), "330200") == {}
    with pytest.raises(SettingsError, match="no settings"):
        book.settings_on(date(2019, 5, 9), "330100")


def written(folder: Path, cases: list[dict[str, Any]]) -> Path:
    content = yaml.safe_load((expectations() / "cases.yaml").read_text(encoding="utf-8"))
    path = folder / "cases.yaml"
    path.write_text(yaml.safe_dump({**content, "cases": cases}, allow_unicode=True), encoding="utf-8")
    return path
