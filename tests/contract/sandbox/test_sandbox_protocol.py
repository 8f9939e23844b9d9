import json
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sandbox_city import CITY, CITY_APPID, CITY_SECRET, OTHER_PROJECT, PROJECT
from sandbox_client import Client, nation, province

from realname_sync.sandbox.protocol import REQUIRED_PARAMETERS, decrypt, encrypt, is_signed, parse_form, signed_text
from realname_sync.sandbox.running import RunningPlatforms, running_platforms
from realname_sync.workdate import SHANGHAI

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "open-api.json").read_text(encoding="utf-8"))
TEAMS = {"projectCode": PROJECT, "pageIndex": 0, "pageSize": 50}


@pytest.mark.parametrize("vector", VECTORS["signature"], ids=lambda vector: vector["name"])
def test_signature_vectors(vector: dict) -> None:
    assert signed_text(vector["params"], vector["appsecret"]) == vector["string_signed"]
    assert is_signed({**vector["params"], "sign": vector["sign"]}, vector["appsecret"])
    assert not is_signed({**vector["params"], "sign": vector["sign"].upper()}, vector["appsecret"])


def test_wrong_ways_to_sign_are_refused() -> None:
    vector = VECTORS["signature"][1]
    for wrong in VECTORS["signature_negative"]:
        assert not is_signed({**vector["params"], "sign": wrong["digest"]}, vector["appsecret"])


@pytest.mark.parametrize("vector", VECTORS["encryption"], ids=lambda vector: vector["name"])
def test_encryption_vectors(vector: dict) -> None:
    assert encrypt(vector["plaintext"], vector["key_text"]) == vector["ciphertext_base64"]
    assert decrypt(vector["ciphertext_base64"], vector["key_text"]) == vector["plaintext"]


