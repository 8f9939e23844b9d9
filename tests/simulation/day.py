"""One simulated day from its seed: portions of punches, sweeps under faults, crashes, a stopped sender; then quiet."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from realname_sync.workdate import SHANGHAI
from simulation.city import forget_the_day, make_known
from simulation.world import CALM, Network, World

_MOODS = (
    CALM,
    Network(cut_before=0.2, cut_after=0.2),
    Network(never_connected=0.3, throttled=0.2),
    Network(http_error=0.2, http_error_after=0.2, page=0.1, other_code=0.1),
    Network(cut_after=0.15, twice=0.15, throttled=0.1),
    Network(cut_after=1.0),
    Network(http_error=0.6),
    Network(throttled=0.8),
)


def play(engine: Engine, seed: int, target: str | None = None) -> World:
    """Play the day of a seed and check every promise; a failure tells the seed and what happened.

    Raises:
        AssertionError: a promise is broken.
    """
    world = World(engine, seed, target or ("nation" if seed % 5 < 3 else "province"))
    rng = world.rng
    forget_the_day(engine, world.target)
    from_scratch = rng.random() < 0.15
    if not from_scratch:
        make_known(world.engine, world.target, world.receiver)
    for sweep in range(rng.randint(1, 4)):
        world.now = max(world.now, datetime(2026, 11, 20, 9 + 4 * sweep, tzinfo=SHANGHAI))
        world.punch(rng.randint(1, 45))
        if rng.random() < 0.3:
            world.change(rng.randint(1, 3))
        if rng.random() < 0.3:
            world.withdraw(rng.randint(1, 3))
        if rng.random() < 0.3:
            world.poison_some(rng.randint(1, 2))
        for _ in range(rng.randint(1, 3)):
            part = rng.choices(list(_PARTS), list(_PARTS.values()))[0]
            part(world, chain=from_scratch)
    come_to_rest(world, chain=from_scratch)
    return world


def _one_delivery(world: World, *, chain: bool) -> None:
    rng = world.rng
    world.network = rng.choice(_MOODS)
    world.receiver.slow = rng.choice([0.5, 2.0, 8.0, 50.0])
    world.receiver.trouble = rng.random() < 0.1
    known_to_end = rng.random() < 0.6
    world.crash_at = world.points + rng.randint(1, 60) if rng.random() < 0.5 else None
    if not known_to_end and rng.random() < 0.5:
        world.pause_at = world.points + rng.randint(1, 40)
    world.say(f"a sender begins, crash at {world.crash_at}, network {world.network}")
    world.say(f"it {world.deliver(chain=chain, known_to_end=known_to_end)}")
    world.crash_at = world.pause_at = None
    if rng.random() < 0.5:
        world.sleep(rng.choice([5, 130, 300, 700]))
    if rng.random() < 0.3:
        world.wake()
    if rng.random() < 0.15:
        world.say("the platform forgets the results it told")
        world.receiver.forget()


def _stopped_at_a_bad_moment(world: World, *, chain: bool) -> None:
    """A sender is stopped with a call in its hands, another takes over, and the first wakes up about then."""
    rng = world.rng
    world.network, world.receiver.slow = CALM, 0.5
    world.pause_in = b"method=WorkerAttendance.Add"
    world.say(f"the first {world.deliver(chain=chain, known_to_end=False)}")
    world.pause_in = None
    world.sleep(rng.randint(60, 480))
    world.say(f"the second {world.deliver(chain=chain)}")
    world.sleep(rng.choice([1, 60]))
    world.wake()


def _results_forgotten(world: World, *, chain: bool) -> None:
    """A sender dies before it asked for results, and the platform does not keep them until the next one asks."""
    world.network = CALM
    world.crash_in = "sent.after"
    world.say(f"a sender {world.deliver(chain=chain)}")
    world.crash_in = None
    world.sleep(world.rng.choice([70, 700]))
    world.say("the platform forgets the results")
    world.receiver.forget()


def _calls_of_one_row(world: World, *, chain: bool) -> None:
    """Each row goes in a call of its own and the network swallows calls and answers, of rows alike one or the other."""
    world.punch(world.rng.randint(4, 12))
    world.network, world.receiver.slow = Network(cut_before=0.4, cut_after=0.4), 0.5
    world.rows_of_a_call = 1
    world.say(f"a sender with a row in a call {world.deliver(chain=chain)}")
    world.rows_of_a_call = None


_PARTS = {_one_delivery: 8, _stopped_at_a_bad_moment: 1, _results_forgotten: 1, _calls_of_one_row: 1}
"""What a sender may meet, and how much more often the one is drawn than the other."""


def come_to_rest(world: World, *, chain: bool) -> None:
    """The network is well, the evening has come; senders run until nothing changes, and the stopped one wakes up."""
    world.network, world.receiver.trouble, world.receiver.slow = CALM, False, 1.0
    world.now = max(world.now, datetime(2026, 11, 20, 21, tzinfo=SHANGHAI))
    for number in range(8):
        ended = world.deliver(chain=chain)
        world.sleep(timedelta(minutes=9).total_seconds())
        if number == 1:
            world.wake()
        if number >= 2 and ended == "done":
            break
    world.sleep(120)
    world.check()
    world.check_effect()
    world.check_quiet()
