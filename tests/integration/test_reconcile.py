"""Reconciliation: what a platform lost, has too much or knows better, and what the municipal platform changed."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged
from typer.testing import CliRunner

from realname_sync.cli import app
from realname_sync.delivery.reconciliation import compare_projects, let_calls_be_finished
from realname_sync.errors import RealnameError
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.deliver import TARGETS, completeness, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.uplink import Uplink

both = pytest.mark.parametrize("target", TARGETS)
FOUND = ("missing", "sent_again", "extra", "doubled", "adopted", "put_off")
COPIED = (
    "project_code, team_sys_no, id_card_type, id_number, work_date, direction, attend_type, channel, lng, lat,"
    " device_sn, received_at, post_code, has_image, is_late, arrived_at, serial_code"
)


def reconcile(town: Any, target: str, **how: Any) -> dict[str, int]:
    """Reconcile with one platform; what was found, without what was not."""
    summary = reconcile_uploads(town.city, DAY, targets=[target], **how)[target]
    return {name: summary[name] for name in FOUND if summary[name]}


def writes(town: Any, target: str) -> int:
    return int(town.platforms.counts(target)["write_calls"])


OF_DELIVERY = ("UPL-009", "UPL-010")
"""Late and refused: this town's clock is days past the date, and the province refuses a number used twice."""


def differences(summary: dict[str, Any]) -> dict[str, int]:
    """Findings of a reconciliation by rule, but for those that the delivery alone makes."""
    return {rule: count for rule, count in summary["findings"].items() if rule not in OF_DELIVERY}


def findings(town: Any) -> list[tuple[str, str, str]]:
    rows = town.warehouse_sql(
        "SELECT rule_id, field, actual FROM quality.finding WHERE work_date = :day AND rule_id LIKE 'UPL-%'"
        " AND rule_id <> ALL(:of_delivery) ORDER BY rule_id, field, actual",
        day=DAY,
        of_delivery=list(OF_DELIVERY),
    )
    return [tuple(row) for row in rows]


def kept(town: Any) -> dict[str, Any]:
    """Everything that is kept of the deliveries of the day."""
    tables = ("batch", "punch_batch", "row_outcome", "backlog", "discrepancy")
    return {
        table: sorted(map(str, town.warehouse_sql(f"SELECT * FROM delivery.{table} WHERE work_date = :day", day=DAY)))
        for table in tables
    }


def lose_one(town: Any, target: str) -> str:
    """Have a platform lose one punch; gives the person's number."""
    [(number,)] = town.sandbox_sql(
        f"DELETE FROM {target}.attendance WHERE attendance_id ="
        f" (SELECT min(attendance_id) FROM {target}.attendance WHERE work_date = '{DAY}') RETURNING id_number"
    )
    return str(number)


def add_like_the_last(town: Any, target: str, shift: str) -> str:
    """Have a platform hold one punch more, like its last one but for the time; gives the person's number."""
    [(number,)] = town.sandbox_sql(
        f"INSERT INTO {target}.attendance ({COPIED}, punched_at, device_record_id)"
        f" SELECT {COPIED}, punched_at + interval '{shift}', device_record_id || '-again' FROM {target}.attendance"
        f" WHERE work_date = '{DAY}' ORDER BY attendance_id DESC LIMIT 1 RETURNING id_number"
    )
    return str(number)


_TAKEN_WHOLE = (
    "(SELECT min(batch_id) FROM delivery.batch WHERE work_date = :day AND target = :target AND kind = 'attendance'"
    " AND state = 'acknowledged' AND batch_id NOT IN (SELECT batch_id FROM delivery.row_outcome))"
)
"""An acknowledged batch of which every row was taken."""