@pytest.mark.parametrize("ciphertext", ["x", "!!!!", "AAAA", encrypt("330000", "another0secret00")])
def test_what_was_not_encrypted_with_the_secret_does_not_decrypt(ciphertext: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind, it says nothing about the value
        decrypt(ciphertext, CITY_SECRET)


@pytest.mark.parametrize(
    "value", ["", "a+b c", "a=b==", "%25 %", "班组\r\n\t ", "x" * 5000, "=\n=3D", "_ ~ .", "\U0001f3d7"]
)
@pytest.mark.parametrize("encode", [urllib.parse.quote, urllib.parse.quote_plus])
def test_form_values_are_read_as_they_were_written(value: str, encode: Callable[[str], str]) -> None:
    values = dict.fromkeys(REQUIRED_PARAMETERS, "x") | {"format": "json", "data": value or "{}"}
    body = "&".join(f"{name}={encode(text)}" for name, text in values.items())
    assert parse_form("application/x-www-form-urlencoded", "", body.encode()) == values
    loose = body.replace("%3D", "=")
    assert parse_form("application/x-www-form-urlencoded", "", loose.encode()) == values


def test_the_signature_covers_the_text_as_it_was_received(sandbox: RunningPlatforms) -> None:
    client = nation(sandbox.url("nation"))
    for text in (json.dumps(TEAMS), json.dumps(TEAMS, indent=2), json.dumps({**TEAMS, "teamName": "钢筋A班"})):
        assert client.call("Team.Query", text)[0] == 0


def test_a_changed_parameter_or_a_wrong_secret_is_refused(sandbox: RunningPlatforms) -> None:
    client = nation(sandbox.url("nation"))
    params = client.params("Team.Query", TEAMS)
    params["data"] = params["data"].replace(PROJECT, OTHER_PROJECT)
    answer = json.loads(client.post(urllib.parse.urlencode(params))[1])
    assert int(answer["code"]) == -2
    assert Client(sandbox.url("nation"), PROJECT, CITY_SECRET, "1.0").call("Team.Query", TEAMS)[0] == -2


def test_an_unknown_appid_is_named(sandbox: RunningPlatforms) -> None:
    code, message = Client(sandbox.url("nation"), "nobody", CITY_SECRET, "1.0").message("Team.Query", TEAMS)
    assert (code, "appid" in message) == (-1, True)


def test_credentials_that_came_later_are_found(sandbox: RunningPlatforms, database: psycopg.Connection) -> None:
    database.execute("insert into control.credential values ('nation', 'late', %s, 'late', null)", [CITY_SECRET])
    client = Client(sandbox.url("nation"), "late", CITY_SECRET, "1.0")
    assert client.call("Team.Query", {**TEAMS, "projectCode": "late"})[0] == 0


@pytest.mark.parametrize(("minutes", "code"), [(-7, -1), (-5, 0), (5, 0), (7, -1)])
def test_the_time_stamp_may_be_six_minutes_off(sandbox: RunningPlatforms, minutes: int, code: int) -> None:
    stamp = (datetime.now(tz=SHANGHAI) + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S")
    assert nation(sandbox.url("nation")).call("Team.Query", TEAMS, timestamp=stamp)[0] == code


def test_a_time_stamp_of_another_form_is_refused(sandbox: RunningPlatforms) -> None:
    for stamp in ("2026-11-20 08:00:00", "20261320080000", "now"):
        assert nation(sandbox.url("nation")).call("Team.Query", TEAMS, timestamp=stamp)[0] == -1


@pytest.mark.parametrize("platform", ["nation", "province"])
def test_a_nonce_serves_once(sandbox: RunningPlatforms, platform: str) -> None:
    client = {"nation": nation, "province": province}[platform](sandbox.url(platform))
    assert client.call("Team.Query", TEAMS, nonce="n1")[0] == 0
    code, message = client.message("Team.Query", TEAMS, nonce="n1")
    assert (code, "nonce" in message) == (-1, True)


def test_a_nonce_is_remembered_over_a_restart_and_forgotten_after_ten_minutes(
    database: psycopg.Connection, database_url: str
) -> None:
    with running_platforms(database_url) as sandbox:
        assert nation(sandbox.url("nation")).call("Team.Query", TEAMS, nonce="n1")[0] == 0
    with running_platforms(database_url) as sandbox:
        assert nation(sandbox.url("nation")).call("Team.Query", TEAMS, nonce="n1")[0] == -1
    later = datetime.now(tz=UTC) + timedelta(minutes=11)
    with running_platforms(database_url, wall_clock=lambda: later) as sandbox:
        stamp = later.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        assert nation(sandbox.url("nation")).call("Team.Query", TEAMS, nonce="n1", timestamp=stamp)[0] == 0


def test_only_a_posted_form_is_taken(sandbox: RunningPlatforms) -> None:
    client = nation(sandbox.url("nation"))
    form = urllib.parse.urlencode(client.params("Team.Query", TEAMS))
    assert client.request("GET", f"/open.api?{form}")[0] == 405
    assert client.request("POST", "/other", form)[0] == 404
    assert (
        json.loads(client.post(json.dumps(client.params("Team.Query", TEAMS)), "application/json")[1])["code"] == "-1"
    )
    assert json.loads(client.post(form, path="/open.api?method=Team.Query")[1])["code"] == "-1"
    assert json.loads(client.post("appid=%FF&method")[1])["code"] == "-1"
    assert json.loads(client.post(f"{form}&appid=x")[1])["code"] == "-1"
    assert json.loads(client.post(f"{form}&appsecret=x")[1])["code"] == "-1"
    assert json.loads(client.post(form)[1])["code"] == "0"


@pytest.mark.parametrize("name", ["appid", "method", "format", "version", "nonce", "timestamp", "data", "sign"])
def test_every_public_parameter_is_needed(sandbox: RunningPlatforms, name: str) -> None:
    client = nation(sandbox.url("nation"))
    params = client.params("Team.Query", TEAMS)
    del params[name]
    answer = json.loads(client.post(urllib.parse.urlencode(params))[1])
    assert (answer["code"], name in answer["message"]) == ("-1", True)


def test_corpsign_has_to_be_the_companys(sandbox: RunningPlatforms) -> None:
    client = nation(sandbox.url("nation"))
    stamp = client.params("Team.Query", TEAMS)["timestamp"]
    for corpsign, code in (
        (client.hidden(f"corpkey{stamp}"), 0),
        (client.hidden("corpkey20200101000000"), -2),
        ("x", -2),
    ):
        assert client.call("Team.Query", TEAMS, timestamp=stamp, corpsign=corpsign)[0] == code


@pytest.mark.parametrize("text", ["", "[]", '"x"', "{", '{"projectCode":"1","projectCode":"1"}', '{"pageIndex":NaN}'])
def test_data_has_to_be_one_json_object(sandbox: RunningPlatforms, text: str) -> None:
    assert nation(sandbox.url("nation")).call("Team.Query", text)[0] == -1


@pytest.mark.parametrize(
    ("instant", "version", "code", "words"),
    [
        (datetime(2021, 5, 31, 23, 59, 59, tzinfo=SHANGHAI), "1.0", 0, ""),
        (datetime(2021, 5, 31, 23, 59, 59, tzinfo=SHANGHAI), "2.0", -3, "2021-06-01"),
        (datetime(2021, 6, 1, tzinfo=SHANGHAI), "1.0", -3, "2021-06-01"),
        (datetime(2021, 6, 1, tzinfo=SHANGHAI), "2.0", 0, ""),
        (datetime(2021, 6, 1, tzinfo=SHANGHAI), "3.0", -3, ""),
    ],
)
def test_the_province_changes_versions_at_one_instant(
    sandbox: RunningPlatforms, arrival_clock, instant: datetime, version: str, code: int, words: str
) -> None:
    arrival_clock.instant = instant
    answered, message = province(sandbox.url("province")).message("Team.Query", TEAMS, version=version)
    assert (answered, words in message) == (code, True)


def test_nation_and_integrity_platform_know_one_version(sandbox: RunningPlatforms) -> None:
    assert nation(sandbox.url("nation")).call("Team.Query", TEAMS, version="2.0")[0] == -3
    asked = {"areaCode": CITY, "pageIndex": 0, "pageSize": 1}
    shared = Client(sandbox.url("integrity"), CITY_APPID, CITY_SECRET, "1.0")
    assert shared.call("SharedProject.Query", asked)[0] == -3


@pytest.mark.parametrize(("platform", "limit"), [("province", 50), ("integrity", 20), ("nation", None)])
def test_calls_a_second_are_limited(
    database: psycopg.Connection, database_url: str, platform: str, limit: int | None
) -> None:
    with running_platforms(database_url) as sandbox:
        client = nation(sandbox.url(platform)) if platform == "nation" else province(sandbox.url(platform))
        forms = [urllib.parse.urlencode(client.params("Worker.Query", {})) for _ in range(80)]
        codes = [int(json.loads(client.post(form)[1])["code"]) for form in forms]
    # A refused call shows that more than the limit fell into one second; the first ones never do.
    assert (-5 in codes) == (limit is not None)
    assert -5 not in codes[:limit]


@pytest.mark.parametrize(
    ("platform", "method"),
    [
        ("nation", "Payroll.Add"),
        ("nation", "KeyPost.Upload"),
        ("nation", "team.query"),
        ("province", "Corp.Upload"),
        ("province", "SharedPerson.Query"),
        ("integrity", "Team.Query"),
        ("integrity", "No.Such"),
    ],
)
def test_other_methods_are_not_open(sandbox: RunningPlatforms, platform: str, method: str) -> None:
    client = nation(sandbox.url(platform)) if platform == "nation" else province(sandbox.url(platform))
    assert client.message(method, {}) == (-3, f"接口 {method} 未开放")


def test_a_projects_pair_is_for_that_project_only(sandbox: RunningPlatforms) -> None:
    assert nation(sandbox.url("nation")).call("Team.Query", {**TEAMS, "projectCode": OTHER_PROJECT})[0] == -3


def test_a_result_is_its_callers_only_and_kept_for_a_day(
    sandbox: RunningPlatforms, database: psycopg.Connection
) -> None:
    client = nation(sandbox.url("nation"))
    serial = client.call("Team.Add", {"projectCode": PROJECT, "corpCode": "C", "corpName": "N", "teamName": "T"})[1]
    assert client.result(serial["requestSerialCode"])["status"] == 10
    other = Client(sandbox.url("nation"), OTHER_PROJECT, client.secret, "1.0")
    assert other.call("AsyncHandleResult.Query", serial)[0] == -1
    assert client.call("AsyncHandleResult.Query", {"requestSerialCode": "team-add-2099010203-1-0001"})[0] == -1
    database.execute("update nation.receipt set accepted_at = accepted_at - interval '25 hours'")
    assert client.call("AsyncHandleResult.Query", serial)[0] == -1
