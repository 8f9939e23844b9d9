"""What a delivery works with: one platform, one work date, the warehouse, and a name of its own as sender."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from realname_sync.delivery import journal
from realname_sync.delivery.shard import WHOLE, Shard
from realname_sync.platforms.open_api.client import CallRecord
from realname_sync.platforms.uplink import Uplink
from realname_sync.warehouse import bulk
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.protection import Vault
from realname_sync.workdate import SHANGHAI, Clock

LEASE = timedelta(minutes=2)
"""How long a claim holds. No call of it is signed later, so a sender that wakes up late sends nothing of it."""

_CALL_COLUMNS = (
    "platform", "method", "appid", "project_code", "code", "http_status", "error", "sent_at", "elapsed_ms",
    "request_bytes", "data_sha256", "serial_code",
)  # fmt: skip


def new_sender() -> str:
    """A name no other sender has: where its process lives, the process, and a random part."""
    return f"{_process_space()}:{os.getpid()}:{uuid4().hex[:8]}"


def has_ended(sender: str) -> bool:
    """Whether a sender is known to have ended: it lived among the processes seen from here and is not among them now.

    Of a sender elsewhere nothing is known; its lease decides.
    """
    space, _, rest = sender.rpartition(":")[0].rpartition(":")
    if space != _process_space() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it is there, and belongs to somebody else
    return False


def _process_space() -> str:
    """Host and process namespace: two containers of one host name do not see each other's processes."""
    namespace = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}:{namespace.stat().st_ino if namespace.exists() else 0}"


class CallBook:
    """Keeps the record of every call until it is written to ops.call_log together with what came of the calls."""

    def __init__(self) -> None:
        self._records: list[CallRecord] = []
        self._lock = threading.Lock()

    def note(self, record: CallRecord) -> None:
        """Remember one call; called from many threads."""
        with self._lock:
            self._records.append(record)

    def write(self, connection: Connection) -> int:
        """Write what was remembered, and forget it."""
        with self._lock:
            records, self._records = self._records, []
        return bulk.copy_rows(
            connection,
            "ops.call_log",
            _CALL_COLUMNS,
            (
                [
                    round(value) if column == "elapsed_ms" else value
                    for column, value in zip(_CALL_COLUMNS, values, strict=True)
                ]
                for values in ([getattr(record, column) for column in _CALL_COLUMNS] for record in records)
            ),
        )


@dataclass
class Desk:
    """Everything one delivery needs at hand.

    Attributes:
        images: gives the pictures of persons by their id.
        patience: how long a run waits for results that do not come.
        lease: how long a claim holds.
        at: told where the delivery stands, as in `claim.before` and `claim.after`: just before and after each commit.
        shard: which projects' work is done here.
        projects: the only projects that anything is sent of; of None, all of the shard.
    """

    engine: Engine
    vault: Vault
    uplink: Uplink
    book: CallBook
    work_date: date
    clock: Clock
    images: Callable[[list[str]], dict[str, str]]
    progress: Callable[[str], None] = lambda _text: None
    sleep: Callable[[float], None] = time.sleep
    sender: str = field(default_factory=new_sender)
    patience: timedelta = timedelta(minutes=5)
    lease: timedelta = LEASE
    at: Callable[[str], None] = lambda _point: None
    shard: Shard = WHOLE
    projects: Sequence[str] | None = None

    @property
    def target(self) -> str:
        """The platform: `province` or `nation`."""
        return self.uplink.profile.name

    @property
    def calls_in_flight(self) -> int:
        """How many calls may be on their way at once."""
        return self.uplink.profile.calls_in_flight

    @property
    def key(self) -> dict[str, Any]:
        """The parameters every statement of a delivery takes."""
        chosen = None if self.projects is None else list(self.projects)
        return {"work_date": self.work_date, "target": self.target, "projects": chosen, **self.shard.key}

    @property
    def unsafe_for(self) -> timedelta:
        """How long after its signing a call may still be taken: what the platform's clock and ours may differ by."""
        return timedelta(seconds=self.uplink.profile.clock_tolerance_seconds)

    @property
    def closing(self) -> bool:
        """Whether it is late enough in the work date that small remainders go out instead of waiting for more."""
        waits_until = self.uplink.profile.remainders_wait_until
        return self.clock() >= datetime.combine(self.work_date, waits_until, tzinfo=SHANGHAI)

    @contextmanager
    def commit(self, step: str) -> Iterator[Connection]:
        """One transaction of the sending role; `step` names it.

        With it go the calls made since the last one, and into the journal what was told of batches.
        """
        with transaction(self.engine, Role.SEND) as connection:
            journal.forget(connection)
            yield connection
            self.book.write(connection)
            journal.write_told(connection, self.work_date, self.target, self.clock())
            self.at(f"{step}.before")
        self.at(f"{step}.after")

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """One transaction of the sending role that only reads."""
        with transaction(self.engine, Role.SEND) as connection:
            yield connection
