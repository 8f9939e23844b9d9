"""What platforms do to calls: nothing is lost, nothing counts twice, and the next run carries on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from realname_sync.delivery.calls import Sent
from realname_sync.delivery.settling import record_sent
from realname_sync.errors import PermissionRefusedError, RealnameError, SignatureRefusedError
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.standards import load_profile

DAY = date(2026, 11, 20)
STATES = ("waiting", "held", "in_batch", "acknowledged", "refused")
ATTENDANCE = "WorkerAttendance.Add"


@pytest.fixture
def checked(open_town: Callable[..., Any]) -> Any:
    """A town pulled, extracted and checked, nothing delivered yet."""
    return open_town(1, checked=True)


def deliver_until_it_ends(town: Any, target: str, tries: int = 4) -> None:
    for _ in range(tries):
        try:
            deliver(town.city, DAY, target)
        except RealnameError:
            town.platforms.clear_faults()
        else:
            return
    raise AssertionError("the delivery did not end")


def assert_effect_equals_acknowledged(town: Any, target: str) -> None:
    counts = completeness(town.city, DAY)[target]
    assert sum(counts[state] for state in STATES) == counts["read"]
    assert counts["waiting"] == counts["in_batch"] == 0
    assert town.platforms.attendance(target, DAY)["rows"] == counts["acknowledged"]


@pytest.mark.parametrize("target", ["province", "nation"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before", "times": 2},
        {"kind": "drop_after", "times": 2},
        {"kind": "http_error", "status": 502, "times": 2},
        {"kind": "http_error", "status": 503, "after_work": True, "times": 2},
        {"kind": "malformed_answer", "shape": "html", "times": 2},
        {"kind": "answer_code", "code": 9999, "times": 2},
        {"kind": "throttle", "times": 3},
        {"kind": "slow_results", "seconds": 2, "times": 2},
        {"kind": "failed_results", "times": 2},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_after_any_fault_the_platform_has_each_punch_once(checked: Any, target: str, fault: dict[str, Any]) -> None:
    checked.platforms.set_faults(target, {"method": ATTENDANCE, **fault})
    deliver_until_it_ends(checked, target)
    assert_effect_equals_acknowledged(checked, target)


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
        " SET state = 'sending', sender = 'gone', lease_until = now() - interval '1 hour', serial_code = NULL"
        " WHERE kind = 'attendance' AND target = 'nation' AND state = 'acknowledged'"
    )
    deliver(checked.city, DAY, "nation")
    assert checked.platforms.counts("nation")["write_calls"] == writes
    assert_effect_equals_acknowledged(checked, "nation")


def test_a_sender_that_wakes_up_late_changes_nothing(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    before = checked.warehouse_sql("SELECT batch_id, state, serial_code FROM delivery.batch ORDER BY batch_id")
    desk = checked.desk("nation", DAY)
    with desk.commit() as connection:
        record_sent(desk, connection, [Sent(row.batch_id, "unknown", "forged") for row in before])
    assert checked.warehouse_sql("SELECT batch_id, state, serial_code FROM delivery.batch ORDER BY batch_id") == before
