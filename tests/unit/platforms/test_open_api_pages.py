"""Pages: no row is lost where totals and page sizes move, a loop is noticed, encrypted fields come out plain."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from realname_sync.errors import MalformedAnswerError
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.platforms.open_api.client import Credentials, OpenApiClient, Page
from realname_sync.standards import load_profile

SECRET = "0123456789abcdef0123456789abcdef"
PAIR = Credentials("zj-330100", SECRET)
QUERY = {"projectCode": "P1"}


@pytest.fixture
def client(platform: Any) -> Iterator[OpenApiClient]:
    profile = load_profile("province", {"page_size": 3, "calls_per_second": None, "attempts": 1})
    with OpenApiClient(profile, platform.url) as opened:
        yield opened


@pytest.fixture
def play(platform: Any) -> Callable[..., None]:
    """Play pages given as (row numbers, total)."""

    def play_pages(*pages: tuple[list[int], Any]) -> None:
        data = [{"totalCount": total, "rows": [{"teamSysNo": n} for n in rows]} for rows, total in pages]
        platform.play(*(platform.answer(data=page) for page in data))

    return play_pages


def numbers(pages: Iterator[Page]) -> list[int]:
    return [row["teamSysNo"] for page in pages for row in page.rows]


def asked(platform: Any) -> list[int]:
    return [json.loads(form["data"])["pageIndex"] for form in platform.forms]


@pytest.mark.parametrize(
    ("pages", "expected", "calls"),
    [
        ([([], 0)], [], 1),
        ([([1, 2], 2)], [1, 2], 1),
        ([([1, 2, 3], 5), ([4, 5], 5)], [1, 2, 3, 4, 5], 2),
        ([([1, 2, 3], 3), ([], 3)], [1, 2, 3], 2),
        ([([1, 2, 3], 3), ([1, 2, 3], 3)], [1, 2, 3], 2),
        ([([1, 2, 3], 5), ([4, 5, 6], 7), ([7], 7)], [1, 2, 3, 4, 5, 6, 7], 3),
        ([([1, 2, 3], 3), ([4], 4)], [1, 2, 3, 4], 2),
        ([([1, 2, 3], 9), ([4, 5], 5)], [1, 2, 3, 4, 5], 2),
        ([([1, 2], 5), ([3, 4], 5), ([5], 5)], [1, 2, 3, 4, 5], 3),
        ([([1, 2, 3], "5"), ([4, 5], "5")], [1, 2, 3, 4, 5], 2),
        ([([1, 2, 3], None), ([4], None)], [1, 2, 3, 4], 2),
        ([([1, 2, 3], 0), ([4], 0)], [1, 2, 3, 4], 2),
        ([([1, 2, 3], 5), ([3, 4, 5], 5), ([], 5)], [1, 2, 3, 3, 4, 5], 3),
    ],
    ids=[
        "nothing",
        "one page",
        "two pages",
        "full last page, then nothing",
        "full last page, then the last page again",
        "total grows",
        "total grows past a full page",
        "total shrinks",
        "pages smaller than asked for",
        "total as text",
        "no total",
        "total that is wrong",
        "a row that moved to a later page",
    ],
)
def test_all_rows_come(
    platform: Any, client: OpenApiClient, play: Callable[..., None], pages: Any, expected: list[int], calls: int
) -> None:
    play(*pages)
    assert numbers(client.pages("Team.Query", QUERY, PAIR)) == expected
    assert asked(platform) == list(range(calls))


def test_null_is_nothing(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(data=None))
    assert list(client.pages("Team.Query", QUERY, PAIR)) == []


def test_a_platform_that_gives_the_same_page_for_ever_is_noticed(client: OpenApiClient, play: Any) -> None:
    play(([1, 2, 3], 100), ([1, 2, 3], 100))
    pages = client.pages("Team.Query", QUERY, PAIR)
    assert next(pages).index == 0
    with pytest.raises(MalformedAnswerError, match=r"province: Team\.Query gives page 0 again as page 1"):
        next(pages)


def test_the_first_page_and_the_size_are_the_profiles_unless_the_query_says_otherwise(platform: Any) -> None:
    platform.play(platform.answer(data={"totalCount": 1, "rows": [{"teamSysNo": 1}]}))
    profile = load_profile("nation", {"first_page": 1})
    with OpenApiClient(profile, platform.url) as client:
        assert [page.index for page in client.pages("Team.Query", QUERY, PAIR)] == [1]
        list(client.pages("Team.Query", {**QUERY, "pageSize": 7}, PAIR))
    sent = [json.loads(form["data"]) for form in platform.forms]
    assert [(query["pageIndex"], query["pageSize"]) for query in sent] == [(1, 50), (1, 7)]


@pytest.mark.parametrize("data", [[], "rows", {"rows": {}}, {"rows": [1]}, {"rows": "x"}])
def test_what_is_no_page_is_malformed_and_kept(platform: Any, client: OpenApiClient, data: object) -> None:
    platform.play(platform.answer(data=data))
    with pytest.raises(MalformedAnswerError, match=r"Team\.Query, page 0: data holds no list of rows") as caught:
        list(client.pages("Team.Query", QUERY, PAIR))
    assert caught.value.answer


def test_encrypted_fields_come_out_plain_and_the_rest_as_received(platform: Any, client: OpenApiClient) -> None:
    row = {
        "sourceId": "s1",
        "builderLicenses": [
            {"prjName": "一期", "builderLicenseNum": encrypt("L1", SECRET)},
            {"prjName": "二期", "builderLicenseNum": "broken"},
        ],
        "somethingNew": {"a": 1},
        "name": None,
    }
    platform.play(platform.answer(data={"totalCount": 1, "rows": [row]}))
    (page,) = client.pages("SharedProject.Query", {"areaCode": "330100"}, PAIR)
    assert page.rows[0]["builderLicenses"] == [
        {"prjName": "一期", "builderLicenseNum": "L1"},
        {"prjName": "二期", "builderLicenseNum": None},
    ]
    assert page.rows[0]["somethingNew"] == {"a": 1}
    assert page.unreadable == ((0, "builderLicenses[1].builderLicenseNum"),)
    assert page.raw["rows"] == [row]


@pytest.mark.parametrize("value", ["not base64", encrypt("1", "f" * 32), 5, ["x"]])
def test_one_value_that_cannot_be_read_does_not_lose_the_page(
    platform: Any, client: OpenApiClient, value: object
) -> None:
    good = encrypt("330000198001010490", SECRET)
    rows = [{"personId": "a", "idCardNumber": value}, {"personId": "b", "idCardNumber": good}, {"personId": "c"}]
    platform.play(platform.answer(data={"totalCount": 3, "rows": rows}), platform.answer(data={"rows": []}))
    (page,) = client.pages("SharedPerson.Query", {"areaCode": "330100"}, PAIR)
    assert [row.get("idCardNumber") for row in page.rows] == [None, "330000198001010490", None]
    assert page.unreadable == ((0, "idCardNumber"),)
    assert "330000198001010490" not in repr(page)


def test_a_list_that_is_none_is_unreadable(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(data={"totalCount": 1, "rows": [{"builderLicenses": "L1"}]}))
    (page,) = client.pages("SharedProject.Query", {"areaCode": "330100"}, PAIR)
    assert page.rows == ({"builderLicenses": None},)
    assert page.unreadable == ((0, "builderLicenses"),)
