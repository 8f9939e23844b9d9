"""Pushing: the day's attendance to the nation, 20 rows a call, each call signed and its result asked for."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from bench.keeping import KeepingPlatform, kept, key_of
from bench.peers.work import Peer, Work
from bench.receiver import Platform, counts, served
from bench.references.lanes import APPID, local, read_day
from bench.references.open_call import encrypted
from bench.stages.delivery import forget
from realname_sync.settings import SANDBOX_SECRET

_DUE = "peer_due"
_COLUMNS = (
    "project_code", "team_id", "id_card_type", "number", "date", "direction", "channel", "attend_type", "lng", "lat",
)  # fmt: skip


class Pushing(Work):
    """Attributes: see Work."""

    name, title, shows_rows = "push", "pushing the day to the nation", True

    def prepare(self) -> None:
        """A table of what is due, with numbers in plain, as a script would hold them."""
        self.ground.bring_to("checked")
        columns = ", ".join(f"{name} {'float8' if name in {'lng', 'lat'} else 'text'}" for name in _COLUMNS)
        with self.ground.session(self.ground.place.warehouse) as connection:
            connection.execute(f"DROP TABLE IF EXISTS {_DUE}")
            connection.execute(f"CREATE TABLE {_DUE} ({columns})")
            with connection.cursor().copy(f"COPY {_DUE} ({', '.join(_COLUMNS)}) FROM STDIN") as rows:
                for row in self._due:
                    rows.write_row(row)
        self.rows = len(self._due)
        assert len(self.source()) == self.rows, "two punches of the day cannot be told apart at the nation"

    def freshen(self, peer: Peer) -> None:
        """Ours: a day of which nothing was sent; theirs remember in their folders, which are new."""
        if peer.is_ours:
            city = self.ground.place.city()
            forget(city, self.ground.place)
            city.close()

    def job(self, peer: Peer) -> Mapping[str, Any]:
        """Where the rows are and how calls are signed."""
        place = self.ground.place
        return {"plain_source": place.url(place.warehouse), "due": _DUE, "appid": APPID, "secret": SANDBOX_SECRET}

    @contextmanager
    def serving(self, *, keeping: bool) -> Iterator[str]:
        """The lean platform; one that keeps what it was sent where that is to be counted."""
        with served(kind=KeepingPlatform if keeping else Platform) as address:
            yield address

    def seen(self, peer: Peer, address: str) -> int:
        """Rows that arrived."""
        return int(str(counts(address)["rows"]))

    def source(self) -> Counter[Hashable]:
        """By what the nation tells rows apart."""
        return self._source

    def target(self, peer: Peer, address: str) -> Counter[Hashable]:
        """The same there."""
        return Counter(dict(kept(address)))

    def leave(self) -> None:
        """The day may be half sent."""
        self.ground.gone_back_to("checked")
        with self.ground.session(self.ground.place.warehouse) as connection:
            connection.execute(f"DROP TABLE IF EXISTS {_DUE}")

    @cached_property
    def _due(self) -> list[tuple[Any, ...]]:
        """What may go: rows of devices and persons that are known; ours holds the others."""
        return [
            (
                row["project_code"], row["team_id"], row["id_card_type"], row["number"], local(row["punched_at"]),
                row["direction"], row["gate_name"], row["attend_type"], float(row["lng"]), float(row["lat"]),
            )
            for row in read_day(self.ground.place)
        ]  # fmt: skip

    @cached_property
    def _source(self) -> Counter[Hashable]:
        numbers = {row[3] for row in self._due}
        ciphers = {number: encrypted(SANDBOX_SECRET, number) for number in numbers}
        return Counter(
            key_of(row[0], {"idCardNumber": ciphers[row[3]], "date": row[4], "direction": row[5]}) for row in self._due
        )
