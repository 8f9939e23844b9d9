"""A mismatch of shared data, from its finding to the pull that closes it; nothing is asked twice or edited here."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from deliveries import DAY
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from realname_sync.errors import NotSentError, SettingsError
from realname_sync.pipelines import corrections as asking
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import open_city
from realname_sync.pipelines.correction_following import follow_corrections, settle_in_doubt
from realname_sync.pipelines.corrections import propose, request
from realname_sync.pipelines.explain import explain
from realname_sync.pipelines.export import export_municipal
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.quality.finding_settings import FindingSettings, Settled
from realname_sync.sandbox.corrections_desk import NotDecidedError
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import system_clock
from request_log import read_log

WHY = {"reason": "已核对原件，诚信平台有误", "by": "王工"}
WRONG = "19900001234"
PHONE = ("CMP-004", "phone")


@pytest.fixture
def town(open_town: Callable[..., Any]) -> Any:
    """A checked town in which one person's phone, and nothing else of them, differs from the integrity platform."""
    town = open_town(1, stage="checked", clock=system_clock)
    # Somebody whose copy agrees in everything, so that the mismatch below is the only one.
    person = town.warehouse_sql(
        "SELECT min(copy.person_id) FROM core.person AS copy JOIN core.current_person AS shared USING (id_hash)"
        " WHERE copy.id_problem = '' AND copy.phone_hash = shared.phone_hash AND copy.name = shared.name"
        " AND NOT EXISTS (SELECT 1 FROM quality.finding WHERE object = 'person' AND object_key = copy.person_id)"
        " AND (SELECT count(*) FROM core.current_person AS other WHERE other.id_hash = copy.id_hash) = 1"
    )[0][0]
    town.municipal_sql("UPDATE person SET phone = %s WHERE person_id = %s", WRONG, person)
    extract_municipal(town.city, DAY)
    check_consistency(town.city, DAY)
    town.person = person
    town.finding = finding_of(town, "CMP-004", person, "phone")
    return town


def finding_of(town: Any, rule_id: str, key: str, field: str) -> str:
    rows = town.warehouse_sql(
        "SELECT finding_id FROM quality.finding_state WHERE rule_id = :rule AND object_key = :key AND field = :field",
        rule=rule_id,
        key=key,
        field=field,
    )
    assert len(rows) == 1
    return str(rows[0].finding_id)


def state_of(town: Any, finding: str) -> str:
    return str(town.warehouse_sql("SELECT state FROM quality.finding_state WHERE finding_id = :f", f=finding)[0].state)


def correction(town: Any) -> Any:
    rows = town.warehouse_sql("SELECT * FROM quality.correction ORDER BY correction_id DESC LIMIT 1")
    return rows[0]


def asked_calls(town: Any) -> list[Any]:
    return [call for call in read_log(town, "integrity") if call.method == "Correction.Add"]


def look_again(town: Any) -> None:
    pull_master_data(town.city)
    check_consistency(town.city, DAY)


def shared_phone(town: Any) -> tuple[int, str]:
    rows = town.sandbox_sql(
        "SELECT source_version, payload ->> 'phone' FROM integrity.shared_row"
        " WHERE object = 'person' AND source_id = %s",
        correction(town).source_id,
    )
    return rows[0]


def test_from_finding_to_request_to_acceptance_to_application_to_the_pull_that_closes_it(town: Any) -> None:
    assert state_of(town, town.finding) == "open"
    assert town.finding in {one.finding_id for one in propose(town.city) if not one.obstacle}

    asked = request(town.city, [town.finding], **WHY)
    assert asked.states == {"received": 1}
    [ticket] = town.platforms.corrections()
    row = correction(town)
    assert (row.ticket_no, row.object_type, row.field) == (ticket["ticketNo"], "person", "phone")
    assert (ticket["sourceId"], ticket["sourceVersion"]) == (row.source_id, row.source_version)

    town.platforms.decide_correction(row.ticket_no, "accept")
    assert follow_corrections(town.city)["states"] == {"accepted": 1}
    look_again(town)
    assert follow_corrections(town.city)["states"] == {"accepted": 1}
    assert state_of(town, town.finding) == "open"

    town.platforms.decide_correction(row.ticket_no, "apply")
    assert shared_phone(town) == (row.source_version + 1, WRONG)
    assert follow_corrections(town.city)["states"] == {"applied": 1}, "the platform's word alone closes nothing"
    pull_master_data(town.city)
    assert follow_corrections(town.city)["states"] == {"applied": 1}, "no rule has looked after the pull"
    check_consistency(town.city, DAY)
    assert state_of(town, town.finding) == "gone"
    assert follow_corrections(town.city)["states"] == {"closed": 1}
    assert follow_corrections(town.city)["changed"] == 0

    events = [row.state for row in town.warehouse_sql("SELECT state FROM quality.correction_event ORDER BY event_id")]
    assert events == ["drafted", "sent", "received", "accepted", "applied", "closed"]
    assert len(asked_calls(town)) == 1
    [told] = town.warehouse_sql("SELECT * FROM ops.disclosure")
    assert (told.kind, told.by_whom, told.field, told.reason) == ("correction", WHY["by"], "phone", WHY["reason"])


