"""One exchange over a real socket: what is sent, what each answer becomes, and what is repeated."""

import hashlib
import json
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from realname_sync.errors import (
    CallRefusedError,
    ConnectionMissingError,
    DataError,
    MalformedAnswerError,
    NotSentError,
    PermissionRefusedError,
    PlatformAnswerError,
    PlatformBusyError,
    RealnameError,
    RequestRefusedError,
    SettingsError,
    SignatureRefusedError,
    ThrottledError,
    UnknownOutcomeError,
)
from realname_sync.platforms.open_api.cipher import decrypt
from realname_sync.platforms.open_api.client import Answer, AsyncResult, CallRecord, Credentials, OpenApiClient
from realname_sync.platforms.open_api.signature import sign
from realname_sync.standards import load_profile

SECRET = "0123456789abcdef0123456789abcdef"
PAIR = Credentials("zj-330100", SECRET)
SENT_AT = datetime(2026, 11, 20, 15, 59, 58, tzinfo=UTC)
PERSON = "330000198001010490"
READ, WRITE = "Team.Query", "Team.Add"
SERIAL = {"requestSerialCode": "team-add-2026112023-1-0001"}


@pytest.fixture
def records() -> list[CallRecord]:
    return []


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def client(platform: Any, records: list[CallRecord], sleeps: list[float]) -> Iterator[OpenApiClient]:
    profile = load_profile("province", {"calls_per_second": None})
    with OpenApiClient(
        profile, platform.url, clock=lambda: SENT_AT, on_call=records.append, sleep=sleeps.append
    ) as opened:
        yield opened


def test_what_is_sent(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(data=SERIAL))
    data = '{"projectCode":"P1","teamName":"一班 &=+"}'
    assert client.call(WRITE, data, PAIR) == Answer(0, "", SERIAL)
    (form,) = platform.forms
    assert form.pop("") == "/open.api"
    signature, nonce = form.pop("sign"), form["nonce"]
    assert form == {
        "appid": "zj-330100",
        "data": data,
        "format": "json",
        "method": "Team.Add",
        "nonce": nonce,
        "timestamp": "20261120235958",
        "version": "2.0",
    }
    assert len(nonce) == 32
    assert signature == sign(form, SECRET)
    assert SECRET.encode() not in platform.bodies[0]
    assert platform.content_types == ["application/x-www-form-urlencoded; charset=UTF-8"]


def test_a_second_secret_is_sent_encrypted_with_the_timestamp(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(data=SERIAL))
    client.call(WRITE, "{}", Credentials("zj-330100", SECRET, corp_key="fedcba9876543210"))
    (form,) = platform.forms
    form.pop("")
    assert decrypt(form["corpsign"], SECRET) == "fedcba9876543210" + form["timestamp"]
    assert form.pop("sign") == sign(form, SECRET)


def test_a_call_before_the_cut_over_speaks_the_old_version(platform: Any) -> None:
    platform.play(platform.answer())
    before = datetime(2021, 5, 31, 15, 59, 59, tzinfo=UTC)
    with OpenApiClient(load_profile("province"), platform.url, clock=lambda: before) as client:
        client.call(READ, "{}", PAIR)
    assert platform.forms[0]["version"] == "1.0"


def test_every_call_has_a_nonce_of_its_own_and_the_connection_is_kept(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer())
    for _ in range(3):
        client.call(READ, "{}", PAIR)
    assert len({form["nonce"] for form in platform.forms}) == 3
    assert len(platform.connections) == 1


def test_each_thread_has_a_connection_of_its_own(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer())
    together = threading.Barrier(3)

    def work() -> None:
        client.call(READ, "{}", PAIR)
        together.wait(timeout=60)
        client.call(READ, "{}", PAIR)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(platform.forms) == 6
    assert len(platform.connections) == 3


@pytest.mark.parametrize("code", [0, "0"])
def test_the_code_may_be_a_number_or_a_text(platform: Any, client: OpenApiClient, code: object) -> None:
    platform.play(platform.answer(code=code, data={"rows": []}))
    assert client.call(READ, "{}", PAIR).data == {"rows": []}


