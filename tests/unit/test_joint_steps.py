"""The steps of the joint test as data: they call what this system calls, and their good cases fit our own standard."""

import re
from datetime import datetime

import pytest

from realname_sync.errors import SettingsError
from realname_sync.joint import steps as joint_steps
from realname_sync.joint.invented import PEOPLE, company, one_of_a_crowd, people
from realname_sync.joint.judging import KINDS
from realname_sync.joint.steps import TARGETS, Walk, load_walk
from realname_sync.joint.values import Known, known_at_first, resolved
from realname_sync.platforms.opening import profile_of
from realname_sync.settings import sandbox_connection
from realname_sync.standards import Profile, Standard, check_request, load_profile, load_standard
from realname_sync.standards.identifiers import citizen_number_problem, credit_code_problem
from realname_sync.workdate import SHANGHAI

NOW = datetime(2026, 11, 20, 15, tzinfo=SHANGHAI)


def of(target: str) -> tuple[Profile, Standard, Walk]:
    profile = load_profile(target)
    standard = load_standard(profile.standard)
    return profile, standard, load_walk(target, profile, standard)


def all_known(profile: Profile) -> Known:
    row = {"sourceId": "S-1", "sourceVersion": 1, "updatedAt": "2026-11-20 08:00:00", "name": "项目"}
    shared = {f"{name}Row": row for name in ("project", "corp", "participant", "person", "registration", "key_post")}
    return {
        **known_at_first("0badcafe", profile, NOW),
        **shared,
        **{
            "project": "330106261001010001",
            "other_project": "330206261001010001",
            "area": "330100",
            "other_area": "330200",
        },
        **{"team": 1000100001, "ticket": "GZ1", "each": row, "asked": row, "extra": one_of_a_crowd("0badcafe", 0)},
        "lamp": {"lampId": "L-1", "projectCode": "330106261001010001"},
        "shared": {"contractorCorpCode": "91330000MA0000001X", "contractorCorpName": "甲建设有限公司"},
    }


@pytest.mark.parametrize("target", TARGETS)
def test_every_method_this_system_uses_has_a_good_case_and_every_read_is_called(target: str) -> None:
    _, standard, walk = of(target)
    good = {step.method for step in walk.steps if not step.bad and step.open is None} | {"AsyncHandleResult.Query"}
    called = {step.method for step in walk.steps} | good
    assert {name for name in walk.methods if standard.methods[name].handled} - good == set()
    assert {name for name in walk.methods if name.endswith(".Query")} - called == set()


def test_together_the_walks_cover_both_standards() -> None:
    for name in ("national_1_1_2", "zhejiang_2_0"):
        walks = [walk for _, standard, walk in map(of, TARGETS) if standard.name == name]
        assert {method for walk in walks for method in walk.methods} == set(load_standard(name).methods)


@pytest.mark.parametrize("target", TARGETS)
def test_good_cases_fit_our_own_standard(target: str) -> None:
    profile, standard, walk = of(target)
    known = all_known(profile)
    for step in walk.steps:
        if not step.bad and step.expect:
            header, rows = resolved(dict(step.data), known), resolved(list(step.rows), known)
            rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
            assert check_request(standard.method(step.method), header, rows) == [], step.id


@pytest.mark.parametrize("target", TARGETS)
def test_a_step_expects_what_can_be_judged_and_names_its_basis(target: str) -> None:
    _, _, walk = of(target)
    ids = {step.id for step in walk.steps}
    for step in walk.steps:
        assert set(step.expect) <= KINDS, step.id
        assert step.expect or step.open, step.id
        assert re.match(r"(open-api|national-methods|province)\.md", step.basis), step.id
        assert set(step.needs) <= ids
        for earlier in (step.expect.get("other_rows_than"), step.expect.get("grown", {}).get("since")):
            assert earlier is None or earlier in ids


def test_a_nonce_is_only_observed_where_the_profile_does_not_know() -> None:
    left_open = {
        target: next(step.open for step in of(target)[2].steps if step.id == "nonce-used") for target in TARGETS
    }
    assert left_open["nation"] is not None
    assert left_open["province"] is left_open["integrity"] is None


def test_a_step_with_a_word_that_steps_do_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = joint_steps.read_yaml

    def misspelt(path: object) -> dict[str, object]:
        content = honest(path)  # type: ignore[arg-type]
        return {**content, "steps": [{**content["steps"][0], "expects": {}}, *content["steps"][1:]]}

    monkeypatch.setattr(joint_steps, "read_yaml", misspelt)
    with pytest.raises(SettingsError, match="unknown words: expects"):
        of("province")


def test_invented_people_have_right_numbers_that_nobody_has() -> None:
    made = [*people("0badcafe").values(), *(one_of_a_crowd("0badcafe", index) for index in range(600))]
    numbers = {one["number"] for one in made}
    assert len(numbers) == len(PEOPLE) + 600
    assert {citizen_number_problem(number) for number in numbers} == {""}
    assert {number[:6] for number in numbers} == {"330000"}
    assert all("测试" in one["name"] and one["phone"].startswith("1400") for one in made)
    assert credit_code_problem(company("0badcafe")["code"]) == ""
    assert people("0badcafe") != people("0badcaff")


def test_the_word_environment_is_no_part_of_the_profile() -> None:
    spec = sandbox_connection("province_platform")
    told = type(spec)(
        **{**{name: getattr(spec, name) for name in spec.__dataclass_fields__}, "extra": {"environment": "x"}}
    )
    assert profile_of(told) == profile_of(spec)
