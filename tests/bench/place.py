"""Where a side of a measurement works: databases, dates, the platforms' address, and a clock that shows the evening."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic

from databases import database_spec
from realname_sync.pipelines.city import City, open_city
from realname_sync.settings import ConnectionSpec, sandbox_connection
from realname_sync.workdate import SHANGHAI, Clock

DAY, DAY_BEFORE = date(2026, 11, 20), date(2026, 11, 19)
SEED = 1
"""Of the digests that the source makes of its rows."""
EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Place:
    """Attributes: `socket` the server's socket folder; `rows` punches of the day; `receiver` the address of the
    platforms, or of what else runs beside; `target` the one that workers send to; `shard` of `shards` what one worker
    takes; `since` when the evening began by the machine's monotonic clock, where several processes share one evening.
    """

    socket: str
    warehouse: str
    municipal: str
    rows: int
    workers: int
    day: str = DAY.isoformat()
    receiver: str = ""
    target: str = "nation"
    only: int = 0
    shard: int = 1
    shards: int = 1
    since: float | None = None

    @property
    def work_date(self) -> date:
        """The date that is worked on."""
        return date.fromisoformat(self.day)

    @property
    def partition(self) -> str:
        """How the partitions of the date end."""
        return f"{self.work_date:%Y%m%d}"

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@/{database}?host={self.socket}"

    def city(self) -> City:
        """The city as the product sees it; the platforms hold back nothing."""

        def connection(name: str) -> ConnectionSpec:
            if name.endswith("_db"):
                database = {"warehouse_db": self.warehouse, "municipal_db": self.municipal}[name]
                return database_spec(Path(self.socket), database, name)
            spec = sandbox_connection(name)
            unhurried = {"calls_per_second": None, "first_calls_per_second": 1_000_000}
            return replace(spec, host=self.receiver or spec.host, extra={**spec.extra, **unhurried})

        return open_city(connection, evening(self.since))


def evening(since: float | None = None) -> Clock:
    """A clock that shows 22:00 of the day when it is made, or at that monotonic instant, and runs on from there."""
    began = monotonic() if since is None else since
    return lambda: EVENING + timedelta(seconds=monotonic() - began)