@pytest.mark.parametrize("method", [READ, WRITE])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, RequestRefusedError),
        ("-2", SignatureRefusedError),
        (-3, PermissionRefusedError),
        (-4, PermissionRefusedError),
        (-5, ThrottledError),
    ],
)
def test_each_code_is_an_error_of_its_own(
    platform: Any, client: OpenApiClient, method: str, code: object, expected: type[RealnameError]
) -> None:
    platform.play(platform.answer(code=code, message=f"参数错误 {PERSON}"))
    with pytest.raises(expected) as caught:
        client.call(method, "{}", PAIR)
    assert type(caught.value) is expected
    assert "province" in str(caught.value)
    assert PERSON not in repr(caught.value)
    assert len(platform.forms) == 1


def test_the_platforms_words_are_kept_beside_a_refusal(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(code=-1, message="teamSysNo 超出范围"))
    with pytest.raises(PlatformAnswerError) as caught:
        client.call(WRITE, "{}", PAIR)
    assert caught.value.answer == "teamSysNo 超出范围"


@pytest.mark.parametrize("named", ["参数 timestamp 超出允许的时间误差", "appid无效", "参数 version 不正确"])
def test_a_refusal_of_what_surrounds_the_request_ends_everything(
    platform: Any, client: OpenApiClient, named: str
) -> None:
    platform.play(platform.answer(code=-1, message=named))
    with pytest.raises(CallRefusedError, match="province_platform") as caught:
        client.call(WRITE, "{}", PAIR)
    assert caught.value.answer == named


@pytest.mark.parametrize(("method", "expected"), [(READ, PlatformBusyError), (WRITE, UnknownOutcomeError)])
def test_a_nonce_that_was_seen_means_that_the_call_came_twice(
    platform: Any, client: OpenApiClient, method: str, expected: type[RealnameError]
) -> None:
    platform.play(platform.answer(code=-1, message="参数 nonce 已使用"))
    with pytest.raises(expected):
        client.call(method, "{}", PAIR)


def test_a_refused_signature_names_the_connection_to_look_at(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(code=-2))
    with pytest.raises(SignatureRefusedError) as caught:
        client.call(READ, "{}", PAIR)
    assert str(caught.value) == (
        "signature refused by province: check appid and secret of connection province_platform"
    )


def test_a_refused_signature_of_a_project_names_its_pair_too(platform: Any) -> None:
    platform.play(platform.answer(code=-2))
    with (
        OpenApiClient(load_profile("nation"), platform.url) as nation,
        pytest.raises(SignatureRefusedError, match="nation_platform or the project's own pair"),
    ):
        nation.call(READ, "{}", Credentials("330100260101010001", SECRET))


LOST = {
    "code 9999": lambda platform: platform.answer(code=9999, message="Internal Error"),
    "code 7": lambda platform: platform.answer(code=7),
    "HTTP 500": lambda platform: platform.raw(b"oops", 500),
    "HTTP 503": lambda platform: platform.raw(b'{"code":0}', 503),
    "ConnectionError": lambda platform: platform.drop(),
    "ChunkedEncodingError": lambda platform: platform.cut_short(),
    "ReadTimeout": lambda platform: platform.silence(0.6),
}
MALFORMED = {
    "no JSON": b"<html>login</html>",
    "not UTF-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "no code": b'{"message":"ok"}',
    "a code in words": b'{"code":"fine"}',
    "a code that is null": b'{"code":null}',
    "nothing": b"",
}


@pytest.mark.parametrize("how", LOST)
def test_a_read_that_gets_lost_is_busy_and_a_write_has_an_unknown_outcome(
    platform: Any, client: OpenApiClient, how: str
) -> None:
    if how == "ReadTimeout":
        client.profile = replace(client.profile, read_timeout_seconds=0.3)
    platform.play(LOST[how](platform))
    with pytest.raises(PlatformBusyError):
        client.call(READ, "{}", PAIR)
    with pytest.raises(UnknownOutcomeError, match="ask before sending again"):
        client.call(WRITE, "{}", PAIR)


