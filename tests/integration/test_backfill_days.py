"""Days made up by the command line without Airflow: killed and carried on, restricted, refused; what is said first."""

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from commands import run, start
from deliveries import ATTENDANCE, DAY, STATES, Clock, at
from effect import differences

from realname_sync.pipelines.deliver import completeness
from realname_sync.pipelines.pull import pull_master_data
from request_log import blind_resends, changed_repeats, read_log

TARGETS = ("province", "nation")
DAYS = [DAY - timedelta(days=9 - number) for number in range(10)]


def range_of(first: date, last: date, *more: str) -> list[str]:
    return ["backfill", "--from", str(first), "--to", str(last), "--without-airflow", *more]


def killed_when(town: Any, is_time: Callable[[], bool], *arguments: str) -> None:
    """Begin a command and end it with SIGKILL as soon as it is time."""
    process = start(town, *arguments)
    try:
        give_up_at = time.monotonic() + 120
        while not is_time():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < give_up_at
            time.sleep(0.005)
    finally:
        process.kill()
        process.communicate()


def count(town: Any, condition: str) -> int:
    return int(town.warehouse_sql(f"SELECT count(*) FROM {condition}")[0][0])


def test_ten_days_killed_again_and_again_arrive_exactly_once_and_as_was_said(open_town: Callable[..., Any]) -> None:
    town = open_town(1, size=(8, 160, 10), clock=Clock(at(22, 30)))
    pull_master_data(town.city)
    before = run(town, *range_of(DAYS[0], DAYS[-1], "--dry-run"))
    assert "nothing was done" in before
    assert count(town, "ops.backfill") == count(town, "ops.step_run WHERE work_date IS NOT NULL") == 0

    read = ("--only", "extract", "--only", "check", "--reason", "a city joins with its history")
    checked = "ops.step_run WHERE step = 'check_consistency'"
    killed_when(town, lambda: count(town, checked) == 3, *range_of(DAYS[0], DAYS[-1], *read))
    assert "interrupted" in run(town, "backfill", "list")
    run(town, "backfill", "resume", "1")
    assert count(town, f"{checked} AND state = 'done'") == len(DAYS)

    send = ("--only", "push", "--newest-first")
    in_flight = "delivery.batch WHERE kind = 'attendance' AND target = '{}' AND state = 'sending'"
    killed_when(
        town,
        lambda: count(town, f"{in_flight.format('nation')} AND work_date <= '{DAYS[8]}'") > 0,
        *range_of(DAYS[0], DAYS[-1], *send),
    )
    killed_when(
        town,
        lambda: count(town, f"{in_flight.format('province')} AND work_date <= '{DAYS[4]}'") > 0,
        *("backfill", "resume", "2"),
    )
    sent_already = {target: count(town, f"delivery.batch WHERE target = '{target}'") for target in TARGETS}
    assert all(sent_already.values())
    told = run(town, "backfill", "resume", "2")
    assert "done already" in told
    assert "backfill 2" in told

    (kept,) = town.warehouse_sql("SELECT state, said, result FROM ops.backfill WHERE backfill_id = 2")
    assert kept.state == "done"
    for target in TARGETS:
        there = 0
        for day in DAYS:
            counts = completeness(town.city, day)[target]
            assert sum(counts[state] for state in STATES) == counts["read"]
            assert counts["waiting"] == counts["in_batch"] == 0
            assert differences(town, target, day) == []
            there += counts["acknowledged"] + counts["refused"]
        said, result = kept.said[target], kept.result[target]
        assert there == said["to_send"] == result["sent"] > 1000
        assert sum(said["held"].values()) == result["held"] > 0
        assert 0 < town.platforms.counts(target)["accepted_calls"][ATTENDANCE] <= said["calls"]
        log = read_log(town, target)
        assert blind_resends(log) == []
        assert changed_repeats(log) == []
    afterwards = run(town, *range_of(DAYS[0], DAYS[-1], "--dry-run", "--only", "push"))
    assert all(f"{target}: 0 rows in 0 calls" in afterwards for target in TARGETS)


@pytest.fixture
def evening(open_town: Callable[..., Any]) -> Any:
    """A town pulled, extracted and checked, on the evening of its last day."""
    return open_town(1, stage="checked", clock=Clock(at(22, 30)))


