"""The catalogue is complete: every rule has an implementation, cases that fail and pass, and a basis."""

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

import pytest
import yaml

from realname_sync.errors import SettingsError
from realname_sync.quality.catalogue import SUITES, Catalogue, Rule, load_catalogue
from realname_sync.quality.catalogue_file import _shown, read_rules
from realname_sync.quality.rules import parameters
from realname_sync.quality.shape import load_suites
from realname_sync.resources import expectations, root
from realname_sync.standards import load_standard
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
    **{f"SHP-00{number}": "warn" for number in (5, 6, 7, 8)},
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


_COMPARED = re.compile(r"\(\s*'([a-z]\w+)',")  # the fields in a statement's list of compared values


@pytest.mark.parametrize("rule", [one for one in RULES if one.correction], ids=lambda rule: rule.id)
def test_every_field_a_rule_compares_can_be_corrected_or_is_withheld(rule: Rule) -> None:
    assert rule.correction is not None
    compared = set(_COMPARED.findall((root() / rule.implemented_by).read_text(encoding="utf-8")))
    asked_for = set(_COMPARED.findall((root() / rule.correction.row).read_text(encoding="utf-8")))
    assert compared == asked_for | set(rule.correction.withheld) != set()


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
    (folder / "first.yaml").write_text(first, encoding="utf-8")
    path = folder / "catalogue.yaml"
    path.write_text(first + change, encoding="utf-8")
    return path


def counted_from(folder: Path, told: str) -> str:
    """The text with its line, which is given as counted from the first one of what was added."""
    if not told.startswith("+"):
        return told
    line, colon, words = told.partition(": ")
    before = (folder / "first.yaml").read_text(encoding="utf-8").count("\n")
    return f":{before + 1 + int(line)}{colon}{words}"


SECOND = (
    "  - {id: LMP-001, title_en: a, title_zh: 灯, severity: warn, object: project, owner: us, remedy: c,\n"
    "     valid_from: 2022-01-01, region: '330000', basis: d, thresholds: {post_code: G01},\n"
    "     implemented_by: sql/rules/lmp_001_project_manager_missing.sql}\n"
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("    colour: red\n", "+0: rule LMP-001: the catalogue has no word colour"),
        ("    severity: note\n", "+0: rule LMP-001: severity stands there twice"),
        ("    scope: week\n", "+0: rule LMP-001: scope 'week' is none; there are day, standing"),
        ("    valid_to: 2021-13-01\n", "+0: rule LMP-001: valid_to holds a date that no calendar has: 2021-13-01"),
        (
            "    valid_to: '2021-13-01'\n",
            "+0: rule LMP-001: valid_to must be a date, as in 2021-06-01, and is '2021-13-01'",
        ),
        ("    valid_to: 2021-02-30\n", "+0: rule LMP-001: valid_to holds a date that no calendar has: 2021-02-30"),
        ("    valid_to: 2020-01-01\n", "+0: rule LMP-001: valid_to is before valid_from"),
        ("    only_warns_on: [corp]\n", "+0: rule LMP-001: only_warns_on names corp, no object of it"),
        ("    gives_way_to: 5\n", "+0: rule LMP-001: gives_way_to must be a list of names"),
        ("    correction: {object_type: project}\n", "+0: rule LMP-001: correction must have object_type and row"),
        (
            "    correction: {object_type: project, row: sql/corrections/x.sql}\n",
            "+0: rule LMP-001: correction names sql/corrections/x.sql, which is not there",
        ),
        ("  - id: LMP-009\n    severity: warn\n", "+0: rule LMP-009: basis, implemented_by, object, owner"),
        ("  - just text\n", "+0: rule without an id: an entry must have the words of a rule"),
        (SECOND, "+1: rule LMP-001: two entries of region 330000 hold on 2022-01-01"),
        (SECOND.replace("LMP-001", "LMP-1"), "+0: rule LMP-1: id must be three capital letters and three digits"),
        (
            SECOND.replace("object: project", "object: castle"),
            "+0: rule LMP-001: object castle is none; there are answer",
        ),
        (SECOND.replace("owner: us", "owner: nobody"), "+0: rule LMP-001: owner 'nobody' is none; there are device"),
        (SECOND.replace("severity: warn", "severity: bad"), "+0: rule LMP-001: severity 'bad' is none"),
        (SECOND.replace("'330000'", "'33'"), "+1: rule LMP-001: region must be a division code of six digits"),
        (SECOND.replace("'330000'", "330000"), "+1: rule LMP-001: region must be text"),
        (
            SECOND.replace("{post_code: G01}", "{speed: 5}"),
            "+1: rule LMP-001: thresholds and parameters of sql/rules/lmp",
        ),
        (SECOND.replace("{post_code: G01}", "{post_code: {a: 1}}"), "+1: rule LMP-001: threshold post_code must be"),
        (SECOND.replace("{post_code: G01}", "G01"), "+1: rule LMP-001: thresholds must be figures by name"),
        (SECOND.replace("lmp_001_project", "lmp_999"), "+2: rule LMP-001: implemented_by names sql/rules/lmp_999"),
        ("    remedy: [\n", "this is no YAML"),
        ("other: 5\n", "+0: beside the list of rules there may be x-… only, and no other"),
    ],
)
def test_a_catalogue_with_a_fault_is_refused_with_its_line(tmp_path: Path, change: str, told: str) -> None:
    path = written(tmp_path, change)
    with pytest.raises(SettingsError) as refused:
        load_catalogue(path)
    assert str(refused.value).startswith(f"{path.as_posix()}:")
    assert counted_from(tmp_path, told) in str(refused.value)


