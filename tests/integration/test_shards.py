"""A date's work split by project: parts that share nothing and together are all, delivered at once or in turn."""

import hashlib
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import pytest
from deliveries import DAY, CityPlan, assert_effect_equals_acknowledged, plan_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from realname_sync.delivery.desk import Desk
from realname_sync.delivery.planning import plan_attendance
from realname_sync.delivery.shard import MOST, Shard
from realname_sync.delivery.shared_step import for_all_projects
from realname_sync.errors import RetriableError, SettingsError
from realname_sync.pipelines import deliver as delivering
from realname_sync.pipelines.deliver import deliver
from request_log import read_log

_IN_SHARD = "delivery.in_shard(delivery.slot_of(project_code), :shard, :shards)"
_BY_SENDER = (
    "SELECT sender, array_agg(DISTINCT project_code) AS projects FROM delivery.batch"
    " WHERE target = :target AND kind <> 'corp' AND sender IS NOT NULL GROUP BY sender"
)
_CODES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30), unique=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codes=_CODES, of=st.integers(1, MOST))
def test_the_shards_of_any_number_are_a_partition_of_all_projects(warehouse: Engine, codes: list[str], of: int) -> None:
    query = text(f"SELECT project_code FROM unnest(cast(:codes AS text[])) AS one (project_code) WHERE {_IN_SHARD}")
    with warehouse.connect() as connection:
        parts = [set(connection.execute(query, {"codes": codes, **shard.key}).scalars()) for shard in Shard.all_of(of)]
    assert sum(map(len, parts)) == len(codes)
    assert set().union(*parts) == set(codes)


def test_a_project_stays_in_its_slot_for_ever(warehouse: Engine) -> None:
    """Were it another one some day, what planning remembers by slot would be about other projects."""
    codes = ["33010020000100001", "P-1", "工程", ""]
    slots = [int.from_bytes(hashlib.sha256(code.encode()).digest()[:3], "big") % MOST for code in codes]
    with warehouse.connect() as connection:
        asked = text("SELECT delivery.slot_of(code) FROM unnest(cast(:codes AS text[])) AS one (code)")
        assert connection.execute(asked, {"codes": codes}).scalars().all() == slots == [1, 15, 3, 20]
        assert connection.execute(text("SELECT delivery.slots()")).scalar_one() == MOST


@pytest.mark.parametrize(("number", "of"), [(0, 1), (2, 1), (1, MOST + 1), (1, 0)])
def test_there_is_no_shard_beyond_the_last(number: int, of: int) -> None:
    with pytest.raises(SettingsError, match="there is no shard"):
        Shard(number, of)
    assert Shard.all_of(1) == [Shard.whole()]


def _at_once(town: Any, target: str, shards: Sequence[Shard]) -> None:
    with ThreadPoolExecutor(len(shards)) as pool:
        for done in [pool.submit(deliver, town.city, DAY, target, shard=shard) for shard in shards]:
            done.result()


@pytest.mark.usefixtures("proved_by_the_receivers")
@pytest.mark.parametrize("target", ["province", "nation"])
def test_two_shards_at_once_bring_every_row_exactly_once(checked: Any, target: str) -> None:
    shards = Shard.all_of(2)
    _at_once(checked, target, shards)
    assert_effect_equals_acknowledged(checked, target)
    parts = [_of_shard(checked, shard) for shard in shards]
    sent = [set(row.projects) for row in checked.warehouse_sql(_BY_SENDER, target=target)]
    assert len(sent) == 2
    assert all(any(projects <= part for part in parts) for projects in sent)
    assert not sent[0] & sent[1]
    assert all(sent)
    told = [call.data["corpCode"] for call in read_log(checked, target) if call.method == "Corp.Upload"]
    assert len(told) == len(set(told)), "a company was told by both"
    assert bool(told) == (target == "nation")
    runs = "SELECT shard, shards, state FROM ops.step_run WHERE step = 'deliver' AND target = :t ORDER BY shard"
    assert checked.warehouse_sql(runs, t=target) == [(1, 2, "done"), (2, 2, "done")]


def _at_once(town: Any, target: str, shards: Sequence[Shard]) -> None:
    with ThreadPoolExecutor(len(shards)) as pool:
        for done in [pool.submit(deliver, town.city, DAY, target, shard=shard) for shard in shards]:
            done.result()


