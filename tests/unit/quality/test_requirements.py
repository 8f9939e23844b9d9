"""The tables of requirements: dated, of a region, complete, and refused with a sentence where they make no sense."""

from datetime import date
from pathlib import Path

import pytest

from realname_sync.errors import SettingsError
from realname_sync.quality.requirements import Requirement, in_force, load_requirements
from realname_sync.standards import load_standard

DAY = date(2026, 11, 20)


def requirement(**changes: object) -> Requirement:
    whole: dict[str, object] = {
        "id": "POST-LEVEL",
        "kind": "post_level",
        "valid_from": date(2015, 1, 1),
        "region": "330000",
        "basis": "The text it rests on",
        "rows": ({"post_code": "G01", "scale": "01", "level": 1},),
    }
    return Requirement(**{**whole, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("one", load_requirements(), ids=lambda one: one.id)
def test_a_table_says_what_it_rests_on_in_codes_of_the_standard(one: Requirement) -> None:
    tables = load_standard("zhejiang_2_0").code_tables
    assert len(one.basis) > 20
    for row in one.rows:
        assert row.get("post_code", "G01") in tables["keyPost"].codes
        if one.kind == "post_registration":
            assert row["category"] in tables["registrationCategory"].codes
        if one.kind == "project_scale":
            assert row["category"] in tables["projectCategory"].codes
            assert row["medium_from"] < row["large_from"]
            assert set(row.get("functions", ())) <= set(tables["projectFunction"].codes)


def test_every_kind_of_table_is_there_for_the_city() -> None:
    kinds = {one.kind for one in in_force(load_requirements(), DAY, "330100").values()}
    assert kinds == {
        "post_registration", "post_level", "post_specialty", "post_certificate", "post_minimum", "project_scale",
    }  # fmt: skip
    assert in_force(load_requirements(), DAY, "320100") == {}


def test_a_city_and_a_day_have_their_own_table() -> None:
    strict = ({"post_code": "G01", "scale": "02", "level": 1},)
    known = (
        requirement(valid_to=date(2026, 6, 30)),
        requirement(valid_from=date(2026, 7, 1), rows=strict),
        requirement(valid_from=date(2026, 1, 1), region="330200", basis="The city's own text"),
    )
    assert in_force(known, date(2026, 6, 30), "330100")["POST-LEVEL"].rows != strict
    assert in_force(known, date(2026, 7, 1), "330100")["POST-LEVEL"].rows == strict
    assert in_force(known, DAY, "330200")["POST-LEVEL"].basis == "The city's own text"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "post_colour"}, "kind 'post_colour' is none of"),
        ({"basis": ""}, "basis, region and rows"),
        ({"rows": ()}, "basis, region and rows"),
        ({"valid_from": "2026-13-01"}, "must be dates"),
        ({"valid_to": date(2014, 1, 1)}, "valid_to is before valid_from"),
        ({"rows": ({"post_code": "G01", "scale": "01"},)}, "row 1 lacks level"),
        ({"rows": ({"post_code": "G01", "scale": "01", "level": 1, "colour": 2},)}, "row 1 has no column colour"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=f"POST-LEVEL: .*{told}"):
        requirement(**changes)


ENTRY = """
  - id: POST-LEVEL
    kind: post_level
    valid_from: 2015-01-01
    region: "330000"
    basis: The text it rests on
    rows: [{post_code: G01, scale: "01", level: 1}]
"""


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (ENTRY + "    colour: red\n", "no word colour"),
        (ENTRY.replace('    region: "330000"\n', ""), "region must be given"),
        (ENTRY + ENTRY, "two entries of region 330000 hold on 2015-01-01"),
    ],
)
def test_a_file_with_a_fault_is_refused(tmp_path: Path, entries: str, told: str) -> None:
    path = tmp_path / "requirements.yaml"
    path.write_text(f"requirements:{entries}", encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_requirements(path)
