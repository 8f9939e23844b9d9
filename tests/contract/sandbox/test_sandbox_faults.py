import http.client
import json
import time
from typing import Any

import pytest
from sandbox_city import CITY, PROJECT
from sandbox_client import Client, nation, province
from sandbox_lane import corp, done

from realname_sync.sandbox.faults import MALFORMED, Fault, FaultBoard
from realname_sync.sandbox.running import RunningPlatforms

UPLOAD = "Corp.Upload"


@pytest.fixture
def client(sandbox: RunningPlatforms) -> Client:
    return nation(sandbox.url("nation"))


def outcome(client: Client, method: str = UPLOAD) -> int | str:
    """The code of the answer, or the name of what came instead of one."""
    try:
        status, body = client.post_call(method, corp())
    except (ConnectionError, http.client.HTTPException):
        return "dropped"
    return status if status != 200 else int(json.loads(body)["code"])


def kept(sandbox: RunningPlatforms) -> int:
    return sandbox.counts("nation")["rows"]["corp"]


def test_a_connection_can_drop_before_the_work_is_done(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "drop_before", "method": UPLOAD, "times": 1})
    assert (outcome(client), kept(sandbox)) == ("dropped", 0)
    assert (outcome(client), kept(sandbox)) == (0, 1)


def test_a_connection_can_drop_after_the_work_is_done(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "drop_after", "method": UPLOAD, "times": 1})
    assert (outcome(client), kept(sandbox)) == ("dropped", 1)
    assert outcome(client) == 0
    first, second = sandbox.calls("nation")
    assert (first["code"], first["http_status"], first["fault"]) == (None, None, "drop_after")
    assert first["serial_code"] != second["serial_code"]


@pytest.mark.parametrize(("after_work", "rows"), [(False, 0), (True, 1)])
def test_http_errors_come_before_or_after_the_work(
    client: Client, sandbox: RunningPlatforms, after_work: bool, rows: int
) -> None:
    sandbox.set_faults("nation", {"kind": "http_error", "status": 502, "times": 1, "after_work": after_work})
    assert (outcome(client), kept(sandbox)) == (502, rows)
    assert outcome(client) == 0


def test_a_share_of_the_calls_is_hit_evenly(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "http_error", "share": 0.25, "after": 1})
    assert [outcome(client) for _ in range(9)] == [0, 0, 0, 0, 503, 0, 0, 0, 503]


def test_the_other_codes_can_be_answered(client: Client, sandbox: RunningPlatforms) -> None:
    codes = [{"kind": "answer_code", "code": code, "times": 1} for code in (-4, 9999)]
    sandbox.set_faults("nation", [{"kind": "throttle", "times": 2}, *codes])
    assert [outcome(client) for _ in range(5)] == [-5, -5, -4, 9999, 0]
    assert kept(sandbox) == 1


def test_answers_can_be_delayed(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "delay", "seconds": 0.3, "method": "Corp.*"})
    started = time.monotonic()
    assert outcome(client) == 0
    assert time.monotonic() - started >= 0.3


def test_faults_can_be_cleared(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "http_error"})
    assert outcome(client) == 503
    sandbox.clear_faults()
    assert outcome(client) == 0


def test_results_can_be_slow(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "slow_results", "seconds": 0.4})
    serial = client.call(UPLOAD, corp())[1]
    assert kept(sandbox) == 1
    assert client.call("AsyncHandleResult.Query", serial)[1]["status"] == 0
    assert client.result(serial["requestSerialCode"])["status"] == 20


def test_results_can_fail(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "failed_results", "after": 1, "times": 1})
    done(client.write(UPLOAD, corp()))
    assert client.write(UPLOAD, corp("91330000MA0000009X")) == (10, "Internal Error")
    assert kept(sandbox) == 1
    done(client.write(UPLOAD, corp("91330000MA0000009X")))


@pytest.mark.parametrize("shape", MALFORMED)
def test_answers_can_be_malformed(client: Client, sandbox: RunningPlatforms, shape: str) -> None:
    sandbox.set_faults("nation", {"kind": "malformed_answer", "shape": shape, "times": 1})
    status, body = client.post_call(UPLOAD, corp())
    assert (status, body, kept(sandbox)) == (200, MALFORMED[shape], 1)


def test_a_fault_is_for_its_platform_and_method_only(client: Client, sandbox: RunningPlatforms) -> None:
    sandbox.set_faults("nation", {"kind": "drop_before", "method": "Team.*"})
    assert outcome(client) == 0
    assert outcome(client, "Team.Add") == "dropped"
    asked = {"projectCode": PROJECT, "pageIndex": 0, "pageSize": 1}
    assert province(sandbox.url("province")).call("Team.Query", asked)[0] == 0


def test_faults_are_switched_over_http(client: Client) -> None:
    def ask(verb: str, body: Any = None) -> tuple[int, Any]:
        status, text = client.request(verb, "/sandbox/faults", None if body is None else json.dumps(body))
        return status, json.loads(text) if status == 200 else text.decode()

    fault = {"kind": "drop_before", "times": 2}
    assert ask("POST", {"faults": [fault, fault | {"method": "Team.*"}]})[0] == 200
    assert ask("POST", fault | {"method": UPLOAD})[0] == 200
    assert outcome(client) == "dropped"
    assert [(one["method"], one["met"], one["hits"]) for one in ask("GET")[1]] == [
        ("*", 1, 1),
        ("Team.*", 0, 0),
        (UPLOAD, 0, 0),
    ]
    for wrong in ({"kind": "flood"}, {"times": 1}, fault | {"often": True}, fault | {"shape": "odd"}, 7):
        assert ask("POST", wrong)[0] == 400
    assert ask("DELETE") == (200, [])
    assert outcome(client) == 0


def test_a_page_fault_waits_for_its_page() -> None:
    board = FaultBoard()
    board.switch_on({"kind": "moving_row", "page": 1, "times": 1})
    assert [len(list(board.take("page", "SharedCorp.Query", page))) for page in (0, 1, 1)] == [0, 1, 0]


@pytest.mark.parametrize(("share", "hits"), [(1.0, 10), (0.5, 5), (0.3, 3), (0.1, 1), (0.0, 0)])
def test_a_share_comes_out_exactly(share: float, hits: int) -> None:
    fault = Fault("delay", share=share)
    assert sum(fault.strikes() for _ in range(10)) == hits


def test_reads_fail_half_way_through_the_pages(sandbox: RunningPlatforms) -> None:
    client = province(sandbox.url("integrity"))
    sandbox.set_faults("integrity", {"kind": "http_error", "method": "SharedPerson.Query", "after": 1, "times": 1})
    asked = {"areaCode": CITY, "pageSize": 1}
    statuses = [client.post_call("SharedPerson.Query", asked | {"pageIndex": index})[0] for index in (0, 1, 1)]
    assert statuses == [200, 503, 200]
