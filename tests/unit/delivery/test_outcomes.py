"""What a platform's result says of each row."""

import json

import pytest

from realname_sync.delivery.outcomes import read_verdict, tidy
from realname_sync.platforms.open_api.client import AsyncResult
from realname_sync.standards import load_profile

NATION, PROVINCE = load_profile("nation"), load_profile("province")


def test_a_result_in_progress_says_nothing_yet() -> None:
    assert read_verdict(NATION, AsyncResult(0, ""), 5) is None


def test_a_done_batch_is_acknowledged_with_what_was_issued() -> None:
    verdict = read_verdict(NATION, AsyncResult(20, '{"teamSysNo":1234567890}'), 1)
    assert verdict is not None
    assert (verdict.fate, verdict.platform_key) == ("acknowledged", "1234567890")


def test_a_team_that_is_there_already_gives_its_number() -> None:
    verdict = read_verdict(NATION, AsyncResult(10, "该班组已存在, 班组编号: 1000000007"), 1)
    assert verdict is not None
    assert (verdict.fate, verdict.platform_key) == ("acknowledged", "1000000007")


@pytest.mark.parametrize("text", ["team does not exist", "班组不存在", "teamSysNo out of range or invalid"])
def test_what_is_not_there_does_not_count_as_there_already(text: str) -> None:
    verdict = read_verdict(NATION, AsyncResult(10, text), 1)
    assert verdict is not None
    assert verdict.fate == "refused"


def test_named_rows_are_refused_and_the_others_go_again() -> None:
    text = "[dataList][1][direction] is wrong; [dataList][3][date] later than today"
    verdict = read_verdict(NATION, AsyncResult(10, text), 5)
    assert verdict is not None
    assert verdict.fate == "released"
    assert {index: fate for index, (fate, _) in verdict.rows.items()} == {1: "refused", 3: "refused"}


def test_a_worker_that_is_there_already_counts_as_told_beside_one_that_is_refused() -> None:
    text = "[workerList][0] already exists\r\n[workerList][2][headImage] over 50 KB"
    verdict = read_verdict(NATION, AsyncResult(10, text), 3)
    assert verdict is not None
    assert verdict.rows[0][0] == "acknowledged"
    assert verdict.rows[2][0] == "refused"


def test_a_refusal_that_names_no_row_is_split_until_one_row_is_alone() -> None:
    several = read_verdict(NATION, AsyncResult(10, "batch refused"), 4)
    alone = read_verdict(NATION, AsyncResult(10, "batch refused"), 1)
    assert several is not None
    assert alone is not None
    assert (several.fate, alone.fate) == ("split", "refused")


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("text", ["Internal Error", "系统繁忙，请稍后再试", "处理超时"])
def test_a_platforms_own_trouble_refuses_no_row(rows: int, text: str) -> None:
    verdict = read_verdict(NATION, AsyncResult(10, text), rows)
    assert verdict is not None
    assert verdict.fate == "troubled"


def test_the_province_keeps_the_good_rows() -> None:
    text = json.dumps({"accepted": 2, "rejected": [{"index": 1, "reason": "unknown person"}]})
    verdict = read_verdict(PROVINCE, AsyncResult(20, text), 3)
    assert verdict is not None
    assert verdict.fate == "acknowledged"
    assert verdict.rows == {1: ("refused", "unknown person")}


def test_the_province_may_keep_none() -> None:
    text = json.dumps({"accepted": 0, "rejected": [{"index": 0, "reason": "a"}, {"index": 1, "reason": "b"}]})
    verdict = read_verdict(PROVINCE, AsyncResult(10, text), 2)
    assert verdict is not None
    assert verdict.fate == "refused"


@pytest.mark.parametrize("number", ["33000019750630019X", "13900001234", "6200000000000000001"])
def test_long_numbers_do_not_stay_in_a_reason(number: str) -> None:
    assert number not in tidy(f"[workerList][0] {number} refused")
