"""The world of a simulated day: a clock, a network that fails, a platform, and who sends, over a tiny city."""

import base64
import os
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, text

from realname_sync.delivery.attendance import AttendanceDelivery
from realname_sync.delivery.chain import AFTER_ATTENDANCE, BEFORE_ATTENDANCE, StepDelivery
from realname_sync.delivery.desk import CallBook, Desk, new_sender
from realname_sync.delivery.invariants import violations
from realname_sync.errors import FatalError, RealnameError
from realname_sync.platforms.open_api.client import OpenApiClient
from realname_sync.platforms.open_api.envelope import Credentials
from realname_sync.platforms.open_api.pace import Pace
from realname_sync.platforms.open_api.transport import ConnectionLostError, NeverConnectedError
from realname_sync.platforms.uplink import Uplink
from realname_sync.standards import load_profile
from realname_sync.warehouse import statements
from realname_sync.workdate import SHANGHAI
from simulation.city import DAY, PEOPLE, PROJECTS, SECRET, TEAMS, VAULT, cipher_of
from simulation.lane import SteppedLane
from simulation.receiver import Key, Receiver

PAIR = Credentials("sim", SECRET)
PICTURE = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(60)).decode()


class Crash(BaseException):
    """The sender dies here; nothing may catch it."""


@dataclass
class Network:
    """How likely each thing happens to a call, and what is forced."""

    never_connected: float = 0.0
    cut_before: float = 0.0
    cut_after: float = 0.0
    http_error: float = 0.0
    http_error_after: float = 0.0
    page: float = 0.0
    other_code: float = 0.0
    throttled: float = 0.0
    twice: float = 0.0

    def draw(self, rng: Random) -> str | None:
        """What happens to the next call."""
        return next((name for name, share in self.__dict__.items() if rng.random() < share), None)


CALM = Network()