def test_a_rejected_one_says_why_and_goes_back_to_the_municipal_side(town: Any, tmp_path: Any) -> None:
    request(town.city, [town.finding], **WHY)
    check_consistency(town.city, DAY)
    owner = "SELECT owner FROM quality.finding WHERE rule_id = 'CMP-004' AND object_key = :key"
    assert town.warehouse_sql(owner, key=town.person) == [("integrity platform",)]
    path, before = export_municipal(town.city, DAY, "csv", tmp_path)
    assert town.finding not in path.read_text(encoding="utf-8-sig")

    ticket = correction(town).ticket_no
    town.platforms.decide_correction(ticket, "reject", f"证据不足，{WRONG} 与原件不符")
    assert follow_corrections(town.city)["states"] == {"rejected": 1}
    reason = correction(town).reject_reason
    assert "证据不足" in reason
    assert WRONG not in reason

    check_consistency(town.city, DAY)
    assert town.warehouse_sql(owner, key=town.person) == [("municipal platform",)]
    assert state_of(town, town.finding) == "open"
    for kind in ("csv", "xlsx"):
        path, after = export_municipal(town.city, DAY, kind, tmp_path)
        assert after == before + 1
    told = (tmp_path / f"municipal-{DAY}.csv").read_text(encoding="utf-8-sig")
    assert town.finding in told
    assert "证据不足" in told
    assert WRONG not in told
    # All of a rule leaves it alone; asking once more is for somebody who names it.
    assert town.finding not in {
        one.finding_id for one in request(town.city, every_one_of="CMP-004", dry_run=True, **WHY).asked
    }
    assert request(town.city, [town.finding], **WHY).states == {"received": 1}


def test_killed_between_the_call_and_its_answer_nothing_is_asked_twice(town: Any) -> None:
    connection, clock = town.city.connection, town.city.clock
    town.city.close()
    child = os.fork()
    if child == 0:
        try:
            mine = open_city(connection, clock)
            request(mine, [town.finding], **WHY, at=lambda point: os._exit(9) if point == "call.after" else None)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    row = correction(town)
    assert (row.state, row.serial_code, row.ticket_no) == ("sent", None, None)
    [ticket] = town.platforms.corrections()

    assert follow_corrections(town.city)["states"] == {"received": 1}
    assert correction(town).ticket_no == ticket["ticketNo"]
    assert [one["ticketNo"] for one in town.platforms.corrections()] == [ticket["ticketNo"]]
    first, *later = asked_calls(town)
    asked_between = [
        call for call in read_log(town, "integrity") if call.method == "Correction.Query" and call.came > first.ended
    ]
    assert asked_between, "it was asked about before it went again"
    assert [call.form["data"] for call in later] == [first.form["data"]] * len(later), "and to the byte"
    assert all(asked_between[0].ended <= call.came for call in later)


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "http_error"])
def test_a_lost_answer_is_asked_about(town: Any, kind: str) -> None:
    town.platforms.set_faults("integrity", {"kind": kind, "method": "Correction.Add", "times": 1})
    assert request(town.city, [town.finding], **WHY).states == {"received": 1}
    assert len(town.platforms.corrections()) == 1
    assert len(asked_calls(town)) == 2


