"""Days under faults, each from its seed: nothing is lost and nothing counts twice."""

import pytest
from sqlalchemy import Engine

from simulation.day import play


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 80, 20)], ids=str)
def test_days_under_faults_keep_the_promises(city: Engine, seeds: range) -> None:
    for seed in seeds:
        play(city, seed)