@dataclass
class World:
    """Everything but the warehouse: the clock, the network, the platform, and who sends."""

    engine: Engine
    seed: int
    target: str
    rng: Random = field(init=False)
    now: datetime = field(init=False)
    network: Network = field(default_factory=Network)
    receiver: Receiver = field(init=False)
    trace: list[str] = field(default_factory=list)
    crash_at: int | None = None
    crash_in: str | None = None
    pause_at: int | None = None
    pause_in: bytes | None = None
    rows_of_a_call: int | None = None
    points: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    straggler: bytes | None = None
    check_every: int = 5
    commits: int = 0
    broken: list[str] = field(default_factory=list)
    senders: int = 0

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        random.seed(self.seed)  # what spreads the pauses between attempts draws from the module itself
        self.now = datetime(2026, 11, 20, 8, tzinfo=SHANGHAI)
        self.receiver = Receiver(self.target, SECRET, self.clock)

    def clock(self) -> datetime:
        """The present instant of this world."""
        return self.now.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass; the platform works meanwhile."""
        self.now += timedelta(seconds=seconds)
        self.receiver.work_off()

    def say(self, what: str) -> None:
        """Note a line of the trace that a failure is replayed with."""
        self.trace.append(f"{self.now:%H:%M:%S} {what}")

    # What the client calls instead of the network.

    def post(self, url: str, body: bytes, *, connect_timeout: float, read_timeout: float) -> tuple[int, bytes]:
        """One exchange, with whatever the network makes of it."""
        self.passed("call.before")
        stopped_here = self.pause_at is not None and self.points >= self.pause_at
        if stopped_here or (self.pause_in is not None and self.pause_in in body):
            self.say("the sender is stopped with a signed call in its hands")
            self.pause_at, self.pause_in, self.straggler = None, None, body
            raise Crash("stopped")
        self.sleep(0.05)
        fault = self.network.draw(self.rng)
        if fault:
            self.faults[fault] += 1
            self.say(f"network: {fault}")
        match fault:
            case "never_connected":
                raise NeverConnectedError("simulated")
            case "cut_before":
                raise ConnectionLostError("simulated")
            case "http_error":
                return 502, b"<html>Bad Gateway</html>"
            case "throttled":
                self.receiver.throttled += 1
            case "twice":
                self.receiver.handle(body)
        answer = self.receiver.handle(body)
        self.sleep(0.05)
        self.passed("call.after")
        match fault:
            case "cut_after":
                self.sleep(read_timeout)
                raise ConnectionLostError("simulated")
            case "http_error_after":
                return 503, b"<html>Service Unavailable</html>"
            case "page":
                return 200, b"<html>login</html>"
            case "other_code":
                return 200, b'{"code":"9999","message":"other"}'
        return 200, answer

    def close(self) -> None:
        """Nothing is open."""

    def passed(self, point: str) -> None:
        """A sender comes to a named point: it dies here, is stopped here, or goes on."""
        self.points += 1
        if self.points == self.crash_at or point == self.crash_in:
            self.say(f"crash at {point}")
            self.faults[f"crash {point.partition('.')[2]}"] += 1
            raise Crash(point)
        if point.endswith(".after") and not point.startswith("call"):
            self.commits += 1
            if self.commits % self.check_every == 0:
                self.check()

    def wake(self) -> None:
        """A sender that was stopped sends at last what it had signed."""
        if self.straggler is not None:
            self.say("the stopped sender wakes up and sends")
            self.receiver.handle(self.straggler)
            self.straggler = None

    # Who sends.

    def desk(self, *, known_to_end: bool = True) -> Desk:
        """What a sender works with; one whose process is gone is known to have ended if anyone asks."""
        self.senders += 1
        profile = replace(load_profile(self.target), unknown_wait_seconds=60.0)
        if self.rows_of_a_call is not None:
            profile = replace(profile, batch_rows={**profile.batch_rows, "WorkerAttendance.Add": self.rows_of_a_call})
        book = CallBook()
        client = OpenApiClient(
            profile,
            "http://platform.invalid",
            clock=self.clock,
            on_call=book.note,
            sleep=self.sleep,
            transport=self,
            pace=Pace(None),
        )
        uplink = Uplink(client, lambda _project: PAIR, lane=SteppedLane(self, client))
        space = new_sender().rsplit(":", 2)[0]
        process = 2**22 + self.senders if known_to_end else os.getpid()
        return Desk(
            self.engine,
            VAULT,
            uplink,
            book,
            DAY,
            self.clock,
            images=lambda ids: dict.fromkeys(ids, PICTURE),
            sleep=self.sleep,
            sender=f"{space}:{process}:{self.senders}",
            at=self.passed,
            patience=timedelta(seconds=30),
        )

    def deliver(self, *, chain: bool = False, known_to_end: bool = True) -> str:
        """One delivery of the day; how it ended."""
        desk = self.desk(known_to_end=known_to_end)
        try:
            for step in BEFORE_ATTENDANCE if chain else ():
                if self.target in step.targets:
                    StepDelivery(desk, step).run()
            AttendanceDelivery(desk).run()
            for step in AFTER_ATTENDANCE if chain else ():
                StepDelivery(desk, step).run()
        except Crash:
            return "crashed"
        except RealnameError as error:
            self.say(f"{type(error).__name__}: {error}")
            return "fatal" if isinstance(error, FatalError) else "failed"
        return "done"

    # What the municipal platform does.

    def write(self, statement: str, **values: Any) -> int:
        """Change the warehouse as an extraction would."""
        with self.engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount

    def punch(self, count: int) -> None:
        """New punches are read: each of a person of the roster, now and then the same second twice."""
        change = self._new_read()
        rows = []
        for _ in range(count):
            person = self.rng.randrange(PROJECTS * TEAMS * PEOPLE)
            rows.append(self._punch(person, change))
            if self.rng.random() < 0.15:
                rows.append({**self._punch(person, change), "at": rows[-1]["at"], "direction": rows[-1]["direction"]})
        with self.engine.begin() as connection:
            connection.execute(text(PUNCH), rows)
            statements.run(connection, "core/count_read", work_date=DAY, change_no=change)
        self.say(f"read {len(rows)} new punches")

    def _punch(self, person: int, change: int) -> dict[str, Any]:
        project = person // (TEAMS * PEOPLE)
        made = datetime(2026, 11, 20, 6, tzinfo=SHANGHAI) + timedelta(seconds=self.rng.randrange(50_000))
        number = f"{self.rng.getrandbits(60):x}"
        return {
            "project": f"P{project}", "punch": number, "person": f"W{person}",
            "device": f"D{project}", "record": number,
            "at": made, "direction": self.rng.choice(["01", "02"]), "change": change, "now": self.clock(),
        }  # fmt: skip

    def _new_read(self) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(text(BEGIN_READ), {"day": DAY, "now": self.clock()}).scalar_one())

    def change(self, count: int) -> None:
        """The municipal platform corrects punches: their time moves by a few seconds."""
        moved = self.write(CHANGE, day=DAY, change=self._new_read(), count=count, now=self.clock(), salt=self._salt())
        self.say(f"{moved} punches changed")

    def withdraw(self, count: int) -> None:
        """The municipal platform takes punches back."""
        gone = self.write(WITHDRAW, day=DAY, change=self._new_read(), count=count, now=self.clock(), salt=self._salt())
        self.say(f"{gone} punches withdrawn")

    def _salt(self) -> str:
        return f"{self.rng.getrandbits(60):x}"

    def poison_some(self, count: int) -> None:
        """The platform will refuse some of the punches it does not have yet, with or without naming the row."""
        with self.engine.connect() as connection:
            rows = connection.execute(text(ALL_KEYS), {"day": DAY}).all()
        taken = self.receiver.effect()
        for row in self.rng.sample(list(rows), min(count, len(rows))):
            named = self.rng.random() < 0.7
            if self._key(row) not in taken:
                self.receiver.poison[self._key(row)] = named

    def _key(self, row: Any) -> Key:
        local = row.punched_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        return cipher_of(row.person_id), local, row.direction

    # What has to hold.

    def check(self) -> None:
        """The invariants, as the database has them just now."""
        with self.engine.connect() as connection:
            self.broken += [str(one) for one in violations(connection, DAY)]
        if self.broken:
            raise AssertionError(self.told(self.broken[0]))

    def check_effect(self) -> None:
        """The platform has what is acknowledged, each row as often as it was sent, and was asked before any resend."""
        with self.engine.connect() as connection:
            held = connection.execute(text(HELD), {"day": DAY, "target": self.target}).all()
        ours, theirs = self.acknowledged(), self.receiver.effect()
        if ours != theirs:
            lost, doubled = ours - theirs, theirs - ours
            raise AssertionError(
                self.told(f"lost {sum(lost.values())}: {lost}; doubled {sum(doubled.values())}: {doubled}")
            )
        with self.engine.connect() as connection:
            sent = connection.execute(text(SENT), {"day": DAY, "target": self.target}).all()
        if again := next(self.receiver.resent_without_asking(Counter(map(self._key, sent))), None):
            raise AssertionError(self.told(f"sent again without having asked: {again}"))
        if told_twice := [movement for movement, times in self.receiver.movements.items() if times > 1]:
            raise AssertionError(self.told(f"told twice that somebody entered: {len(told_twice)}"))
        if strange := [row for row in held if row.rule_id not in {"WITHDRAWN"}]:
            raise AssertionError(self.told(f"held for {strange[0].rule_id}: {strange[0].reason}"))

    def acknowledged(self) -> Counter[Key]:
        """The passes that the ledger says the platform has, as often as it says so."""
        with self.engine.connect() as connection:
            rows = connection.execute(text(ACKNOWLEDGED), {"day": DAY, "target": self.target}).all()
        return Counter(map(self._key, rows))

    def check_quiet(self) -> None:
        """Everything that may go is there: nothing waits or is under way, and only what was poisoned is refused."""
        with self.engine.connect() as connection:
            states = {
                row.state: row.punches for row in connection.execute(text(STATES), {"day": DAY, "target": self.target})
            }
            refused = connection.execute(text(REFUSED), {"day": DAY, "target": self.target}).all()
        if states.get("waiting") or states.get("in_batch"):
            raise AssertionError(self.told(f"it does not come to an end: {states}"))
        if innocent := [row for row in refused if self._key(row) not in self.receiver.poison]:
            raise AssertionError(self.told(f"{len(innocent)} innocent punches were refused"))

    def told(self, wrong: str) -> str:
        """A failure, with what replays it."""
        steps = "\n".join(self.trace[-40:])
        return f"{wrong}\nseed {self.seed}, {self.target}; replay it with make simulate SEED={self.seed}\n{steps}"


PUNCH = """
    INSERT INTO core.punch (work_date, project_code, punch_id, person_id, device_sn, device_record_id, punched_at,
        received_at, direction, attend_type, first_read_at, change_no)
    VALUES ('2026-11-20', :project, :punch, :person, :device, :record, :at, :at, :direction, '001', :now, :change)"""
BEGIN_READ = """
    WITH day AS (
        INSERT INTO core.work_day VALUES (:day, 1)
        ON CONFLICT (work_date) DO UPDATE SET change_no = work_day.change_no + 1 RETURNING change_no
    )
    INSERT INTO quality.checked_read SELECT :day, change_no, :now FROM day
    ON CONFLICT (work_date) DO UPDATE SET change_no = excluded.change_no RETURNING change_no"""
CHANGE = """
    UPDATE core.punch SET punched_at = punched_at - interval '3 seconds', change_no = :change, changed_at = :now
    WHERE work_date = :day AND withdrawn_at IS NULL AND punch_id IN (
        SELECT punch_id FROM core.punch WHERE work_date = :day ORDER BY md5(punch_id || :salt) LIMIT :count)"""
WITHDRAW = """
    UPDATE core.punch SET withdrawn_at = :now, change_no = :change
    WHERE work_date = :day AND withdrawn_at IS NULL AND punch_id IN (
        SELECT punch_id FROM core.punch WHERE work_date = :day ORDER BY md5(punch_id || :salt) LIMIT :count)"""
ALL_KEYS = "SELECT person_id, punched_at, direction FROM core.punch WHERE work_date = :day ORDER BY punch_id"
ACKNOWLEDGED = """
    SELECT sent.person_id, sent.punched_at, sent.direction
    FROM delivery.sent_punch AS sent
    JOIN delivery.batch USING (work_date, project_code, target, batch_id)
    LEFT JOIN delivery.row_outcome AS outcome USING (work_date, project_code, target, batch_id, punch_id)
    WHERE sent.work_date = :day AND sent.target = :target
        AND coalesce(outcome.outcome = 'acknowledged', batch.state = 'acknowledged')"""
SENT = """
    SELECT DISTINCT punch_id, person_id, punched_at, direction FROM delivery.sent_punch
    WHERE work_date = :day AND target = :target"""
HELD = "SELECT rule_id, reason FROM delivery.hold WHERE work_date = :day AND target = :target"
STATES = """
    SELECT state, count(*) AS punches FROM delivery.punch_state
    WHERE work_date = :day AND target = :target GROUP BY 1"""
REFUSED = """
    SELECT sent.person_id, sent.punched_at, sent.direction
    FROM delivery.punch_state AS state JOIN delivery.sent_punch AS sent USING (work_date, target, punch_id, batch_id)
    WHERE state.work_date = :day AND state.target = :target AND state.state = 'refused'"""
