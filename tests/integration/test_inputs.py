"""Whether a step may begin is asked of the warehouse."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from realname_sync.pipelines.backfill.progress import Task, progress_of
from realname_sync.pipelines.backfill.record import add_backfill
from realname_sync.pipelines.backfill.request import Request
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


def of_shard(city: City, number: int, of: int, at: datetime = NOON, *, fails: bool = False) -> None:
    """Let a part of a push to the province have run."""
    try:
        with recorded_run(
            city.engine, Role.SEND, "deliver", lambda: at, work_date=DAY, target="province", part=(number, of)
        ):
            if fails:
                raise RuntimeError
    except RuntimeError:
        assert fails


def test_a_push_that_was_split_is_over_when_all_its_shards_are(city: City) -> None:
    of_shard(city, 1, 2)
    assert "has been running" in missing_inputs(city, "reconcile_uploads", DAY, targets=["province"])[0]
    of_shard(city, 2, 2)
    assert missing_inputs(city, "reconcile_uploads", DAY, targets=["province"]) == []


def test_of_a_shard_its_newest_run_counts_and_of_a_push_its_first_shard_dates_it(city: City) -> None:
    of_shard(city, 1, 2, fails=True)
    of_shard(city, 2, 2)
    of_shard(city, 1, 2, EVENING)
    assert missing_inputs(city, "reconcile_uploads", DAY, targets=["province"]) == []
    (sentence,) = missing_inputs(city, "reconcile_uploads", DAY, EVENING, targets=["province"])
    assert "before this round began" in sentence


def test_a_push_of_the_whole_takes_the_place_of_one_that_was_split(city: City) -> None:
    of_shard(city, 1, 3)
    of_shard(city, 1, 1)
    assert missing_inputs(city, "reconcile_uploads", DAY, targets=["province"]) == []


def test_a_backfill_counts_a_push_once_every_shard_is_done(city: City) -> None:
    request = Request(DAY, DAY, targets=("province",), steps=("push", "reconcile"))
    kept = add_backfill(city, request, by_airflow=True, reason="", by="Li", said={})
    of_shard(city, 2, 2)
    assert progress_of(city, kept).done == frozenset()
    of_shard(city, 1, 2, fails=True)
    assert progress_of(city, kept).done == frozenset()
    of_shard(city, 1, 2)
    assert progress_of(city, kept).done == {Task(DAY, "push", "province")}
