"""What each of the processes that make runs side by side holds: a lane of its own, opened once."""

import signal
import sys
import warnings
from multiprocessing.util import Finalize

from faults.run import Outcome
from faults.runs import Lane, Spec
from faults.scenarios import Report, play

_lane: Lane


def open_lane() -> None:
    """Open this process's lane; it is closed when the process ends."""
    global _lane
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends the lanes
    _lane = Lane()
    Finalize(None, _lane.close, exitpriority=100)


def make(spec: Spec) -> Outcome:
    """Make one run."""
    return _lane.make(spec)


def points() -> list[str]:
    """The points that a day without faults passes, in the order they are first come to."""
    _lane.prepare()
    return _lane.points


def scenario(name: str) -> Report:
    """Play one scenario."""
    return play(_lane.ground, name)
