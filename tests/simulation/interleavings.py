"""The same world, driven by Hypothesis: any order of reading, sending, crashing, answering and asking, then quiet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine

from simulation.city import forget_the_day, make_known
from simulation.day import come_to_rest
from simulation.world import CALM, World

_FAULTS = sorted(CALM.__dict__)


def machine(engine: Engine) -> Callable[[], RuleBasedStateMachine]:
    """The state machine over one warehouse, which every example empties first."""

    class Interleavings(RuleBasedStateMachine):
        """One day of one target; `teardown` lets it come to rest and checks every promise."""

        world: World | None = None
        chain = False

        @initialize(seed=st.integers(0, 2**32), platform=st.sampled_from(["nation", "province"]), chain=st.booleans())
        def morning(self, seed: int, platform: str, chain: bool) -> None:
            self.world, self.chain = World(engine, seed, platform, check_every=1), chain
            forget_the_day(engine, platform)
            if not chain:
                make_known(self.world.engine, self.world.target, self.world.receiver)

        @property
        def here(self) -> World:
            assert self.world is not None
            return self.world

        @rule(count=st.integers(1, 30))
        def read(self, count: int) -> None:
            self.here.punch(count)

        @rule(count=st.integers(1, 3), what=st.sampled_from(["change", "withdraw", "poison_some"]))
        def look_again(self, count: int, what: str) -> None:
            getattr(self.here, what)(count)

        @rule(fault=st.sampled_from([None, *_FAULTS]), share=st.sampled_from([0.2, 0.6, 1.0]))
        def network(self, fault: str | None, share: float) -> None:
            self.here.network = replace(CALM, **{fault: share}) if fault else CALM

        @rule(slow=st.sampled_from([0.5, 2.0, 8.0, 50.0]), trouble=st.booleans())
        def platform(self, slow: float, trouble: bool) -> None:
            self.here.receiver.slow, self.here.receiver.trouble = slow, trouble

        @rule(after=st.none() | st.integers(1, 60), stopped=st.booleans(), missed=st.booleans())
        def send(self, after: int | None, stopped: bool, missed: bool) -> None:
            world = self.here
            world.crash_at = world.pause_at = None
            if after is not None and stopped:
                world.pause_at = world.points + after
            elif after is not None:
                world.crash_at = world.points + after
            world.say(f"a sender begins, crash {world.crash_at}, pause {world.pause_at}, network {world.network}")
            world.say(f"it {world.deliver(chain=self.chain, known_to_end=missed and not stopped)}")
            world.crash_at = world.pause_at = None

        @rule(seconds=st.sampled_from([5, 70, 130, 400, 700, 5000]))
        def time_passes(self, seconds: int) -> None:
            self.here.sleep(seconds)

        @precondition(lambda self: self.world is not None and self.world.straggler is not None)
        @rule()
        def the_stopped_one_wakes(self) -> None:
            self.here.wake()

        @rule()
        def results_are_forgotten(self) -> None:
            self.here.receiver.forget()

        @invariant()
        def promises_hold(self) -> None:
            if self.world is not None:
                self.world.check()

        def teardown(self) -> None:
            if self.world is not None:
                come_to_rest(self.world, chain=self.chain)

    made: Any = Interleavings
    return made
