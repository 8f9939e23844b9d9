"""A town under faults: processes work on it, receivers and connections are troubled, until it comes to rest."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from faults.errand import Errand, run_errand
from faults.ground import TARGETS, Town
from faults.judging import Judgement, asked
from faults.proxy import FaultProxy, Trouble

STAGES = ("new", "checked", "told")
WRITES = ("*.Add", "*.Upload")
RECEIVER_STATES = ("as usual", "not done", "answer lost", "pending", "failed", "forgotten")
"""What the receiver made of the calls under way when the sender dies at a point."""

_TRIES = 12
_ATTEMPT_SECONDS = 60
_FORGET = """
    CREATE FUNCTION {target}.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER forget BEFORE INSERT ON {target}.receipt FOR EACH ROW
        WHEN (cardinality('{{{methods}}}'::text[]) = 0 OR new.method = any('{{{methods}}}'))
        EXECUTE FUNCTION {target}.forget();
"""
_REMEMBER = "DROP FUNCTION {target}.forget() CASCADE"

forks = get_context("forkserver")


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

    def attempt(
        self, steps: Sequence[str] | None = None, *, seconds: float = _ATTEMPT_SECONDS, **errand: Any
    ) -> Mapping[str, Any]:
        """Send a process and wait for it, at most so many seconds."""
        told = self.send(steps, **errand).wait(seconds)
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
    def receiver(self, state: str, targets: Sequence[str] = TARGETS, forgetting: Sequence[str] = ()) -> Iterator[None]:
        """Put the receivers into a state while the context lasts, and count what it did.

        `forgotten` is about results of the methods `forgetting`, or of all: what is built on something whose result
        never comes is never sent.
        """
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
                self.town.sandbox_rows(_FORGET.format(target=target, methods=",".join(forgetting)))
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
