"""The nine scenarios of public comparisons of PostgreSQL queues: trouble under a steady feed, and how soon it ends."""

import statistics
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg

from faults.errand import Errand, feed_forever
from faults.ground import DAY, MOST_CONNECTIONS, Ground, Town, url_of, wait_until
from faults.run import Outcome, Run, Worker, forks

RATE = 60
"""Punches a second that are fed: well below what the system bears, so that what is measured is whether it keeps up."""

TARGET = "province"
_SENDERS = 2
_BEFORE_SECONDS, _TROUBLE_SECONDS, _BACK_WITHIN, _STEADY_SECONDS = 10.0, 4.0, 30.0, 20.0
_BEFORE_ROUNDS, _STEADY_ROUNDS, _LONGEST_SECONDS = 32, 64, 240.0
"""Deliveries of all senders that a rate is taken over at least, within so many seconds: rows come in rounds, and on a
slow machine few of them fit into the seconds that are many on a fast one."""

_SHARE = 0.98
"""Of the rate before, and of what is fed where catching up made that more: what a rate has to be back at, and stay."""

_WINDOW = 5.0
_STEP, _FEWEST_SAMPLES = 0.25, 4


@dataclass
class Report:
    """How a scenario went: rows a second that the platform stored, before and after, and after how long again."""

    name: str
    before: float = 0.0
    during: float = 0.0
    after: float = 0.0
    back_seconds: float | None = None
    due: int = 0
    there: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def cells(self) -> Sequence[str]:
        """One line of the table."""
        back = "never" if self.back_seconds is None else f"{self.back_seconds:.1f} s"
        return (
            self.name, f"{self.before:.1f}", f"{self.during:.1f}", f"{self.after:.1f}", back,
            f"{self.due:,}", f"{self.there:,}", str(self.lost), str(self.doubled), "; ".join(self.wrong)[:200],
        )  # fmt: skip

    def as_json(self) -> Mapping[str, Any]:
        """The same for the summary."""
        return dict(vars(self))


