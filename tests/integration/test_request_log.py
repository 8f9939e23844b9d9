"""What the receivers' logs of calls prove, and that they would show it if it were not so."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY, deliver_until_it_ends

from realname_sync.delivery import questions
from realname_sync.pipelines.deliver import deliver
from request_log import blind_resends, changed_repeats, read_log, repeats


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_resend_without_a_question_is_found(checked: Any, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    checked.platforms.set_faults("nation", {"kind": kind, "method": ATTENDANCE, "times": 1})
    monkeypatch.setattr(questions, "_on_the_platform", lambda *_: Counter())  # as if asked, and nothing were there
    deliver_until_it_ends(checked, "nation")
    found = blind_resends(read_log(checked, "nation"))
    assert len(found) == 1
    assert "nobody had asked" in found[0]


def test_a_question_that_got_no_answer_does_not_count(checked: Any) -> None:
    checked.platforms.set_faults("nation", {"kind": "drop_before", "method": ATTENDANCE, "times": 1})
    deliver(checked.city, DAY, "nation")
    calls = read_log(checked, "nation")
    assert blind_resends(calls) == []
    asked = [call for call in calls if call.method == "WorkerAttendance.Query"]
    assert asked
    for call in asked:
        object.__setattr__(call, "said", {})
    assert blind_resends(calls) != []


def test_a_retry_is_the_same_to_the_byte_and_one_that_is_not_is_found(
    checked: Any,
) -> None:
    checked.platforms.set_faults("nation", {"kind": "throttle", "method": ATTENDANCE, "times": 2})
    deliver_until_it_ends(checked, "nation")
    calls = read_log(checked, "nation")
    assert len(repeats(calls)) == 2
    assert changed_repeats(calls) == []

    first, again = repeats(calls)[0]
    place = calls.index(again)
    for other, what in (
        (again.request.replace("data=%7B", "data=+%7B"), "data"),
        (again.request.replace("version=1.", "version=2."), "version"),
        ("&".join(reversed(again.request.split("&"))), "their order or spelling"),
    ):
        assert other != first.request
        changed = [*calls[:place], replace(again, request=other), *calls[place + 1 :]]
        assert f"call {again.call_id} repeats call {first.call_id} in other words: {what}" in changed_repeats(changed)
