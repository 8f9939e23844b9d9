"""The simulation is worth its time: bugs planted in the engine one by one do not get through it."""

import pytest
from sqlalchemy import Engine

from simulation.day import play
from simulation.hunt import hunt
from simulation.mutants import MUTANTS, Mutant

DAYS = 60
"""How many days a bug has to show in, should it no longer show on the day it is known by."""


def test_there_are_enough_of_them() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_planted_bug_is_caught(city: Engine, mutant: Mutant) -> None:
    caught = hunt(city, mutant, DAYS)
    assert caught, f"{DAYS} days did not show that {mutant.name}"


def test_the_same_days_are_well_without_them(city: Engine) -> None:
    for seed in sorted({seed for mutant in MUTANTS for seed in mutant.seeds}):
        play(city, seed)
