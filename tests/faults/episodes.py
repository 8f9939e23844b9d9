"""What can befall a town in a random run: kills, trouble at receivers and on the way, clocks, disks, neighbours.

Each is given the run and the points that a day passes, and draws what it does from the run's own random numbers.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

from faults.errand import READING, Strike
from faults.ground import LEASE_SECONDS, TARGETS, TOLERANCE_SECONDS, url_of, wait_until
from faults.proxy import KINDS as PROXY_KINDS
from faults.proxy import Trouble
from faults.run import RECEIVER_STATES, WRITES, Run


def _kill_at_a_point(run: Run, points: Sequence[str]) -> None:
    fitting = [point for point in points if point.split("/")[0] in run.steps]
    point = run.random.choice(fitting)
    with run.receiver(run.random.choice(RECEIVER_STATES)):
        if run.attempt(strike=Strike(frozenset({point}), run.random.choice((1, 1, 2, 3))))["ended"] == "killed":
            run.count("SIGKILL at a point")


def _kill_at_a_statement(run: Run, points: Sequence[str]) -> None:
    step = run.random.choice(run.steps)
    if step in READING:
        parts = sorted({point.rpartition("/")[0] for point in points if point.split("/")[0] == step})
    else:
        parts = [f"{step}/attendance", step, f"{step}/worker"]
    part = run.random.choice(parts)
    strike = Strike(frozenset({f"{part}/statement"}), run.random.randint(1, 40))
    if run.attempt(strike=strike)["ended"] == "killed":
        run.count("SIGKILL at a statement")


def _kill_at_a_moment(run: Run, _points: Sequence[str]) -> None:
    with run.receiver(run.random.choice(RECEIVER_STATES)):
        for _ in range(run.random.randint(1, 3)):
            worker = run.send()
            if not worker.answer.poll(run.random.uniform(0.05, 1.5)):
                worker.kill()
            told = worker.wait()
            run.tell(told)
            if told["ended"] == "killed":
                run.count("SIGKILL at a moment")


def _trouble_at_the_receiver(run: Run, _points: Sequence[str]) -> None:
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


def _results_out_of_order(run: Run, _points: Sequence[str]) -> None:
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


def _trouble_on_the_way(run: Run, _points: Sequence[str]) -> None:
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


def _two_at_once(run: Run, _points: Sequence[str]) -> None:
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


def _stop_and_wake(run: Run, _points: Sequence[str]) -> None:
    """A sender stopped with SIGSTOP sleeps while another takes over what it held; then it wakes up and goes on."""
    target = run.random.choice(TARGETS)
    call = "WorkerAttendance.Add"
    point = run.random.choice(
        ("claim.before", "claim.after", f"{call}.before", f"{call}.after", "sent.before", "settle.before")
    )
    strike = Strike(frozenset({f"{target}/attendance/{point}"}), run.random.choice((1, 1, 2)), int(signal.SIGSTOP))
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


def _database_restarts(run: Run, _points: Sequence[str]) -> None:
    server = run.town.ground.ours
    worker = run.send()
    worker.answer.poll(run.random.uniform(0.1, 1.2))
    server.stop()
    time.sleep(run.random.uniform(0, 0.5))
    server.start()
    run.count("PostgreSQL stopped and started")
    run.tell(worker.wait())


def _backends_end(run: Run, _points: Sequence[str]) -> None:
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


def _a_neighbour_holds_locks(run: Run, _points: Sequence[str]) -> None:
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


def _clock_is_off(run: Run, _points: Sequence[str]) -> None:
    within = run.random.random() < 0.5
    off = run.random.uniform(-1.0, 1.0) if within else run.random.choice((-1, 1)) * run.random.uniform(60, 900)
    run.attempt(clock_off_by=off)
    run.count("clock off within tolerance" if within else "clock off by minutes")


def _disk_is_full(run: Run, _points: Sequence[str]) -> None:
    told = run.attempt((*run.steps, "report"), largest_file=run.random.choice((0, 1000, 20_000)))
    if "report" in told.get("failed", {}):
        run.count("disk full on the report")
    elif told["ended"] == "done":
        run.outcome.judgement.wrong.append("a report was written to a full disk")
    elif told["ended"] != "killed":
        run.outcome.judgement.wrong.append(f"the report did not end as on a full disk: {told}")
    again = run.attempt(("report",))
    if again["ended"] != "done":
        run.outcome.judgement.wrong.append(f"no report after the disk had room again: {again}")


EPISODES: Sequence[tuple[Callable[[Run, Sequence[str]], None], int]] = (
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
