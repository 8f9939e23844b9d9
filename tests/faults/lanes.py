"""What each of the processes that make runs side by side holds: a lane of its own, opened once."""

import os
import signal
from contextlib import suppress
from multiprocessing.util import Finalize

from faults.run import Outcome
from faults.runs import Lane, Measure, Spec
from faults.scenarios import Report, play

ENDED = 128 + signal.SIGTERM
"""The exit code of whatever SIGTERM ended."""

_lane: Lane


def open_lane() -> None:
    """Open this process's lane; it is closed when the process ends."""
    global _lane
    signal.signal(signal.SIGTERM, lambda *_: _end())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends the lanes
    _lane = Lane()
    Finalize(None, _lane.close, exitpriority=100)


def _end() -> None:
    """End at once, whatever run is under way, but leave no server behind.

    An exception would not do: the pool takes it for that run's, and goes on with the next.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(Exception):
        _lane.close()
    os._exit(ENDED)


def make(spec: Spec, measure: Measure) -> Outcome:
    """Make one run and hold it against what was measured without faults."""
    _lane.take(measure)
    return _lane.make(spec)


def measure() -> Measure:
    """How it stands without faults, and which points there are."""
    return _lane.measure()


def scenario(name: str) -> Report:
    """Play one scenario."""
    return play(_lane.ground, name)
