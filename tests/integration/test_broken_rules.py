"""A rule that cannot be carried out: the others run, its findings stand, nothing goes that it has not seen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY
from psycopg.errors import AdminShutdown, DeadlockDetected, DiskFull
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from realname_sync import tables
from realname_sync.errors import BrokenRulesError, HeldError
from realname_sync.pipelines import check as checking
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.day import run_day
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.inputs import missing_inputs
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.pipelines.report import report_quality
from realname_sync.pipelines.status import day_status
from realname_sync.pipelines.sweep import sweep
from realname_sync.quality import rules as running
from realname_sync.quality.catalogue import Catalogue, load_catalogue

FINDINGS = "SELECT * FROM quality.finding WHERE work_date = :day ORDER BY rule_id, object, object_key, field"
CHECKED = "SELECT change_no FROM quality.checked_read WHERE work_date = :day"
RAISES = {
    "division": (
        "SELECT CAST(1 / 0 AS text) AS object_key, '' AS field, NULL AS project_code, '' AS expected, '' AS actual"
    ),
    "no table": "SELECT object_key, field, project_code, expected, actual FROM core.there_is_none",
    "no statement": "SELEC nothing",
}
COLUMNS = "person_id, device_sn, received_at, direction, attend_type, image_ref, lng, lat"
ONE_MORE = (
    f"INSERT INTO attendance (project_code, {COLUMNS}, punched_at, device_record_id)"
    f" SELECT project_code, {COLUMNS}, punched_at + interval '1 second', device_record_id || 'N'"
    " FROM attendance WHERE id::text = %s"
)


def _planting(rule_id: str, statement: str) -> Callable[[str], Any]:
    """Gives a statement in the place of a rule's own, and every other rule its own."""
    honest, name = running._statement, load_catalogue().latest()[rule_id].statement
    return lambda asked: text(statement) if asked == name else honest(asked)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Plants a statement in the place of a rule's own."""

    def plant(rule_id: str, statement: str) -> None:
        monkeypatch.setattr(running, "_statement", _planting(rule_id, statement))

    return plant


@pytest.mark.parametrize("kind", RAISES)
def test_the_others_run_and_its_former_findings_stand(checked: Any, broken: Callable[..., None], kind: str) -> None:
    before = checked.warehouse_sql(FINDINGS, day=DAY)
    assert {"CMP-002", "CMP-001"} <= {row.rule_id for row in before}
    # What another rule finds goes away meanwhile, which shows that it has run.
    checked.warehouse_sql("DELETE FROM quality.finding WHERE rule_id = 'CMP-001'")
    broken("CMP-002", RAISES[kind])
    with pytest.raises(BrokenRulesError, match=r"CMP-002 .*sql/rules/cmp_002_company_differs\.sql") as told:
        check_consistency(checked.city, DAY)
    assert told.value.rule_ids == ("CMP-002",)
    after = checked.warehouse_sql(FINDINGS, day=DAY)
    assert [row for row in after if row.rule_id != "CMP-001"] == [row for row in before if row.rule_id != "CMP-001"]
    assert len([row for row in after if row.rule_id == "CMP-001"]) == len(
        [row for row in before if row.rule_id == "CMP-001"]
    )


def test_what_is_kept_of_it_names_rule_class_and_code_and_no_words(checked: Any, broken: Callable[..., None]) -> None:
    names = ", ".join(f"name AS {column}" for column in running.FOUND)
    broken("CMP-002", f"SELECT {names} FROM core.person WHERE name::int = 1")
    with pytest.raises(BrokenRulesError) as told:
        check_consistency(checked.city, DAY)
    [row] = checked.warehouse_sql("SELECT * FROM quality.broken_rule")
    assert (row.work_date, row.rule_id, row.severity, row.error, row.sqlstate) == (
        DAY,
        "CMP-002",
        "warn",
        "InvalidTextRepresentation",
        "22P02",
    )
    known = {name for (name,) in checked.warehouse_sql("SELECT name FROM core.person WHERE length(name) > 1")}
    assert not [name for name in known if name in str(told.value)]
    [run] = checked.warehouse_sql("SELECT state, summary FROM ops.step_run ORDER BY run_id DESC LIMIT 1")
    assert (run.state, run.summary["broken"]) == ("failed", ["CMP-002"])


