"""Runs the sides of a stage in turn, A B A B A B, and says what came of it: medians and how far apart they are."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.ground import Ground
from bench.machine import additions_seconds
from bench.place import DAY_BEFORE
from bench.receiver import counts, served
from bench.stage import Stage

_MANY = 300_000
"""Of days of more punches only ours and its reference are measured: what others tell does not hang on the day."""

Rounds = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Figure:
    """The rounds of one side."""

    rounds: Sequence[Mapping[str, Any]]

    def middle(self, name: str) -> float:
        """The median of an entry."""
        return median(float(one[name]) for one in self.rounds)

    @property
    def rows(self) -> int:
        """Rows of a round."""
        return int(self.rounds[-1]["rows"])

    @property
    def rate(self) -> float:
        """Rows a second, the median."""
        return median(one["rows"] / one["seconds"] if one["seconds"] else 0.0 for one in self.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        """The shortest and the longest round in seconds."""
        return min(one["seconds"] for one in self.rounds), max(one["seconds"] for one in self.rounds)

    @property
    def calls(self) -> int:
        """Calls of the last round."""
        return sum(self.rounds[-1]["calls"].values())


def take_turns(ground: Ground, stage: Stage, rounds: int, tell: Callable[[str, int], None]) -> Rounds:
    """Run both sides `rounds` times, in turn, each in a process of its own; further sides once."""
    measured: dict[str, list[Mapping[str, Any]]] = {name: [] for name in stage.sides}
    with ground.surrounded(stage.around) as around:
        for number in range(rounds):
            for name, side in stage.sides.items():
                if name in stage.others and (number or ground.rows > _MANY):
                    continue
                ground.bring_to(stage.needs)
                tell(name, number)
                pace = additions_seconds()
                with nullcontext("") if stage.latency is None else served(stage.latency) as address:
                    changed: dict[str, Any] = {"receiver": address or around}
                    if stage.day_before:
                        changed["day"] = DAY_BEFORE.isoformat()
                    if stage.sample and name != "ours":
                        changed["only"] = stage.sample
                    outcome = ground.run(side, **changed)
                    if address:
                        told = counts(address)
                        outcome["calls"], outcome["notes"]["rows_received"] = told["calls"], told["rows"]
                measured[name].append({**outcome, "additions_seconds": pace})
    if stage.leaves:
        ground.gone_back_to(stage.leaves)
    if stage.reaches:
        ground.has_come_to(stage.reaches)
    return {name: told for name, told in measured.items() if told}
