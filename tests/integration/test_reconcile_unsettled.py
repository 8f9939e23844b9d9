"""Reconciliation while something is not settled: nothing is sent again, and nothing is believed that may be wrong."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from threading import Event
from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged
from reconciling import findings, kept, lose_one, reconcile, writes

from realname_sync.delivery.reconciliation import compare_projects, let_calls_be_finished
from realname_sync.errors import RealnameError
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.uplink import Uplink


def test_nothing_is_sent_again_while_a_call_of_the_project_is_not_settled(delivered_to: Any) -> None:
    town = delivered_to("nation")
    lose_one(town, "nation")
    town.warehouse_sql(
        "UPDATE delivery.batch SET state = 'unknown', settled_at = NULL"
        " WHERE batch_id IN (SELECT max(batch_id) FROM delivery.batch"
        " WHERE target = 'nation' AND kind = 'attendance' AND state = 'acknowledged' GROUP BY project_code)"
    )
    before, sent = kept(town), writes(town, "nation")
    put_off = reconcile(town, "nation")
    assert set(put_off) == {"put_off"}
    assert kept(town) == before
    deliver(town.city, DAY, "nation")
    assert writes(town, "nation") == sent
    assert reconcile(town, "nation") in ({"missing": 1, "sent_again": 1}, {})
    assert_effect_equals_acknowledged(town, "nation")


def test_rows_are_compared_only_when_every_call_is_worked_off(delivered_to: Any) -> None:
    town = delivered_to("nation")
    town.override("nation_platform", unknown_wait_seconds=3600)
    desk = town.desk("nation", DAY)
    slept: list[float] = []
    desk.sleep = slept.append
    projects = [row[0] for row in town.warehouse_sql("SELECT project_code FROM delivery.open_project")]
    let_calls_be_finished(desk, projects)
    assert len(slept) == 1
    assert 3000 < slept[0] <= 3600
    let_calls_be_finished(desk, ["no such project"])
    assert len(slept) == 1


def test_where_the_platforms_rows_cannot_be_read_nothing_is_sent_again(delivered_to: Any) -> None:
    town = delivered_to("nation")
    project = town.sandbox_sql(
        f"SELECT project_code FROM nation.attendance WHERE work_date = '{DAY}' GROUP BY 1 ORDER BY count(*) DESC"
    )[0][0]
    first, last = town.sandbox_sql(
        "SELECT min(attendance_id), max(attendance_id) FROM nation.attendance"
        " WHERE work_date = %s AND project_code = %s",
        DAY,
        project,
    )[0]
    town.sandbox_sql("DELETE FROM nation.attendance WHERE attendance_id = %s", first)
    town.sandbox_sql("UPDATE nation.attendance SET direction = '' WHERE attendance_id = %s", last)
    sent = writes(town, "nation")
    assert reconcile(town, "nation") == {"missing": 2}
    told = "missing, not sent again: 1 rows of the platform cannot be read"
    assert [actual for rule, _, actual in findings(town) if rule == "UPL-001"] == [told] * 2
    assert writes(town, "nation") == sent


def test_two_reconciliations_at_once_send_what_is_missing_once(delivered_to: Any) -> None:
    town = delivered_to("nation")
    rows = completeness(town.city, DAY)["nation"]["acknowledged"]
    lose_one(town, "nation")

    def try_to(_number: int) -> None:
        with suppress(RealnameError):  # another sender holds the batch, and the day is not done yet
            reconcile(town, "nation")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(try_to, range(2)))
    reconcile(town, "nation")
    assert completeness(town.city, DAY)["nation"]["acknowledged"] == rows
    assert_effect_equals_acknowledged(town, "nation")


def test_a_platform_that_lists_less_than_it_counts_is_not_believed(
    delivered_to: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = delivered_to("nation")
    lose_one(town, "nation")
    whole = Uplink.attendance_pages

    def cut(uplink: Uplink, project_code: str, work_date: date) -> Iterator[Page]:
        for page in whole(uplink, project_code, work_date):
            yield replace(page, rows=page.rows[:-1])

    before, sent = kept(town), writes(town, "nation")
    with monkeypatch.context() as patched:
        patched.setattr(Uplink, "attendance_pages", cut)
        assert reconcile(town, "nation") == {"put_off": 1}
    assert kept(town) == before
    [(rule, _, actual)] = findings(town)
    assert rule == "UPL-006"
    assert "; the platform counts " in actual
    assert reconcile(town, "nation") == {"missing": 1, "sent_again": 1}
    assert writes(town, "nation") == sent + 1


def test_what_is_missing_waits_where_it_may_not_go_now(delivered_to: Any) -> None:
    town = delivered_to("province")
    lose_one(town, "province")
    town.warehouse_sql(
        "INSERT INTO quality.finding (work_date, rule_id, object, object_key, severity, owner, remedy, found_at)"
        " SELECT DISTINCT work_date, 'SHP-001', 'project', project_code, 'stop', 'us', 'none', now() FROM core.punch"
        " WHERE work_date = :day",
        day=DAY,
    )
    sent = writes(town, "province")
    assert reconcile(town, "province") == {"missing": 1}
    assert findings(town) == [("UPL-001", "attendance:province", "missing, waits to be sent again")]
    assert writes(town, "province") == sent
    assert_effect_equals_acknowledged(town, "province")


def test_of_two_comparisons_the_second_sees_what_the_first_did(delivered_to: Any) -> None:
    town = delivered_to("nation")
    first, second = town.desk("nation", DAY), town.desk("nation", DAY)
    [(project,)] = town.sandbox_sql(
        "SELECT project_code FROM nation.attendance WHERE work_date = %s ORDER BY attendance_id LIMIT 1", DAY
    )
    lose_one(town, "nation")
    time.sleep(first.uplink.profile.unknown_wait_seconds)
    reached, go = Event(), Event()

    def hold(point: str) -> None:
        if point == "compare.before":
            reached.set()
            go.wait(60)

    first.at = hold
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(compare_projects, first, [project])
        try:
            assert reached.wait(60)
            other = pool.submit(compare_projects, second, [project])
            with pytest.raises(TimeoutError):
                other.result(timeout=3)
        finally:
            go.set()
    assert [found.result()[project].count("missing") for found in (one, other)] == [1, 0]
    assert town.warehouse_sql("SELECT count(*) FROM delivery.backlog WHERE target = 'nation' AND rule_id IS NULL") == [
        (1,)
    ]