def _of_shard(town: Any, shard: Shard) -> set[str]:
    known = "SELECT project_code FROM core.municipal_project UNION SELECT project_code FROM core.punch"
    return {
        row[0] for row in town.warehouse_sql(f"SELECT * FROM ({known}) AS all_of_them WHERE {_IN_SHARD}", **shard.key)
    }


@pytest.mark.usefixtures("proved_by_the_receivers")
def test_what_a_killed_shard_leaves_a_later_run_of_the_whole_brings(checked: Any) -> None:
    first, second = Shard.all_of(2)
    deliver(checked.city, DAY, "nation", shard=first)
    process = get_context("spawn").Process(target=_die_with_calls_in_hand, args=(plan_of(checked), second))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    held = checked.warehouse_sql("SELECT DISTINCT project_code FROM delivery.batch WHERE state = 'sending'")
    assert {row[0] for row in held} <= _of_shard(checked, second)
    assert held
    # The other shard has nothing to do with it: what is not its own it neither waits for nor takes up.
    writes = checked.platforms.counts("nation")["write_calls"]
    deliver(checked.city, DAY, "nation", shard=first)
    assert checked.platforms.counts("nation")["write_calls"] == writes
    assert checked.warehouse_sql("SELECT DISTINCT project_code FROM delivery.batch WHERE state = 'sending'") == held
    deliver(checked.city, DAY, "nation")
    assert_effect_equals_acknowledged(checked, "nation")


def _die_with_calls_in_hand(plan: CityPlan, shard: Shard) -> None:
    """Deliver until the first call of attendance has gone out and nothing was written down of it."""

    def at(point: str) -> None:
        if point == "sent.before" and claims["attendance"]:
            os.kill(os.getpid(), 9)
        if point == "plan.after":
            with city.engine.connect() as warehouse:
                planned = text("SELECT count(*) FROM delivery.batch WHERE kind = 'attendance' AND state = 'planned'")
                claims["attendance"] = warehouse.execute(planned).scalar_one()

    claims = {"attendance": 0}
    city = plan.open()
    delivering.Desk = partial(Desk, at=at)  # type: ignore[misc,assignment]
    delivering.deliver(city, DAY, "nation", shard=shard)


def test_days_split_in_one_way_are_carried_on_when_split_in_another(checked: Any) -> None:
    deliver(checked.city, DAY, "nation", shard=Shard(2, 3))
    _at_once(checked, "nation", Shard.all_of(4))
    assert_effect_equals_acknowledged(checked, "nation")


def test_shards_plan_side_by_side_and_one_shard_twice_plans_one_after_the_other(checked: Any) -> None:
    desk = checked.desk("province", DAY)
    desks = [checked.desk("province", DAY) for _ in range(3)]
    for other, shard in zip(desks, (Shard(2, 2), Shard(1, 2), Shard.whole()), strict=True):
        other.shard = shard
    desk.shard = Shard(1, 2)
    order: list[str] = []

    def plan(other: Desk, name: str) -> None:
        plan_attendance(other, "WorkerAttendance.Add")
        order.append(name)

    with ThreadPoolExecutor(3) as pool:

        def look_around(point: str) -> None:
            if point != "plan.before":
                return
            for other, name in zip(desks, ("another shard", "the same shard", "the whole"), strict=True):
                waiting.append(pool.submit(plan, other, name))
            waiting[0].result(20)
            time.sleep(0.5)
            order.append("the first")

        waiting: list[Any] = []
        desk.at = look_around
        plan_attendance(desk, "WorkerAttendance.Add")
        for one in waiting:
            one.result(20)
    assert order[:2] == ["another shard", "the first"]
    assert sorted(order[2:]) == ["the same shard", "the whole"]


def test_a_shard_waits_for_the_one_that_tells_the_companies_and_says_so_if_it_takes_too_long(checked: Any) -> None:
    first, second, whole = (checked.desk("nation", DAY) for _ in range(3))
    first.shard, second.shard = Shard.all_of(2)
    with for_all_projects(first) as desk_of_all:
        assert desk_of_all.shard.is_whole
        assert desk_of_all.sender == first.sender
        with for_all_projects(whole) as same:
            assert same is whole
        pauses: list[float] = []
        second.clock = lambda: checked.city.clock() + len(pauses) * second.patience
        second.sleep = pauses.append
        said = r"another shard is still telling .* run shard 2 of 2 again"
        with pytest.raises(RetriableError, match=said), for_all_projects(second):
            raise AssertionError("both tell them at once")
        assert len(pauses) == 2
    with for_all_projects(second) as desk_of_all:
        assert desk_of_all.shard.is_whole
