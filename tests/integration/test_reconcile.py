"""Reconciliation: what a platform lost, has too much or knows better, and what the municipal platform changed."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged
from reconciling import FOUND, OF_DELIVERY, findings, kept, lose_one, reconcile, writes
from typer.testing import CliRunner

from realname_sync.cli import app
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.deliver import TARGETS, completeness, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.reconcile import reconcile_uploads

both = pytest.mark.parametrize("target", TARGETS)
COPIED = (
    "project_code, team_sys_no, id_card_type, id_number, work_date, direction, attend_type, channel, lng, lat,"
    " device_sn, received_at, post_code, has_image, is_late, arrived_at, serial_code"
)


def differences(summary: dict[str, Any]) -> dict[str, int]:
    """Findings of a reconciliation by rule, but for those that the delivery alone makes."""
    return {rule: count for rule, count in summary["findings"].items() if rule not in OF_DELIVERY}


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


def test_a_day_that_agrees_costs_one_question_a_project(delivered_to: Any) -> None:
    town = delivered_to(*TARGETS)
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
def test_what_a_platform_lost_is_sent_again_once(delivered_to: Any, target: str) -> None:
    town = delivered_to(target)
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
def test_what_was_not_sent_from_here_is_told_and_nothing_is_sent(delivered_to: Any, target: str) -> None:
    town = delivered_to(target)
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
def test_a_row_that_is_there_twice_is_told(delivered_to: Any, target: str) -> None:
    town = delivered_to(target)
    add_like_the_last(town, target, "0 seconds")
    sent = writes(town, target)
    assert reconcile(town, target) == {"doubled": 1}
    assert findings(town)[0] == ("UPL-003", f"attendance:{target}", "there 2 times")
    assert writes(town, target) == sent


@both
@pytest.mark.parametrize("waits", [True, False])
def test_what_the_ledger_forgot_is_adopted_and_not_sent_again(delivered_to: Any, target: str, waits: bool) -> None:
    town = delivered_to(target)
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
def test_what_is_planned_again_and_there_already_is_not_sent(delivered_to: Any, target: str) -> None:
    town = delivered_to(target)
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


def test_another_number_under_one_second_is_told_and_nothing_is_sent(delivered_to: Any) -> None:
    """The counts of rows agree; the province tells persons, the nation has to be asked for its rows."""
    town = delivered_to(*TARGETS)
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


def test_what_the_municipal_platform_has_more_or_less_is_named(delivered_to: Any) -> None:
    town = delivered_to("province")
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


def test_what_changed_after_it_was_sent_is_told_with_both_values(delivered_to: Any) -> None:
    town = delivered_to(*TARGETS)
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


def test_the_command_shows_what_was_found(delivered_to: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    town = delivered_to("province")
    lose_one(town, "province")
    monkeypatch.setattr("realname_sync.pipelines.city.open_city", lambda: town.city)
    told = CliRunner().invoke(app, ["reconcile", DAY.isoformat(), "--target", "province", "--rows"])
    assert told.exit_code == 0, told.output
    cells = [line.replace("│", " ").split() for line in told.output.splitlines()]
    [row] = [parts for parts in cells if parts[:1] == ["province"] and len(parts) == 9]
    rows = completeness(town.city, DAY)["province"]["acknowledged"]
    assert row[2:] == ["1", "1", "1", "0", "0", "0", str(rows)]
    assert "findings: UPL-001 1" in told.output
