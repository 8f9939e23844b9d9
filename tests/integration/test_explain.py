"""The whole way of a punch, from its first reading to what each platform said, and nothing of whose it is."""

from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY
from rich.console import Console

from realname_sync import tables
from realname_sync.errors import SettingsError
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.explain import ExplainedPunch, explain
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.reconcile import reconcile_uploads


def explained(town: Any, punch: str) -> ExplainedPunch:
    found = explain(town.city, punch)
    assert isinstance(found, ExplainedPunch)
    return found


def printed(punch: ExplainedPunch) -> str:
    console = Console(width=250, highlight=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "Console", lambda **_: console)
        with console.capture() as shown:
            tables.show_explanation(punch)
    return shown.get()


def a_punch(town: Any, state: str, target: str = "nation") -> str:
    rows = town.warehouse_sql(
        "SELECT punch_id FROM delivery.punch_state WHERE target = :target AND state = :state ORDER BY 1 LIMIT 1",
        target=target,
        state=state,
    )
    return str(rows[0].punch_id)


def test_a_punch_that_arrived_shows_its_batch_its_call_and_its_serial_code(told: Any) -> None:
    for target in ("province", "nation"):
        deliver(told.city, DAY, target)
    reconcile_uploads(told.city, DAY)
    punch = explained(told, a_punch(told, "acknowledged"))
    assert {state.target: state.state for state in punch.states}["nation"] == "acknowledged"
    assert len(punch.versions) == 1
    [batch] = [one for one in punch.batches if one.row.target == "nation"]
    (call,) = [one for one in batch.calls if one.method == ATTENDANCE]
    assert call.serial_code == batch.row.serial_code is not None
    assert batch.row.planned_at <= batch.row.sent_at <= batch.row.settled_at
    assert {row.target for row in punch.reconciled} == {"province", "nation"}
    shown = printed(punch)
    assert f"punch {punch.punch_id} of {DAY}" in shown
    assert batch.row.serial_code in shown
    assert [entry.state for entry in batch.journal][-1] == "acknowledged"
    assert f"journal entry {batch.journal[-1].entry_no}" in shown
    assert f"row {batch.row.row_index + 1} of {batch.row.row_count}: acknowledged" in shown
    assert "reconciled with the nation" in shown
    assert "holds" in shown


def test_a_call_that_was_made_again_shows_both(told: Any) -> None:
    told.platforms.set_faults("nation", {"kind": "throttle", "method": ATTENDANCE, "times": 1})
    deliver(told.city, DAY, "nation")
    [(batch_id,)] = told.warehouse_sql(
        "SELECT batch_id FROM delivery.batch JOIN ops.call_log USING (data_sha256) WHERE kind = 'attendance'"
        " GROUP BY batch_id HAVING count(*) = 2"
    )
    [(punch_id,)] = told.warehouse_sql(
        "SELECT min(punch_id) FROM delivery.punch_batch WHERE batch_id = :it", it=batch_id
    )
    [batch] = [one for one in explained(told, punch_id).batches if one.row.target == "nation"]
    assert [call.code for call in batch.calls if call.method == ATTENDANCE] == [-5, 0]


def test_a_held_punch_shows_what_holds_it_and_that_it_was_in_no_batch(told: Any) -> None:
    deliver(told.city, DAY, "nation")
    rows = told.warehouse_sql(
        "SELECT punch_id, rule_id FROM delivery.hold"
        " WHERE target = 'nation' AND rule_id ~ '^[A-Z]{3}-' ORDER BY punch_id LIMIT 1"
    )
    punch = explained(told, rows[0].punch_id)
    assert rows[0].rule_id in {finding.rule_id for finding in punch.findings if finding.severity == "stop"}
    assert not [one for one in punch.batches if one.row.target == "nation"]
    shown = printed(punch)
    assert "held" in shown
    assert rows[0].rule_id in shown
    assert "it was in no batch yet" in shown


def test_a_punch_changed_and_withdrawn_after_it_was_sent_shows_each_version(told: Any) -> None:
    deliver(told.city, DAY, "nation")
    punch_id = a_punch(told, "acknowledged")
    told.municipal_sql("UPDATE attendance SET punched_at = punched_at - interval '7 seconds' WHERE id = %s", punch_id)
    extract_municipal(told.city, DAY)
    told.municipal_sql("DELETE FROM attendance WHERE id = %s", punch_id)
    extract_municipal(told.city, DAY)
    punch = explained(told, punch_id)
    assert [row.change_no for row in punch.versions] == sorted(row.change_no for row in punch.versions)
    assert len({row.punched_at for row in punch.versions}) == 2
    assert punch.versions[-1].withdrawn_at is not None
    shown = printed(punch)
    assert "changed, seen" in shown
    assert "withdrawn, seen" in shown


def test_a_row_refused_alone_shows_the_platforms_words_without_the_name(told: Any) -> None:
    deliver(told.city, DAY, "province")
    punch_id = a_punch(told, "acknowledged", "province")
    [(name,)] = told.warehouse_sql(
        "SELECT person.name FROM core.punch JOIN core.person USING (person_id) WHERE punch_id = :it", it=punch_id
    )
    told.warehouse_sql(
        "INSERT INTO delivery.row_outcome"
        " (work_date, project_code, target, batch_id, punch_id, outcome, reason, recorded_at)"
        " SELECT work_date, project_code, target, batch_id, punch_id, 'refused', :words, :at"
        " FROM delivery.punch_batch WHERE target = 'province' AND punch_id = :it",
        it=punch_id,
        words=f"工人{name}(330106199001011234)未登记",
        at=told.city.clock(),
    )
    punch = explained(told, punch_id)
    assert {state.target: state.state for state in punch.states}["province"] == "refused"
    shown = printed(punch)
    assert "未登记" in shown
    assert "this row refused" in shown
    assert name not in shown
    assert "199001011234" not in shown


def test_a_punch_is_found_without_its_date_and_one_that_is_not_there_is_said_to_be_none(told: Any) -> None:
    rows = told.warehouse_sql("SELECT punch_id, work_date FROM core.punch ORDER BY 2, 1 LIMIT 1")
    assert explained(told, rows[0].punch_id).work_date == rows[0].work_date
    with pytest.raises(SettingsError, match="no punch of any date"):
        explain(told.city, "no-such-punch")
    with pytest.raises(SettingsError, match="no punch of 2026-11-19"):
        explain(told.city, "no-such-punch", work_date=DAY.replace(day=19))


def test_no_punch_of_a_day_shows_a_name_or_a_number(told: Any) -> None:
    deliver(told.city, DAY, "nation")
    names = {row.name for row in told.warehouse_sql("SELECT name FROM core.person WHERE length(name) > 1")}
    rows = told.warehouse_sql(
        "SELECT DISTINCT ON (state, rule_id) punch_id FROM delivery.punch_state WHERE work_date = :day", day=DAY
    )
    assert len(rows) > 3
    for row in rows:
        shown = printed(explained(told, row.punch_id))
        assert not [name for name in names if name in shown]
        assert not [word for word in shown.split() if len(word) == 18 and word[:17].isdigit()]
