"""Plays days with a bug planted in the engine until one of them breaks a promise."""

from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Engine

from simulation.day import play
from simulation.mutants import Mutant, planted


@dataclass(frozen=True)
class Caught:
    """The day on which a bug showed, after how many days that it did not, and what broke."""

    seed: int
    played: int
    broken: str


def hunt(engine: Engine, mutant: Mutant, days: int) -> Caught | None:
    """Play the days on which this bug is known to show, then those from the first on; None where it never shows.

    Any failure counts: a promise that is broken, or an engine that trips over its own constraints.
    """
    for played, seed in enumerate(chain(mutant.seeds, range(days))):
        try:
            with planted(mutant):
                play(engine, seed)
        except Exception as error:
            return Caught(seed, played, f"{type(error).__name__}: {str(error).splitlines()[0]}")
    return None
