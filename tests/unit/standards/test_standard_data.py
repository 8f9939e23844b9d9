"""The standards as data: complete, consistent with themselves, and every gap with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from realname_sync.errors import SettingsError
from realname_sync.standards import Field, Method, Standard, load_profile, load_standard
from realname_sync.standards.dictionary import STANDARDS, data_dictionary
from realname_sync.standards.reading import DATA

DICTIONARY = Path(__file__).parents[3] / "docs" / "data-dictionary.md"

NATIONAL_VERBS = {
    "Corp": "Upload Query",
    "Project": "Add Update PartUpdate Query",
    "ProjectSubContractor": "Add Update Query",
    "Team": "Add Update Query",
    "ProjectWorker": "Add Update Query",
    "WorkerEntryExit": "Add Query",
    "WorkerContract": "Add Query",
    "WorkerAttendance": "Add Query",
    "Payroll": "Add Query",
    "ProjectTraining": "Add Query",
}
NATIONAL_QUERIES = (
    "CorpCredential", "Worker", "WorkerCredential", "CorpBadRecord", "CorpGoodRecord", "CorpBlackList",
    "WorkerBadRecord", "WorkerGoodRecord", "WorkerBlackList", "AsyncHandleResult", "CheckSign",
)  # fmt: skip
NATIONAL_METHODS = {f"{name}.{verb}" for name, verbs in NATIONAL_VERBS.items() for verb in verbs.split()} | {
    f"{name}.Query" for name in NATIONAL_QUERIES
}
PROVINCIAL_ADDITIONS = {
    *(f"Shared{name}.Query" for name in ("Project", "Corp", "Participant", "Person", "Registration", "KeyPost")),
    *("KeyPost.Upload", "Device.Upload", "AttendanceDay.Query", "Rectification.Add", "WarningLamp.Query"),
    *("Correction.Add", "Correction.Query"),
}
HANDLED_WRITES = {
    "national_1_1_2": {
        "Corp.Upload", "ProjectSubContractor.Add", "Team.Add", "ProjectWorker.Add", "WorkerEntryExit.Add",
        "WorkerAttendance.Add",
    },
    "zhejiang_2_0": {
        "ProjectSubContractor.Add", "Team.Add", "ProjectWorker.Add", "WorkerEntryExit.Add", "KeyPost.Upload",
        "Device.Upload", "WorkerAttendance.Add", "Correction.Add", "Rectification.Add",
    },
}  # fmt: skip


@pytest.fixture(params=STANDARDS)
def standard(request: pytest.FixtureRequest) -> Standard:
    return load_standard(request.param)


def fields_of(*lists: tuple[Field, ...]) -> Iterator[Field]:
    for fields in lists:
        for field in fields:
            yield field
            yield from fields_of(field.items)


def named(method: Method) -> dict[str, Field]:
    return {field.name: field for field in (*method.header, *method.row)}


def test_every_method_of_the_national_scheme_is_there() -> None:
    assert set(load_standard("national_1_1_2").methods) == NATIONAL_METHODS


def test_the_province_has_the_national_methods_and_its_own() -> None:
    expected = (NATIONAL_METHODS | PROVINCIAL_ADDITIONS) - {"CheckSign.Query"}
    assert set(load_standard("zhejiang_2_0").methods) == expected


def test_what_is_left_out_says_why(standard: Standard) -> None:
    for method in standard.methods.values():
        assert method.handled or len(method.left_out or "") > 20, method.name
        for field in fields_of(method.header, method.row, method.answer):
            assert field.left_out is None or len(field.left_out) > 20, f"{method.name} {field.name}"


def test_the_handled_writes_are_the_ones_that_are_sent(standard: Standard) -> None:
    writes = {name for name, method in standard.methods.items() if method.handled and method.direction == "write"}
    assert writes == HANDLED_WRITES[standard.name]


def test_a_handled_write_never_leaves_out_what_it_requires(standard: Standard) -> None:
    for name in HANDLED_WRITES[standard.name]:
        for field in (*standard.method(name).header, *standard.method(name).row):
            assert not (field.required and field.left_out), f"{name} {field.name}"


def test_a_condition_names_a_field_of_the_same_request(standard: Standard) -> None:
    for method in standard.methods.values():
        for field in (*method.header, *method.row):
            if field.required_if:
                assert field.required_if.partition("=")[0] in named(method), f"{method.name} {field.name}"


def test_every_field_has_a_meaning_and_no_name_comes_twice(standard: Standard) -> None:
    for method in standard.methods.values():
        for fields in (method.header, method.row, method.answer):
            names = [field.name for field in fields]
            assert len(names) == len(set(names)), method.name
        for field in fields_of(method.header, method.row, method.answer):
            assert field.meaning, f"{method.name} {field.name}"


def test_encrypted_fields_of_persons_are_marked_personal(standard: Standard) -> None:
    permits = {"builderLicenseNum", "buildPlanNum", "prjPlanNum"}
    for method in standard.methods.values():
        for field in fields_of(method.header, method.row, method.answer):
            assert not field.encrypted or field.personal or field.name in permits, f"{method.name} {field.name}"


def test_a_code_fits_the_field_it_stands_in(standard: Standard) -> None:
    for method in standard.methods.values():
        for field in fields_of(method.header, method.row, method.answer):
            if field.code_table and field.length is not None:
                longest = max(map(len, standard.code_tables[field.code_table].codes))
                assert longest <= field.length, f"{method.name} {field.name}"


def test_code_tables_have_the_number_of_codes_that_the_survey_lists() -> None:
    expected = {
        "workType": 39, "workRole": 2, "idCardType": 26, "yesNo": 2, "gender": 2, "participationType": 12,
        "direction": 2, "attendType": 11, "entryExitType": 2, "politicsType": 13, "cultureLevelType": 9,
        "maritalStatus": 4, "contractPeriodType": 2, "contractUnit": 3, "trainingType": 4, "projectCategory": 13,
        "projectStatus": 5, "approvalLevel": 6, "projectSize": 3, "projectProperty": 7, "projectFunction": 18,
        "registrationType": 32, "currency": 2, "asyncStatus": 3,
    }  # fmt: skip
    tables = load_standard("national_1_1_2").code_tables
    assert {name: len(table.codes) for name, table in tables.items() if name != "bank"} == expected


@pytest.mark.parametrize(
    ("table", "code", "known"),
    [
        ("workType", "260", False),
        ("workType", "370", False),
        ("workType", "1000", True),
        ("bank", "102", True),
        ("bank", "507", True),
        ("bank", "508", False),
        ("bank", "531", True),
        ("bank", "787", True),
        ("bank", "788", False),
        ("participationType", "007", True),
        ("projectFunction", "010", True),
    ],
)
def test_single_codes(table: str, code: str, known: bool) -> None:
    assert (code in load_standard("national_1_1_2").code_tables[table].codes) is known


def test_the_province_asks_for_more_in_a_punch_and_takes_the_team_in_the_row() -> None:
    nation = load_standard("national_1_1_2").method("WorkerAttendance.Add")
    province = load_standard("zhejiang_2_0").method("WorkerAttendance.Add")
    assert [field.name for field in nation.header] == ["projectCode", "teamSysNo"]
    assert [field.name for field in province.header] == ["projectCode"]
    added = [field for field in province.row if field not in nation.row]
    assert [(field.name, field.required) for field in added] == [
        ("teamSysNo", False),
        ("deviceSn", True),
        ("deviceRecordId", True),
        ("receivedAt", True),
        ("postCode", False),
    ]


def test_the_same_field_is_the_same_in_both_standards_where_nothing_differs() -> None:
    nation, province = load_standard("national_1_1_2"), load_standard("zhejiang_2_0")
    assert nation.method("ProjectSubContractor.Query").header == province.method("ProjectSubContractor.Query").header
    assert nation.code_tables["workType"] == province.code_tables["workType"]


def test_an_update_carries_the_rows_fields_flat() -> None:
    update = load_standard("national_1_1_2").method("ProjectWorker.Update")
    assert update.rows_field is None
    assert update.row == ()
    assert {"projectCode", "workerName", "headImage"} <= set(named(update))
    assert not named(update)["politicsType"].required
    assert named(update)["headImage"].required


def test_shared_rows_carry_what_a_reader_merges_by() -> None:
    for name, method in load_standard("zhejiang_2_0").methods.items():
        if name.startswith("Shared"):
            assert [field.name for field in method.answer[:4]] == ["sourceId", "sourceVersion", "updatedAt", "deleted"]
            assert {field.owner for field in method.answer} == {"P"}


def test_batches_are_limited_for_methods_with_rows_only() -> None:
    for name in ("nation", "province"):
        profile = load_profile(name)
        methods = load_standard(profile.standard).methods
        assert all(methods[method].rows_field for method in profile.batch_rows)
        handled = {m for m in HANDLED_WRITES[profile.standard] if methods[m].rows_field}
        assert handled <= set(profile.batch_rows)


def test_no_key_stands_twice_in_a_file() -> None:
    def assert_no_twins(node: yaml.Node, path: Path) -> None:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), f"{path.name}: {sorted({key for key in keys if keys.count(key) > 1})}"
        for child in getattr(node, "value", []) if not isinstance(node, yaml.ScalarNode) else []:
            for part in child if isinstance(child, tuple) else (child,):
                assert_no_twins(part, path)

    for path in DATA.rglob("*.yaml"):
        assert_no_twins(yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), path)


def test_every_file_of_a_standard_is_read() -> None:
    for about in DATA.glob("*/standard.yaml"):
        listed = yaml.safe_load(about.read_text(encoding="utf-8"))["files"]
        assert {*listed, "standard.yaml"} == {path.name for path in about.parent.glob("*.yaml")}


def test_the_dictionary_page_is_in_step() -> None:
    assert DICTIONARY.read_text(encoding="utf-8") == data_dictionary()


def test_an_unknown_standard_is_named_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no standard 'jiangsu'.*national_1_1_2, zhejiang_2_0"):
        load_standard("jiangsu")


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(SettingsError, match=r"national_1_1_2 has no method Device\.Upload"):
        load_standard("national_1_1_2").method("Device.Upload")
