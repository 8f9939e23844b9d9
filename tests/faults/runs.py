"""One run: a fresh town, faults on it, then rest, then judgement. What happens in it follows from its seed alone."""

import os
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import psycopg

from faults.errand import LEASE_SECONDS, Errand, Strike, run_errand
from faults.ground import TARGETS, TOLERANCE_SECONDS, Ground, Town, url_of, wait_until
from faults.judging import Judgement, Picture, asked, judge, picture
from faults.proxy import KINDS as PROXY_KINDS
from faults.proxy import FaultProxy, Trouble

READING = ("pull", "extract", "check")
STAGES = ("new", "checked", "told")
WRITES = ("*.Add", "*.Upload")
RECEIVER_STATES = ("as usual", "not done", "answer lost", "pending", "failed", "forgotten")
"""What the receiver made of the calls under way when the sender dies at a point."""

_TRIES = 12
_ATTEMPT_SECONDS = 60
_FORGET = """
    CREATE FUNCTION {target}.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER forget BEFORE INSERT ON {target}.receipt FOR EACH ROW EXECUTE FUNCTION {target}.forget();
"""
_REMEMBER = "DROP FUNCTION {target}.forget() CASCADE"

forks = get_context("forkserver")


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


def along(part: str, points: Sequence[str], receiver: str) -> Spec:
    """A run that ends at every point of a part, one after the other, and carries on after each."""
    return Spec(f"{part}/*@{receiver}", points=tuple(points), receiver=receiver)


@dataclass
class Outcome:
    """How a run went."""

    name: str
    seconds: float = 0.0
    injected: Counter[str] = field(default_factory=Counter)
    judgement: Judgement = field(default_factory=Judgement)
    hit: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """What must not be, if anything."""
        return self.judgement.wrong


@dataclass
class Worker:
    """A process on its errand."""

    process: Any
    answer: Connection
    told: Mapping[str, Any] | None = None

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self.process.pid)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()

    def wait(self, seconds: float = _ATTEMPT_SECONDS) -> Mapping[str, Any]:
        """How it ended: `done`, `error`, `killed`, or `stuck`, and then it is killed."""
        if self.told is None:
            try:
                self.told = self.answer.recv() if self.answer.poll(seconds) else {"ended": "stuck"}
            except EOFError:
                self.told = {"ended": "killed"}
            if self.told["ended"] == "stuck":
                self.process.kill()
            self.process.join(30)
            self.answer.close()
        return self.told


class Run:
    """A town under faults."""

    def __init__(self, town: Town, outcome: Outcome, seed: object) -> None:
        self.town = town
        self.outcome = outcome
        self.random = random.Random(repr(seed))
        self.steps: Sequence[str] = TARGETS

    def send(self, steps: Sequence[str] | None = None, **errand: Any) -> Worker:
        """Start a process on its errand."""
        here, there = forks.Pipe(duplex=False)
        work = Errand(self.town.plan, tuple(steps or self.steps), **errand)
        process = forks.Process(target=run_errand, args=(work, there), daemon=True)
        process.start()
        there.close()
        return Worker(process, here)

    def attempt(self, steps: Sequence[str] | None = None, **errand: Any) -> Mapping[str, Any]:
        """Send a process and wait for it."""
        told = self.send(steps, **errand).wait()
        self.tell(told)
        return told

    def tell(self, told: Mapping[str, Any]) -> None:
        """Note how a process ended."""
        self.outcome.story.append(f"{told['ended']} {dict(told.get('failed', {})) or ''}".strip())

    def count(self, kind: str, number: int = 1) -> None:
        """Note that a fault has been injected."""
        if number:
            self.outcome.injected[kind] += number

    def until_quiet(self) -> None:
        """Go on without faults until everything is through."""
        self.town.platforms.clear_faults()
        for _ in range(_TRIES):
            if self.attempt()["ended"] == "done":
                return
            time.sleep(0.3)
        self.outcome.judgement.wrong.append(f"it did not come to rest in {_TRIES} tries")

    @contextmanager
    def receiver(self, state: str, targets: Sequence[str] = TARGETS) -> Iterator[None]:
        """Put the receivers into a state while the context lasts, and count what it did."""
        faults = {
            "as usual": [],
            "not done": [{"kind": "drop_before", "method": method, "share": 0.5, "times": 4} for method in WRITES],
            "answer lost": [{"kind": "drop_after", "method": method, "share": 0.5, "times": 4} for method in WRITES],
            "pending": [{"kind": "slow_results", "method": method, "seconds": 1.0, "times": 20} for method in WRITES],
            "failed": [{"kind": "failed_results", "method": method, "share": 0.5, "times": 3} for method in WRITES],
            "forgotten": [],
        }[state]
        for target in targets:
            if faults:
                self.town.platforms.set_faults(target, faults)
            if state == "forgotten":
                self.town.sandbox_rows(_FORGET.format(target=target))
        try:
            yield
        finally:
            for target in targets:
                if faults:
                    self.count_hits(target)
                if state == "forgotten":
                    self.town.sandbox_rows(_REMEMBER.format(target=target))
                    self.count("result forgotten")
            self.town.platforms.clear_faults()

    def count_hits(self, target: str) -> None:
        """Count what the faults of a platform did."""
        for fault in asked(self.town, target, "faults"):
            self.count(f"receiver: {fault['kind']}", fault["hits"])

    @contextmanager
    def proxied(self, trouble: Trouble) -> Iterator[dict[str, str]]:
        """Addresses with a proxy before both platforms that makes this trouble."""
        proxies = {name: FaultProxy(self.town.platforms.url(name), self.random.random()) for name in TARGETS}
        for proxy in proxies.values():
            proxy.make(trouble)
        try:
            yield {name: proxy.address for name, proxy in proxies.items()}
        finally:
            for proxy in proxies.values():
                proxy.close()
                for kind, hits in proxy.hits.items():
                    self.count(f"connection: {kind}", hits)


