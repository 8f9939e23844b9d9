"""Any interleaving of reading, sending, crashing, answering and asking keeps the promises."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from simulation.interleavings import machine

# Derandomised, so that a failing build fails again; `make simulate INTERLEAVINGS=…` goes on looking elsewhere.
EXAMPLES = settings(
    max_examples=25, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_any_interleaving_keeps_the_promises(city: Engine) -> None:
    run_state_machine_as_test(machine(city), settings=EXAMPLES)