def lose_a_batch(town: Any, target: str) -> list[Any]:
    """Have the ledger forget one acknowledged batch, as one that was put back from a backup; gives its punches."""
    rows = town.warehouse_sql(
        f"WITH lost AS (DELETE FROM delivery.batch WHERE batch_id = {_TAKEN_WHOLE} RETURNING batch_id)"
        " DELETE FROM delivery.punch_batch USING lost WHERE punch_batch.batch_id = lost.batch_id AND work_date = :day"
        " RETURNING punch_batch.*",
        day=DAY,
        target=target,
    )
    assert rows
    return rows


@pytest.fixture
def at(told: Any) -> Any:
    """Delivers the day to a platform, and gives the town."""

    def delivered(*targets: str) -> Any:
        for target in targets:
            deliver(told.city, DAY, target)
        return told

    return delivered


def test_a_day_that_agrees_costs_one_question_a_project(at: Any) -> None:
    town = at(*TARGETS)
    last = {target: town.platforms.calls(target)[-1]["call_id"] for target in TARGETS}
    before = kept(town)
    summary = reconcile_uploads(town.city, DAY)
    for target, question in (("province", "AttendanceDay.Query"), ("nation", "WorkerAttendance.Query")):
        asked = town.warehouse_sql("SELECT count(*) FROM delivery.open_project WHERE target = :t", t=target)[0][0]
        methods = Counter(call["method"] for call in town.platforms.calls(target, last[target]))
        assert methods == {question: asked}
        assert summary[target]["differ"] == 0
        assert summary[target]["platform"] == summary[target]["acknowledged"] > 0
    assert differences(summary) == {}
    assert summary["municipal"]["projects_differ"] == 0
    assert summary["municipal"]["rows"] == summary["municipal"]["read"] > 0
    assert kept(town) == before


@both
def test_what_a_platform_lost_is_sent_again_once(at: Any, target: str) -> None:
    town = at(target)
    lose_one(town, target)
    before = writes(town, target)
    assert reconcile(town, target) == {"missing": 1, "sent_again": 1}
    assert writes(town, target) == before + 1
    assert_effect_equals_acknowledged(town, target)
    assert findings(town) == [("UPL-001", f"attendance:{target}", "missing, sent again")]

    after = kept(town)
    assert reconcile(town, target) == {}
    assert writes(town, target) == before + 1
    assert findings(town) == []
    assert kept(town) == after | {"discrepancy": []}
    assert reconcile(town, target) == {}
    assert kept(town) == after | {"discrepancy": []}


@both
def test_what_was_not_sent_from_here_is_told_and_nothing_is_sent(at: Any, target: str) -> None:
    town = at(target)
    number = add_like_the_last(town, target, "1 second")
    before, sent = kept(town), writes(town, target)
    for _ in range(2):
        assert reconcile(town, target) == {"extra": 1}
        [(rule, field, actual), counts] = findings(town)
        assert (rule, field, counts[0]) == ("UPL-002", f"attendance:{target}", "UPL-006")
        assert f"{number[:6]}********{number[-4:]}" in actual
        assert number not in str(kept(town)["discrepancy"])
    assert writes(town, target) == sent
    assert {**kept(town), "discrepancy": []} == {**before, "discrepancy": []}


@both
def test_a_row_that_is_there_twice_is_told(at: Any, target: str) -> None:
    town = at(target)
    add_like_the_last(town, target, "0 seconds")
    sent = writes(town, target)
    assert reconcile(town, target) == {"doubled": 1}
    assert findings(town)[0] == ("UPL-003", f"attendance:{target}", "there 2 times")
    assert writes(town, target) == sent


