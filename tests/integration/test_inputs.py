"""Whether a step may begin is asked of the warehouse."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from realname_sync.pipelines.city import City
from realname_sync.pipelines.inputs import INPUTS, missing_inputs
from realname_sync.settings import sandbox_connection
from realname_sync.warehouse.engine import Role
from realname_sync.warehouse.runs import recorded_run

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def city(warehouse: Engine) -> City:
    """A city with nothing done in it."""
    made = City(sandbox_connection, lambda: EVENING)
    made.__dict__["engine"] = warehouse
    return made


def ran(
    city: City,
    step: str,
    at: datetime = NOON,
    *,
    target: str | None = None,
    fails: bool = False,
    day: date | None = DAY,
) -> None:
    """Let a step have run, with success or without."""
    try:
        with recorded_run(city.engine, Role.SEND, step, lambda: at, work_date=day, target=target):
            if fails:
                raise RuntimeError
    except RuntimeError:
        assert fails


def test_a_step_waits_for_what_never_ran(city: City) -> None:
    assert missing_inputs(city, "deliver", DAY) == ["check_consistency of 2026-11-20 has not run yet"]


def test_a_step_begins_once_its_input_is_done(city: City) -> None:
    ran(city, "check_consistency")
    assert missing_inputs(city, "deliver", DAY) == []


def test_another_date_is_another_matter(city: City) -> None:
    ran(city, "check_consistency", day=DAY - timedelta(days=1))
    assert missing_inputs(city, "deliver", DAY)


def test_the_newest_run_counts(city: City) -> None:
    ran(city, "check_consistency")
    ran(city, "check_consistency", fails=True)
    assert missing_inputs(city, "deliver", DAY) == [
        "check_consistency of 2026-11-20 failed at 2026-11-20 12:00: mend it and run it again"
    ]


def test_a_running_input_is_waited_for(city: City) -> None:
    with recorded_run(city.engine, Role.CHECK, "check_consistency", lambda: NOON, work_date=DAY):
        assert missing_inputs(city, "deliver", DAY) == [
            "check_consistency of 2026-11-20 has been running since 2026-11-20 12:00"
        ]


def test_the_evening_does_not_take_what_was_made_at_noon(city: City) -> None:
    ran(city, "check_consistency", NOON)
    (sentence,) = missing_inputs(city, "deliver", DAY, EVENING)
    assert "before this round began at 2026-11-20 22:30" in sentence
    ran(city, "check_consistency", EVENING)
    assert missing_inputs(city, "deliver", DAY, EVENING) == []


def test_shared_data_may_be_older_than_the_round(city: City) -> None:
    ran(city, "pull_master_data", NOON, day=None)
    ran(city, "extract_municipal", EVENING)
    assert missing_inputs(city, "check_consistency", DAY, EVENING) == []


def test_a_platform_that_is_down_does_not_hide_how_much_is_missing(city: City) -> None:
    ran(city, "deliver", target="province")
    ran(city, "deliver", target="nation", fails=True)
    assert missing_inputs(city, "reconcile_uploads", DAY) == []


def test_both_platforms_have_to_have_been_tried(city: City) -> None:
    ran(city, "deliver", target="province")
    assert missing_inputs(city, "reconcile_uploads", DAY) == ["deliver (nation) of 2026-11-20 has not run yet"]


def test_the_steps_that_wait_are_those_that_build_on_others() -> None:
    assert set(INPUTS) == {"check_consistency", "deliver", "reconcile_uploads", "report_quality"}
