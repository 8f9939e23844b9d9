import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sandbox_client import nation, province
from sandbox_lane import corp, done, nation_team, team

from realname_sync.sandbox.running import running_platforms

PROGRAM = """
import sys
from realname_sync.sandbox.running import serve
serve(sys.argv[1], ports=dict.fromkeys(("integrity", "province", "nation"), 0), result_delay_seconds=0.2)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_serving_once_what_was_accepted_is_worked_off(
    database: psycopg.Connection, database_url: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, database_url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "plugins")},
    )
    try:
        assert process.stdout is not None
        addresses = dict(process.stdout.readline().split() for _ in range(3))
        assert sorted(addresses) == ["integrity", "nation", "province"]
        client = nation(addresses["nation"])
        for count in range(20):
            assert client.call("Corp.Upload", corp(f"91330000MA00000{count:03d}"))[0] == 0
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert database.execute("select count(*) from nation.corp").fetchone() == (20,)
    assert database.execute("select count(*) from nation.receipt where status = 20").fetchone() == (20,)
    assert database.execute("select count(*) from control.call").fetchone() == (20,)


def test_what_was_received_outlives_the_servers(database: psycopg.Connection, database_url: str) -> None:
    with running_platforms(database_url) as sandbox:
        client = nation(sandbox.url("nation"))
        number = nation_team(client)
        serial = client.call("Corp.Upload", corp())[1]["requestSerialCode"]
    with running_platforms(database_url) as sandbox:
        client = nation(sandbox.url("nation"))
        assert client.result(serial)["status"] == 20
        assert str(number) in client.write("Team.Add", team())[1]
        assert client.call("Corp.Upload", corp())[1]["requestSerialCode"] != serial
        assert sandbox.counts("nation")["write_calls"] == 8


def test_a_result_appears_after_the_delay(database: psycopg.Connection, database_url: str) -> None:
    with running_platforms(database_url, result_delay_seconds=0.3) as sandbox:
        client = nation(sandbox.url("nation"))
        serial = client.call("Corp.Upload", corp())[1]
        assert client.call("AsyncHandleResult.Query", serial)[1] == serial | {"status": 0, "result": ""}
        assert client.result(serial["requestSerialCode"])["status"] == 20


def test_a_rate_limit_can_be_lifted_or_set(database: psycopg.Connection, database_url: str) -> None:
    with running_platforms(database_url, rate_limits={"province": None, "nation": 3}) as sandbox:
        assert [nation(sandbox.url("nation")).call("Worker.Query", {})[0] for _ in range(4)] == [-3, -3, -3, -5]
        answers = {province(sandbox.url("province")).call("Worker.Query", {})[0] for _ in range(60)}
        assert answers == {-3}


def test_a_write_that_fails_in_the_database_spoils_no_other(database: psycopg.Connection, database_url: str) -> None:
    with running_platforms(database_url) as sandbox:
        client = nation(sandbox.url("nation"))
        serials = [
            client.call("Corp.Upload", corp(code) | {"corpName": name})[1]["requestSerialCode"]
            for code, name in (("A1", "好"), ("A2", "坏\x00"), ("A3", "好"))
        ]
        results = [client.result(serial) for serial in serials]
    assert [(one["status"], one["result"]) for one in results] == [(20, ""), (10, "Internal Error"), (20, "")]


def test_ports_already_taken_are_reported(database: psycopg.Connection, database_url: str) -> None:
    with running_platforms(database_url) as sandbox:
        port = int(sandbox.url("nation").rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)), running_platforms(database_url, ports={"nation": port}):
            pass
        done(nation(sandbox.url("nation")).write("Corp.Upload", corp()))
