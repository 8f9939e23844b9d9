"""What is wrong with a request is said before it is sent, and never with the value."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realname_sync.standards import Field, Method, Problem, check_request, load_standard
from realname_sync.standards.request_check import _ObjectCheck

NATION = load_standard("national_1_1_2")
PROVINCE = load_standard("zhejiang_2_0")
PUNCH: dict[str, Any] = {
    "idCardType": "01",
    "idCardNumber": "330000198001010490",
    "date": datetime(2026, 11, 20, 0, 0, tzinfo=UTC),
    "direction": "01",
}
WORKER: dict[str, Any] = {
    "workerName": "测试甲",
    "isTeamLeader": 0,
    "idCardType": "01",
    "idCardNumber": "330000198001010490",
    "workType": "1000",
    "workRole": 20,
    "nation": "汉",
    "address": "测试路1号",
    "headImage": "data:image/jpg;base64,AAAA",
    "politicsType": "13",
    "cellPhone": "10000000000",
    "cultureLevelType": "02",
    "grantOrg": "测试局",
}
COMPANY = {"projectCode": "P1", "corpCode": "91999900MA0000000X", "corpName": "测试建设有限公司"}


def problems_of_punch(**changed: Any) -> list[tuple[int | None, str, str]]:
    method = NATION.method("WorkerAttendance.Add")
    found = check_request(method, {"projectCode": "P1", "teamSysNo": 7}, [PUNCH, {**PUNCH, **changed}])
    return [(problem.row_index, problem.field, problem.reason) for problem in found]


def test_a_good_request_has_no_problem() -> None:
    assert problems_of_punch() == []
    assert problems_of_punch(attendType="001", lng=Decimal("120.15"), channel="东门", lat=None) == []


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"direction": None}, "direction", "missing"),
        ({"direction": ""}, "direction", "missing"),
        ({"direction": "03"}, "direction", "unknown_code"),
        ({"direction": 1}, "direction", "wrong_type"),
        ({"channel": "门" * 51}, "channel", "too_long"),
        ({"date": date(2026, 11, 20)}, "date", "wrong_type"),
        ({"date": datetime(2026, 11, 20)}, "date", "wrong_type"),  # noqa: DTZ001 - without a zone on purpose
        ({"date": "2026-11-20"}, "date", "wrong_type"),
        ({"date": "2026-02-30 08:00:00"}, "date", "wrong_type"),
        ({"date": "2026-11-20T08:00:00"}, "date", "wrong_type"),
        ({"lng": 120.15}, "lng", "wrong_type"),
        ({"lng": Decimal("Infinity")}, "lng", "wrong_type"),
        ({"image": "AAAA"}, "image", "unknown_field"),
        ({"temperature": 36}, "temperature", "unknown_field"),
    ],
)
def test_each_reason(changed: dict[str, Any], field: str, reason: str) -> None:
    assert problems_of_punch(**changed) == [(1, field, reason)]


def test_a_date_may_come_ready_written() -> None:
    assert problems_of_punch(date="2026-11-20 08:00:00") == []


def test_the_header_is_checked_too() -> None:
    found = check_request(NATION.method("WorkerAttendance.Add"), {"projectCode": 5, "teamSysNo": "7"}, [])
    assert [(problem.row_index, problem.field, problem.reason) for problem in found] == [
        (None, "projectCode", "wrong_type"),
        (None, "teamSysNo", "wrong_type"),
    ]


def test_what_is_never_sent_says_why() -> None:
    (problem,) = check_request(
        NATION.method("Team.Add"), {**COMPANY, "teamName": "一班", "entryTime": date(2026, 1, 1)}
    )
    assert problem.reason == "unknown_field"
    assert "attachments" in problem.expected


@pytest.mark.parametrize(("identity", "missing"), [(5, ["teamSysNo", "teamName"]), (3, [])])
def test_a_condition_on_the_rows_counts_for_the_header(identity: int, missing: list[str]) -> None:
    rows = [{**WORKER, "identityType": 3}, {**WORKER, "identityType": identity}]
    found = check_request(PROVINCE.method("ProjectWorker.Add"), COMPANY, rows)
    assert [problem.field for problem in found] == missing
    assert all(problem.expected == "a value, because of identityType=5" for problem in found)


def test_a_condition_on_a_value_and_on_presence() -> None:
    method = NATION.method("Payroll.Add")

    def missing(row: dict[str, Any]) -> set[str]:
        return {problem.field for problem in check_request(method, {}, [row]) if problem.row_index == 0}

    assert "backPayMonth" in missing({"isBackPay": 1})
    assert "backPayMonth" in missing({"isBackPay": True})
    assert "backPayMonth" not in missing({"isBackPay": 0})
    assert "backPayMonth" not in missing({"isBackPay": 1, "backPayMonth": "2026-10"})


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (Decimal("999.99"), True),
        (Decimal("1000"), False),
        (Decimal("1.999"), False),
        (Decimal("0.01"), True),
        (Decimal("-999.99"), True),
        (Decimal("1E+2"), True),
        (Decimal("1E+3"), False),
        (999, True),
        (0, True),
    ],
)
def test_digits_of_a_decimal(value: Decimal | int, fits: bool) -> None:
    found = check_request(NATION.method("Payroll.Add"), {}, [{"workHours": value}])
    assert ("too_long" in {problem.reason for problem in found}) is not fits


def test_lists_are_checked_inside() -> None:
    method = NATION.method("Project.Add")
    licences = [{"prjName": "一期", "builderLicenseNum": "X1"}, {"prjName": "二期"}, "X3"]
    found = [problem for problem in check_request(method, {"builderLicenses": licences}) if "[" in problem.field]
    assert found == [
        Problem(None, "builderLicenses[1].builderLicenseNum", "missing", "a value"),
        Problem(None, "builderLicenses[2]", "wrong_type", "an object"),
    ]


def test_lists_may_have_a_limit_and_hold_bare_texts() -> None:
    header = (Field("words", type="list", max_items=2), Field("papers", type="attachments", max_items=1))
    method = Method("Thing.Add", "Enter a thing", "write", True, header)
    assert [(p.field, p.reason) for p in check_request(method, {"words": ["a", "b", "c"], "papers": "no"})] == [
        ("words", "too_long"),
        ("papers", "wrong_type"),
    ]
    assert [(p.field, p.reason) for p in check_request(method, {"words": [1]})] == [("words[0]", "wrong_type")]


def test_a_problem_never_holds_the_value() -> None:
    secret = "330000198001010490" * 9
    found = check_request(PROVINCE.method("ProjectWorker.Add"), COMPANY, [{**WORKER, "workerName": secret}])
    assert found
    assert secret not in repr(found)


METHODS = [one for name in ("zhejiang_2_0", "national_1_1_2") for one in load_standard(name).methods.values()]
ANYTHING = st.sampled_from(
    [
        None, "", "1", "01", "001", "一号门", "x" * 300, True, 5, -1, 1.5, Decimal("120.123456"), Decimal("1e20"),
        Decimal("NaN"), datetime(2026, 11, 20, 7, tzinfo=UTC), datetime(2026, 11, 20, 7), date(2026, 11, 20),  # noqa: DTZ001
        "2026-11-20 07:00:00", "2026-13-40", "2026-11", [], ["x"], {"a": 1}, [{"name": "x"}],
    ]
)  # fmt: skip


@given(st.data(), st.sampled_from(METHODS))
def test_a_row_taken_at_a_glance_is_one_that_a_close_look_finds_nothing_in(data: st.DataObject, method: Method) -> None:
    names = [*(field.name for field in method.row), "noSuchField"]
    row = data.draw(st.dictionaries(st.sampled_from(names), ANYTHING))
    at_a_glance = check_request(method, {}, [row])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_ObjectCheck, "is_plainly_right", lambda *_: False)
        assert check_request(method, {}, [row]) == at_a_glance
