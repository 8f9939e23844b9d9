"""What was done about a warning case, stated to the integrity platform: once, and never again where nobody knows."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import lead_to, lit_case, rectify_calls, state_of, steps_of, stored, submit
from deliveries import DAY

from realname_sync.errors import DataError, HeldError, SignatureRefusedError
from realname_sync.pipelines.cases import move_case, show_case, update_cases
from realname_sync.pipelines.lamps_and_cases import take_up_lamps
from realname_sync.pipelines.rectify import settle_rectifications


def test_a_submitted_case_with_a_lamp_is_stated_to_the_platform(checked: Any, tmp_path: Path) -> None:
    update_cases(checked.city, DAY)
    case_id, _, lamp = lit_case(checked)
    lead_to(checked, case_id, "acknowledged", "rectifying")
    files = [tmp_path / f"photo{number}.png" for number in range(5)]
    for file in files:
        file.write_bytes(b"\x89PNG" + bytes(1000))
    done = submit(checked, case_id, "项目经理已到岗", files=files)
    assert (done.lamp_id, done.state) == (lamp, "done")
    assert stored(checked) == [(lamp, "项目经理已到岗", 5)]
    assert state_of(checked, case_id) == "submitted"
    shown = show_case(checked.city, case_id)
    (stated,) = shown.rectifications
    assert (stated.state, stated.attachments) == ("done", 5)
    assert any(stated.serial_code in note for note in shown.notes)
    assert "到岗" not in str(checked.warehouse_sql("SELECT data_cipher, words FROM quality.rectification"))


@pytest.mark.parametrize(("count", "size", "complaint"), [(6, 10, "at most 5"), (1, 800_000, "at most 1048576")])
def test_files_beyond_the_standard_are_refused_before_anything_is_recorded(
    checked: Any, tmp_path: Path, count: int, size: int, complaint: str
) -> None:
    update_cases(checked.city, DAY)
    case_id, _, _ = lit_case(checked)
    lead_to(checked, case_id, "acknowledged", "rectifying")
    files = [tmp_path / f"{number}.bin" for number in range(count)]
    for file in files:
        file.write_bytes(bytes(size))
    with pytest.raises(DataError, match=complaint):
        submit(checked, case_id, files=files)
    with pytest.raises(DataError, match="lies ahead"):
        submit(checked, case_id, done_at=checked.city.clock() + timedelta(hours=1))
    with pytest.raises(DataError, match="cannot be read"):
        submit(checked, case_id, files=[tmp_path / "nowhere.png"])
    assert state_of(checked, case_id) == "rectifying"
    assert rectify_calls(checked) == 0


def test_an_unknown_outcome_is_never_sent_again_by_itself(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id, _, lamp = lit_case(checked)
    lead_to(checked, case_id, "acknowledged", "rectifying")
    checked.platforms.set_faults("integrity", {"kind": "drop_after", "method": "Rectification.Add", "times": 1})
    assert submit(checked, case_id).state == "unknown"
    assert rectify_calls(checked) == 1
    for _ in range(2):
        settle_rectifications(checked.city)
        take_up_lamps(checked.city)
    assert rectify_calls(checked) == 1
    move_case(checked.city, case_id, "rectifying", by="李科长", note="asking the operator")
    with pytest.raises(HeldError, match="nobody knows whether that arrived"):
        submit(checked, case_id)
    assert rectify_calls(checked) == 1
    done = submit(checked, case_id, platform_has_none=True)
    assert done.state == "done"
    assert [one.state for one in show_case(checked.city, case_id).rectifications] == ["given up", "done"]
    assert stored(checked) == [
        (lamp, "done", 0),
        (lamp, "done", 0),
    ]  # it had arrived: why nobody but a person may say so


def test_what_surely_was_not_taken_waits_and_is_sent_once_with_the_same_text(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id, _, lamp = lit_case(checked)
    lead_to(checked, case_id, "acknowledged", "rectifying")
    checked.wrong_secret_for("integrity_platform")
    with pytest.raises(SignatureRefusedError):
        submit(checked, case_id)
    assert [one.state for one in show_case(checked.city, case_id).rectifications] == ["planned"]
    checked.overrides.clear()
    settle_rectifications(checked.city)  # sends it
    checked.platforms.counts("integrity")  # once all that was accepted is worked off
    settle_rectifications(checked.city)  # asks for its result
    assert [one.state for one in show_case(checked.city, case_id).rectifications] == ["done"]
    assert stored(checked) == [(lamp, "done", 0)]
    digests = {
        call["data_sha256"] for call in checked.platforms.calls("integrity") if call["method"] == "Rectification.Add"
    }
    assert len(digests) == 1


def test_a_sender_that_died_in_mid_call_leaves_a_doubt_and_no_second_call(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id, _, _ = lit_case(checked)
    lead_to(checked, case_id, "acknowledged", "rectifying")
    checked.platforms.set_faults("integrity", {"kind": "slow_results", "method": "Rectification.Add", "seconds": 60})
    assert submit(checked, case_id, sleep=lambda _: None).state == "sent"
    with pytest.raises(DataError, match="is submitted and cannot become submitted"):
        submit(checked, case_id)
    checked.warehouse_sql("UPDATE quality.rectification SET state = 'sending', serial_code = NULL")
    assert settle_rectifications(checked.city)["doubtful"] == 0  # its call may still be under way
    checked.warehouse_sql("UPDATE quality.rectification SET sent_at = now() - interval '1 hour'")
    assert settle_rectifications(checked.city)["doubtful"] == 1
    settle_rectifications(checked.city)
    assert rectify_calls(checked) == 1


def test_a_refusal_takes_the_case_back_with_the_platforms_words(checked: Any) -> None:
    update_cases(checked.city, DAY)
    case_id, _, lamp = lit_case(checked)
    lead_to(checked, case_id, "acknowledged", "rectifying")
    checked.sandbox_sql("UPDATE integrity.lamp SET project_code = 'ANOTHER' WHERE lamp_id = %s", lamp)
    done = submit(checked, case_id)
    assert (done.state, done.words) == ("refused", "projectCode与亮灯项目不一致")
    assert steps_of(checked, case_id)[-2:] == [("rectifying", "submitted"), ("submitted", "rectifying")]