def test_every_fault_of_a_catalogue_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_catalogue(written(tmp_path, "    colour: red\n    scope: 5\n" + SECOND.replace("owner: us", "owner: me")))
    first = int(counted_from(tmp_path, "+0").removeprefix(":"))
    lines = [int(line.split(":")[1]) for line in str(refused.value).splitlines()]
    assert lines == [first, first + 1, first + 2]


def test_a_fault_of_the_projects_own_file_is_named_from_its_folder() -> None:
    assert _shown(expectations() / "catalogue.yaml") == "expectations/catalogue.yaml"


def test_reading_the_catalogue_is_quick() -> None:
    """Every command that knows rules pays for it; the plain loader of YAML alone takes five times as long."""
    catalogue = expectations() / "catalogue.yaml"

    def quickest(read: Callable[[Path], object]) -> float:
        took = []
        for _ in range(5):
            began = perf_counter()
            read(catalogue)
            took.append(perf_counter() - began)
        return min(took)

    assert quickest(read_rules) * 2 < quickest(lambda path: yaml.load(path.read_bytes(), yaml.SafeLoader))


def test_a_finding_on_a_punch_is_of_its_date_and_others_stand() -> None:
    scopes = {(one.id, name): one.scope_of(name) for one in RULES for name in one.objects}
    assert {scope for (_, name), scope in scopes.items() if name in {"punch", "upload", "answer"}} == {"day"}
    assert scopes["SHP-001", "person"] == scopes["CMP-001", "project"] == "standing"
    assert scopes["UPL-006", "project"] == "day"


def test_what_can_be_corrected_names_a_shared_object() -> None:
    names = set(load_standard("zhejiang_2_0").code_tables["sharedObject"].codes)
    ways = {one.id: one.correction for one in RULES if one.correction}
    assert set(ways) >= {f"CMP-00{number}" for number in (1, 2, 3, 4, 5)}
    assert {way.object_type for way in ways.values()} <= names


def test_thresholds_and_parameters_have_to_agree() -> None:
    known = next(one for one in RULES if one.id == "RST-005")
    named = {"implemented_by": known.implemented_by}
    with pytest.raises(SettingsError, match="days_after_receipt"):
        parameters(rule(thresholds={"minutes_ahead": 10}, **named), DAY, "330100", NOW)
    with pytest.raises(SettingsError, match="speed"):
        parameters(rule(thresholds={**known.thresholds, "speed": 1}, **named), DAY, "330100", NOW)
