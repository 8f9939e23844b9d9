"""Planning reads what is new and what waited, packs calls full through the day, and empties itself before midnight."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY, Clock, assert_effect_equals_acknowledged, at

from realname_sync.delivery.attendance import KIND, AttendanceDelivery
from realname_sync.delivery.planning import plan_attendance
from realname_sync.delivery.settling import claims
from realname_sync.errors import HeldError, RetriableError
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.pipelines.extract import extract_municipal

ACKNOWLEDGED = "FROM delivery.batch WHERE kind = 'attendance' AND state = 'acknowledged'"


def test_through_the_day_only_full_calls_go_and_in_the_evening_the_rest(open_town: Callable[..., Any]) -> None:
    clock = Clock(at(12))
    town = open_town(1, stage="checked", clock=clock)
    deliver(town.city, DAY, "nation")
    sizes = town.warehouse_sql("SELECT DISTINCT row_count FROM delivery.batch WHERE kind = 'attendance'")
    noon = completeness(town.city, DAY)["nation"]
    assert sizes == [(20,)]
    assert noon["waiting"] > 0
    assert noon["in_batch"] == 0
    clock.set(at(23))
    deliver(town.city, DAY, "nation")
    assert_effect_equals_acknowledged(town, "nation")
    [(rows, calls)] = town.warehouse_sql(f"SELECT sum(row_count), count(*) {ACKNOWLEDGED}")
    [(closed,)] = town.warehouse_sql(
        f"SELECT sum(ceil(rows / 20.0)) FROM (SELECT sum(row_count) AS rows {ACKNOWLEDGED}"
        " GROUP BY project_code, group_key) AS team"
    )
    night = completeness(town.city, DAY)["nation"]
    assert rows == night["read"] - night["held"]
    assert calls <= 1.15 * float(closed)


def test_a_sweep_with_nothing_new_plans_nothing_and_makes_no_write_call(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    before = checked.platforms.counts("nation")["write_calls"]
    backlog = "SELECT * FROM delivery.backlog ORDER BY 1, 2, 3, 4"
    waiting = checked.warehouse_sql(backlog)
    assert plan_attendance(checked.desk("nation", DAY), ATTENDANCE) == 0
    deliver(checked.city, DAY, "nation")
    assert checked.warehouse_sql(backlog) == waiting
    assert checked.platforms.counts("nation")["write_calls"] == before


def _a_waiting_punch(town: Any, target: str = "nation") -> str:
    """A punch that a batch has, nothing of it sent yet."""
    plan_attendance(town.desk(target, DAY), ATTENDANCE)
    found = town.warehouse_sql(
        "SELECT ledger.punch_id FROM delivery.punch_batch AS ledger JOIN delivery.batch USING (work_date, batch_id)"
        " WHERE batch.target = :target AND batch.state = 'planned' ORDER BY 1 LIMIT 1",
        target=target,
    )
    return str(found[0].punch_id)


def _read(town: Any) -> None:
    """Read what changed at the municipal platform, and check it: what is not checked is not sent."""
    extract_municipal(town.city, DAY)
    check_consistency(town.city, DAY)


def _know_the_workers(town: Any, target: str) -> None:
    """Deliver the chain, and of the punches nothing: they come after it."""
    town.municipal_sql("CREATE TABLE kept AS SELECT * FROM attendance")
    town.municipal_sql("DELETE FROM attendance")
    _read(town)
    deliver(town.city, DAY, target)
    town.municipal_sql("INSERT INTO attendance SELECT * FROM kept")
    _read(town)


def test_what_was_read_after_the_last_check_waits_for_the_next(checked: Any) -> None:
    _know_the_workers(checked, "nation")
    punch = _a_waiting_punch(checked)
    checked.municipal_sql("UPDATE attendance SET punched_at = punched_at - interval '7 seconds' WHERE id = %s", punch)
    extract_municipal(checked.city, DAY)
    deliver(checked.city, DAY, "nation")
    waiting = "SELECT punch_id FROM delivery.punch_state WHERE target = 'nation' AND state = 'waiting'"
    assert checked.warehouse_sql(waiting) == [(punch,)]
    check_consistency(checked.city, DAY)
    deliver(checked.city, DAY, "nation")
    assert checked.warehouse_sql(waiting) == []
    assert_effect_equals_acknowledged(checked, "nation")


def test_of_a_date_that_was_never_checked_nothing_is_sent(checked: Any) -> None:
    calls = checked.platforms.counts("nation")["write_calls"]
    with pytest.raises(HeldError, match=r"2026-11-19 has not been checked yet.*realname check 2026-11-19"):
        deliver(checked.city, DAY - timedelta(days=1), "nation")
    assert checked.platforms.counts("nation")["write_calls"] == calls


def test_a_punch_changed_before_it_was_sent_goes_with_its_new_values(checked: Any) -> None:
    _know_the_workers(checked, "nation")
    punch = _a_waiting_punch(checked)
    checked.municipal_sql("UPDATE attendance SET punched_at = punched_at - interval '7 seconds' WHERE id = %s", punch)
    _read(checked)
    deliver(checked.city, DAY, "nation")
    assert_effect_equals_acknowledged(checked, "nation")
    sent = "SELECT sent.punched_at = punch.punched_at FROM delivery.sent_punch AS sent JOIN core.punch AS punch"
    rows = checked.warehouse_sql(
        f"{sent} USING (work_date, project_code, punch_id) JOIN delivery.batch USING (work_date, batch_id)"
        " WHERE punch_id = :punch AND batch.state = 'acknowledged'",
        punch=punch,
    )
    assert [row[0] for row in rows] == [True]


def test_a_punch_changed_after_it_was_sent_stays_known_as_it_was_sent(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    (punch, made), *_ = checked.warehouse_sql(
        "SELECT punch_id, punched_at FROM delivery.sent_punch WHERE target = 'nation' ORDER BY 1 LIMIT 1"
    )
    writes = checked.platforms.counts("nation")["write_calls"]
    checked.municipal_sql("UPDATE attendance SET punched_at = punched_at - interval '7 seconds' WHERE id = %s", punch)
    _read(checked)
    deliver(checked.city, DAY, "nation")
    assert checked.platforms.counts("nation")["write_calls"] == writes
    (sent, superseded), *_ = checked.warehouse_sql(
        "SELECT punched_at, superseded_no FROM delivery.sent_punch WHERE punch_id = :punch", punch=punch
    )
    (present,), *_ = checked.warehouse_sql("SELECT punched_at FROM core.punch WHERE punch_id = :punch", punch=punch)
    assert sent == made
    assert present == made - timedelta(seconds=7)
    assert superseded is not None


def test_a_punch_withdrawn_before_it_was_sent_does_not_go(checked: Any) -> None:
    _know_the_workers(checked, "nation")
    punch = _a_waiting_punch(checked)
    checked.municipal_sql("DELETE FROM attendance WHERE id = %s", punch)
    _read(checked)
    deliver(checked.city, DAY, "nation")
    assert_effect_equals_acknowledged(checked, "nation")
    held = checked.warehouse_sql("SELECT DISTINCT rule_id FROM delivery.hold WHERE punch_id = :punch", punch=punch)
    assert held == [("WITHDRAWN",)]


def test_a_refused_punch_goes_again_once_it_changed_at_its_source(checked: Any) -> None:
    deliver(checked.city, DAY, "province")
    (punch,), *_ = checked.warehouse_sql(
        "SELECT punch_id FROM delivery.sent_punch WHERE target = 'province' ORDER BY 1 LIMIT 1"
    )
    refused = (
        "INSERT INTO delivery.row_outcome"
        " (work_date, project_code, target, batch_id, punch_id, outcome, reason, recorded_at)"
        " SELECT work_date, project_code, target, batch_id, punch_id, 'refused', 'for the test', now()"
        " FROM delivery.punch_batch WHERE target = 'province' AND punch_id = :punch"
    )
    checked.warehouse_sql(refused, punch=punch)
    before = completeness(checked.city, DAY)["province"]
    deliver(checked.city, DAY, "province")
    assert completeness(checked.city, DAY)["province"] == before
    checked.municipal_sql("UPDATE attendance SET punched_at = punched_at - interval '7 seconds' WHERE id = %s", punch)
    _read(checked)
    deliver(checked.city, DAY, "province")
    batches = checked.warehouse_sql(
        "SELECT count(*) FROM delivery.punch_batch WHERE target = 'province' AND punch_id = :punch", punch=punch
    )
    assert batches[0][0] == 2


def test_nothing_of_a_claim_is_signed_after_its_lease(checked: Any) -> None:
    _know_the_workers(checked, "nation")
    plan_attendance(checked.desk("nation", DAY), ATTENDANCE)
    desk = checked.desk("nation", DAY)
    desk.lease = timedelta(seconds=-1)
    writes = checked.platforms.counts("nation")["write_calls"]
    AttendanceDelivery(desk).send()
    assert checked.platforms.counts("nation")["write_calls"] == writes
    states = checked.warehouse_sql("SELECT DISTINCT state FROM delivery.batch WHERE kind = 'attendance'")
    assert states == [("planned",)]


def test_claims_are_taken_once_and_by_one_sender(checked: Any) -> None:
    _know_the_workers(checked, "nation")
    first, second = checked.desk("nation", DAY), checked.desk("nation", DAY)
    plan_attendance(first, ATTENDANCE)
    planned = checked.warehouse_sql("SELECT batch_id FROM delivery.batch WHERE state = 'planned' ORDER BY 1")
    one, other = claims(first, KIND, 5), claims(second, KIND, 7)
    taken = [row.batch_id for group in (next(one), next(other), *one, *other) for row in group]
    assert len(planned) > 12
    assert sorted(taken) == [batch_id for (batch_id,) in planned]
    owners = checked.warehouse_sql("SELECT sender, count(*) FROM delivery.batch WHERE state = 'sending' GROUP BY 1")
    assert dict(owners) == {first.sender: len(planned) - 7, second.sender: 7}


def test_an_abandoned_claim_is_taken_over_only_when_its_calls_can_no_longer_be_taken(checked: Any) -> None:
    checked.override("nation_platform", clock_tolerance_seconds=3600)
    deliver(checked.city, DAY, "nation")
    checked.warehouse_sql(
        "UPDATE delivery.batch"
        " SET state = 'sending', settled_at = NULL, sender = 'elsewhere:1:1:abc', serial_code = NULL,"
        " lease_until = now() - interval '50 minutes'"
        " WHERE kind = 'attendance' AND target = 'nation' AND state = 'acknowledged'"
    )
    with pytest.raises(RetriableError, match="another sender holds"):
        deliver(checked.city, DAY, "nation")
    checked.override("nation_platform", clock_tolerance_seconds=60)
    deliver(checked.city, DAY, "nation")
    assert_effect_equals_acknowledged(checked, "nation")


def test_a_call_costs_little_more_than_one_question_about_its_result(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked", result_delay_seconds=1.5)
    deliver(town.city, DAY, "nation")
    made = town.platforms.counts("nation")["calls"]
    writes = sum(count for method, count in made.items() if method.endswith((".Add", ".Upload")))
    assert writes > 100
    assert made["AsyncHandleResult.Query"] <= 1.2 * writes
