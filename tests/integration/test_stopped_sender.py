"""A sender stopped with SIGSTOP in mid-sending, another that takes over, and the first that wakes up an hour late."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY, CityPlan, assert_effect_equals_acknowledged, plan_of

from realname_sync.delivery.desk import Desk
from realname_sync.errors import RealnameError, RetriableError
from realname_sync.pipelines import deliver as delivering
from realname_sync.platforms.open_api import lane
from request_log import blind_resends, changed_repeats, read_log

LEASE = timedelta(seconds=6)  # so long that a machine that stalls for seconds does not let it end before the first call
TOLERANCE = timedelta(seconds=8)
"""So long that no call is refused for its time stamp because the machine stalled between its signing and its coming."""
_BATCHES = "SELECT batch_id, state, sender, serial_code, settled_at FROM delivery.batch ORDER BY batch_id"


@pytest.mark.parametrize("where", ["while the platform works", "with a signed call in its hands"])
def test_a_sender_that_sleeps_and_wakes_acts_on_nothing_that_was_taken_over(
    open_town: Callable[..., Any], where: str
) -> None:
    town = open_town(1, stage="checked", clock_tolerances={"nation": TOLERANCE})
    town.override("nation_platform", clock_tolerance_seconds=TOLERANCE.total_seconds() + 1)  # whole seconds are told
    in_hand = where == "with a signed call in its hands"
    if not in_hand:
        town.platforms.set_faults("nation", {"kind": "delay", "method": ATTENDANCE, "seconds": 4, "times": 1})
    with _sender(town, stops_before_its_first_call=in_hand) as sleeper:
        _wait_until(lambda: _is_sending(town) and (not in_hand or _is_stopped(sleeper)), of=sleeper)
        if not in_hand:
            time.sleep(0.3)
            os.kill(sleeper.pid or 0, signal.SIGSTOP)
            _wait_until(lambda: _is_stopped(sleeper), of=sleeper)
        with pytest.raises(RetriableError, match="another sender holds"):
            delivering.deliver(town.city, DAY, "nation")  # its lease is not over, so its batches are left to it
        claimed = _claims(town)
        assert claimed
        time.sleep((LEASE + TOLERANCE).total_seconds() + 1.5)
        delivering.deliver(town.city, DAY, "nation")
        assert_effect_equals_acknowledged(town, "nation")
        batches, writes = town.warehouse_sql(_BATCHES), _accepted_writes(town)

        os.kill(sleeper.pid or 0, signal.SIGCONT)
        sleeper.join(30)
        assert sleeper.exitcode == 0
    assert town.warehouse_sql(_BATCHES) == batches
    assert _accepted_writes(town) == writes
    assert_effect_equals_acknowledged(town, "nation")
    calls = read_log(town, "nation")
    assert "WorkerAttendance.Query" in {call.method for call in calls}
    assert changed_repeats(calls) == []
    # The call it had signed before it fell asleep comes last of all, and the platform refuses its time stamp.
    late = [call for call in calls if call.method == ATTENDANCE and call.said["code"] == -1]
    assert len(late) == int(in_hand)
    assert all("timestamp" in call.said["message"] for call in late)
    assert blind_resends([call for call in calls if call not in late]) == []


@contextmanager
def _sender(town: Any, *, stops_before_its_first_call: bool) -> Iterator[BaseProcess]:
    """A process of its own that delivers the day with a short lease."""
    process = get_context("spawn").Process(target=_send, args=(plan_of(town), stops_before_its_first_call))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _send(plan: CityPlan, stops_before_its_first_call: bool) -> None:
    delivering.Desk = partial(Desk, lease=LEASE)  # type: ignore[misc,assignment]
    if stops_before_its_first_call:
        post, stopped = lane._post, []

        async def stop_and_post(session: Any, url: str, body: bytes) -> Any:
            if b"method=" + ATTENDANCE.encode() in body and not stopped:
                stopped.append(True)
                os.kill(os.getpid(), signal.SIGSTOP)
            return await post(session, url, body)

        lane._post = stop_and_post
    try:
        delivering.deliver(plan.open(), DAY, "nation")
    except RealnameError as error:  # how it ends is not what matters, but what it does until then
        sys.stderr.write(f"the sender ended: {error}\n")


def _is_sending(town: Any) -> bool:
    return _claims(town) > 0


def _claims(town: Any) -> int:
    claimed = "SELECT count(*) FROM delivery.batch WHERE kind = 'attendance' AND state = 'sending'"
    return int(town.warehouse_sql(claimed)[0][0])


def _accepted_writes(town: Any) -> int:
    return sum(call.said.get("code") == 0 for call in read_log(town, "nation") if call.serial_code is not None)


def _is_stopped(process: BaseProcess) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"


def _wait_until(condition: Callable[[], bool], *, of: BaseProcess, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert of.is_alive(), f"the sender ended with {of.exitcode} before it came to that"
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