class Feed:
    """Puts punches into the municipal database at a steady rate, each another second of a person known there."""

    def __init__(self, town: Town) -> None:
        self._url = url_of(town.ground.theirs.folder, town.names.municipal)
        with psycopg.connect(self._url) as connection:
            known = connection.execute(
                "SELECT project_code, person_id, device_sn, direction, lng, lat, attend_type FROM attendance"
                " WHERE id = ANY(%s)",
                [_sound(town)],
            ).fetchall()
        self._patterns = known
        self._started = datetime(DAY.year, DAY.month, DAY.day, 8)  # noqa: DTZ001 - the municipal platform writes local time
        self.fed = 0
        self.rate = float(RATE)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Feed no more."""
        self._stop.set()
        self._thread.join(30)

    def burst(self, number: int) -> None:
        """So many at once."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            self._put(connection, number)

    def _run(self) -> None:
        owed, last = 0.0, time.monotonic()
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stop.wait(0.1):
                now = time.monotonic()
                owed += (now - last) * self.rate
                last = now
                self._put(connection, int(owed))
                owed -= int(owed)

    def _put(self, connection: psycopg.Connection[Any], number: int) -> None:
        rows = []
        for _ in range(number):
            pattern = self._patterns[self.fed % len(self._patterns)]
            project, person, device, direction, lng, lat, attend_type = pattern
            made = self._started + timedelta(seconds=self.fed // len(self._patterns) * 7)
            rows.append((project, person, device, f"feed-{self.fed}", made, made, direction, attend_type, lng, lat))
            self.fed += 1
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO attendance (project_code, person_id, device_sn, device_record_id, punched_at, received_at,"
                " direction, attend_type, lng, lat) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                rows,
            )


def _sound(town: Town) -> list[int]:
    """Numbers of punches that the platform has taken, so that one like them goes through."""
    rows = town.warehouse_rows(
        "SELECT punch_id FROM delivery.punch_state WHERE work_date = %s AND target = %s AND state = 'acknowledged'"
        " AND punch_id ~ '^[0-9]+$'",
        DAY,
        TARGET,
    )
    return [int(row[0]) for row in rows]


class Senders:
    """Processes that read, check and deliver for ever; one that dies is started again, as the scheduler would."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._stop = threading.Event()
        self._workers: list[Worker] = [self._start() for _ in range(_SENDERS)]
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def kill_one(self, which: int) -> None:
        """End one with SIGKILL."""
        self._workers[which % len(self._workers)].kill()

    def kill_all(self) -> None:
        """End all of them with SIGKILL."""
        for worker in self._workers:
            worker.kill()

    def stop(self) -> None:
        """Start none again, and end those there are."""
        self._stop.set()
        self._thread.join(10)
        for worker in self._workers:
            worker.kill()
            worker.process.join(10)

    def _start(self) -> Worker:
        here, there = forks.Pipe(duplex=False)
        work = Errand(self._town.plan, ("extract", "check", TARGET))
        process = forks.Process(target=feed_forever, args=(work,), daemon=True)
        process.start()
        there.close()
        return Worker(process, here)

    def _watch(self) -> None:
        while not self._stop.wait(0.3):
            for place, worker in enumerate(self._workers):
                if not worker.process.is_alive():
                    worker.process.join()
                    self._workers[place] = self._start()


class Meter:
    """How many rows the platform has stored, looked at four times a second."""

    def __init__(self, town: Town) -> None:
        self._samples: list[tuple[float, int]] = []
        self._url = town.sandbox_url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stop.wait(_STEP):
                row = connection.execute(f"SELECT count(*) FROM {TARGET}.attendance").fetchone()
                self._samples.append((time.monotonic(), int(row[0]) if row else 0))

    def rate(self, start: float, end: float) -> float:
        """Rows a second between these instants: the slope of the line through all samples.

        Rows come in rounds, and the difference of two samples would hang on where in a round they lie.
        """
        samples = [one for one in self._samples if start <= one[0] <= end]
        if len(samples) < _FEWEST_SAMPLES:
            return 0.0
        return statistics.linear_regression([when for when, _ in samples], [rows for _, rows in samples]).slope


Trouble = Callable[[Town, Senders, Feed, ExitStack], None]


def _postgres_restart(town: Town, _senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    town.ground.ours.stop()
    time.sleep(1)
    town.ground.ours.start()


def _backend_kill(town: Town, _senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    end = time.monotonic() + _TROUBLE_SECONDS
    while time.monotonic() < end:
        with psycopg.connect(url_of(town.ground.ours.folder, "postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [town.names.warehouse]
            )
        time.sleep(0.5)


def _pool_exhaustion(town: Town, _senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    """Somebody takes every connection the server has, and keeps them for a while."""
    with ExitStack() as taken:
        for _ in range(MOST_CONNECTIONS):
            with suppress(psycopg.OperationalError):
                taken.enter_context(psycopg.connect(url_of(town.ground.ours.folder, town.names.warehouse)))
        time.sleep(_TROUBLE_SECONDS)


def _crash_recovery(_town: Town, senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    senders.kill_all()


def _repeated_kills(_town: Town, senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    for number in range(6):
        senders.kill_one(number)
        time.sleep(_TROUBLE_SECONDS / 6)


def _idle_in_transaction(town: Town, _senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    with psycopg.connect(url_of(town.ground.ours.folder, town.names.warehouse)) as connection:
        connection.execute("SELECT 1 FROM delivery.batch WHERE state <> 'acknowledged' FOR UPDATE")
        connection.execute("LOCK TABLE delivery.backlog IN SHARE MODE")
        time.sleep(_TROUBLE_SECONDS)
        connection.rollback()


def _sustained_load(_town: Town, _senders: Senders, feed: Feed, _stack: ExitStack) -> None:
    feed.rate = RATE * 2.0
    time.sleep(_TROUBLE_SECONDS * 2)
    feed.rate = float(RATE)


def _active_readers(town: Town, _senders: Senders, _feed: Feed, _stack: ExitStack) -> None:
    """Others read the ledger, whole and again and again, while rows are sent."""
    end = time.monotonic() + _TROUBLE_SECONDS * 2

    def read() -> None:
        with psycopg.connect(url_of(town.ground.ours.folder, town.names.warehouse), autocommit=True) as connection:
            while time.monotonic() < end:
                connection.execute(
                    "SELECT state, count(*) FROM delivery.punch_state WHERE work_date = %s GROUP BY 1", [DAY]
                )

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()


def _event_burst(_town: Town, _senders: Senders, feed: Feed, _stack: ExitStack) -> None:
    feed.burst(1500)


SCENARIOS: Mapping[str, Trouble] = {
    "PostgreSQL restart": _postgres_restart,
    "backend kill": _backend_kill,
    "pool exhaustion": _pool_exhaustion,
    "crash recovery": _crash_recovery,
    "repeated kills": _repeated_kills,
    "idle in transaction": _idle_in_transaction,
    "sustained load": _sustained_load,
    "active readers": _active_readers,
    "event burst": _event_burst,
}


def play(ground: Ground, name: str) -> Report:
    """Feed, make the trouble, see when the rate is back, and count in the end."""
    report = Report(name)
    town = ground.town("told")
    try:
        _play(town, report, SCENARIOS[name])
    except Exception:
        report.wrong.append("the scenario itself failed: " + traceback.format_exc(limit=4))
    finally:
        town.close()
    return report


def _play(town: Town, report: Report, trouble: Trouble) -> None:
    with ExitStack() as stack:
        run = Run(town, Outcome(report.name), report.name)
        run.steps = (TARGET,)
        run.until_quiet()  # the rows of the town itself go first
        if run.outcome.wrong:
            raise RuntimeError("; ".join([*run.outcome.wrong, *run.outcome.story]))
        feed = Feed(town)
        stack.callback(feed.stop)
        senders = Senders(town)
        stack.callback(senders.stop)
        meter = Meter(town)
        stack.callback(meter.stop)
        time.sleep(4.0)  # both senders are on their way
        begun = time.monotonic()
        _let_go_on(town, _BEFORE_SECONDS, _BEFORE_ROUNDS)
        troubled = time.monotonic()
        report.before = meter.rate(begun, troubled)
        if report.before < RATE / 2:  # against next to nothing anything would be well
            raise RuntimeError(f"of {RATE} rows a second only {report.before:.1f} came through before the trouble")
        threshold = _SHARE * min(report.before, RATE)
        trouble(town, senders, feed, stack)
        over = time.monotonic()
        report.during = meter.rate(troubled, over)

        def is_back() -> bool:
            now = time.monotonic()
            return now - over >= _WINDOW and meter.rate(now - _WINDOW, now) >= threshold

        if wait_until(is_back, _BACK_WITHIN):
            report.back_seconds = time.monotonic() - over
            steady = time.monotonic()
            _let_go_on(town, _STEADY_SECONDS, _STEADY_ROUNDS)
            report.after = meter.rate(steady, time.monotonic())
            if report.after < threshold:
                report.wrong.append(f"the rate did not stay: {report.after:.1f} a second")
        else:
            report.wrong.append(f"the rate was not back within {_BACK_WITHIN:.0f} s")
        feed.stop()
        _count(town, report, feed)


def _let_go_on(town: Town, seconds: float, rounds: int) -> None:
    """Let the senders work for so long, and until they have made so many deliveries.

    Raises:
        RuntimeError: they did not make them within _LONGEST_SECONDS.
    """

    def made() -> int:
        rows = town.warehouse_rows(
            "SELECT count(*) FROM ops.step_run WHERE step = 'deliver' AND target = %s AND state = 'done'", TARGET
        )
        return int(rows[0][0])

    before, begun = made(), time.monotonic()
    time.sleep(seconds)
    while (since := made() - before) < rounds:
        if time.monotonic() - begun > _LONGEST_SECONDS:
            raise RuntimeError(f"only {since} of {rounds} deliveries were made in {_LONGEST_SECONDS:.0f} s")
        time.sleep(1.0)  # each look opens a session on the server whose work is measured


def _count(town: Town, report: Report, feed: Feed) -> None:
    def there() -> int:
        rows = town.sandbox_rows(f"SELECT count(*) FROM {TARGET}.attendance WHERE device_record_id LIKE 'feed-%%'")
        return int(rows[0][0])

    report.due = feed.fed
    wait_until(lambda: there() >= feed.fed, 60)
    time.sleep(0.5)
    report.there = there()
    distinct = town.sandbox_rows(
        f"SELECT count(DISTINCT device_record_id) FROM {TARGET}.attendance WHERE device_record_id LIKE 'feed-%%'"
    )[0][0]
    report.lost = feed.fed - int(distinct)
    report.doubled = report.there - int(distinct)
    states = dict(
        town.warehouse_rows(
            "SELECT state.state, count(*) FROM delivery.punch_state AS state"
            " JOIN core.punch AS punch USING (work_date, project_code, punch_id)"
            " WHERE state.work_date = %s AND state.target = %s AND punch.device_record_id LIKE 'feed-%%' GROUP BY 1",
            DAY,
            TARGET,
        )
    )
    if report.lost or report.doubled or states.get("acknowledged", 0) != report.there:
        report.wrong.append(
            f"{report.lost} lost, {report.doubled} doubled, {report.there} there; the ledger says {states}"
        )
