"""What a check writes down before its rules run: how each device's clock stood, and who of the key posts was there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rule_cases import CHECKED_AT, CITY, WORK_DATE, given
from sqlalchemy import Connection, Engine, text

from realname_sync.quality.attendance import observe
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.workdate import SHANGHAI

VECTORS = Path(__file__).parents[1] / "vectors" / "identifiers.json"
RULES = load_catalogue().in_force(WORK_DATE, CITY)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture
def connection(warehouse: Engine) -> Iterator[Connection]:
    with warehouse.connect() as connection, connection.begin() as everything:
        yield connection
        everything.rollback()


def observed(connection: Connection, rows: Rows, table: str, day: date = WORK_DATE) -> list[Any]:
    """What is written down of the day, as the role of the check, twice in the same way."""
    given(connection, rows)
    connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": day})
    connection.execute(text("SET LOCAL ROLE realname_check"))
    seen = []
    for _ in range(2):
        observe(connection, RULES, day, CITY, CHECKED_AT)
        seen.append(connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4")).all())
    assert seen[0] == seen[1]
    return seen[0]


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(WORK_DATE.year, WORK_DATE.month, WORK_DATE.day, hour, minute, second, tzinfo=SHANGHAI)


def records(lags: Sequence[int], device: str = "D1", minutes_apart: int = 30) -> list[dict[str, Any]]:
    """Records received at that pace, each made so many seconds after it was received."""
    return [
        {
            "device_sn": device,
            "received_at": at(8) + timedelta(minutes=minutes_apart * place),
            "punched_at": at(8) + timedelta(minutes=minutes_apart * place, seconds=lag),
        }
        for place, lag in enumerate(lags)
    ]


@pytest.mark.parametrize(
    ("lags", "minutes_apart", "skew"),
    [
        ([-5, -7, -12, -9, -6], 30, -7),
        ([475, 480, 471, 478, 474, 474], 30, 474),
        ([-28805] * 5, 15, -28805),
        ([-5, -125, -5, -5, -5], 30, -5),
        ([-5, -126, -5, -5, -5], 30, None),
        ([-7200, -5400, -3600, -1800, -5], 30, None),
        ([-3600] * 5, 14, None),
        ([480] * 4, 30, None),
        ([-5] * 18 + [-70000, 1700], 10, -5),
    ],
    ids=[
        "right",
        "ahead",
        "eight hours behind",
        "at the edge of steady",
        "not steady",
        "after an outage",
        "all within an hour",
        "too few",
        "a tenth at either end counts for nothing",
    ],
)
def test_a_clock_is_told_from_records_sent_at_once(
    connection: Connection, lags: Sequence[int], minutes_apart: int, skew: int | None
) -> None:
    [clock] = observed(connection, {"core.punch": records(lags, minutes_apart=minutes_apart)}, "quality.device_clock")
    assert (clock.device_sn, clock.records, clock.skew_seconds) == ("D1", len(lags), skew)


def test_a_corrected_time_is_proposed_and_the_devices_own_stays(connection: Connection) -> None:
    observed(connection, {"core.punch": records([600] * 5)}, "quality.device_clock")
    rows = connection.execute(text("SELECT * FROM marts.corrected_punch")).all()
    assert len(rows) == 5
    assert all(row.proposed_at == row.received_at and row.punched_at > row.received_at for row in rows)


PLACE: Rows = {
    "core.shared_project": [{}],
    "core.municipal_project": [{}],
    "core.person": [{}],
    "core.key_post_filled": [{}],
}
IN, OUT = (
    {"punched_at": at(8), "received_at": at(8, 0, 5)},
    {"punched_at": at(12), "received_at": at(12, 0, 5), "direction": "02"},
)
EARLY = {"punched_at": at(11, 59, 59), "received_at": at(12, 0, 5), "direction": "02"}
AHEAD = {"punched_at": at(18), "received_at": at(12, 0, 5), "direction": "02"}


def span(key: str, **more: Any) -> list[dict[str, Any]]:
    return [{key: "x", "from_date": WORK_DATE, "to_date": WORK_DATE, **more}]


@pytest.mark.parametrize(
    ("rows", "state", "punches"),
    [
        ({"core.punch": [IN, OUT]}, "valid", 2),
        ({"core.punch": [IN, EARLY]}, "short", 2),
        ({"core.punch": [IN]}, "short", 1),
        ({}, "absent", 0),
        ({"core.punch": [{**IN, "project_code": "P2"}, OUT]}, "short", 1),
        ({"core.punch": [IN, {**OUT, "withdrawn_at": at(20)}]}, "short", 1),
        ({"core.punch": [IN, AHEAD]}, "clock_off", 1),
        ({"core.leave": span("leave_id")}, "leave", 0),
        ({"core.leave": span("leave_id"), "core.punch": [IN, OUT]}, "valid", 2),
        ({"core.leave": span("leave_id", person_id="p2")}, "absent", 0),
        ({"core.stop_work": span("stop_work_id"), "core.leave": span("leave_id")}, "stop_work", 0),
        ({"core.municipal_project": [{"prj_status": "004"}], "core.punch": [IN, OUT]}, "not_under_construction", 2),
        ({"core.municipal_project": [{"start_date": date(2026, 11, 21)}]}, "not_under_construction", 0),
    ],
    ids=[
        "four hours apart",
        "a second less",
        "one punch",
        "nothing",
        "at another project",
        "withdrawn",
        "a clock one cannot believe",
        "leave",
        "there in spite of leave",
        "somebody else's leave",
        "a stop, and leave in it",
        "finished",
        "not begun",
    ],
)
def test_a_day_of_a_key_post(connection: Connection, rows: Rows, state: str, punches: int) -> None:
    [day] = observed(connection, {**PLACE, **rows}, "quality.key_post_day")
    assert (day.project_code, day.post_code, day.person_id) == ("P1", "G01", "p1")
    assert (day.state, day.punches) == (state, punches)
    assert day.first_punch_at == (at(8) if punches and "core.punch" in rows and IN in rows["core.punch"] else None) or (
        state == "short"
    )


def test_punches_of_a_device_whose_clock_is_off_do_not_count(connection: Connection) -> None:
    off = [{**row, "person_id": "p9"} for row in records([400] * 4, device="D2")]
    hers = [
        {"device_sn": "D2", "received_at": at(hour), "punched_at": at(hour) + timedelta(seconds=400)}
        for hour in (8, 18)
    ]
    [day] = observed(connection, {**PLACE, "core.punch": off + hers}, "quality.key_post_day")
    assert (day.state, day.punches) == ("clock_off", 0)


def test_a_drift_of_six_minutes_still_counts(connection: Connection) -> None:
    others = [{**row, "person_id": "p9"} for row in records([360] * 4)]
    hers = [{"received_at": at(hour), "punched_at": at(hour) + timedelta(seconds=360)} for hour in (8, 18)]
    [day] = observed(connection, {**PLACE, "core.punch": others + hers}, "quality.key_post_day")
    assert (day.state, day.punches) == ("valid", 2)


def test_a_day_off_asks_for_nobody(connection: Connection) -> None:
    day = date(2026, 10, 1)
    [row] = observed(connection, PLACE, "quality.key_post_day", day)
    assert (row.work_date, row.state) == (day, "holiday")


def test_only_who_holds_the_post_that_day_has_a_row(connection: Connection) -> None:
    posts = [
        {"person_id": "p1", "end_date": date(2026, 11, 19)},
        {"person_id": "p2", "start_date": date(2026, 11, 20)},
        {"person_id": "p3", "start_date": date(2026, 11, 21)},
    ]
    rows = observed(connection, {**PLACE, "core.key_post_filled": posts}, "quality.key_post_day")
    assert [row.person_id for row in rows] == ["p2"]


def test_a_month_is_summed_up_from_its_days(connection: Connection) -> None:
    days = [
        {"work_date": date(2026, 11, 1), "through": date(2026, 11, 7)},
        {"work_date": date(2026, 11, 8), "state": "short"},
        {"work_date": date(2026, 11, 9), "through": date(2026, 11, 10), "state": "absent"},
        {"work_date": date(2026, 11, 11), "state": "leave"},
        {"work_date": date(2026, 10, 31), "state": "absent"},
    ]
    given(connection, {"core.person": [{}], "quality.key_post_day": days})
    rows = connection.execute(text("SELECT * FROM marts.key_post_month ORDER BY month")).mappings().all()
    assert [row["month"] for row in rows] == [date(2026, 10, 1), date(2026, 11, 1)]
    november = rows[1]
    assert (november["due_days"], november["valid_days"], november["short_days"], november["absent_days"]) == (
        10,
        7,
        1,
        2,
    )
    assert (november["days_left_out"], float(november["attendance_percent"])) == (1, 70.0)
    assert november["days"]["2026-11-11"] == "leave"
    assert november["person_name"] == "李**"


def test_ages_agree_with_the_vectors(connection: Connection) -> None:
    cases = json.loads(VECTORS.read_text(encoding="utf-8"))["citizen_id"]["age_cases"]
    assert cases
    for case in cases:
        years = connection.execute(
            text("SELECT quality.full_years(cast(:birth_date AS date), cast(:as_of AS date))"),
            {"birth_date": case["birth_date"], "as_of": case["as_of"]},
        ).scalar_one()
        assert years == case["full_years"], case


@pytest.mark.parametrize(
    ("project", "must", "reason"),
    [
        ({"start_date": date(2021, 5, 31), "plan_complete_date": date(2021, 7, 1)}, "yes", "started on 2021-05-31"),
        (
            {"start_date": date(2021, 5, 30), "plan_complete_date": date(2021, 7, 31)},
            "yes",
            "planned completion on 2021-07-31",
        ),
        (
            {"start_date": date(2021, 5, 30), "plan_complete_date": date(2021, 7, 30)},
            "exempt",
            "started on 2021-05-30, planned completion on 2021-07-30",
        ),
        (
            {"start_date": None, "plan_complete_date": date(2021, 7, 1)},
            "no",
            "start or planned completion is not known",
        ),
        ({"prj_status": "004"}, "no", "not under construction"),
    ],
)
def test_who_must_keep_the_equipment_standard(
    connection: Connection, project: Mapping[str, Any], must: str, reason: str
) -> None:
    given(connection, {"core.shared_project": [project]})
    duty = text("SELECT * FROM quality.equipment_duty('2021-05-30', '2021-07-30')")
    assert [tuple(row) for row in connection.execute(duty)] == [("P1", must, reason)]
