"""The catalogue is complete: every rule has an implementation, cases that fail and pass, and a basis."""

from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from realname_sync.errors import SettingsError
from realname_sync.quality.catalogue import SUITES, Catalogue, Rule, load_catalogue
from realname_sync.quality.rules import parameters
from realname_sync.quality.shape import load_suites
from realname_sync.resources import expectations, root
from realname_sync.workdate import SHANGHAI

CASES = Path(__file__).parents[2] / "sql" / "rules"
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 21, tzinfo=SHANGHAI)
RULES = load_catalogue().rules
IDS = sorted({rule.id for rule in RULES})
AGREED = {
    **{f"LMP-00{number}": "warn" for number in (1, 2, 3, 4)},
    **{f"CMP-00{number}": "warn" for number in (1, 2, 3, 4, 5, 6, 8, 9)},
    **{f"RST-00{number}": "stop" for number in (1, 2, 3, 4, 5, 7, 8)},
    **{f"SHP-00{number}": "stop" for number in (1, 2, 3, 4)},
    "CMP-007": "stop",
    "IDN-001": "stop",
    "IDN-002": "warn",
    "RST-006": "warn",
    "ANS-001": "warn",
    **{f"UPL-00{number}": "warn" for number in (1, 2, 3, 4, 5, 6, 7)},
    "UPL-008": "note",
    "CMP-010": "warn",
    **{f"KPS-{number:03d}": "warn" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10)},
    "KPS-009": "note",
    "COV-001": "warn",
    "SRC-001": "warn",
    # Punches, devices, key posts' attendance, coverage, uploads
    **{f"RST-0{number}": "warn" for number in ("09", "10", "12", "14")},
    **{f"RST-0{number}": "note" for number in ("11", "13")},
    "RST-015": "stop",
    **{f"AGE-00{number}": "warn" for number in (1, 2, 3, 4)},
    **{f"DEV-00{number}": "warn" for number in (1, 2)},
    **{f"ATT-00{number}": "warn" for number in (1, 2)},
    **{f"CVR-00{number}": "warn" for number in (1, 2, 3)},
    "UPL-009": "warn",
    "UPL-010": "warn",
}
ELSEWHERE = {"AGE-003", "AGE-004"}
"""Rules of other regions only: no maximum age is known of the whole of Zhejiang."""


def test_every_agreed_rule_is_there_with_its_severity() -> None:
    assert {rule.id: rule.severity for rule in RULES} == AGREED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_rests_on_and_what_to_do(rule: Rule) -> None:
    assert len(rule.basis) > 20
    assert len(rule.remedy) > 20
    assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.title_zh)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_implemented(rule: Rule) -> None:
    if rule.implemented_by == SUITES:
        objects = {
            suite.object
            for suite in load_suites().values()
            if any(one["meta"]["rule_id"] == rule.id for one in suite.expectations)
        }
        assert objects == set(rule.objects)
    else:
        assert len(rule.objects) == 1
        assert set(rule.thresholds) <= set(parameters(rule, DAY, "330100", NOW))


def test_no_implementation_is_without_a_rule() -> None:
    statements = {f"sql/rules/{path.name}" for path in (root() / "sql" / "rules").glob("*.sql")}
    assert statements == {rule.implemented_by for rule in RULES} - {SUITES}
    asked = {one["meta"]["rule_id"] for suite in load_suites().values() for one in suite.expectations}
    assert asked <= {rule.id for rule in RULES if rule.implemented_by == SUITES}


@pytest.mark.parametrize("rule_id", IDS)
def test_a_rule_has_cases_that_fail_and_cases_that_pass(rule_id: str) -> None:
    for kind in ("failing", "passing"):
        path = CASES / rule_id / f"{kind}.yaml"
        assert path.is_file(), f"{rule_id} has no {kind} case"
        assert yaml.safe_load(path.read_text(encoding="utf-8")), f"{path} is empty"


def test_no_case_is_without_a_rule() -> None:
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == set(IDS)