def test_only_the_chosen_projects_are_sent_and_the_others_wait(evening: Any) -> None:
    rows = evening.warehouse_sql(
        "SELECT project_code, count(*) AS punches FROM core.punch WHERE NOT EXISTS (SELECT 1 FROM quality.finding"
        " WHERE severity = 'stop' AND object = 'project' AND object_key = punch.project_code) GROUP BY 1 ORDER BY 2, 1"
    )
    chosen = str(rows[-1].project_code)
    asked = range_of(DAY, DAY, "--only", "push", "--only", "reconcile", "--project", chosen)
    assert "rows of 1 projects are sent" in run(evening, *asked)
    for target in TARGETS:
        held = evening.sandbox_sql(f"SELECT DISTINCT project_code FROM {target}.attendance")
        assert held == [(chosen,)]
        teams = evening.sandbox_sql(f"SELECT DISTINCT project_code FROM {target}.team")
        assert teams == [(chosen,)]
        counts = completeness(evening.city, DAY)[target]
        assert counts["acknowledged"] <= rows[-1].punches
        assert counts["in_batch"] == 0
        assert differences(evening, target, DAY) == []
    (kept,) = evening.warehouse_sql("SELECT said, result FROM ops.backfill")
    assert all(kept.said[target]["to_send"] == kept.result[target]["sent"] > 0 for target in TARGETS)

    run(evening, *range_of(DAY, DAY, "--only", "push", "--target", "province"))
    assert len(evening.sandbox_sql("SELECT DISTINCT project_code FROM province.attendance")) > 1
    assert evening.sandbox_sql("SELECT DISTINCT project_code FROM nation.attendance") == [(chosen,)]


def moved_back(town: Any, to: date) -> None:
    """Everything at the municipal platform happened earlier, its last day on that date."""
    dated = town.municipal_rows(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        " AND data_type IN ('date', 'timestamp without time zone')"
    )
    for table, column in dated:
        town.municipal_sql(f"UPDATE {table} SET {column} = {column} - interval '{(DAY - to).days} days'")


def test_days_before_june_2021_go_up_as_version_2(open_town: Callable[..., Any]) -> None:
    """The version follows from the moment of sending and not from the day."""
    town = open_town(1, clock=Clock(at(22, 30)))
    long_ago = date(2021, 5, 31)
    moved_back(town, long_ago)
    pull_master_data(town.city)
    steps = ("--only", "extract", "--only", "check", "--only", "push")
    run(town, *range_of(long_ago, long_ago, "--target", "province", *steps))
    assert completeness(town.city, long_ago)["province"]["acknowledged"] > 0
    calls = [call for call in read_log(town, "province") if call.method == ATTENDANCE]
    assert {call.form["version"] for call in calls} == {"2.0"}
    assert all(row["date"].startswith(str(long_ago)) for call in calls for row in call.data["dataList"])


def test_a_backfill_that_fails_says_what_is_missing_and_is_carried_on(evening: Any) -> None:
    evening.platforms.set_faults("nation", {"kind": "answer_code", "code": -2, "method": "Corp.Upload"})
    failed = run(evening, *range_of(DAY, DAY, "--only", "push", "--reason", "nobody was there"), expect=1)
    assert "realname backfill resume 1" in failed
    evening.platforms.clear_faults()
    shown = run(evening, "backfill", "show", "1")
    assert "interrupted" in shown
    assert "nobody was there" in shown
    run(evening, "backfill", "resume", "1")
    assert completeness(evening.city, DAY)["nation"]["waiting"] == 0
    again = run(evening, "backfill", "resume", "1", expect=2)
    assert again.strip() == "realname: backfill 1 is done; nothing of it is left to carry on"


def test_a_second_backfill_of_the_same_days_is_refused_and_names_the_first(evening: Any) -> None:
    from realname_sync.pipelines.backfill.record import add_backfill, held
    from realname_sync.pipelines.backfill.request import Request

    said = {target: {"acknowledged": 0, "refused": 0} for target in TARGETS}
    first = Request(DAY - timedelta(days=5), DAY, ("nation",), ("push",))
    number = add_backfill(evening.city, first, by_airflow=False, reason="", by="somebody", said=said).number
    asked = range_of(DAY, DAY, "--only", "push", "--target", "nation")
    with held(evening.city, number):
        refused = run(evening, *asked, expect=2)
        assert f"backfill {number} over {DAY - timedelta(days=5)} to {DAY} (nation) is running" in refused
        assert "being carried on by another process" in run(evening, "backfill", "resume", str(number), expect=2)
    assert json.dumps(completeness(evening.city, DAY)["nation"]["acknowledged"]) == "0"
    assert f"backfill {number} over" in run(evening, *asked, expect=2)
    run(evening, "backfill", "stop", str(number))
    run(evening, *asked)
    assert completeness(evening.city, DAY)["nation"]["acknowledged"] > 0