def test_parameters_that_do_not_fit_break_the_rule(checked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = load_catalogue()
    wrong = [replace(one, thresholds={"speed": 5}) if one.id == "RST-006" else one for one in catalogue.rules]
    monkeypatch.setattr(checking, "load_catalogue", lambda: Catalogue(wrong))
    with pytest.raises(BrokenRulesError, match="RST-006"):
        check_consistency(checked.city, DAY)
    [row] = checked.warehouse_sql("SELECT error, sqlstate FROM quality.broken_rule")
    assert tuple(row) == ("SettingsError", None)


def test_suites_that_cannot_be_evaluated_break_their_rules_only(checked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = checked.warehouse_sql(FINDINGS, day=DAY)

    def fails(*_: Any) -> Any:
        raise RuntimeError("suite")

    monkeypatch.setattr(checking, "look_at_shape", fails)
    with pytest.raises(BrokenRulesError) as told:
        check_consistency(checked.city, DAY)
    assert told.value.rule_ids == tuple(f"SHP-00{number}" for number in range(1, 9))
    assert checked.warehouse_sql(FINDINGS, day=DAY) == before, "what they explain is still not said twice"


@pytest.mark.parametrize("fault", [AdminShutdown, DeadlockDetected, DiskFull])
def test_a_database_that_fails_is_no_broken_rule(
    checked: Any, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def fails(*_: Any) -> None:
        raise OperationalError("SELECT", {}, fault("gone"))

    monkeypatch.setattr(checking, "run_rule", fails)
    with pytest.raises(OperationalError):
        check_consistency(checked.city, DAY)
    assert checked.warehouse_sql("SELECT * FROM quality.broken_rule") == []


def test_once_mended_it_is_broken_no_longer(checked: Any) -> None:
    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(running, "_statement", lambda _name: text("SELEC nothing"))
        with pytest.raises(BrokenRulesError):
            check_consistency(checked.city, DAY)
    assert len(checked.warehouse_sql("SELECT * FROM quality.broken_rule")) > 30
    assert check_consistency(checked.city, DAY)["broken"] == []
    assert checked.warehouse_sql("SELECT * FROM quality.broken_rule") == []


def test_nothing_goes_that_a_broken_stop_rule_has_not_seen(checked: Any) -> None:
    deliver(checked.city, DAY, "province")
    done = completeness(checked.city, DAY)["province"]["acknowledged"]
    [(punch,)] = checked.warehouse_sql(
        "SELECT min(punch_id) FROM delivery.punch_state WHERE target = 'province' AND state = 'acknowledged'"
    )
    [(read_before,)] = checked.warehouse_sql(CHECKED, day=DAY)
    checked.municipal_sql(ONE_MORE, punch)
    extract_municipal(checked.city, DAY)
    told_before = checked.platforms.counts("province")["calls"]["ProjectWorker.Add"]

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(running, "_statement", _planting("RST-001", RAISES["no table"]))
        with pytest.raises(BrokenRulesError, match="is not sent"):
            check_consistency(checked.city, DAY)
    assert checked.warehouse_sql(CHECKED, day=DAY) == [(read_before,)]
    # Somebody is new, too: told to the platform they would be though no such rule has looked at them.
    checked.warehouse_sql("DELETE FROM delivery.registration WHERE kind = 'worker' AND target = 'province'")

    said: list[str] = []
    deliver(checked.city, DAY, "province", progress=said.append)
    assert any("RST-001 cannot be carried out" in line for line in said)
    assert completeness(checked.city, DAY)["province"]["acknowledged"] == done
    assert checked.platforms.counts("province")["calls"]["ProjectWorker.Add"] == told_before

    check_consistency(checked.city, DAY)
    deliver(checked.city, DAY, "province")
    assert completeness(checked.city, DAY)["province"]["acknowledged"] == done + 1
    assert checked.platforms.counts("province")["calls"]["ProjectWorker.Add"] > told_before


def test_a_date_that_was_never_checked_whole_is_not_sent(
    open_town: Callable[..., Any], broken: Callable[..., None]
) -> None:
    town = open_town(1)
    pull_master_data(town.city)
    extract_municipal(town.city, DAY)
    broken("RST-001", RAISES["no table"])
    with pytest.raises(BrokenRulesError):
        check_consistency(town.city, DAY)
    with pytest.raises(HeldError, match="has not been checked"):
        deliver(town.city, DAY, "nation")


def test_a_broken_warning_keeps_nothing_back(open_town: Callable[..., Any], broken: Callable[..., None]) -> None:
    town = open_town(1)
    broken("CMP-002", RAISES["division"])
    with pytest.raises(BrokenRulesError, match="CMP-002"):
        run_day(town.city, DAY)
    for target in ("province", "nation"):
        assert completeness(town.city, DAY)[target]["acknowledged"] > 0
    assert missing_inputs(town.city, "deliver", DAY) == []
    page = next(iter(town.warehouse_sql("SELECT summary ->> 'html' FROM ops.step_run WHERE step = 'report_quality'")))[
        0
    ]
    assert 'id="broken-rules"' in Path(page).read_text(encoding="utf-8")


def test_a_sweep_sends_first_and_fails_then(open_town: Callable[..., Any], broken: Callable[..., None]) -> None:
    town = open_town(1)
    pull_master_data(town.city)
    broken("CMP-002", RAISES["division"])
    with pytest.raises(BrokenRulesError, match="CMP-002 on 2026-11-20"):
        sweep(town.city, DAY)
    assert completeness(town.city, DAY)["nation"]["acknowledged"] > 0


def test_a_broken_rule_on_uploads_fails_the_reconciliation_at_its_end(
    checked: Any, broken: Callable[..., None]
) -> None:
    deliver(checked.city, DAY, "nation")
    broken("UPL-006", RAISES["division"])
    with pytest.raises(BrokenRulesError, match="UPL-006"):
        reconcile_uploads(checked.city, DAY)
    [run] = checked.warehouse_sql(
        "SELECT state, summary FROM ops.step_run WHERE step = 'reconcile_uploads' ORDER BY run_id DESC LIMIT 1"
    )
    assert run.state == "failed"
    assert run.summary["broken"] == ["UPL-006"]
    assert "municipal" in run.summary


def test_status_and_report_name_it(checked: Any, broken: Callable[..., None], capsys: Any, tmp_path: Any) -> None:
    broken("CMP-002", RAISES["division"])
    with pytest.raises(BrokenRulesError):
        check_consistency(checked.city, DAY)
    tables.show_status(day_status(checked.city, DAY))
    assert "broken rules: CMP-002" in capsys.readouterr().out
    page = report_quality(checked.city, DAY, tmp_path)["html"]
    told = Path(page).read_text(encoding="utf-8")
    assert 'id="broken-rules"' in told
    assert "CMP-002" in told[told.index('id="broken-rules"') :][:200]