@both
@pytest.mark.parametrize("waits", [True, False])
def test_what_the_ledger_forgot_is_adopted_and_not_sent_again(at: Any, target: str, waits: bool) -> None:
    town = at(target)
    states = completeness(town.city, DAY)[target]
    lost = lose_a_batch(town, target)
    if waits:
        for row in lost:
            town.warehouse_sql(
                "INSERT INTO delivery.backlog (work_date, project_code, target, punch_id) VALUES (:d, :p, :t, :i)",
                d=DAY, p=row.project_code, t=target, i=row.punch_id,
            )  # fmt: skip
    assert completeness(town.city, DAY)[target]["waiting"] == len(lost)
    sent = writes(town, target)
    assert reconcile(town, target) == {"adopted": len(lost)}
    assert [rule for rule, _, _ in findings(town)] == ["UPL-008"] * len(lost)
    assert completeness(town.city, DAY)[target] == states | {"late": states["late"] - len(lost)}
    deliver(town.city, DAY, target)
    assert writes(town, target) == sent
    assert_effect_equals_acknowledged(town, target)
    after = kept(town)
    assert reconcile(town, target) == {}
    assert kept(town) == after | {"discrepancy": []}


@both
def test_what_is_planned_again_and_there_already_is_not_sent(at: Any, target: str) -> None:
    town = at(target)
    planned = town.warehouse_sql(
        "UPDATE delivery.batch SET state = 'planned', sender = NULL, sent_at = NULL, settled_at = NULL"
        f" WHERE batch_id = {_TAKEN_WHOLE} RETURNING row_count",
        day=DAY,
        target=target,
    )
    sent = writes(town, target)
    assert reconcile(town, target) == {"adopted": planned[0].row_count}
    deliver(town.city, DAY, target)
    assert writes(town, target) == sent
    assert_effect_equals_acknowledged(town, target)


def test_another_number_under_one_second_is_told_and_nothing_is_sent(at: Any) -> None:
    """The counts of rows agree; the province tells persons, the nation has to be asked for its rows."""
    town = at(*TARGETS)
    for target in TARGETS:
        number = town.sandbox_sql(f"SELECT max(id_number) FROM {target}.worker")[0][0]
        town.sandbox_sql(
            f"UPDATE {target}.attendance SET id_number = %s WHERE attendance_id = (SELECT min(a.attendance_id)"
            f" FROM {target}.attendance AS a WHERE a.work_date = '{DAY}' AND a.project_code NOT IN"
            f" (SELECT project_code FROM {target}.worker WHERE id_number = %s))",
            number,
            number,
        )
    sent = {target: writes(town, target) for target in TARGETS}
    assert reconcile(town, "nation") == {}
    for target in TARGETS:
        assert reconcile(town, target, every_row=target == "nation") == {"missing": 1, "extra": 1}
        assert reconcile(town, target) == {"missing": 1, "extra": 1}, "what was left is looked at again"
        assert writes(town, target) == sent[target]
    told = "missing, not sent again: there is one of the same second under another number"
    assert [("UPL-001", f"attendance:{target}", told) for target in sorted(TARGETS)] == findings(town)[:2]


def test_nothing_is_sent_again_while_a_call_of_the_project_is_not_settled(at: Any) -> None:
    town = at("nation")
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


def test_rows_are_compared_only_when_every_call_is_worked_off(at: Any) -> None:
    town = at("nation")
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


def test_where_the_platforms_rows_cannot_be_read_nothing_is_sent_again(at: Any) -> None:
    town = at("nation")
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


def test_two_reconciliations_at_once_send_what_is_missing_once(at: Any) -> None:
    town = at("nation")
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


