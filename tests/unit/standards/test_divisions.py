"""Names of divisions by code."""

import pytest

from realname_sync.standards import load_standard
from realname_sync.standards.divisions import city_of, division, divisions


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("330106", "西湖区", "Xihu District"),
        ("330106003000", "西湖区", "Xihu District"),
        ("330100", "杭州市", "Hangzhou City"),
        ("330104", "江干区", "Jianggan District"),
    ],
)
def test_a_code_has_a_name(code: str, zh: str, en: str) -> None:
    found = division(code)
    assert found is not None
    assert (found.name_zh, found.name_en) == (zh, en)


@pytest.mark.parametrize("code", ["", None, "999999", "33"])
def test_an_unknown_code_has_none(code: str | None) -> None:
    assert division(code) is None


def test_a_retired_division_says_when() -> None:
    found = division("330104")
    assert found is not None
    assert found.retired == "2021-04"


def test_the_city_of_a_county() -> None:
    found = city_of("330782")
    assert found is not None
    assert found.name_zh == "金华市"


def test_today_s_divisions_are_those_of_the_standard() -> None:
    table = load_standard("zhejiang_2_0").code_tables["division"].codes
    assert {one.code: one.name_zh for one in divisions().values() if one.retired is None} == dict(table)