class Lane:
    """Makes runs, one after the other, on a ground of its own."""

    def __init__(self) -> None:
        forks.set_forkserver_preload(["faults.warm"])
        self.ground = Ground()
        self.expected: Picture | None = None
        self.points: list[str] = []

    def close(self) -> None:
        """Give everything back."""
        self.ground.close()

    def record(self, receiver: str = "as usual") -> Counter[str]:
        """Which points a day passes while the receivers are in a state; without faults it is also the measure."""
        town = self.ground.town("new" if receiver == "as usual" else "checked")
        try:
            run = Run(town, Outcome("record"), 0)
            steps = (*READING, *TARGETS) if receiver == "as usual" else TARGETS
            passed: Counter[str] = Counter()
            with run.receiver(receiver):
                told = run.attempt(steps)
                passed.update(told["points"])
            if receiver == "as usual":
                if told["ended"] != "done":
                    raise RuntimeError(f"a day without faults did not end: {told}")
                self.expected = picture(town)
            else:
                passed.update(run.attempt(TARGETS).get("points", {}))
            return passed
        finally:
            town.close()

    def prepare(self) -> None:
        """Know how it stands without faults, and which points there are."""
        if self.expected is None:
            self.points = [point for point in self.record() if not point.endswith(("statement", "/commit.before"))]

    def make(self, spec: Spec) -> Outcome:
        """Make one run and judge it."""
        self.prepare()
        assert self.expected
        outcome = Outcome(spec.name)
        started = time.monotonic()
        town: Town | None = None
        try:
            town = self.ground.town(self._stage(spec))
            run = Run(town, outcome, spec.name)
            if spec.points:
                _strike_at(run, spec.points, spec.receiver)
            else:
                _at_random(run, self)
            run.until_quiet()
            targets = [target for target in TARGETS if target in run.steps]
            wrong = outcome.judgement.wrong
            outcome.judgement = judge(town, self.expected, targets)
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
            return "new" if part[0] in READING else "told" if part[1] == "attendance" else "checked"
        return random.Random(f"stage {spec.seed}").choices(STAGES, (15, 25, 60))[0]


def _strike_at(run: Run, points: Sequence[str], receiver: str) -> None:
    """Kill the process at each of these points, with the receiver in that state; getting there may take two tries."""
    step = points[0].split("/")[0]
    reading = step in READING
    run.steps = (*READING, *TARGETS) if reading else (step,)
    for point in points:
        steps = (*READING[: READING.index(step) + 1],) if reading else run.steps
        for _ in range(2 if len(points) == 1 and receiver != "as usual" else 1):
            with run.receiver(receiver, () if reading else (step,)):
                told = run.attempt(steps, strike=Strike(point))
            if told["ended"] == "killed":
                run.outcome.hit.append(point)
                run.count("SIGKILL at a point")
                break


def _at_random(run: Run, lane: Lane) -> None:
    stage = random.Random(f"stage {run.outcome.name.removeprefix('seed ')}").choices(STAGES, (15, 25, 60))[0]
    order = run.random.sample(TARGETS, 2)
    run.steps = (*(READING if stage == "new" else ()), *order)
    for _ in range(run.random.randint(1, 3)):
        episode = run.random.choices([one for one, _ in EPISODES], [weight for _, weight in EPISODES])[0]
        run.outcome.story.append(episode.__name__.strip("_"))
        episode(run, lane)
        run.town.platforms.clear_faults()