@pytest.mark.parametrize("name", MALFORMED)
def test_an_answer_not_of_the_agreed_form(platform: Any, client: OpenApiClient, name: str) -> None:
    platform.play(platform.raw(MALFORMED[name]))
    with pytest.raises(MalformedAnswerError) as caught:
        client.call(READ, "{}", PAIR)
    assert caught.value.answer == MALFORMED[name].decode(errors="replace")
    with pytest.raises(UnknownOutcomeError, match="malformed answer"):
        client.call(WRITE, "{}", PAIR)


@pytest.mark.parametrize("status", [302, 404])
def test_another_status_is_not_followed_and_counts_as_malformed(
    platform: Any, client: OpenApiClient, status: int
) -> None:
    platform.play(platform.raw(b"elsewhere", status))
    with pytest.raises(MalformedAnswerError, match=f"HTTP {status}"):
        client.call(READ, "{}", PAIR)
    assert [form[""] for form in platform.forms] == ["/open.api"]


def test_a_gateway_that_says_too_many(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.raw(b"", 429))
    with pytest.raises(ThrottledError, match="HTTP 429"):
        client.call(WRITE, "{}", PAIR)


@pytest.mark.parametrize("method", [READ, WRITE])
def test_a_connection_that_was_never_made_is_not_sent(method: str, sleeps: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port, and it refuses
        client = OpenApiClient(
            load_profile("province"), f"http://127.0.0.1:{taken.getsockname()[1]}", sleep=sleeps.append
        )
        with pytest.raises(NotSentError, match="connection province_platform"):
            client.call(method, "{}", PAIR)
        with pytest.raises(NotSentError):
            client.write(WRITE, "{}", PAIR)
    client.close()
    assert len(sleeps) == client.profile.attempts - 1


@pytest.mark.parametrize("address", ["", "warehouse.example", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_names_the_connection(address: str) -> None:
    with pytest.raises(ConnectionMissingError, match="connection nation_platform has no usable address"):
        OpenApiClient(load_profile("nation"), address)


def test_a_read_is_repeated_until_it_is_answered(platform: Any, client: OpenApiClient, sleeps: list[float]) -> None:
    platform.play(platform.raw(b"", 502), platform.answer(code=-5), platform.drop(), platform.answer(data={"a": 1}))
    assert client.read(READ, {"projectCode": "P1", "pageIndex": 0, "pageSize": 5}, PAIR) == {"a": 1}
    assert {form["data"] for form in platform.forms} == {'{"projectCode":"P1","pageIndex":0,"pageSize":5}'}
    assert len({form["nonce"] for form in platform.forms}) == 4
    assert len(sleeps) == 3


def test_a_read_gives_up_after_the_profiles_number_of_tries(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.raw(b"", 502))
    with pytest.raises(PlatformBusyError, match="HTTP 502"):
        client.read(READ, {"projectCode": "P1", "pageIndex": 0, "pageSize": 5}, PAIR)
    assert len(platform.forms) == client.profile.attempts


def test_a_query_that_does_not_fit_the_standard_is_not_sent(platform: Any, client: OpenApiClient) -> None:
    with pytest.raises(DataError, match=r"Team\.Query does not fit .*: pageIndex missing; corpName wrong_type"):
        client.read(READ, {"projectCode": "P1", "corpName": 5, "pageSize": 5}, PAIR)
    with pytest.raises(SettingsError, match=r"no method Corp\.Delete"):
        client.read("Corp.Delete", {}, PAIR)
    assert platform.forms == []


def test_a_write_returns_its_serial_code(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer(code=-5), platform.answer(data=SERIAL))
    assert client.write(WRITE, '{"projectCode":"P1"}', PAIR) == SERIAL["requestSerialCode"]
    assert [form["data"] for form in platform.forms] == ['{"projectCode":"P1"}'] * 2


@pytest.mark.parametrize("how", LOST)
def test_a_write_that_gets_lost_is_never_repeated(platform: Any, client: OpenApiClient, how: str) -> None:
    platform.play(LOST[how](platform))
    with pytest.raises(UnknownOutcomeError):
        client.write(WRITE, "{}", PAIR)
    assert len(platform.forms) == 1


@pytest.mark.parametrize("data", [None, {}, {"requestSerialCode": ""}, {"requestSerialCode": True}, []])
def test_a_write_without_a_serial_code_has_an_unknown_outcome(
    platform: Any, client: OpenApiClient, data: object
) -> None:
    platform.play(platform.answer(data=data))
    with pytest.raises(UnknownOutcomeError, match="no requestSerialCode"):
        client.write(WRITE, "{}", PAIR)
    assert len(platform.forms) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"status": 0, "result": None}, AsyncResult(0, "")),
        ({"status": "20", "result": '{"teamSysNo":1}'}, AsyncResult(20, '{"teamSysNo":1}')),
        ({"status": 20, "result": {"teamSysNo": 1, "名": "甲"}}, AsyncResult(20, '{"teamSysNo":1,"名":"甲"}')),
        ({"status": 10, "result": "[workerList][0] 已存在"}, AsyncResult(10, "[workerList][0] 已存在")),
        ({"status": 0}, AsyncResult(0, "")),
    ],
)
def test_results(platform: Any, client: OpenApiClient, data: object, expected: AsyncResult) -> None:
    platform.play(platform.answer(data=data))
    assert client.result("team-add-1", PAIR) == expected
    assert json.loads(platform.forms[0]["data"]) == {"requestSerialCode": "team-add-1"}


