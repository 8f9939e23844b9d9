"""A day in sweeps: punches come in portions, some for the day before, and each goes up once under its own date."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from deliveries import DAY, Clock, assert_effect_equals_acknowledged, at

from realname_sync.errors import FatalError, RetriableError
from realname_sync.pipelines.deliver import TARGETS, completeness, deliver
from realname_sync.pipelines.forecast import Verdict
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.pipelines.status import day_forecasts
from realname_sync.pipelines.sweep import read_new, sweep

BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(at(12))


@pytest.fixture
def empty(open_town: Callable[..., Any], clock: Clock) -> Any:
    """A town whose municipal platform has no punch yet; they are kept beside it, to arrive as the test wants."""
    town = open_town(1, clock=clock)
    town.municipal_sql("CREATE TABLE to_come AS SELECT * FROM attendance")
    town.municipal_sql("DELETE FROM attendance")
    pull_master_data(town.city)
    return town


def arrive(town: Any, until: datetime) -> int:
    """Let arrive at the municipal platform what was received there before that instant."""
    moment = until.replace(tzinfo=None)
    town.municipal_sql("INSERT INTO attendance SELECT * FROM to_come WHERE received_at < %s", moment)
    town.municipal_sql("DELETE FROM to_come WHERE received_at < %s", moment)
    return int(town.municipal_rows("SELECT count(*) FROM attendance")[0][0])


def writes(town: Any) -> dict[str, int]:
    return {target: town.platforms.counts(target)["write_calls"] for target in TARGETS}


def runs_of(town: Any, step: str) -> int:
    return int(town.warehouse_sql("SELECT count(*) FROM ops.step_run WHERE step = :step", step=step)[0][0])


def test_a_day_in_portions_arrives_whole_and_nothing_twice(empty: Any, clock: Clock) -> None:
    seen: list[int] = []
    for moment in (at(9), at(14), at(18), at(23, 30)):
        clock.set(moment)
        arrive(empty, moment)
        sweep(empty.city, DAY)
        seen.append(completeness(empty.city, DAY)["nation"]["read"])
    assert seen == sorted(set(seen))
    for target in TARGETS:
        assert_effect_equals_acknowledged(empty, target)
        assert completeness(empty.city, DAY)[target]["late"] == 0
    forecast = day_forecasts(empty.city, DAY)["nation"]
    assert (forecast.verdict, forecast.load.left) == (Verdict.DONE, 0)
    assert forecast.pace.rows_per_minute
    assert forecast.pace.answered


def test_through_the_day_small_remainders_wait_and_are_no_risk(empty: Any, clock: Clock) -> None:
    clock.set(at(12))
    arrive(empty, at(12))
    sweep(empty.city, DAY)
    forecast = day_forecasts(empty.city, DAY)["nation"]
    assert forecast.load.waiting > 0
    assert forecast.verdict == Verdict.IN_TIME


def test_a_sweep_with_nothing_new_makes_no_write_call_and_checks_nothing(empty: Any, clock: Clock) -> None:
    clock.set(at(23))
    arrive(empty, at(23))
    sweep(empty.city, DAY)
    before, checks = writes(empty), runs_of(empty, "check_consistency")
    again = sweep(empty.city, DAY)
    assert writes(empty) == before
    assert runs_of(empty, "check_consistency") == checks
    assert again["days"] == [DAY.isoformat()]
    assert again["read"] == {DAY.isoformat(): {"written": 0, "withdrawn": 0}}


def _day_before_delivered(town: Any, clock: Clock, kept_back: int) -> None:
    """The day before went up in its evening, but for some punches that their device had not sent yet."""
    town.municipal_sql(
        "CREATE TABLE offline AS SELECT * FROM to_come WHERE punched_at >= %s AND punched_at < %s"
        " AND received_at < %s AND punched_at <= received_at ORDER BY punched_at LIMIT %s",
        *(at(0, day=BEFORE).replace(tzinfo=None), at(0).replace(tzinfo=None), at(0).replace(tzinfo=None), kept_back),
    )
    town.municipal_sql("DELETE FROM to_come USING offline WHERE to_come.id = offline.id")
    clock.set(at(23, 30, day=BEFORE))
    arrive(town, at(23, 30, day=BEFORE))
    sweep(town.city, BEFORE)


def test_rows_of_yesterday_that_arrive_today_go_up_late_on_their_own_date(empty: Any, clock: Clock) -> None:
    _day_before_delivered(empty, clock, kept_back=30)
    evening = {target: completeness(empty.city, BEFORE)[target] for target in TARGETS}
    assert all(counts["late"] == 0 for counts in evening.values())

    clock.set(at(8))
    arrive(empty, at(8))
    empty.municipal_sql("INSERT INTO attendance SELECT * FROM offline")
    empty.municipal_sql(
        "UPDATE attendance SET received_at = %s WHERE id IN (SELECT id FROM offline)", at(7).replace(tzinfo=None)
    )
    swept = sweep(empty.city, DAY)
    assert swept["days"][:2] == [DAY.isoformat(), BEFORE.isoformat()]
    for target in TARGETS:
        now = completeness(empty.city, BEFORE)[target]
        assert now["read"] >= evening[target]["read"] + 30
        assert now["late"] == now["acknowledged"] - evening[target]["acknowledged"] > 0
        assert now["waiting"] == now["in_batch"] == 0
        assert empty.platforms.attendance(target, BEFORE)["rows"] == now["acknowledged"]
    calls = writes(empty)
    assert sweep(empty.city, DAY)["days"] == [DAY.isoformat()]
    assert writes(empty) == calls


def test_the_first_sweep_of_a_day_reads_the_end_of_the_day_before(empty: Any, clock: Clock) -> None:
    """What came after 23:30 was received yesterday, so today's reading does not name it."""
    _day_before_delivered(empty, clock, kept_back=1)
    clock.set(at(7, 30))
    empty.municipal_sql("INSERT INTO attendance SELECT * FROM offline")
    empty.municipal_sql(
        "UPDATE attendance SET received_at = %s WHERE id IN (SELECT id FROM offline)", "2026-11-19 23:50"
    )
    read = read_new(empty.city, DAY)
    assert read["days"] == [DAY.isoformat(), BEFORE.isoformat()]
    assert read["read"][BEFORE.isoformat()]["written"] == 1
    assert BEFORE.isoformat() not in read_new(empty.city, DAY)["read"]


