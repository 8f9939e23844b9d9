"""What all kinds of work have in common: what there is to do, by whom, and how to see what became of it."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.ground import Ground


@dataclass(frozen=True)
class Peer:
    """One who does the work.

    Attributes:
        name: as it is chosen by, and what its tables and folders are called by.
        does: what it does, for the page.
        again: how its user starts it again after a crash.
        environment: whose packages it runs with; ours where none is named.
        package: whose version the page tells.
        runs: its script, or the side of ours as module:function.
        goes_on: the side of ours that is killed and started again: it carries on with what is there.
        variant: of the script.
        is_killed: whether it is also killed.
    """

    name: str
    does: str
    runs: str
    environment: str = ""
    package: str = ""
    variant: str = ""
    goes_on: str = ""
    again: str = "the same command"
    is_killed: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is this repository's."""
        return not self.environment

    @property
    def schema(self) -> str:
        """The schema that it loads into."""
        return self.name.replace("-", "_")


@dataclass
class Work:
    """One kind of work. The methods say what a kind does not do by saying nothing.

    Attributes:
        rows: how many there are to work on, once it is prepared.
        wanted: how many findings there are to make, where finding is the work.
        shows_rows: the target shows rows as they come, whoever brings them, so kills fall by rows alone.
    """

    ground: Ground
    rows: int = 0
    wanted: int | None = None
    name = ""
    title = ""
    shows_rows = False

    def prepare(self) -> None:
        """Bring the ground to where the work begins."""

    def freshen(self, peer: Peer) -> None:
        """Make it so that nothing of the work is done yet."""

    def job(self, peer: Peer) -> Mapping[str, Any]:
        """What a script has to know."""
        return {}

    @contextmanager
    def serving(self, *, keeping: bool) -> Iterator[str]:
        """The address of the platform, where the work is calls to one."""
        yield ""

    def seen(self, peer: Peer, address: str) -> int:
        """How many rows are at the target now."""
        return 0

    def source(self) -> Counter[Hashable]:
        """The rows that have to arrive."""
        return Counter()

    def target(self, peer: Peer, address: str) -> Counter[Hashable]:
        """The rows that have."""
        return Counter()

    def leave(self) -> None:
        """Say how far the ground has gone back."""


def url(ground: Ground, database: str, driver: str = "") -> str:
    """The address as libpq and SQLAlchemy read it; some tools demand a host, but what counts is the socket's folder."""
    scheme = f"postgresql+{driver}" if driver else "postgresql"
    login = "postgres:none"  # the server asks for no password, some tools do
    return f"{scheme}://{login}@localhost:5432/{database}?host={ground.place.socket}"