def test_a_rule_gives_way_to_rules_there_are() -> None:
    assert {name for rule in RULES for name in rule.gives_way_to} <= set(IDS)


def test_rules_hold_in_their_time_and_region() -> None:
    catalogue = load_catalogue()
    assert set(catalogue.in_force(DAY, "330100")) == set(IDS) - ELSEWHERE
    assert set(catalogue.in_force(DAY, "330203")) == set(IDS) - ELSEWHERE
    assert set(catalogue.in_force(DAY, "310115")) == ELSEWHERE
    assert set(catalogue.in_force(DAY, "321200")) == {"AGE-003"}
    assert catalogue.in_force(DAY, "320100") == {}
    assert "LMP-001" not in catalogue.in_force(date(2021, 5, 9), "330100")
    assert "LMP-001" in catalogue.in_force(date(2021, 5, 10), "330100")


def rule(**changes: object) -> Rule:
    whole: dict[str, object] = {
        "id": "ABC-001",
        "title_en": "Title",
        "title_zh": "标题",
        "severity": "warn",
        "objects": ("project",),
        "owner": "us",
        "remedy": "Mend it.",
        "valid_from": date(2026, 1, 1),
        "region": "330000",
        "basis": "The text it rests on",
        "implemented_by": "sql/rules/abc.sql",
    }
    return Rule(**{**whole, **changes})  # type: ignore[arg-type]


def test_a_threshold_changes_on_a_day_and_in_a_region() -> None:
    catalogue = Catalogue(
        (
            rule(thresholds={"days": 1}, valid_to=date(2026, 6, 30)),
            rule(thresholds={"days": 2}, valid_from=date(2026, 7, 1)),
            rule(thresholds={"days": 3}, valid_from=date(2026, 7, 1), region="330200"),
        )
    )
    assert catalogue.in_force(date(2026, 6, 30), "330100")["ABC-001"].thresholds == {"days": 1}
    assert catalogue.in_force(date(2026, 7, 1), "330100")["ABC-001"].thresholds == {"days": 2}
    assert catalogue.in_force(date(2026, 7, 1), "330200")["ABC-001"].thresholds == {"days": 3}
    assert catalogue.latest()["ABC-001"].valid_from == date(2026, 7, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "fatal"},
        {"owner": "nobody"},
        {"basis": ""},
        {"objects": ()},
        {"valid_from": "2026-13-01"},
        {"valid_to": date(2025, 1, 1)},
        {"rests_on": ("weather",)},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="ABC-001"):
        rule(**changes)


def written(folder: Path, change: str) -> Path:
    """A catalogue of the project's first rule, its text changed."""
    text = (expectations() / "catalogue.yaml").read_text(encoding="utf-8")
    first = text[: text.index("  - id: LMP-002")]
    path = folder / "catalogue.yaml"
    path.write_text(first + change, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("    colour: red\n", "no word colour"),
        ("  - id: LMP-009\n    severity: warn\n", "basis, implemented_by, owner"),
        (
            "  - {id: LMP-001, title_en: a, title_zh: b, severity: warn, object: project, owner: us, remedy: c,\n"
            "     valid_from: 2022-01-01, region: '330000', basis: d, implemented_by: sql/rules/x.sql}\n",
            "two entries of region 330000 hold on 2022-01-01",
        ),
    ],
)
def test_a_catalogue_with_a_fault_is_refused(tmp_path: Path, change: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_catalogue(written(tmp_path, change))


def test_thresholds_and_parameters_have_to_agree() -> None:
    known = next(one for one in RULES if one.id == "RST-005")
    named = {"implemented_by": known.implemented_by}
    with pytest.raises(SettingsError, match="days_after_receipt"):
        parameters(rule(thresholds={"minutes_ahead": 10}, **named), DAY, "330100", NOW)
    with pytest.raises(SettingsError, match="speed"):
        parameters(rule(thresholds={**known.thresholds, "speed": 1}, **named), DAY, "330100", NOW)