def _kill_at_a_point(run: Run, lane: Lane) -> None:
    fitting = [point for point in lane.points if point.split("/")[0] in run.steps]
    point = run.random.choice(fitting)
    with run.receiver(run.random.choice(RECEIVER_STATES)):
        if run.attempt(strike=Strike(point, run.random.choice((1, 1, 2, 3))))["ended"] == "killed":
            run.count("SIGKILL at a point")


def _kill_at_a_statement(run: Run, _lane: Lane) -> None:
    step = run.random.choice(run.steps)
    part = step if step in READING else run.random.choice((f"{step}/attendance", step, f"{step}/worker"))
    strike = Strike(f"{part}/statement", run.random.randint(1, 40))
    if run.attempt(strike=strike)["ended"] == "killed":
        run.count("SIGKILL at a statement")


def _kill_at_a_moment(run: Run, _lane: Lane) -> None:
    with run.receiver(run.random.choice(RECEIVER_STATES)):
        for _ in range(run.random.randint(1, 3)):
            worker = run.send()
            if not worker.answer.poll(run.random.uniform(0.05, 1.5)):
                worker.kill()
            told = worker.wait()
            run.tell(told)
            if told["ended"] == "killed":
                run.count("SIGKILL at a moment")


def _trouble_at_the_receiver(run: Run, _lane: Lane) -> None:
    draw = run.random
    kinds: Sequence[Mapping[str, Any]] = (
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "http_error", "status": draw.choice((500, 502, 503, 504))},
        {"kind": "http_error", "status": draw.choice((500, 502, 504)), "after_work": True},
        {"kind": "throttle"},
        {
            "kind": "malformed_answer",
            "shape": draw.choice(("truncated", "html", "empty", "no_code", "odd_data", "list")),
        },
        {"kind": "slow_results", "seconds": draw.uniform(0.2, 2.0)},
        {"kind": "failed_results"},
        {"kind": "answer_code", "code": 9999},
        {"kind": "delay", "seconds": draw.uniform(0.01, 0.3)},
    )
    for target in TARGETS:
        faults = []
        for kind in draw.sample(kinds, draw.randint(1, 3)):
            few = kind["kind"] == "failed_results"
            method = draw.choice(("WorkerAttendance.Add", *WRITES, "AsyncHandleResult.Query", "*"))
            times = draw.randint(1, 2) if few else draw.randint(1, 25)
            faults.append({**kind, "method": method, "share": draw.uniform(0.1, 1.0), "times": times})
        run.town.platforms.set_faults(target, faults)
    if draw.random() < 0.4:
        worker = run.send()
        if not worker.answer.poll(draw.uniform(0.2, 2.0)):
            worker.kill()
            run.count("SIGKILL at a moment")
        run.tell(worker.wait())
    else:
        run.attempt()
    for target in TARGETS:
        run.count_hits(target)


def _results_out_of_order(run: Run, _lane: Lane) -> None:
    for target in TARGETS:
        shares = (("slow_results", 0.5, 1.2), ("slow_results", 0.3, 0.5))
        run.town.platforms.set_faults(
            target,
            [
                {"kind": kind, "method": "WorkerAttendance.Add", "share": share, "seconds": seconds}
                for kind, share, seconds in shares
            ],
        )
    run.attempt()
    for target in TARGETS:
        run.count_hits(target)
    run.count("results out of order")


def _trouble_on_the_way(run: Run, _lane: Lane) -> None:
    kind = run.random.choice(PROXY_KINDS)
    trouble = Trouble(kind, run.random.uniform(0.05, 0.6), run.random.uniform(0.005, 0.05), run.random.randint(2, 30))
    with run.proxied(trouble) as addresses:
        if run.random.random() < 0.3:
            worker = run.send(addresses=addresses)
            if not worker.answer.poll(run.random.uniform(0.2, 1.5)):
                worker.kill()
                run.count("SIGKILL at a moment")
            run.tell(worker.wait())
        else:
            run.attempt(addresses=addresses)


def _two_at_once(run: Run, _lane: Lane) -> None:
    target = run.random.choice(TARGETS)
    with run.receiver(run.random.choice(("as usual", "pending", "answer lost"))):
        first = run.send((target,))
        time.sleep(run.random.uniform(0, 0.4))
        second = run.send((target,))
        if run.random.random() < 0.3:
            time.sleep(run.random.uniform(0, 0.5))
            run.random.choice((first, second)).kill()
            run.count("SIGKILL at a moment")
        for worker in (first, second):
            run.tell(worker.wait())
    run.count("two runs at once")