def test_earlier_days_beyond_the_bound_are_named_and_taken_by_the_next_sweep(empty: Any, clock: Clock) -> None:
    two_before = DAY - timedelta(days=2)
    clock.set(at(10))
    empty.municipal_sql("INSERT INTO attendance SELECT * FROM to_come")
    for day in (BEFORE, two_before):
        empty.municipal_sql(
            "UPDATE attendance SET received_at = %s WHERE punched_at >= %s AND punched_at < %s",
            *(moment.replace(tzinfo=None) for moment in (at(9), at(0, day=day), at(0, day=day) + timedelta(days=1))),
        )
    first = read_new(empty.city, DAY, earlier_days=1)
    assert first["days"] == [DAY.isoformat(), BEFORE.isoformat()]
    assert two_before.isoformat() in first["left_out"]
    assert read_new(empty.city, DAY, earlier_days=1)["days"] == [DAY.isoformat(), two_before.isoformat()]


def test_a_day_left_with_rows_waiting_is_taken_up_by_the_sweeps_after_it(empty: Any, clock: Clock) -> None:
    _day_before_delivered(empty, clock, kept_back=1)
    clock.set(at(9))
    read_new(empty.city, DAY)  # the end of the day before is read from here on
    [(batch,)] = empty.warehouse_sql(
        "SELECT min(batch_id) FROM delivery.batch WHERE work_date = :day AND target = 'nation' AND kind = 'attendance'"
        " AND state = 'acknowledged'",
        day=BEFORE,
    )
    deliver(empty.city, BEFORE, "nation")
    assert read_new(empty.city, DAY)["days"] == [DAY.isoformat()]
    empty.warehouse_sql(
        "UPDATE delivery.batch SET state = 'unknown', settled_at = NULL WHERE batch_id = :batch", batch=batch
    )
    there = empty.platforms.attendance("nation", BEFORE)
    assert sweep(empty.city, DAY, targets=["nation"])["days"] == [DAY.isoformat(), BEFORE.isoformat()]
    state = empty.warehouse_sql("SELECT state FROM delivery.batch WHERE batch_id = :batch", batch=batch)
    assert [row.state for row in state] == ["acknowledged"]
    assert empty.platforms.attendance("nation", BEFORE) == there


def test_a_province_that_refuses_keeps_the_nation_from_nothing(empty: Any, clock: Clock) -> None:
    clock.set(at(23))
    arrive(empty, at(23))
    empty.wrong_secret_for("province_platform")
    with pytest.raises(FatalError, match="province"):
        sweep(empty.city, DAY)
    assert_effect_equals_acknowledged(empty, "nation")
    assert completeness(empty.city, DAY)["province"]["acknowledged"] == 0
    forecast = day_forecasts(empty.city, DAY)
    assert forecast["nation"].verdict == Verdict.DONE
    assert forecast["province"].verdict == Verdict.AT_RISK


# Threads share the filters of warnings, which Great Expectations is kept quiet by; sweeps that meet are processes.
@pytest.mark.filterwarnings("ignore")
def test_two_sweeps_at_once_send_nothing_twice(empty: Any, clock: Clock) -> None:
    """A person sweeps by hand while the DAG does."""
    clock.set(at(23))
    arrive(empty, at(23))

    def one() -> None:
        with suppress(RetriableError):  # what the other one holds is the other one's to end
            sweep(empty.city, DAY)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: one(), range(2)))
    sweep(empty.city, DAY)
    for target in TARGETS:
        assert_effect_equals_acknowledged(empty, target)
    counted = empty.warehouse_sql(
        "SELECT count(*) FROM (SELECT target, punch_id FROM delivery.punch_batch JOIN delivery.batch"
        " USING (work_date, project_code, batch_id, target) WHERE state <> 'released'"
        " GROUP BY target, punch_id HAVING count(*) > 1) AS twice"
    )
    assert [row[0] for row in counted] == [0]
