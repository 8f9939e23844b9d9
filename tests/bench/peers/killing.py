"""Kills a peer twice amid its work, starts it again as its user would, and counts what was lost or doubled."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from random import Random

from bench.peers.running import Carried, Command, carry

_ROWS = ((0.2, 0.4), (0.5, 0.7))
"""Between which shares of the rows a kill falls, where the target shows rows before the work is done."""
_TIME = ((0.35, 0.6), (0.6, 0.95))
"""Between which shares of an uninterrupted run's time it falls, where the target shows none until then."""
Keys = Mapping[Hashable, int]


@dataclass(frozen=True)
class Losses:
    """How a target differs from its source: rows that are not there, rows there too often, rows of nobody."""

    lost: int
    doubled: int
    strange: int


@dataclass
class Killed:
    """What came of it.

    Attributes:
        at: rows at the target and seconds when each kill fell.
        again: the seconds of the last start, which ran to its end.
        error: of the last start; empty if it ended well.
    """

    kills: int = 0
    at: list[tuple[int, float]] = field(default_factory=list)
    again: float = 0.0
    starts: int = 0
    error: str = ""
    losses: Losses | None = None


def compare(source: Keys, target: Keys) -> Losses:
    """Hold the target's rows against the source's, each with how often it is there."""
    lost = sum(max(0, count - target.get(key, 0)) for key, count in source.items())
    doubled = sum(max(0, count - source[key]) for key, count in target.items() if key in source)
    strange = sum(count for key, count in target.items() if key not in source)
    return Losses(lost, doubled, strange)


def kill_twice(
    command: Command,
    rows: int,
    usual_wall: float,
    seen: Callable[[], int],
    settled: Callable[[], None],
    random: Random,
) -> Killed:
    """Kill at two seeded moments; then start once more and let it end. `settled` waits until the server noticed."""
    told = Killed()
    for of_rows, of_time in zip(_ROWS, _TIME, strict=True):
        share_of_rows, share_of_time = random.uniform(*of_rows), random.uniform(*of_time)
        at: list[tuple[int, float]] = []

        def is_time(
            elapsed: float,
            wanted: float = share_of_rows * rows,
            latest: float = share_of_time * usual_wall,
            at: list[tuple[int, float]] = at,
        ) -> bool:
            there = seen()
            if there < wanted and elapsed < latest:
                return False
            at.append((there, round(elapsed, 2)))
            return True

        carried = _start(command, told, is_time)
        settled()
        if not carried.killed:  # it was done before its moment came: nothing is left to kill
            told.again, told.error = carried.wall, carried.error
            return told
        told.kills += 1
        told.at += at
    carried = _start(command, told)
    told.again, told.error = carried.wall, carried.error
    return told


def _start(command: Command, told: Killed, is_time: Callable[[float], bool] = lambda _elapsed: False) -> Carried:
    told.starts += 1
    return carry(command, is_time)


def judged(told: Killed, source: Keys, target: Keys) -> Killed:
    """The same with what the target holds now."""
    told.losses = compare(Counter(source), Counter(target))
    return told
