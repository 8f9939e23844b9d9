"""A finding is open, gone or muted; a mute has a reason and an end, and lets nothing through."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY, Clock, at

from realname_sync import finding_tables, tables
from realname_sync.errors import SettingsError
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.explain import ExplainedFinding, explain
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.findings import list_findings, mute, mutes, unmute
from realname_sync.pipelines.report import report_quality
from realname_sync.pipelines.status import day_status

NEXT = DAY + timedelta(days=1)
BY = {"reason": "现场已说明，待市级平台升级", "by": "李工"}


@pytest.fixture
def clock() -> Clock:
    return Clock(at(22, 30))


@pytest.fixture
def town(open_town: Callable[..., Any], clock: Clock) -> Any:
    """A checked town that goes by a clock on the evening of its day."""
    return open_town(1, stage="checked", clock=clock)


def life(town: Any, finding: str) -> Any:
    _, rows = list_findings(town.city, DAY)
    found = [row for row in rows if row.finding_id == finding]
    return found[0] if found else None


def first(town: Any, rule_id: str) -> Any:
    _, rows = list_findings(town.city, DAY, rule_id=rule_id)
    return rows[0]


def test_the_same_fault_on_the_next_day_is_the_same_finding(town: Any) -> None:
    one = first(town, "CMP-001")
    assert (one.state, one.first_seen, one.last_seen, one.days_seen) == ("open", DAY, DAY, 1)
    check_consistency(town.city, NEXT)
    again = life(town, one.finding_id)
    assert (again.state, again.first_seen, again.last_seen, again.days_seen) == ("open", DAY, NEXT, 2)


def test_mended_on_the_next_day_it_is_gone_and_its_date_stays_as_it_was(town: Any) -> None:
    one = first(town, "CMP-001")
    town.warehouse_sql(
        "UPDATE core.municipal_project SET project_code = project_code || 'X' WHERE project_code = :p", p=one.object_key
    )
    check_consistency(town.city, NEXT)
    again = life(town, one.finding_id)
    assert (again.state, again.last_seen) == ("gone", DAY)
    assert town.warehouse_sql(
        "SELECT count(*) FROM quality.finding WHERE work_date = :d AND rule_id = 'CMP-001'", d=DAY
    ) != [(0,)]


def test_mended_on_its_own_day_it_is_gone_and_remembered_and_may_come_back(town: Any) -> None:
    one = first(town, "CMP-001")
    key = {"p": one.object_key}
    town.warehouse_sql(
        "UPDATE core.municipal_project SET project_code = project_code || 'X' WHERE project_code = :p", **key
    )
    check_consistency(town.city, DAY)
    assert life(town, one.finding_id).state == "gone"
    told = explain(town.city, one.finding_id)
    assert isinstance(told, ExplainedFinding)
    assert [row.gone_at is None for row in told.dates] == [False]
    town.warehouse_sql("UPDATE core.municipal_project SET project_code = :p WHERE project_code = :p || 'X'", **key)
    check_consistency(town.city, DAY)
    assert life(town, one.finding_id).state == "open"
    former = "SELECT rule_id FROM quality.former_finding WHERE object_key = :p"
    assert town.warehouse_sql(former, **key) == [("CMP-006",)], "what was found meanwhile is what is over now"


def test_a_finding_on_a_punch_lives_on_its_own_date(town: Any) -> None:
    one = first(town, "RST-001")
    check_consistency(town.city, NEXT)
    assert life(town, one.finding_id).state == "open", "what the next day is like says nothing about it"
    town.municipal_sql("DELETE FROM attendance WHERE id::text = %s", one.object_key)
    extract_municipal(town.city, DAY)
    check_consistency(town.city, DAY)
    assert life(town, one.finding_id).state == "gone"


def test_a_muted_finding_is_shown_and_not_counted(town: Any, tmp_path: Any) -> None:
    one = first(town, "CMP-001")
    before = day_status(town.city, DAY)
    counted = check_consistency(town.city, DAY)["findings"]["CMP-001"]
    done = mute(town.city, one.finding_id, until=DAY + timedelta(days=30), **BY)
    assert (done.from_date, done.findings, done.stops) == (DAY, 1, 0)
    again = life(town, one.finding_id)
    assert (again.state, again.muted_until) == ("muted", DAY + timedelta(days=30))
    after = day_status(town.city, DAY)
    assert after.findings["CMP-001"] == before.findings["CMP-001"] - 1
    assert after.muted == 1
    checked = check_consistency(town.city, DAY)
    assert (checked["findings"]["CMP-001"], checked["muted"]) == (counted - 1, 1)
    assert town.warehouse_sql("SELECT count(*) FROM quality.finding WHERE rule_id = 'CMP-001'") == [(counted,)]
    report = report_quality(town.city, DAY, tmp_path)
    assert report["findings"]["CMP-001"] == counted - 1
    assert 'id="muted"' in Path(report["html"]).read_text(encoding="utf-8")


def test_an_expired_mute_shows_again(town: Any, clock: Clock) -> None:
    one = first(town, "CMP-001")
    mute(town.city, one.finding_id, until=NEXT, **BY)
    clock.set(at(9, day=NEXT))
    assert life(town, one.finding_id).state == "muted"
    clock.set(at(9, day=NEXT + timedelta(days=1)))
    assert life(town, one.finding_id).state == "open"
    assert day_status(town.city, DAY).muted == 1, "of its own day it stays muted, so a report made again is the same"
    check_consistency(town.city, NEXT + timedelta(days=1))
    assert day_status(town.city, NEXT + timedelta(days=1)).muted == 0
    assert [row.state for row in mutes(town.city, every_one=True)] == ["over"]
    assert mutes(town.city) == []


def test_a_mute_that_was_lifted_shows_again(town: Any, clock: Clock) -> None:
    one = first(town, "CMP-001")
    done = mute(town.city, one.finding_id, until=NEXT, **BY)
    clock.set(at(9, day=NEXT))
    assert unmute(town.city, str(done.mute_id), by="李工") == 1
    assert life(town, one.finding_id).state == "open"
    with pytest.raises(SettingsError, match="is not muted"):
        unmute(town.city, one.finding_id, by="李工")


def test_a_muted_stop_still_holds_its_rows_back(town: Any) -> None:
    rows = list_findings(town.city, DAY, rule_id="RST-001")[1]
    done = mute(town.city, "rst-001", until=NEXT, **BY)
    assert done.findings == done.stops == len(rows) > 0
    check_consistency(town.city, DAY)
    for target in ("province", "nation"):
        deliver(town.city, DAY, target)
        held = town.warehouse_sql(
            "SELECT punch_id FROM delivery.punch_state WHERE target = :target AND state = 'held'", target=target
        )
        assert {row.object_key for row in rows} <= {row.punch_id for row in held}
    assert check_consistency(town.city, DAY)["stop"] >= len(rows)


def test_a_rule_may_be_muted_for_one_project(town: Any) -> None:
    _, every_one = list_findings(town.city, DAY)
    of_rule: dict[str, set[str]] = {}
    for row in every_one:
        of_rule.setdefault(row.rule_id, set()).add(row.project_code or "")
    rule, found = max(of_rule.items(), key=lambda pair: len(pair[1]))
    muted, *others = sorted(found - {""})
    assert others
    mute(town.city, rule, until=NEXT, project_code=muted, **BY)
    _, after = list_findings(town.city, DAY, rule_id=rule)
    assert {row.project_code for row in after if row.state == "muted"} == {muted}
    _, still_open = list_findings(town.city, DAY, rule_id=rule, state="open")
    assert {row.project_code for row in still_open} >= set(others)


@pytest.mark.parametrize(
    ("what", "given", "told"),
    [
        ("CMP-001", {"until": DAY - timedelta(days=1)}, "outside"),
        ("CMP-001", {"until": DAY + timedelta(days=93)}, "2027-02-20"),
        ("CMP-001", {"until": date.max}, "outside"),
        ("CMP-001", {"reason": "  "}, "say why"),
        ("CMP-001", {"reason": "找 13900001234"}, "person's number"),
        ("CMP-001", {"by": " "}, "who wants"),
        ("CMP-999", {}, "neither"),
        ("CMP-001-0000000000zz", {}, "neither"),
        ("CMP-001-000000000000", {}, "there is no finding"),
    ],
)
def test_a_mute_that_makes_no_sense_is_refused(town: Any, what: str, given: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        mute(town.city, what, **{"until": NEXT, **BY, **given})
    assert mutes(town.city, every_one=True) == []


def test_a_mute_of_the_longest_time_is_taken(town: Any) -> None:
    assert mute(town.city, "CMP-001", until=DAY + timedelta(days=92), **BY).until_date == date(2027, 2, 20)


def test_findings_are_narrowed_by_owner_project_and_state(town: Any) -> None:
    _, every_one = list_findings(town.city, DAY)
    owners = {row.owner for row in every_one}
    assert len(owners) > 2
    for owner in owners:
        _, rows = list_findings(town.city, DAY, owner=owner)
        assert len(rows) == sum(row.owner == owner for row in every_one)
    assert list_findings(town.city, DAY, state="gone")[1] == []
    assert len(list_findings(town.city, DAY, most=3)[1]) == 3


def test_what_is_printed_names_the_finding_and_nobody(town: Any, capsys: Any) -> None:
    one = first(town, "CMP-004")
    mute(town.city, one.finding_id, until=NEXT, **BY)
    finding_tables.show_findings(*list_findings(town.city, DAY), more=True)
    finding_tables.show_mutes(mutes(town.city))
    tables.show_explanation(explain(town.city, one.finding_id))
    told = capsys.readouterr().out
    assert one.finding_id in told
    assert BY["reason"][:6] in told
    names = {name for (name,) in town.municipal_rows("SELECT name FROM person WHERE length(name) BETWEEN 3 AND 10")}
    numbers = {number for (number,) in town.municipal_rows("SELECT id_number FROM person WHERE length(id_number) = 18")}
    phones = {phone for (phone,) in town.municipal_rows("SELECT phone FROM person WHERE length(phone) = 11")}
    assert not [secret for secret in names | numbers | phones if secret in told]
    with pytest.raises(SettingsError, match="there is no finding"):
        explain(town.city, "CMP-004-000000000000")
