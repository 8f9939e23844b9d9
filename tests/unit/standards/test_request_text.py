"""Requests are written the same way every time, whatever the order the values come in."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realname_sync.errors import DataError
from realname_sync.standards import Field, Method, check_request, load_standard, serialise

PROVINCE = load_standard("zhejiang_2_0")
PUNCH = PROVINCE.method("WorkerAttendance.Add")


def wrap(plaintext: str) -> str:
    return f"<{plaintext}>"


def test_a_request_in_the_standards_order_without_spaces_or_escapes() -> None:
    rows = [
        {
            "receivedAt": datetime(2026, 11, 20, 0, 0, 1, 999_999, tzinfo=UTC),
            "deviceRecordId": "77",
            "deviceSn": "D-1",
            "channel": "东门",
            "direction": "01",
            "date": datetime(2026, 11, 20, 7, 59, 58, tzinfo=timezone(timedelta(hours=8))),
            "idCardNumber": "330000198001010490",
            "idCardType": "01",
            "lng": Decimal("120.1500"),
            "teamSysNo": None,
        }
    ]
    assert serialise(PUNCH, {"projectCode": "P1"}, rows, encrypt=wrap) == (
        '{"projectCode":"P1","dataList":[{"idCardType":"01","idCardNumber":"<330000198001010490>",'
        '"date":"2026-11-20 07:59:58","direction":"01","channel":"东门","lng":120.1500,'
        '"deviceSn":"D-1","deviceRecordId":"77","receivedAt":"2026-11-20 08:00:01"}]}'
    )


def test_fields_that_are_never_sent_are_not_written() -> None:
    text = serialise(PUNCH, {"projectCode": "P1", "other": 1}, [{"image": "aGk=", "direction": "01"}], encrypt=wrap)
    assert json.loads(text) == {"projectCode": "P1", "dataList": [{"direction": "01"}]}


def test_no_rows_are_an_empty_list_and_no_header_is_no_hindrance() -> None:
    assert serialise(PUNCH, {}, encrypt=wrap) == '{"dataList":[]}'
    assert serialise(PROVINCE.method("AsyncHandleResult.Query"), {}, encrypt=wrap) == "{}"


def test_lists_of_texts_of_objects_and_attachments() -> None:
    method = Method(
        name="Thing.Add",
        title="Enter a thing",
        direction="write",
        asynchronous=True,
        header=(
            Field("words", type="list"),
            Field("cards", type="list", items=(Field("bank"), Field("number", encrypted=True))),
            Field("month", type="month"),
        ),
    )
    header = {
        "month": date(2026, 3, 31),
        "cards": [{"number": "62", "bank": "102"}, {"bank": "103"}],
        "words": ["甲", '"'],
    }
    assert serialise(method, header, encrypt=wrap) == (
        '{"words":["甲","\\""],"cards":[{"bank":"102","number":"<62>"},{"bank":"103"}],"month":"2026-03"}'
    )


def test_a_yes_or_no_is_written_as_a_number() -> None:
    method = PROVINCE.method("ProjectWorker.Add")
    text = serialise(method, {}, [{"isTeamLeader": True, "workRole": 10}], encrypt=wrap)
    assert text == '{"workerList":[{"isTeamLeader":1,"workRole":10}]}'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date", datetime(2026, 11, 20, 8, 0, 0)),  # noqa: DTZ001 - without a zone on purpose
        ("date", 20261120),
        ("direction", 1),
        ("lng", 120.15),
        ("lng", Decimal("NaN")),
    ],
)
def test_a_value_of_another_type_names_the_field_and_not_the_value(field: str, value: object) -> None:
    with pytest.raises(DataError, match=rf"WorkerAttendance\.Add: field {field} ") as caught:
        serialise(PUNCH, {}, [{field: value}], encrypt=wrap)
    assert str(value) not in str(caught.value)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text('aZ甲𠀀é"\\\n\u2028', max_size=5),
    "base64": st.text("aZ9+/=", max_size=5),
    "integer": st.integers(-(10**9), 10**9) | st.booleans(),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False) | st.integers(0, 99),
    "date": st.dates(),
    "datetime": st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    "month": st.dates(),
}


WRITES = [method for method in PROVINCE.methods.values() if method.direction == "write"]
Request = tuple[Method, dict[str, Any], list[dict[str, Any]]]


@st.composite
def requests(draw: st.DrawFn) -> Request:
    def values(fields: tuple[Field, ...]) -> dict[str, Any]:
        sent = [field for field in fields if field.type in VALUES and field.left_out is None]
        chosen = draw(st.lists(st.sampled_from(sent), max_size=5, unique_by=lambda field: field.name)) if sent else []
        return {field.name: draw(VALUES[field.type]) if draw(st.booleans()) else None for field in chosen}

    method = draw(st.sampled_from(WRITES))
    rows = range(draw(st.integers(0, 2))) if method.rows_field else ()
    return method, values(method.header), [values(method.row) for _ in rows]


@given(requests())
def test_what_is_written_reads_back_as_what_was_given(drawn: Request) -> None:
    method, header, rows = drawn
    assert {problem.reason for problem in check_request(method, header, rows)} <= {
        "missing",
        "too_long",
        "unknown_code",
    }
    text = serialise(method, header, rows, encrypt=wrap)
    turned = [dict(reversed(row.items())) for row in rows]
    assert serialise(method, dict(reversed(header.items())), turned, encrypt=wrap) == text
    read = json.loads(text, parse_float=Decimal)
    read_rows = read.pop(method.rows_field) if method.rows_field else []
    for there, values, fields in zip(
        [read, *read_rows], [header, *rows], [method.header] + [method.row] * 2, strict=False
    ):
        assert list(there) == [field.name for field in fields if values.get(field.name) is not None]
        for field in fields:
            if field.type in {"text", "base64"} and values.get(field.name) is not None:
                assert there[field.name] == (wrap(values[field.name]) if field.encrypted else values[field.name])
            if field.type in {"integer", "decimal"} and values.get(field.name) is not None:
                assert there[field.name] == values[field.name]
