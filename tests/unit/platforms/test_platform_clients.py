"""The integrity platform, the two uplinks, and how they are opened from a connection."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from realname_sync.errors import ConnectionMissingError, MalformedAnswerError, SettingsError
from realname_sync.platforms.integrity import SHARED_METHODS, IntegrityPlatform
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.platforms.open_api.client import Credentials
from realname_sync.platforms.opening import open_integrity, open_uplink
from realname_sync.platforms.uplink import IssuedTeam, Uplink
from realname_sync.settings import ConnectionSpec, connection

SECRET = "0123456789abcdef0123456789abcdef"
DAY = date(2026, 11, 20)
SINCE = datetime(2026, 11, 19, 16, 30, 15, 999_999, tzinfo=UTC)


def spec(name: str, url: str, **extra: Any) -> ConnectionSpec:
    return ConnectionSpec(
        name=name, kind="http", host=url, login="zj-330100", password=SECRET, extra={"attempts": 1, **extra}
    )


def project_pair(project_code: str) -> Credentials:
    return Credentials(project_code, project_code.ljust(32, "0"))


@pytest.fixture
def integrity(platform: Any) -> Iterator[IntegrityPlatform]:
    opened = open_integrity(spec("integrity_platform", platform.url))
    yield opened
    opened.client.close()


@pytest.fixture
def province(platform: Any) -> Iterator[Uplink]:
    opened = open_uplink(spec("province_platform", platform.url))
    yield opened
    opened.client.close()


@pytest.fixture
def nation(platform: Any) -> Iterator[Uplink]:
    opened = open_uplink(spec("nation_platform", platform.url), credentials_for=project_pair)
    yield opened
    opened.client.close()


def queries(platform: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(form["method"], json.loads(form["data"])) for form in platform.forms]


@pytest.mark.parametrize(("object_name", "method"), SHARED_METHODS.items())
def test_each_shared_object_has_its_query(
    platform: Any, integrity: IntegrityPlatform, object_name: str, method: str
) -> None:
    platform.play(platform.answer(data={"totalCount": 1, "rows": [{"sourceId": "s1"}]}))
    (page,) = integrity.shared_pages(object_name, "330100", SINCE)
    assert page.rows == ({"sourceId": "s1"},)
    asked = {"areaCode": "330100", "updatedSince": "2026-11-20 00:30:15", "pageIndex": 0, "pageSize": 200}
    assert queries(platform) == [(method, asked)]
    assert platform.forms[0]["appid"] == "zj-330100"


def test_a_full_read_names_no_instant(platform: Any, integrity: IntegrityPlatform) -> None:
    platform.play(platform.answer(data=None))
    assert list(integrity.shared_pages("corp", "330106")) == []
    assert queries(platform) == [("SharedCorp.Query", {"areaCode": "330106", "pageIndex": 0, "pageSize": 200})]


def test_an_unknown_shared_object_is_named(integrity: IntegrityPlatform) -> None:
    with pytest.raises(SettingsError, match="'team' is no shared object; the ones there are: project, corp"):
        integrity.shared_pages("team", "330100")


def test_corrections_and_lamps(platform: Any, integrity: IntegrityPlatform) -> None:
    platform.play(platform.answer(data={"totalCount": 1, "rows": [{"status": 2, "ruleCode": "NEW_ONE"}]}))
    reads = (integrity.correction("T1"), integrity.corrections(SINCE), integrity.lamps("330100", SINCE))
    assert all(next(pages).rows[0]["ruleCode"] == "NEW_ONE" for pages in reads)
    paging = {"pageIndex": 0, "pageSize": 200}
    assert queries(platform) == [
        ("Correction.Query", {"ticketNo": "T1", **paging}),
        ("Correction.Query", {"updatedSince": "2026-11-20 00:30:15", **paging}),
        ("WarningLamp.Query", {"areaCode": "330100", "updatedSince": "2026-11-20 00:30:15", **paging}),
    ]


def test_the_province_counts_a_day_in_one_call(platform: Any, province: Uplink) -> None:
    platform.play(platform.answer(data={"rows": 1234, "persons": 600, "lateRows": 3, "lastReceivedAt": None}))
    assert province.attendance_count("P1", DAY) == 1234
    assert queries(platform) == [("AttendanceDay.Query", {"projectCode": "P1", "date": "2026-11-20"})]
    assert platform.forms[0]["appid"] == "zj-330100"


def test_the_nation_counts_a_day_by_the_total_of_a_small_page(platform: Any, nation: Uplink) -> None:
    platform.play(platform.answer(data={"totalCount": "57", "rows": [{}], "pageIndex": 0, "pageSize": 1}))
    assert nation.attendance_count("P1", DAY) == 57
    asked = {"projectCode": "P1", "date": "2026-11-20", "pageIndex": 0, "pageSize": 1}
    assert queries(platform) == [("WorkerAttendance.Query", asked)]
    assert platform.forms[0]["appid"] == "P1"


def test_a_day_without_data_counts_nothing(platform: Any, nation: Uplink) -> None:
    platform.play(platform.answer(data=None))
    assert nation.attendance_count("P1", DAY) == 0


@pytest.mark.parametrize("data", [{}, [], {"totalCount": None}, {"totalCount": "many"}])
def test_a_count_that_is_none_is_malformed(platform: Any, nation: Uplink, data: object) -> None:
    platform.play(platform.answer(data=data))
    with pytest.raises(MalformedAnswerError, match="answered no totalCount"):
        nation.attendance_count("P1", DAY)


def test_a_persons_day_is_asked_for_by_the_encrypted_number(platform: Any, nation: Uplink) -> None:
    secret = project_pair("P1").secret
    ciphertext = encrypt("330000198001010490", secret)
    row = {"idCardNumber": ciphertext, "direction": "01", "date": "2026-11-20 07:00:00"}
    platform.play(platform.answer(data={"totalCount": 1, "rows": [row]}))
    rows = nation.attendance_of_person("P1", DAY, "01", "330000198001010490")
    assert rows == [{**row, "idCardNumber": "330000198001010490"}]
    ((_, query),) = queries(platform)
    assert query["idCardNumber"] == ciphertext
    assert b"330000198001010490" not in platform.bodies[0]


def test_everything_of_a_day(platform: Any, province: Uplink) -> None:
    platform.play(platform.answer(data={"totalCount": 1, "rows": [{"deviceRecordId": "7"}]}))
    assert [row["deviceRecordId"] for page in province.attendance_pages("P1", DAY) for row in page.rows] == ["7"]


def test_the_numbers_a_platform_issued_to_teams(platform: Any, province: Uplink) -> None:
    rows = [
        {"teamSysNo": 1000000001, "corpCode": "C1", "teamName": "一班", "localTeamId": "t-1"},
        {"teamSysNo": "1000000002", "corpCode": "C1", "teamName": "二班"},
    ]
    platform.play(platform.answer(data={"totalCount": 2, "rows": rows}))
    assert province.team_numbers("P1") == [
        IssuedTeam(1000000001, "C1", "一班", "t-1"),
        IssuedTeam(1000000002, "C1", "二班"),
    ]


def test_a_team_without_its_number_is_malformed(platform: Any, province: Uplink) -> None:
    platform.play(platform.answer(data={"totalCount": 1, "rows": [{"teamName": "一班"}]}))
    with pytest.raises(MalformedAnswerError, match="without teamSysNo"):
        province.team_numbers("P1")


def test_writes_and_results_use_the_projects_pair(platform: Any, nation: Uplink) -> None:
    platform.play(
        platform.answer(data={"requestSerialCode": "s-1"}), platform.answer(data={"status": 20, "result": None})
    )
    assert nation.write("WorkerAttendance.Add", "P1", '{"projectCode":"P1"}') == "s-1"
    assert nation.result("P1", "s-1").status == 20
    assert [form["appid"] for form in platform.forms] == ["P1", "P1"]


def test_a_company_pair_may_serve_all_projects_of_the_nation(platform: Any) -> None:
    platform.play(platform.answer(data=None))
    uplink = open_uplink(spec("nation_platform", platform.url, credentials="city"))
    assert uplink.attendance_count("P1", DAY) == 0
    uplink.close()
    assert platform.forms[0]["appid"] == "zj-330100"


def test_the_nation_without_pairs_says_how_to_load_them() -> None:
    with pytest.raises(ConnectionMissingError, match=r"nation_platform has one pair per project.*credentials import"):
        open_uplink(connection("nation_platform", {}))


def test_a_connection_without_its_pair_says_what_to_set() -> None:
    bare = ConnectionSpec(name="integrity_platform", host="http://127.0.0.1:1")
    with pytest.raises(ConnectionMissingError, match="integrity_platform lacks its pair: set login"):
        open_integrity(bare)


def test_the_extra_of_a_connection_overrides_the_profile_and_holds_the_second_secret(platform: Any) -> None:
    platform.play(platform.answer(data=None))
    opened = open_integrity(
        spec("integrity_platform", platform.url, page_size="7", corp_key="k" * 16), clock=lambda: SINCE
    )
    list(opened.shared_pages("corp", "330100"))
    opened.client.close()
    assert json.loads(platform.forms[0]["data"])["pageSize"] == 7
    assert platform.forms[0]["corpsign"] == encrypt("k" * 16 + "20261120003015", SECRET)


def test_a_proxy_of_the_environment_is_not_used(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    platform.play(platform.answer(data=None))
    uplink = open_uplink(spec("province_platform", platform.url))
    assert uplink.attendance_count("P1", DAY) == 0
    uplink.close()
