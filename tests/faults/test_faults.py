"""A few of the runs of `make faults`, so that every change meets some faults at once."""

import multiprocessing
import os
import sys
from collections.abc import Iterator

import pytest

from faults.run import Outcome
from faults.runs import Lane, at_point, random_run

QUICK = (
    at_point("nation/attendance/WorkerAttendance.Add.after", "as usual"),
    at_point("nation/attendance/sent.before", "answer lost"),
    at_point("province/attendance/claim.after", "not done"),
    at_point("province/attendance/settle.before", "forgotten"),
)


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    former = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # the warm parent of the workers imports from there too
    opened = Lane()
    yield opened
    opened.close()
    multiprocessing.active_children()
    os.environ.pop("PYTHONPATH")
    if former is not None:
        os.environ["PYTHONPATH"] = former


def _story(outcome: Outcome) -> str:
    return "\n".join([*outcome.wrong, *outcome.story])


@pytest.mark.parametrize("spec", QUICK, ids=lambda spec: spec.name)
def test_a_process_killed_at_a_point_loses_and_doubles_nothing(lane: Lane, spec: object) -> None:
    outcome = lane.make(spec)  # type: ignore[arg-type]
    assert outcome.hit, _story(outcome)
    assert not outcome.wrong, _story(outcome)
    assert outcome.judgement.there == outcome.judgement.due > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_with_faults_drawn_by_a_seed_loses_and_doubles_nothing(lane: Lane, seed: int) -> None:
    outcome = lane.make(random_run(seed))
    assert not outcome.wrong, _story(outcome)