def _stop_and_wake(run: Run, _lane: Lane) -> None:
    """A sender stopped with SIGSTOP sleeps while another takes over what it held; then it wakes up and goes on."""
    target = run.random.choice(TARGETS)
    call = "WorkerAttendance.Add"
    point = run.random.choice(
        ("claim.before", "claim.after", f"{call}.before", f"{call}.after", "sent.before", "settle.before")
    )
    strike = Strike(f"{target}/attendance/{point}", run.random.choice((1, 1, 2)), int(signal.SIGSTOP))
    sleeper = run.send((target,), strike=strike)
    if not wait_until(lambda: _is_stopped(sleeper.pid) or sleeper.answer.poll(), 20) or not _is_stopped(sleeper.pid):
        run.tell(sleeper.wait())
        return
    run.count("SIGSTOP and SIGCONT")
    try:
        takes_over = run.random.random() < 0.7
        time.sleep(LEASE_SECONDS + TOLERANCE_SECONDS + 1.2 if takes_over else run.random.uniform(0, LEASE_SECONDS + 1))
        if point in ("claim.before", "sent.before", "settle.before"):
            # It sleeps with a transaction open: the database frees its rows only once it is gone, so nobody waits here.
            second = run.send((target,))
            second.answer.poll(1.0)
        else:
            second = run.send((target,))
            second.answer.poll(3.0)
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    for worker in (second, sleeper):
        run.tell(worker.wait())


def _is_stopped(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def _database_restarts(run: Run, _lane: Lane) -> None:
    server = run.town.ground.ours
    worker = run.send()
    worker.answer.poll(run.random.uniform(0.1, 1.2))
    server.stop()
    time.sleep(run.random.uniform(0, 0.5))
    server.start()
    run.count("PostgreSQL stopped and started")
    run.tell(worker.wait())


def _backends_end(run: Run, _lane: Lane) -> None:
    worker = run.send()
    for _ in range(run.random.randint(1, 4)):
        worker.answer.poll(run.random.uniform(0.05, 0.6))
        with psycopg.connect(url_of(run.town.ground.ours.folder, "postgres"), autocommit=True) as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s",
                [run.town.names.warehouse],
            ).fetchone()
        run.count("backend ended", int(ended[0]) if ended else 0)
    run.tell(worker.wait())


def _a_neighbour_holds_locks(run: Run, _lane: Lane) -> None:
    """Somebody leaves a transaction open that holds rows of the ledger."""
    url = url_of(run.town.ground.ours.folder, run.town.names.warehouse)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1 FROM delivery.batch WHERE state <> 'acknowledged' FOR UPDATE")
        connection.execute("LOCK TABLE delivery.sweep IN SHARE ROW EXCLUSIVE MODE")
        worker = run.send()
        worker.answer.poll(run.random.uniform(0.3, 1.5))
        if run.random.random() < 0.4:
            worker.kill()
            run.count("SIGKILL at a moment")
        connection.rollback()
    run.count("neighbour holding locks")
    run.tell(worker.wait())


def _clock_is_off(run: Run, _lane: Lane) -> None:
    within = run.random.random() < 0.5
    off = run.random.uniform(-1.0, 1.0) if within else run.random.choice((-1, 1)) * run.random.uniform(60, 900)
    run.attempt(clock_off_by=off)
    run.count("clock off within tolerance" if within else "clock off by minutes")


def _disk_is_full(run: Run, _lane: Lane) -> None:
    told = run.attempt((*run.steps, "report"), largest_file=run.random.choice((0, 1000, 20_000)))
    if "report" in told.get("failed", {}):
        run.count("disk full on the report")
    elif told["ended"] != "killed":
        run.outcome.judgement.wrong.append("a report was written to a full disk")
    again = run.attempt(("report",))
    if again["ended"] != "done":
        run.outcome.judgement.wrong.append(f"no report after the disk had room again: {again}")


EPISODES: Sequence[tuple[Callable[[Run, Lane], None], int]] = (
    (_kill_at_a_point, 16),
    (_kill_at_a_statement, 10),
    (_kill_at_a_moment, 14),
    (_trouble_at_the_receiver, 24),
    (_results_out_of_order, 4),
    (_trouble_on_the_way, 14),
    (_two_at_once, 8),
    (_stop_and_wake, 6),
    (_database_restarts, 5),
    (_backends_end, 5),
    (_a_neighbour_holds_locks, 4),
    (_clock_is_off, 4),
    (_disk_is_full, 3),
)
