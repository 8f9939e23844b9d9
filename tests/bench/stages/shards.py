"""A day to a platform by two workers on one machine, and by one: how it is split, and that every row went once.

Timed from when all workers are ready to send until the last has ended.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import text

from bench.child import told_by, words
from bench.measuring import Watch
from bench.place import Place
from bench.stages.delivery import forget, open_desk
from realname_sync.delivery.attendance import AttendanceDelivery
from realname_sync.delivery.shard import Shard
from realname_sync.pipelines.deliver import completeness

_ROWS = """
    SELECT count(*)
    FROM delivery.sent_punch AS sent
    JOIN delivery.batch USING (work_date, project_code, batch_id)
    WHERE sent.work_date = :day AND sent.target = :target AND batch.state = 'acknowledged'
        AND delivery.in_shard(delivery.slot_of(sent.project_code), :shard, :shards)"""
_PUNCHES = f"SELECT count(*) FROM ({_ROWS.replace('count(*)', 'DISTINCT sent.punch_id', 1)}) AS punches"


def two(place: Place, watch: Watch, target: str) -> None:
    """Shards 1 of 2 and 2 of 2, each a process of its own, at the same time."""
    _deliver(replace(place, target=target), watch, 2)


def one(place: Place, watch: Watch, target: str) -> None:
    """The whole day, in a process of its own as well."""
    _deliver(replace(place, target=target), watch, 1)


two_to_province, one_to_province = partial(two, target="province"), partial(one, target="province")
two_to_nation, one_to_nation = partial(two, target="nation"), partial(one, target="nation")


def part(place: Place, watch: Watch) -> None:
    """What one worker does."""
    city = place.city()
    desk = open_desk(city, place, place.target, Shard(place.shard, place.shards))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with watch.running() as outcome:
        AttendanceDelivery(desk).run()
        with desk.commit("close"):
            pass
    outcome.rows = _count(city, place, _ROWS)
    desk.uplink.close()
    city.close()


def in_shards(place: Place, shards: int) -> list[Place]:
    """Where each of so many workers does its part."""
    return [replace(place, shard=shard.number, shards=shard.of) for shard in Shard.all_of(shards)]


def at_once(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Let a worker deliver at each of these places, all let go when the last is ready; what each measured."""
    workers = [_start(place) for place in places]
    for worker in workers:
        _expect_ready(worker)
    for worker in workers:
        _let_go(worker)
    return [_end(worker) for worker in workers]


def _deliver(place: Place, watch: Watch, shards: int) -> None:
    city = place.city()
    forget(city, place)
    with watch.running() as outcome:
        told = at_once(in_shards(place, shards))
    outcome.seconds = max(one["seconds"] for one in told)  # without what each adds to see that it is right, and its end
    counted = completeness(city, place.work_date)[place.target]
    assert counted["waiting"] == counted["in_batch"] == 0, counted
    outcome.rows, punches = _count(city, place, _ROWS), _count(city, place, _PUNCHES)
    assert outcome.rows == punches == counted["acknowledged"] == sum(one["rows"] for one in told)
    outcome.memory_mb = max(one["memory_mb"] for one in told)
    outcome.statements = sum(one["statements"] for one in told)
    outcome.notes = {
        "held": counted["held"], "refused": counted["refused"], "rows each": [one["rows"] for one in told],
        "seconds each": [one["seconds"] for one in told],
    }  # fmt: skip
    city.close()


def _start(place: Place) -> "subprocess.Popen[str]":
    return subprocess.Popen(words(f"{__name__}:part", place), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _expect_ready(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n", "a worker did not come as far as its delivery"


def _let_go(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


def _end(worker: "subprocess.Popen[str]") -> dict[str, Any]:
    said, _ = worker.communicate()
    assert worker.returncode == 0, f"a worker ended with {worker.returncode}"
    return told_by(said)


def _count(city: Any, place: Place, what: str) -> int:
    """Rows that the shard's acknowledged batches took to the platform, or how many punches they are."""
    key = {"day": place.work_date, "target": place.target, "shard": place.shard, "shards": place.shards}
    with city.engine.connect() as connection:
        return int(connection.execute(text(what), key).scalar_one())
