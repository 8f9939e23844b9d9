"""One punch is recognised however a platform writes it, and one that cannot be read is no missing punch."""

from datetime import UTC, datetime
from typing import Any

import pytest

from realname_sync.delivery.passes import pass_of, read_pass
from realname_sync.errors import MalformedAnswerError

NUMBER = "99999920990101001X"
MADE_AT = datetime(2026, 11, 20, 0, 5, 9, 750_000, tzinfo=UTC)
ROW = {"idCardNumber": NUMBER, "date": "2026-11-20 08:05:09", "direction": "01"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"date": "2026-11-20 08:05:09.000"},
        {"date": "2026-11-20T08:05:09"},
        {"date": "2026-11-20T08:05:09.750+08:00"},
        {"direction": 1},
        {"direction": "1"},
        {"idCardNumber": NUMBER.lower()},
        {"teamSysNo": None, "channel": "东门"},
    ],
    ids=str,
)
def test_it_is_the_pass_that_was_sent(change: dict[str, Any]) -> None:
    assert read_pass("nation", ROW | change) == pass_of(NUMBER, MADE_AT, "01")


@pytest.mark.parametrize("change", [{"direction": 2}, {"date": "2026-11-20 08:05:10"}, {"idCardNumber": "2"}], ids=str)
def test_another_person_second_or_direction_is_another_pass(change: dict[str, Any]) -> None:
    assert read_pass("nation", ROW | change) != pass_of(NUMBER, MADE_AT, "01")


@pytest.mark.parametrize(
    "change",
    [
        {"idCardNumber": None},
        {"idCardNumber": ""},
        {"date": None},
        {"date": "yesterday"},
        {"date": 20261120},
        {"date": "2026-11-20"},
        {"direction": None},
        {"direction": ""},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_an_error_that_names_nobody(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswerError, match="nation: WorkerAttendance") as refused:
        read_pass("nation", ROW | change)
    assert NUMBER not in str(refused.value)
    assert NUMBER not in refused.value.answer