def test_a_ticket_that_was_decided_meanwhile_is_left_to_a_person(town: Any) -> None:
    town.platforms.set_faults("integrity", {"kind": "drop_after", "method": "Correction.Add", "times": 1})

    def decided_while_waiting(_seconds: float) -> None:
        [ticket] = town.platforms.corrections()
        if ticket["status"] == 1:
            town.platforms.decide_correction(ticket["ticketNo"], "reject", "重复申请")

    assert request(town.city, [town.finding], **WHY, sleep=decided_while_waiting).states == {"sent": 1}
    assert len(asked_calls(town)) == 1
    row = correction(town)
    [ticket] = town.platforms.corrections()
    assert ticket["ticketNo"] in row.remark
    follow_corrections(town.city)
    assert len(asked_calls(town)) == 1
    with pytest.raises(SettingsError, match="knows no ticket"):
        settle_in_doubt(town.city, row.correction_id, ticket_no="GZ-none", by="王工")
    assert settle_in_doubt(town.city, row.correction_id, ticket_no=ticket["ticketNo"], by="王工") == "rejected"
    with pytest.raises(SettingsError, match="not in doubt"):
        settle_in_doubt(town.city, row.correction_id, ticket_no=None, by="王工")


def test_a_ticket_that_is_open_already_is_adopted(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    ticket = correction(town).ticket_no
    with town.city.engine.begin() as connection:  # a warehouse put back from a backup knows nothing of it
        connection.execute(text("TRUNCATE quality.correction CASCADE"))
    assert request(town.city, [town.finding], **WHY).states == {"received": 1}
    assert correction(town).ticket_no == ticket
    assert "open for the field already" in correction(town).remark
    assert len(town.platforms.corrections()) == 1


def test_a_request_the_platform_does_not_take_says_so(town: Any) -> None:
    town.sandbox_sql("DELETE FROM integrity.shared_row WHERE object = 'person'")
    assert request(town.city, [town.finding], **WHY).states == {"rejected": 1}
    row = correction(town)
    assert (row.ticket_no, row.remark, row.reject_reason) == (None, "not taken", "sourceId不存在")


def test_applied_and_still_different_is_reopened(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    row = correction(town)
    town.platforms.decide_correction(row.ticket_no, "accept")
    town.platforms.decide_correction(row.ticket_no, "apply")
    town.sandbox_sql(
        "UPDATE integrity.shared_row SET payload = payload || jsonb_build_object('phone', '19911111111')"
        " WHERE object = 'person' AND source_id = %s",
        row.source_id,
    )
    follow_corrections(town.city)
    look_again(town)
    assert follow_corrections(town.city)["states"] == {"reopened": 1}
    assert "still differs" in correction(town).remark
    assert town.finding in {one.finding_id for one in propose(town.city) if not one.obstacle}


def test_the_platform_that_cannot_be_reached_loses_no_draft(town: Any) -> None:
    town.override("integrity_platform", attempts=1)
    url = town.platforms.url

    def nowhere(platform: str) -> str:
        return "http://127.0.0.1:9" if platform == "integrity" else url(platform)

    town.platforms.url = nowhere
    with pytest.raises(NotSentError):
        request(town.city, [town.finding], **WHY)
    assert correction(town).state == "drafted"
    town.platforms.url = url
    assert follow_corrections(town.city)["states"] == {"received": 1}
    assert len(town.platforms.corrections()) == 1


def test_a_second_request_while_one_is_under_way_is_refused_here(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    again = request(town.city, [town.finding], **WHY)
    assert again.asked == []
    assert "under way: received" in again.not_asked[0].obstacle
    assert len(asked_calls(town)) == 1


def test_a_dry_run_tells_and_does_nothing(town: Any) -> None:
    told = request(town.city, every_one_of="cmp-004", dry_run=True, **WHY)
    assert town.finding in {one.finding_id for one in told.asked}
    assert asked_calls(town) == []
    assert town.warehouse_sql("SELECT count(*) FROM quality.correction") == [(0,)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"reason": "", "by": "王工"}, "say why"),
        ({"reason": "他的电话是 13900001234", "by": "王工"}, "person's number"),
        ({"reason": "有误", "by": " "}, "who decided"),
    ],
)
def test_a_request_needs_a_reason_and_somebody_who_decided(town: Any, given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        request(town.city, [town.finding], **given)
    for what, sentence in (("CMP-004-000000000000", "there is no finding"), ("x", "is not the id of a finding")):
        with pytest.raises(SettingsError, match=sentence):
            request(town.city, [what], **WHY)


def test_nothing_of_a_person_is_kept_or_shown_in_plain(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    shared = shared_phone(town)[1]
    rows = town.warehouse_sql("SELECT row_to_json(c)::text FROM quality.correction AS c")
    rows += town.warehouse_sql("SELECT row_to_json(e)::text FROM quality.correction_event AS e")
    rows += town.warehouse_sql("SELECT row_to_json(r)::text FROM ops.step_run AS r")
    rows += town.warehouse_sql("SELECT row_to_json(l)::text FROM ops.call_log AS l")
    kept = "".join(row[0] for row in rows)
    assert WRONG not in kept
    assert shared not in kept
    plain = town.city.vault.reveal(correction(town).data_cipher)
    assert WRONG in plain
    assert shared in plain


def test_explaining_the_finding_shows_its_correction_and_ticket(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    told = explain(town.city, town.finding.lower())
    assert told.life.state == "open"
    [(row, events)] = told.corrections
    assert row.ticket_no == correction(town).ticket_no
    assert [event.state for event in events] == ["drafted", "sent", "received"]


def test_the_role_that_asks_may_not_touch_a_shared_field(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    for name in ("project", "corp", "participant", "person", "registration", "key_post"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            edit_shared_field(town, name)


def edit_shared_field(town: Any, name: str) -> None:
    with transaction(town.city.engine, Role.CHECK) as connection:
        connection.execute(text(f"UPDATE core.shared_{name} SET deleted = deleted"))


def test_following_runs_in_that_role_only(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from realname_sync.warehouse import engine

    taken: list[Role] = []
    take_on = engine._take_on
    monkeypatch.setattr(engine, "_take_on", lambda connection, role: (taken.append(role), take_on(connection, role)))
    request(town.city, [town.finding], **WHY)
    follow_corrections(town.city)
    assert set(taken) == {Role.CHECK, Role.READ}


def test_each_rule_with_corrections_finds_its_shared_row(town: Any) -> None:
    """Every candidate names one row at the source, in the version that was pulled, and both sides' values differ."""
    able = [one for one in propose(town.city) if not one.obstacle]
    assert {one.rule_id for one in able} >= {"CMP-001", "CMP-002", "CMP-003", "CMP-004", "CMP-005"}
    for one in able:
        rows = town.sandbox_sql(
            "SELECT source_version FROM integrity.shared_row WHERE object = %s AND source_id = %s",
            one.object_type,
            one.source_id,
        )
        assert rows == [(one.source_version,)]
        assert one.shared != one.municipal
    withheld = [one for one in propose(town.city) if one.field == "pmIDCardNumber"]
    assert all("no safe way" in one.obstacle and one.municipal is None for one in withheld)


def test_the_clerk_decides_only_what_can_be_decided(town: Any) -> None:
    request(town.city, [town.finding], **WHY)
    ticket = correction(town).ticket_no
    for action, reason in (("apply", None), ("reject", None), ("accept", "warum"), ("burn", None)):
        with pytest.raises(NotDecidedError):
            town.platforms.decide_correction(ticket, action, reason)
    with pytest.raises(NotDecidedError, match="no ticket"):
        town.platforms.decide_correction("GZ0", "accept")
    town.platforms.decide_correction(ticket, "reject", "证据不足")
    with pytest.raises(NotDecidedError, match="status 3"):
        town.platforms.decide_correction(ticket, "accept")


def test_all_of_a_rule_is_applied_and_closed_together(town: Any) -> None:
    asked = request(town.city, every_one_of="CMP-001", **WHY)
    assert asked.states == {"received": len(asked.asked)}
    assert len(asked.asked) > 1
    for ticket in town.platforms.corrections():
        town.platforms.decide_correction(ticket["ticketNo"], "accept")
        town.platforms.decide_correction(ticket["ticketNo"], "apply")
    look_again(town)
    states = follow_corrections(town.city)["states"]
    assert states == {"closed": len(asked.asked)}
    later = DAY + timedelta(days=1)
    check_consistency(town.city, later)
    assert follow_corrections(town.city)["states"] == states


def test_what_is_settled_beforehand_is_asked_for_in_the_name_of_who_decided(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ("330100", "会议纪要第 7 号", "张主任", "电话以市级平台为准")
    settled = [
        Settled("CMP-004", "phone", DAY, DAY, *whole),
        Settled("CMP-001", "name", DAY - timedelta(days=9), DAY - timedelta(days=1), *whole),
    ]
    monkeypatch.setattr(asking, "load_finding_settings", lambda: FindingSettings([], settled))
    able = {one.finding_id for one in propose(town.city) if not one.obstacle and (one.rule_id, one.field) == PHONE}
    assert town.finding in able
    assert request(town.city, settled=True).states == {"received": len(able)}
    rows = town.warehouse_sql("SELECT finding_id, requested_by, reason FROM quality.correction")
    assert {row.finding_id for row in rows} == able
    assert {(row.requested_by, row.reason) for row in rows} == {("张主任", "电话以市级平台为准")}
