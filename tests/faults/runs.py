"""One run: a fresh town, faults on it, then rest, then judgement. What happens in it follows from its seed alone."""

import random
import time
import traceback
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from faults.episodes import EPISODES
from faults.errand import READING, Strike
from faults.ground import TARGETS, Ground, Town
from faults.judging import Picture, judge, picture
from faults.run import STAGES, Outcome, Run, forks

_STRETCH = 34
"""Points that one run walks along at most, so that no lane is left with a long run when the others are through."""

_MEASURE_SECONDS = 600
"""How long a day without faults may take on a machine that is busy with others."""

_SHARES = (8, 22, 70)
"""How often a random run begins at which of STAGES. The first take longest, and walks come to all of reading."""

_BEFORE = {"pull": "new", "extract": "pulled", "check": "extracted"}
"""The stage at which each step of reading begins."""


@dataclass(frozen=True)
class Spec:
    """What is to be run: `seed 17`, or a point with the state of the receiver; `name` replays it."""

    name: str
    seed: int | None = None
    points: tuple[str, ...] = ()
    receiver: str = "as usual"


def random_run(seed: int) -> Spec:
    """A run whose faults are drawn by its seed."""
    return Spec(f"seed {seed}", seed=seed)


def at_point(point: str, receiver: str) -> Spec:
    """A run that ends once, at this point."""
    return Spec(f"{point}@{receiver}", points=(point,), receiver=receiver)


def along(step: str, points: Sequence[str], receiver: str) -> list[Spec]:
    """Runs that end at every point of a step, one after the other, and carry on after each; so many in one run.

    Where results are forgotten, each kind has runs of its own, for what is built on it is not sent while they are.
    """
    kinds: dict[str, list[str]] = defaultdict(list)
    for point in points:
        kinds[point.split("/")[1] if receiver == "forgotten" else step].append(point)
    stretches = [kind[first : first + _STRETCH] for kind in kinds.values() for first in range(0, len(kind), _STRETCH)]
    return [
        Spec(f"{step}/*{number}@{receiver}", points=tuple(stretch), receiver=receiver)
        for number, stretch in enumerate(stretches, 1)
    ]


@dataclass(frozen=True)
class Measure:
    """What a day without faults shows: how all stands at its end, and the points it passes, in the order of coming."""

    expected: Picture
    points: Sequence[str]


class Lane:
    """Makes runs, one after the other, on a ground of its own, and holds them against a measure taken here or given."""

    def __init__(self) -> None:
        forks.set_forkserver_preload(["faults.warm"])
        self.ground = Ground()
        self._measure: Measure | None = None

    def close(self) -> None:
        """Give everything back."""
        self.ground.close()

    def take(self, measure: Measure) -> None:
        """Hold runs against this: every lane's city is the same, so one of them is enough to measure."""
        self._measure = measure

    def measure(self) -> Measure:
        """Deliver a day without faults, once."""
        if self._measure is None:
            town = self.ground.town("new", patient=True)
            try:
                run = Run(town, Outcome("record"), 0)
                with run.receiver("as usual"):
                    told = run.attempt((*READING, *TARGETS), seconds=_MEASURE_SECONDS, patience_seconds=60)
                if told["ended"] != "done":
                    raise RuntimeError(f"a day without faults did not end: {told}")
                points = [point for point in told["points"] if not point.endswith(("statement", "/commit.before"))]
                self._measure = Measure(picture(town), points)
            finally:
                town.close()
        return self._measure

    def make(self, spec: Spec) -> Outcome:
        """Make one run and judge it."""
        measure = self.measure()
        outcome = Outcome(spec.name)
        started = time.monotonic()
        town: Town | None = None
        try:
            town = self.ground.town(self._stage(spec))
            run = Run(town, outcome, spec.name)
            if spec.points:
                _strike_at(run, spec.points, spec.receiver)
            else:
                _at_random(run, measure.points)
            run.until_quiet()
            targets = [target for target in TARGETS if target in run.steps]
            wrong = outcome.judgement.wrong
            outcome.judgement = judge(town, measure.expected, targets)
            outcome.judgement.wrong[:0] = wrong
        except Exception:
            outcome.judgement.wrong.append("the run itself failed:\n" + traceback.format_exc(limit=6))
        finally:
            if town:
                town.close()
        outcome.seconds = time.monotonic() - started
        return outcome

    def _stage(self, spec: Spec) -> str:
        if spec.points:
            part = spec.points[0].split("/")
            return _BEFORE.get(part[0]) or ("told" if part[1] == "attendance" else "checked")
        return random.Random(f"stage {spec.seed}").choices(STAGES, _SHARES)[0]


def _strike_at(run: Run, points: Sequence[str], receiver: str) -> None:
    """Kill a process at each of these points, with the receiver in that state; getting to one may take two tries.

    Each process dies at the first point that none before it died at, so what one of them does not come to any more
    keeps nobody from the points after it.
    """
    step = points[0].split("/")[0]
    reading = step in READING
    run.steps = (*READING, *TARGETS) if reading else (step,)
    forgetting = sorted({name for point in points if (name := _method(point))})
    left = set(points)
    tries = 2 if len(points) == 1 and receiver != "as usual" else 1
    while left and tries:
        with run.receiver(receiver, () if reading else (step,), forgetting):
            told = run.attempt((step,) if reading else run.steps, strike=Strike(frozenset(left)))
        if at := told.get("at"):
            left.discard(at)
            run.outcome.hit.append(at)
            run.count("SIGKILL at a point")
        else:
            tries -= 1


def _method(point: str) -> str:
    """The writing method that a point lies beside, if it does."""
    called = point.split("/")[-1].rpartition(".")[0]
    return called if called.endswith((".Add", ".Upload")) else ""


def _at_random(run: Run, points: Sequence[str]) -> None:
    stage = random.Random(f"stage {run.outcome.name.removeprefix('seed ')}").choices(STAGES, _SHARES)[0]
    order = run.random.sample(TARGETS, 2)
    run.steps = (*(READING if stage == "new" else ()), *order)
    for _ in range(run.random.randint(1, 3)):
        episode = run.random.choices([one for one, _ in EPISODES], [weight for _, weight in EPISODES])[0]
        run.outcome.story.append(episode.__name__.strip("_"))
        episode(run, points)
        run.town.platforms.clear_faults()
