"""What a worker process does: steps of a day in a process that may be killed or stopped at any named point."""

import logging
import os
import re
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import event

from faults.ground import DAY, TownPlan
from realname_sync.delivery import chain, settling
from realname_sync.delivery.attendance import AttendanceDelivery
from realname_sync.delivery.desk import Desk
from realname_sync.errors import RealnameError
from realname_sync.pipelines import deliver as delivering
from realname_sync.pipelines import extract as extracting
from realname_sync.pipelines import pull as pulling
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City
from realname_sync.pipelines.report import report_quality
from realname_sync.platforms.open_api import lane
from realname_sync.platforms.open_api.transport import RequestsTransport

READING = ("pull", "extract", "check")
"""The steps before delivery."""

_METHOD = re.compile(rb"(?:^|&)method=([A-Za-z.]+)")


@dataclass(frozen=True)
class Strike:
    """The process ends (SIGKILL) or stops (SIGSTOP) the n-th time it comes to one of these points."""

    points: frozenset[str]
    nth: int = 1
    signal: int = int(signal.SIGKILL)


@dataclass(frozen=True)
class Errand:
    """What one process is to do. `steps`: pull, extract, check, province, nation, report."""

    plan: TownPlan
    steps: Sequence[str]
    strike: Strike | None = None
    clock_off_by: float = 0.0
    addresses: Mapping[str, str] = field(default_factory=dict)
    largest_file: int | None = None
    patience_seconds: float = 3.0


class Points:
    """Counts the points that are passed, and strikes at the one it was told to."""

    def __init__(self, strike: Strike | None, answer: Connection | None = None) -> None:
        self.passed: Counter[str] = Counter()
        self.part = ""
        self._strike = strike
        self._answer = answer

    def __call__(self, name: str) -> None:
        point = f"{self.part}/{name}"
        self.passed[point] += 1
        if self._strike and point in self._strike.points and self.passed[point] == self._strike.nth:
            if self._answer and self._strike.signal == signal.SIGKILL:
                self._answer.send({"ended": "killed", "at": point})
            os.kill(os.getpid(), self._strike.signal)

    @contextmanager
    def within(self, part: str) -> Any:
        former, self.part = self.part, part
        try:
            yield
        finally:
            self.part = former


def run_errand(errand: Errand, answer: Connection) -> None:
    """Do the steps one after the other; tell how it ended and which points were passed."""
    logging.disable()  # libraries tell at length what is told here in one line
    points = Points(errand.strike, answer)
    city = errand.plan.open(clock_off_by=errand.clock_off_by, addresses=errand.addresses)
    _watch_delivery(points, errand)
    _watch_reading(points)
    _watch_calls(points)
    _watch_database(points, city)
    outcome: dict[str, Any] = {"ended": "done", "failed": {}}
    for step in errand.steps:
        with points.within(step):
            try:
                _do(city, step, errand)
            except (RealnameError, OSError) as error:
                outcome["ended"] = "error"
                outcome["failed"][step] = f"{type(error).__name__}: {error}"[:300]
            except Exception as error:  # a database that goes away shows in many ways; anything else is told too
                outcome["ended"] = "error"
                text = str(error).splitlines()[0][:200] if str(error) else ""
                outcome["failed"][step] = f"{type(error).__module__}.{type(error).__name__}: {text}"
    outcome["points"] = dict(points.passed)
    answer.send(outcome)
    answer.close()


def feed_forever(errand: Errand) -> None:
    """Do the steps again and again until the process is ended; what fails is tried again with the next round."""
    logging.disable()
    points = Points(None)
    city = errand.plan.open()
    _watch_delivery(points, errand)
    while True:
        for step in errand.steps:
            with suppress(Exception):  # whatever a database that goes away looks like
                _do(city, step, errand)
        time.sleep(0.05)


def _do(city: City, step: str, errand: Errand) -> None:
    match step:
        case "pull":
            pulling.pull_master_data(city)
        case "extract":
            extracting.extract_municipal(city, DAY)
        case "check":
            check_consistency(city, DAY)
        case "report":
            if errand.largest_file is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (errand.largest_file, resource.RLIM_INFINITY))
            report_quality(city, DAY, Path(errand.plan.ours).parent / "reports" / errand.plan.warehouse)
        case target:
            delivering.deliver(city, DAY, target)


def _watch_delivery(points: Points, errand: Errand) -> None:
    """Tell the points of every commit of a delivery, with the part it belongs to; shorten its waits."""
    delivering.Desk = partial(  # type: ignore[misc,assignment]
        Desk,
        at=points,
        lease=timedelta(seconds=errand.plan.lease_seconds),
        patience=timedelta(seconds=errand.patience_seconds),
    )
    settling._FIRST_PAUSE, settling._LONGEST_PAUSE = 0.02, 0.2
    for kind in (chain.StepDelivery, AttendanceDelivery):
        plain = kind.run

        def run(self: Any, plain: Any = plain) -> Any:
            part = self.step.kind if hasattr(self, "step") else "attendance"
            with points.within(f"{points.part}/{part}"):
                return plain(self)

        kind.run = run  # type: ignore[method-assign]


def _watch_reading(points: Points) -> None:
    """Tell the points of each object that is read as of a part of its own.

    What an earlier process finished is not read again, so numbers of commits counted over all objects would shift.
    """
    object_of: dict[tuple[Any, str], Callable[..., str]] = {
        (pulling, "_pull_object"): lambda _city, _platform, _book, name, *_: name,
        (extracting, "extract_object"): lambda _city, wanted, *_: wanted.name,
        (extracting, "extract_punches"): lambda *_: "punch",
    }
    for (module, function), named in object_of.items():
        plain = getattr(module, function)

        def part(*given: Any, plain: Any = plain, named: Any = named, **options: Any) -> Any:
            with points.within(f"{points.part}/{named(*given)}"):
                return plain(*given, **options)

        setattr(module, function, part)


def _watch_calls(points: Points) -> None:
    """Tell the points just before and just after each call."""
    many, one = lane._post, RequestsTransport.post

    async def post_of_many(session: Any, url: str, body: bytes) -> Any:
        name = _method(body)
        points(f"{name}.before")
        answer = await many(session, url, body)
        points(f"{name}.after")
        return answer

    def post_of_one(self: Any, url: str, body: bytes, **timeouts: Any) -> Any:
        name = _method(body)
        points(f"{name}.before")
        answer = one(self, url, body, **timeouts)
        points(f"{name}.after")
        return answer

    lane._post = post_of_many
    RequestsTransport.post = post_of_one  # type: ignore[method-assign]


def _method(body: bytes) -> str:
    found = _METHOD.search(body)
    return found.group(1).decode() if found else "?"


def _watch_database(points: Points, city: City) -> None:
    """Tell every statement; of the steps before delivery also each commit, whose transactions have no names."""

    def before_statement(*_: Any) -> None:
        points("statement")

    def before_commit(_connection: Any) -> None:
        if points.part.split("/")[0] in READING:
            points("commit.before")
            points(f"commit {points.passed[f'{points.part}/commit.before']}.before")

    def given_back(*_: Any) -> None:
        if points.part.split("/")[0] in READING:
            points(f"commit {points.passed[f'{points.part}/commit.before']}.after")

    event.listen(city.engine, "before_cursor_execute", before_statement)
    event.listen(city.engine, "commit", before_commit)
    event.listen(city.engine, "checkin", given_back)
