"""Warning cases against the sandbox: opened, repeated, rechecked, raised again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from cases import (
    CASES,
    EVENTS,
    EVIDENCE,
    check_and_update,
    everything,
    forget,
    lead_to,
    lit_case,
    state_of,
    steps_of,
    submit,
)
from deliveries import DAY

from realname_sync.errors import DataError, HeldError
from realname_sync.pipelines.cases import list_cases, move_case, show_case, update_cases
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.lamps_and_cases import take_up_lamps
from realname_sync.quality.case_book import load_case_book
from realname_sync.workdate import SHANGHAI

NEXT = DAY + timedelta(days=1)


def test_findings_open_cases_and_a_repetition_changes_nothing(checked: Any) -> None:
    assert update_cases(checked.city, DAY)["opened"] > 0
    book = {rule.rule: rule for rule in load_case_book().cases if rule.rule}
    subjects = {
        (row.rule_id, row.project_code if book[row.rule_id].per == "project" else row.object_key)
        for row in checked.warehouse_sql("SELECT rule_id, project_code, object_key FROM quality.finding")
        if row.rule_id in book
    }
    assert {rule for rule, _ in subjects} >= {"LMP-001", "LMP-002", "LMP-003", "LMP-004", "RST-006", "KPS-001"}
    rows = checked.warehouse_sql(CASES)
    assert {(row.cause, row.subject) for row in rows} == subjects
    assert {row.state for row in rows} == {"raised"}
    for row in rows:
        rule = book[row.cause]
        days = (row.due_date - row.raised_at.astimezone(SHANGHAI).date()).days
        assert (row.level, days, row.found_on) == (rule.level, rule.due_days, DAY)
    assert {row.finding_id for row in rows} <= {row.finding_id for row in checked.warehouse_sql(EVIDENCE)}
    before = everything(checked)
    update_cases(checked.city, DAY)
    assert everything(checked) == before


def test_a_date_that_was_never_checked_is_refused(checked: Any) -> None:
    with pytest.raises(HeldError, match="realname check"):
        update_cases(checked.city, NEXT)


def test_what_is_gone_on_a_later_date_is_rechecked_and_closed(checked: Any) -> None:
    update_cases(checked.city, DAY)
    (case,) = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE rule_id = 'LMP-001' LIMIT 1")
    forget(checked, DAY, "LMP-001")
    update_cases(checked.city, DAY)
    assert state_of(checked, case.case_id) == "raised"  # the same date does not take back what it said
    check_consistency(checked.city, NEXT)
    forget(checked, NEXT, "LMP-001")
    update_cases(checked.city, NEXT)
    assert steps_of(checked, case.case_id) == [(None, "raised"), ("raised", "rechecked"), ("rechecked", "closed")]
    others = checked.warehouse_sql("SELECT state FROM quality.warning_case WHERE rule_id = 'LMP-003'")
    assert {row.state for row in others} == {"raised"}


def test_what_recurs_within_the_days_is_the_same_case_and_later_another_one(checked: Any) -> None:
    update_cases(checked.city, DAY)
    (case,) = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE rule_id = 'LMP-001' LIMIT 1")
    check_consistency(checked.city, NEXT)
    forget(checked, NEXT, "LMP-001")
    update_cases(checked.city, NEXT)
    closed_on = checked.warehouse_sql(
        "SELECT cast(state_since AT TIME ZONE 'Asia/Shanghai' AS date) FROM quality.warning_case WHERE case_id = :id",
        id=case.case_id,
    )[0][0]
    again = closed_on + timedelta(days=30)
    assert check_and_update(checked, again)["raised_again"] == 1
    (row,) = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE rule_id = 'LMP-001'")
    assert (row.case_id, row.state, row.recurrences, row.found_on) == (case.case_id, "raised", 1, again)
    before = everything(checked)
    update_cases(checked.city, again)
    assert everything(checked) == before
    after = again + timedelta(days=1)
    check_consistency(checked.city, after)
    forget(checked, after, "LMP-001")
    update_cases(checked.city, after)
    much_later = closed_on + timedelta(days=31)
    check_and_update(checked, max(much_later, after + timedelta(days=1)))
    rows = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE rule_id = 'LMP-001' ORDER BY case_id")
    assert [row.state for row in rows] == ["closed", "raised"]


def test_an_old_dates_backfill_reopens_nothing_and_adds_its_evidence(checked: Any) -> None:
    update_cases(checked.city, DAY)
    check_consistency(checked.city, NEXT)
    forget(checked, NEXT)
    update_cases(checked.city, NEXT)
    states = (
        "SELECT case_id, state, found_on, gone_on, due_date, recurrences FROM quality.warning_case ORDER BY case_id"
    )
    closed, events = checked.warehouse_sql(states), checked.warehouse_sql(EVENTS)
    assert {row.state for row in closed if row.gone_on} == {"closed"}
    for days in (3, 2, 1):
        check_and_update(checked, DAY - timedelta(days=days))
    update_cases(checked.city, DAY)
    kept = [row for row in checked.warehouse_sql(states) if row.case_id in {one.case_id for one in closed}]
    assert kept == closed
    assert [one for one in checked.warehouse_sql(EVENTS) if one.case_id in {row.case_id for row in closed}] == events
    dates = {row.work_date for row in checked.warehouse_sql(EVIDENCE)}
    assert DAY - timedelta(days=2) in dates


def read_shared_data(town: Any, hours_ago: int) -> None:
    town.warehouse_sql(
        "UPDATE ops.pull_cursor SET moved_at = now() - make_interval(hours => :ago) WHERE object <> 'lamp'",
        ago=hours_ago,
    )


def test_no_finding_opens_or_ends_a_case_while_shared_data_are_stale(checked: Any) -> None:
    read_shared_data(checked, hours_ago=40)
    check_and_update(checked, DAY)
    unknown = {row.rule_id for row in checked.warehouse_sql("SELECT rule_id FROM quality.unknown_rule")}
    assert unknown >= {"LMP-001", "LMP-003", "KPS-001"}
    opened = {row.rule_id for row in checked.warehouse_sql(CASES)}
    assert "RST-006" in opened
    assert not opened & unknown

    read_shared_data(checked, hours_ago=0)
    check_and_update(checked, DAY)
    raised = "SELECT count(*) FROM quality.warning_case WHERE state = 'raised' AND rule_id = ANY(:unknown)"
    [(open_ones,)] = checked.warehouse_sql(raised, unknown=sorted(unknown))
    assert open_ones > 0

    read_shared_data(checked, hours_ago=40)
    check_and_update(checked, NEXT)
    assert (
        checked.warehouse_sql("SELECT 1 FROM quality.finding WHERE work_date = :day AND rule_id = 'LMP-001'", day=NEXT)
        == []
    )
    assert checked.warehouse_sql(raised, unknown=sorted(unknown)) == [(open_ones,)]


def test_a_lamp_of_any_code_is_a_case_and_ends_when_it_is_put_out(checked: Any) -> None:
    code = checked.warehouse_sql("SELECT min(project_code) FROM core.current_project")[0][0]
    lamp = checked.platforms.light_lamp(code, "SOMETHING_NEW", "words of the platform")
    take_up_lamps(checked.city)
    (case,) = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE lamp_id = :lamp", lamp=lamp)
    assert (case.cause, case.rule_id, case.rule_code, case.subject) == ("SOMETHING_NEW", None, "SOMETHING_NEW", code)
    before = everything(checked)
    take_up_lamps(checked.city)
    assert everything(checked) == before
    checked.platforms.clear_lamp(lamp)
    take_up_lamps(checked.city)
    assert steps_of(checked, case.case_id) == [(None, "raised"), ("raised", "rechecked"), ("rechecked", "closed")]
    again = checked.platforms.light_lamp(code, "SOMETHING_NEW")
    take_up_lamps(checked.city)
    (row,) = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE cause = 'SOMETHING_NEW'")
    assert (row.case_id, row.lamp_id, row.recurrences, row.state) == (case.case_id, again, 1, "raised")


def test_a_lamp_and_a_finding_of_one_cause_are_one_case_that_waits_for_both_to_end(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id, _, lamp = lit_case(checked)
    assert checked.warehouse_sql("SELECT count(*) FROM quality.warning_case WHERE rule_id = 'LMP-001'")[0][0] == 1
    check_consistency(checked.city, NEXT)
    forget(checked, NEXT, "LMP-001")
    update_cases(checked.city, NEXT)
    assert state_of(checked, case_id) == "rechecked"
    checked.platforms.clear_lamp(lamp)
    take_up_lamps(checked.city)
    assert state_of(checked, case_id) == "closed"


def test_a_person_moves_a_case_and_is_told_what_is_possible(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id = checked.warehouse_sql("SELECT min(case_id) FROM quality.warning_case")[0][0]
    with pytest.raises(DataError, match="can become acknowledged, closed \\(with --note\\), escalated"):
        move_case(checked.city, case_id, "submitted", by="李科长", note="done")
    with pytest.raises(DataError, match="without a reason"):
        move_case(checked.city, case_id, "closed", by="李科长")
    with pytest.raises(DataError, match="say with --by"):
        move_case(checked.city, case_id, "notified", by=" ")
    for secret in ("330000 19900101 1234", "call 138 0013 8000"):
        with pytest.raises(DataError, match="without the number") as refused:
            move_case(checked.city, case_id, "closed", by="李科长", note=secret)
        assert secret not in str(refused.value)
    with pytest.raises(DataError, match="there is no case 999"):
        move_case(checked.city, 999, "notified", by="李科长")
    lead_to(checked, case_id, "notified", "acknowledged", "rectifying")
    move_case(checked.city, case_id, "closed", by="李科长", note="the post is filled by decree")
    shown = show_case(checked.city, case_id)
    assert [event.to_state for event in shown.events] == ["raised", "notified", "acknowledged", "rectifying", "closed"]
    assert shown.events[-1].by_whom == "李科长"
    assert shown.may_become == []
    check_and_update(checked, NEXT)  # it is still found, so it does not recur: a person closed it knowing that
    assert state_of(checked, case_id) == "closed"


def test_what_is_still_found_after_it_was_submitted_goes_back(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id = checked.warehouse_sql("SELECT case_id FROM quality.warning_case WHERE rule_id = 'LMP-001'")[0][0]
    lead_to(checked, case_id, "acknowledged", "rectifying")
    assert submit(checked, case_id, "filled in").lamp_id is None
    update_cases(checked.city, DAY)
    assert state_of(checked, case_id) == "submitted"
    later = date.today() + timedelta(days=2)  # noqa: DTZ011 - any date after the submission
    check_and_update(checked, later)
    assert steps_of(checked, case_id)[-1] == ("submitted", "rectifying")


def test_overdue_is_told(checked: Any) -> None:
    update_cases(checked.city, DAY)
    assert list_cases(checked.city, overdue=True) == []
    case_id = checked.warehouse_sql("SELECT case_id FROM quality.warning_case ORDER BY due_date, case_id LIMIT 1")[0][0]
    due = checked.warehouse_sql("SELECT due_date FROM quality.warning_case WHERE case_id = :id", id=case_id)[0][0]
    for days, expected in ((0, 0), (2, 2)):
        at = datetime.combine(due + timedelta(days=days), datetime.min.time(), tzinfo=SHANGHAI)
        city = replace(checked.city, clock=lambda at=at: at)
        assert {row.days_overdue for row in list_cases(city, overdue=True)} == ({expected} if expected else set())
        city.close()
    checked.warehouse_sql("UPDATE quality.warning_case SET due_date = current_date - 5 WHERE case_id = :id", id=case_id)
    (row,) = checked.warehouse_sql("SELECT case_id, days_overdue FROM quality.overdue_case")
    assert row.case_id == case_id
    with pytest.raises(DataError, match="the states are raised"):
        list_cases(checked.city, state="lost")


def test_an_event_found_late_is_taken_up_and_only_a_person_closes_it(checked: Any) -> None:
    update_cases(checked.city, DAY)
    checked.warehouse_sql("DELETE FROM quality.warning_case_finding")
    checked.warehouse_sql("DELETE FROM quality.warning_case_event")
    checked.warehouse_sql("DELETE FROM quality.warning_case")
    check_consistency(checked.city, NEXT)
    update_cases(checked.city, NEXT)
    assert not checked.warehouse_sql("SELECT 1 FROM quality.warning_case WHERE rule_id = 'RST-006'")
    update_cases(checked.city, DAY)
    (case,) = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE rule_id = 'RST-006' LIMIT 1")
    update_cases(checked.city, NEXT)
    assert state_of(checked, case.case_id) == "raised"
    move_case(checked.city, case.case_id, "closed", by="李科长", note="two twins, seen on site")
    update_cases(checked.city, DAY)
    assert state_of(checked, case.case_id) == "closed"
    checked.warehouse_sql(
        "INSERT INTO quality.finding SELECT :day, rule_id, object, object_key || 'X', field, severity, project_code,"
        " area_code, expected, actual, owner, remedy, found_at FROM quality.finding WHERE rule_id = 'RST-006' LIMIT 1",
        day=NEXT,
    )
    update_cases(checked.city, NEXT)
    reopened = checked.warehouse_sql("SELECT * FROM quality.warning_case WHERE rule_id = 'RST-006' AND recurrences = 1")
    assert len(reopened) <= 1
    assert checked.warehouse_sql(
        "SELECT 1 FROM quality.warning_case WHERE rule_id = 'RST-006' AND found_on = :day AND state = 'raised'",
        day=NEXT,
    )


def test_the_history_takes_no_other_step_and_is_never_changed(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id = checked.warehouse_sql("SELECT min(case_id) FROM quality.warning_case")[0][0]
    with pytest.raises(Exception, match="foreign key"):
        checked.warehouse_sql(
            "INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom)"
            " VALUES (:id, now(), 'raised', 'submitted', 'x')",
            id=case_id,
        )
    with pytest.raises(Exception, match="permission denied"):
        checked.warehouse_sql("SET LOCAL ROLE realname_check; DELETE FROM quality.warning_case_event")


def test_the_checks_of_a_case_answer_with_rows_and_name_nobody(checked: Any) -> None:
    update_cases(checked.city, DAY)
    names = {name for (name,) in checked.municipal_rows("SELECT name FROM person WHERE length(name) BETWEEN 3 AND 10")}
    answers: dict[str, set[str]] = {}
    for row in list_cases(checked.city):
        for one in show_case(checked.city, row.case_id).checks:
            answers.setdefault(one.check.id, set()).add(one.answer)
            assert one.rows
            assert {found.answer for found in one.rows} <= {"yes", "no", "cannot tell"}
            assert not [name for name in names if name in str(one.rows)]
    assert set(answers) == {"leads", "employers", "distant_sites", "one_subcontractor", "stranger_pays"}
    assert "yes" in answers["leads"]  # a project whose manager's post is empty


def test_the_command_tells_the_cases_and_ends_with_1_where_one_is_overdue(
    checked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from realname_sync import cli
    from realname_sync.pipelines import city as city_module

    monkeypatch.setattr(city_module, "open_city", lambda *_: replace(checked.city))
    runner = CliRunner()
    assert runner.invoke(cli.app, ["lamps", "pull"]).exit_code == 0
    shown = runner.invoke(cli.app, ["lamps"])
    assert (shown.exit_code, "ours only" in shown.output) == (0, True)
    assert runner.invoke(cli.app, ["lamps", "yesterday"]).exit_code == 2
    assert runner.invoke(cli.app, ["cases", "--overdue"]).exit_code == 0
    case_id = str(checked.warehouse_sql("SELECT min(case_id) FROM quality.warning_case")[0][0])
    moved = runner.invoke(cli.app, ["case", "move", case_id, "notified", "--by", "李科长"])
    assert (moved.exit_code, moved.output) == (0, f"case {case_id} is notified\n")
    assert f"case {case_id}" in runner.invoke(cli.app, ["case", "show", case_id]).output
    checked.warehouse_sql(
        "UPDATE quality.warning_case SET due_date = current_date - 5 WHERE case_id = :id", id=int(case_id)
    )
    late = runner.invoke(cli.app, ["cases", "--overdue"])
    assert late.exit_code == 1
    assert "days" in late.output


def test_a_day_takes_its_cases_along(open_town: Callable[..., Any]) -> None:
    from realname_sync.pipelines.day import run_day

    town = open_town(1)
    summary = run_day(town.city, DAY)
    assert summary["lamps"]["lamps"]["seen"] == 0
    assert summary["cases"]["opened"] == len(town.warehouse_sql(CASES)) > 0