def test_what_the_municipal_platform_has_more_or_less_is_named(at: Any) -> None:
    town = at("province")
    columns = "person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type"
    projects = [
        row[0]
        for row in town.warehouse_sql("SELECT DISTINCT project_code FROM delivery.punch_batch ORDER BY 1 LIMIT 2")
    ]
    town.municipal_sql(
        f"INSERT INTO attendance (project_code, {columns}) SELECT project_code, {columns} FROM attendance"
        " WHERE project_code = %s AND punched_at::date = %s AND received_at::date = %s ORDER BY id LIMIT 2",
        projects[0], DAY, DAY,
    )  # fmt: skip
    town.municipal_sql(
        "DELETE FROM attendance WHERE id = (SELECT min(id) FROM attendance"
        " WHERE project_code = %s AND punched_at::date = %s AND received_at::date = %s)",
        projects[1], DAY, DAY,
    )  # fmt: skip
    summary = reconcile_uploads(town.city, DAY, targets=["province"])
    municipal = summary["municipal"]
    assert (municipal["not_yet_read"], municipal["gone"], municipal["projects_differ"]) == (2, 1, 2)
    assert differences(summary) == {"UPL-007": 2}
    extract_municipal(town.city, DAY)
    summary = reconcile_uploads(town.city, DAY, targets=["province"])
    assert summary["municipal"]["projects_differ"] == 0
    assert "UPL-007" not in summary["findings"]


def test_what_changed_after_it_was_sent_is_told_with_both_values(at: Any) -> None:
    town = at(*TARGETS)
    changed, withdrawn = [
        row[0]
        for row in town.warehouse_sql(
            "SELECT punch_id FROM delivery.punch_state WHERE work_date = :day AND state = 'acknowledged'"
            " GROUP BY punch_id HAVING count(*) = 2 ORDER BY punch_id LIMIT 2",
            day=DAY,
        )
    ]
    [(was,)] = town.municipal_rows(f"SELECT punched_at FROM attendance WHERE id = {changed}")
    town.municipal_sql("UPDATE attendance SET punched_at = punched_at + interval '1 second' WHERE id = %s", changed)
    town.municipal_sql("DELETE FROM attendance WHERE id = %s", withdrawn)
    extract_municipal(town.city, DAY)
    check_consistency(town.city, DAY)
    told = town.warehouse_sql(
        "SELECT rule_id, field, object_key, actual, expected FROM quality.finding"
        " WHERE work_date = :day AND rule_id LIKE 'UPL-%' AND rule_id <> ALL(:of_delivery) ORDER BY rule_id, field",
        day=DAY,
        of_delivery=list(OF_DELIVERY),
    )
    assert [tuple(row)[:3] for row in told] == [
        (rule, f"attendance:{target}", punch)
        for rule, punch in (("UPL-004", changed), ("UPL-005", withdrawn))
        for target in sorted(TARGETS)
    ]
    assert {row.actual for row in told[:2]} == {f"date {was:%Y-%m-%d %H:%M:%S}"}
    assert {row.expected for row in told[:2]} == {f"date {was + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"}
    sent = {target: writes(town, target) for target in TARGETS}
    before = kept(town)
    summary = reconcile_uploads(town.city, DAY, every_row=True)
    assert differences(summary) == {"UPL-004": 2, "UPL-005": 2}
    assert not any(summary[target][name] for target in TARGETS for name in ("differ", *FOUND))
    assert kept(town) == before
    assert {target: writes(town, target) for target in TARGETS} == sent


def test_a_platform_that_lists_less_than_it_counts_is_not_believed(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    town = at("nation")
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


def test_what_is_missing_waits_where_it_may_not_go_now(at: Any) -> None:
    town = at("province")
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


def test_the_command_shows_what_was_found(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    town = at("province")
    lose_one(town, "province")
    monkeypatch.setattr("realname_sync.pipelines.city.open_city", lambda: town.city)
    told = CliRunner().invoke(app, ["reconcile", DAY.isoformat(), "--target", "province", "--rows"])
    assert told.exit_code == 0, told.output
    cells = [line.replace("│", " ").split() for line in told.output.splitlines()]
    [row] = [parts for parts in cells if parts[:1] == ["province"] and len(parts) == 9]
    rows = completeness(town.city, DAY)["province"]["acknowledged"]
    assert row[2:] == ["1", "1", "1", "0", "0", "0", str(rows)]
    assert "findings: UPL-001 1" in told.output


def test_of_two_comparisons_the_second_sees_what_the_first_did(at: Any) -> None:
    town = at("nation")
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