@pytest.mark.parametrize("data", [None, [], {"status": 30}, {"status": None}, {"result": "x"}])
def test_a_result_that_says_nothing_known_is_malformed(platform: Any, client: OpenApiClient, data: object) -> None:
    platform.play(platform.answer(data=data))
    with pytest.raises(MalformedAnswerError, match="no known status"):
        client.result("team-add-1", PAIR)


def test_every_exchange_is_recorded_also_a_failed_one(
    platform: Any, client: OpenApiClient, records: list[CallRecord]
) -> None:
    platform.play(platform.raw(b"", 502), platform.answer(code=-1), platform.answer(data=SERIAL))
    data = '{"projectCode":"P1","teamName":"一班"}'
    for expected in (UnknownOutcomeError, RequestRefusedError):
        with pytest.raises(expected):
            client.call(WRITE, data, PAIR)
    client.call(WRITE, data, PAIR)
    told = [(record.http_status, record.code, record.error, record.serial_code) for record in records]
    assert told == [
        (502, None, "UnknownOutcomeError", None),
        (200, -1, "RequestRefusedError", None),
        (200, 0, None, SERIAL["requestSerialCode"]),
    ]
    record = records[0]
    assert (record.platform, record.method, record.appid, record.project_code) == (
        "province",
        WRITE,
        "zj-330100",
        "P1",
    )
    assert record.sent_at == SENT_AT
    assert record.data_sha256 == hashlib.sha256(data.encode()).hexdigest()
    assert record.request_bytes == len(platform.bodies[0])
    assert record.elapsed_ms > 0


def test_one_line_is_logged_for_a_call_and_nothing_personal(
    platform: Any, client: OpenApiClient, records: list[CallRecord], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="realname_sync")
    platform.play(platform.answer(code=-1, message=f"{PERSON} 已存在"))
    with pytest.raises(RequestRefusedError):
        client.call("ProjectWorker.Add", f'{{"projectCode":"P1","workerName":"{PERSON}"}}', PAIR)
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("realname_sync")]
    assert line.startswith("province ProjectWorker.Add: code -1, HTTP 200, ")
    assert line.endswith("bytes, RequestRefusedError")
    for told in (line, caplog.text, str(asdict(records[0]))):
        assert PERSON not in told
        assert SECRET not in told


def test_secrets_and_answers_are_in_no_repr() -> None:
    shown = repr((Credentials("a", SECRET, SECRET), Answer(-1, PERSON, {"x": PERSON}), AsyncResult(10, PERSON)))
    assert SECRET not in shown
    assert PERSON not in shown


def test_a_closed_client_opens_again(platform: Any, client: OpenApiClient) -> None:
    platform.play(platform.answer())
    client.call(READ, "{}", PAIR)
    client.close()
    client.call(READ, "{}", PAIR)
    assert len(platform.connections) == 2
