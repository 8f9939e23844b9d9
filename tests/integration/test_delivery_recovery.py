"""The next run carries on: unanswered calls, dead senders, refused callers, changed versions."""

import os
import re
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY, assert_effect_equals_acknowledged, deliver_until_it_ends

from realname_sync.delivery.calls import Sent
from realname_sync.delivery.desk import has_ended, new_sender
from realname_sync.delivery.settling import record_sent
from realname_sync.errors import PermissionRefusedError, RealnameError, RetriableError, SignatureRefusedError
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.standards import load_profile

pytestmark = pytest.mark.usefixtures("proved_by_the_receivers")


@pytest.mark.parametrize("target", ["province", "nation"])
@pytest.mark.parametrize("method", ["Team.Add", "ProjectWorker.Add", "WorkerEntryExit.Add"])
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_an_unanswered_call_of_the_chain_is_made_good(checked: Any, target: str, method: str, kind: str) -> None:
    checked.platforms.set_faults(target, {"kind": kind, "method": method, "times": 2})
    deliver_until_it_ends(checked, target)
    assert_effect_equals_acknowledged(checked, target)
    assert checked.warehouse_sql("SELECT 1 FROM delivery.registration WHERE state = 'in_batch'") == []


def test_an_unknown_outcome_is_asked_about_before_anything_is_sent_again(checked: Any) -> None:
    checked.platforms.set_faults("nation", {"kind": "drop_after", "method": ATTENDANCE, "times": 1})
    deliver(checked.city, DAY, "nation")
    methods = [call["method"] for call in checked.platforms.calls("nation")]
    assert "WorkerAttendance.Query" in methods
    dropped = next(
        index
        for index, call in enumerate(checked.platforms.calls("nation"))
        if call["method"] == ATTENDANCE and call["code"] is None
    )
    lost = checked.platforms.calls("nation")[dropped]
    again = [
        call for call in checked.platforms.calls("nation")[dropped + 1 :] if call["data_sha256"] == lost["data_sha256"]
    ]
    assert again == []
    assert_effect_equals_acknowledged(checked, "nation")


def test_an_instant_told_by_a_clock_that_was_ahead_keeps_nobody_waiting(checked: Any) -> None:
    lost = {"kind": "drop_after", "method": ATTENDANCE, "times": 1}
    silent = {"kind": "http_error", "status": 503, "method": "WorkerAttendance.Query"}
    checked.platforms.set_faults("nation", [lost, silent])
    with suppress(RealnameError):
        deliver(checked.city, DAY, "nation")
    assert checked.warehouse_sql("SELECT count(*) FROM delivery.batch WHERE state = 'unknown'") == [(1,)]
    checked.platforms.clear_faults()
    checked.warehouse_sql("UPDATE delivery.batch SET sent_at = sent_at + interval '1 hour' WHERE state = 'unknown'")

    said: list[str] = []
    deliver(checked.city, DAY, "nation", progress=said.append)
    waits = [int(match.group(1)) for line in said if (match := re.search(r"asking after them in (\d+) s", line))]
    assert waits
    assert max(waits) <= 1, said
    assert_effect_equals_acknowledged(checked, "nation")


def test_a_wrong_secret_of_the_city_stops_at_the_first_call(checked: Any) -> None:
    checked.wrong_secret_for("province_platform")
    with pytest.raises(SignatureRefusedError, match="signature refused by province"):
        deliver(checked.city, DAY, "province")
    calls = checked.platforms.calls("province")
    assert [call["code"] for call in calls] == [-2]
    assert completeness(checked.city, DAY)["province"]["acknowledged"] == 0


def test_the_version_changes_with_the_moment_of_sending() -> None:
    profile = load_profile("province")
    assert profile.version_at(datetime(2021, 5, 31, 15, 59, 59, tzinfo=UTC)) == "1.0"
    assert profile.version_at(datetime(2021, 5, 31, 16, 0, tzinfo=UTC)) == "2.0"


def test_a_version_the_province_has_closed_is_refused_with_a_sentence(checked: Any) -> None:
    checked.override("province_platform", versions=[{"version": "1.0"}])
    with pytest.raises(PermissionRefusedError, match="version"):
        deliver(checked.city, DAY, "province")


def test_a_batch_whose_sender_died_is_asked_about_and_not_sent_blindly(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    writes = checked.platforms.counts("nation")["write_calls"]
    checked.warehouse_sql(
        "UPDATE delivery.batch"
        " SET state = 'sending', settled_at = NULL, sender = 'gone', lease_until = now() - interval '1 hour',"
        " serial_code = NULL"
        " WHERE kind = 'attendance' AND target = 'nation' AND state = 'acknowledged'"
    )
    deliver(checked.city, DAY, "nation")
    assert checked.platforms.counts("nation")["write_calls"] == writes
    assert_effect_equals_acknowledged(checked, "nation")


def test_a_sender_that_wakes_up_late_changes_nothing(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    before = checked.warehouse_sql("SELECT batch_id, state, serial_code FROM delivery.batch ORDER BY batch_id")
    desk = checked.desk("nation", DAY)
    with desk.commit("sent") as connection:
        record_sent(desk, connection, [Sent(row.batch_id, "unknown", "forged") for row in before])
    assert checked.warehouse_sql("SELECT batch_id, state, serial_code FROM delivery.batch ORDER BY batch_id") == before


@pytest.mark.parametrize("target", ["province", "nation"])
def test_a_team_whose_number_no_result_told_is_asked_for(checked: Any, target: str) -> None:
    deliver(checked.city, DAY, target)
    numbers = (
        "SELECT project_code, local_key, platform_key FROM delivery.registration WHERE kind = 'team' ORDER BY 1, 2"
    )
    before = checked.warehouse_sql(numbers)
    checked.warehouse_sql("UPDATE delivery.registration SET platform_key = NULL WHERE kind = 'team'")
    deliver(checked.city, DAY, target)
    assert checked.warehouse_sql(numbers) == before
    assert all(row.platform_key for row in before)


LOSE_CLAIMS = (
    "UPDATE delivery.batch"
    " SET state = 'sending', settled_at = NULL, sender = :sender, lease_until = now() + interval '1 hour',"
    " serial_code = NULL"
    " WHERE kind = 'attendance' AND target = 'nation' AND state = 'acknowledged'"
)


def test_a_sender_that_was_killed_a_moment_ago_is_taken_over_at_once(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    writes = checked.platforms.counts("nation")["write_calls"]
    with subprocess.Popen(["sleep", "60"]) as killed:
        sender = new_sender().replace(f":{os.getpid()}:", f":{killed.pid}:")
        assert not has_ended(sender)
        killed.kill()
    assert has_ended(sender)
    checked.warehouse_sql(LOSE_CLAIMS, sender=sender)
    deliver(checked.city, DAY, "nation")
    assert checked.platforms.counts("nation")["write_calls"] == writes
    assert_effect_equals_acknowledged(checked, "nation")


def test_batches_in_the_hands_of_another_living_sender_are_left_to_it_and_said(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    checked.warehouse_sql(LOSE_CLAIMS, sender="elsewhere:1:1:abc")
    with pytest.raises(RetriableError, match="another sender holds"):
        deliver(checked.city, DAY, "nation")
    assert checked.warehouse_sql("SELECT DISTINCT sender FROM delivery.batch WHERE state = 'sending'") == [
        ("elsewhere:1:1:abc",)
    ]
