"""Days under faults, each from its seed: nothing is lost and nothing counts twice."""

import pytest
from sqlalchemy import Engine

from simulation.day import play


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 80, 20)], ids=str)
def test_days_under_faults_keep_the_promises(city: Engine, seeds: range) -> None:
    for seed in seeds:
        play(city, seed)


@pytest.mark.parametrize("seed", [8, 72])
def test_a_seed_is_the_same_day_whatever_was_played_before(city: Engine, seed: int) -> None:
    """What a failure says of replaying it holds: nothing hangs on chance of its own or on where rows lie."""
    first, between, again = play(city, seed), play(city, seed + 1), play(city, seed)
    assert again.trace == first.trace != between.trace
    assert [(one.method, one.text) for one in again.receiver.log] == [
        (one.method, one.text) for one in first.receiver.log
    ]
