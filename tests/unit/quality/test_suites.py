"""The suites say what the standard says: lengths, code tables and required fields are held against it."""

from collections.abc import Mapping
from typing import Any

import pytest

from realname_sync.quality.shape import Suite, load_suites
from realname_sync.standards import Field, load_standard
from realname_sync.standards.municipal import municipal_objects

STANDARDS = [load_standard("national_1_1_2"), load_standard("zhejiang_2_0")]
PULLED = {
    "shared_project": "SharedProject.Query",
    "shared_corp": "SharedCorp.Query",
    "shared_participant": "SharedParticipant.Query",
    "shared_person": "SharedPerson.Query",
    "shared_registration": "SharedRegistration.Query",
    "shared_key_post": "SharedKeyPost.Query",
}
LANDING = {"sourceId", "sourceVersion", "updatedAt", "deleted"}
NOT_ASKED = {
    ("SHP-006", "shared_person", "phone"): "stored as cipher and mask, which do not tell its length",
    ("SHP-007", "shared_project", "areaCode"): "a division merged since stays in rows of before",
}
EXPECTATIONS = [
    (suite, one) for suite in load_suites().values() if suite.object not in PULLED for one in suite.expectations
]
ON_PULLED = [(load_suites()[name], one) for name in PULLED for one in load_suites()[name].expectations]
SENT = [pair for pair in EXPECTATIONS if "sent_as" in pair[1]["meta"]]
READ_AS = {"attendance": "punch"}
NOT_DEMANDED = {
    "Team.Add/corpName": "looked up by the company's code",
    "Team.Add/localTeamId": "the team's key",
    "ProjectWorker.Add/projectCode": "part of the key",
    "ProjectWorker.Add/corpName": "looked up by the company's code",
    "ProjectWorker.Add/teamName": "looked up by the team",
    "WorkerEntryExit.Add/corpCode": "looked up on the roster",
    "WorkerEntryExit.Add/corpName": "looked up on the roster",
    "WorkerEntryExit.Add/teamSysNo": "looked up on the roster",
    "WorkerEntryExit.Add/idCardType": "looked up by the person",
    "WorkerEntryExit.Add/idCardNumber": "looked up by the person",
    "KeyPost.Upload/projectCode": "part of the key",
    "KeyPost.Upload/postCode": "part of the key",
    "KeyPost.Upload/idCardNumber": "looked up by the person",
    "KeyPost.Upload/workerName": "looked up by the person",
    "Device.Upload/deviceSn": "the device's key",
    "WorkerAttendance.Add/teamSysNo": "looked up on the roster",
    "WorkerAttendance.Add/idCardType": "looked up by the person",
    "WorkerAttendance.Add/idCardNumber": "looked up by the person",
    "WorkerAttendance.Add/deviceRecordId": "may be missing: the record then goes by device, person and second",
    "WorkerAttendance.Add/receivedAt": "the column is never empty",
    "ProjectSubContractor.Add/projectCode": "part of the key",
    "ProjectSubContractor.Add/corpCode": "part of the key",
    "ProjectSubContractor.Add/corpType": "part of the key",
    "Corp.Upload/corpCode": "the company's key",
}


def field_of(standard: Any, sent_as: str) -> Field | None:
    """The field in that standard, if the standard has it."""
    method_name, name = sent_as.split("/")
    method = standard.methods.get(method_name)
    fields = (*method.header, *method.row, *method.answer) if method else ()
    return next((field for field in fields if field.name == name), None)


def fields_of(sent_as: str) -> list[Field]:
    found = [field for field in (field_of(standard, sent_as) for standard in STANDARDS) if field]
    assert found, f"no standard has {sent_as}"
    return found


def named(pair: tuple[Suite, Mapping[str, Any]]) -> str:
    suite, one = pair
    return f"{suite.object}.{one['meta']['field']}:{one['meta']['rule_id']}:{one['type']}"


def test_there_is_one_suite_for_each_object() -> None:
    assert set(load_suites()) == {READ_AS.get(name, name) for name in municipal_objects()} | set(PULLED)


@pytest.mark.parametrize("pair", EXPECTATIONS, ids=named)
def test_an_expectation_names_its_rule_and_a_column_of_the_source(pair: tuple[Suite, Mapping[str, Any]]) -> None:
    suite, one = pair
    source = next(known for name, known in municipal_objects().items() if READ_AS.get(name, name) == suite.object)
    columns = {"head_image" if column == "head_image_size" else column for column in source.columns}
    assert one["meta"]["rule_id"].startswith("SHP-")
    assert one["meta"]["field"] in columns
    assert one["meta"]["expected"]


@pytest.mark.parametrize("pair", [pair for pair in SENT if pair[1]["meta"]["rule_id"] == "SHP-001"], ids=named)
def test_what_is_demanded_is_required_by_the_standard(pair: tuple[Suite, Mapping[str, Any]]) -> None:
    assert any(field.required or field.required_if for field in fields_of(pair[1]["meta"]["sent_as"]))


@pytest.mark.parametrize("pair", [pair for pair in SENT if pair[1]["meta"]["rule_id"] == "SHP-002"], ids=named)
def test_a_length_is_the_shortest_of_the_standards(pair: tuple[Suite, Mapping[str, Any]]) -> None:
    lengths = [field.length for field in fields_of(pair[1]["meta"]["sent_as"]) if field.length]
    assert pair[1]["kwargs"]["max_value"] == min(lengths)
    assert str(min(lengths)) in pair[1]["meta"]["expected"]


@pytest.mark.parametrize("pair", [pair for pair in EXPECTATIONS if pair[1]["meta"]["rule_id"] == "SHP-003"], ids=named)
def test_codes_are_those_of_the_code_table(pair: tuple[Suite, Mapping[str, Any]]) -> None:
    meta = pair[1]["meta"]
    tables = [
        standard.code_tables[meta["code_table"]] for standard in STANDARDS if meta["code_table"] in standard.code_tables
    ]
    for table in tables:
        assert pair[1]["kwargs"]["value_set"] == list(table.codes)
    assert {field.code_table for field in fields_of(meta["sent_as"])} == {meta["code_table"]}


@pytest.mark.parametrize(
    "method_name",
    [
        "Corp.Upload",
        "ProjectSubContractor.Add",
        "Team.Add",
        "ProjectWorker.Add",
        "WorkerEntryExit.Add",
        "KeyPost.Upload",
        "Device.Upload",
        "WorkerAttendance.Add",
    ],
)
def test_what_is_sent_and_required_is_demanded(method_name: str) -> None:
    required = {
        f"{method_name}/{field.name}"
        for standard in STANDARDS
        if method_name in standard.methods
        for field in (*standard.methods[method_name].header, *standard.methods[method_name].row)
        if field.required and not field.left_out
    }
    demanded = {one["meta"]["sent_as"] for _, one in SENT if one["meta"]["rule_id"] == "SHP-001"}
    assert required - demanded == {name for name in NOT_DEMANDED if name.startswith(method_name + "/")} & required
    assert not {name for name in NOT_DEMANDED if name.startswith(method_name + "/")} - required


@pytest.mark.parametrize("name", PULLED)
def test_what_the_standard_says_of_a_shared_object_is_what_its_suite_asks(name: str) -> None:
    """Both ways: nothing of the standard is left out, nothing is asked that it does not say."""
    said = set()
    for field in load_standard("zhejiang_2_0").method(PULLED[name]).answer:
        if field.name not in LANDING:
            said |= {(rule, name, field.name) for rule in demands_on(field)}
    asked = {(one["meta"]["rule_id"], name, one["meta"]["field"]) for one in load_suites()[name].expectations}
    assert said - asked == {place for place in NOT_ASKED if place[1] == name}
    assert asked <= said


def demands_on(field: Field) -> set[str]:
    """The rules by which the suites have to look at a field of an answer."""
    rules = {"SHP-005"} if field.required else set()
    if field.code_table:
        return rules | {"SHP-007"}
    if field.type in {"date", "datetime"}:
        return rules | {"SHP-008"}
    return rules | ({"SHP-006"} if field.length or field.type in {"decimal", "integer", "list"} else set())


@pytest.mark.parametrize("pair", ON_PULLED, ids=named)
def test_an_expectation_on_what_is_pulled_says_what_the_standard_says(pair: tuple[Suite, Mapping[str, Any]]) -> None:
    suite, one = pair
    standard, meta, asked = load_standard("zhejiang_2_0"), one["meta"], one["kwargs"]
    assert meta["sent_as"] == f"{PULLED[suite.object]}/{meta['field']}"
    field = field_of(standard, meta["sent_as"])
    assert field
    if "value_set" in asked:
        assert field.code_table == meta["code_table"]
        assert asked["value_set"] == list(standard.code_tables[meta["code_table"]].codes)
    elif meta["rule_id"] == "SHP-006" and "max_value" in asked:
        assert asked["max_value"] == field.length
        assert str(field.length) in meta["expected"]
