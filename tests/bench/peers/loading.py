"""Loading: the day's punches out of the municipal database into another one of the same server."""

from collections import Counter
from collections.abc import Hashable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from bench.peers.work import Peer, Work, url
from bench.stages.merge import empty
from databases import create_database, drop_database

_OURS = "SELECT punch_id::bigint, count(*) FROM core.punch WHERE work_date = %(day)s GROUP BY 1"
_SOURCE = "SELECT id FROM attendance WHERE punched_at >= %(day)s::date AND punched_at < %(day)s::date + 1"


class Loading(Work):
    """Attributes: see Work."""

    name, title = "load", "loading the day's punches"

    def prepare(self) -> None:
        """A database for the peers, empty."""
        self.ground.bring_to("known")
        drop_database(Path(self.ground.place.socket), self._database)
        create_database(Path(self.ground.place.socket), self._database)
        self.rows = len(self._source)

    def freshen(self, peer: Peer) -> None:
        """Ours: a day never read; theirs: an empty schema."""
        if peer.is_ours:
            city = self.ground.place.city()
            empty(city, self.ground.place)
            city.close()
            return
        with psycopg.connect(self.ground.place.url(self._database), autocommit=True) as connection:
            for schema in (peer.schema, f"{peer.schema}_staging"):
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.execute(f"CREATE SCHEMA {peer.schema}")

    def job(self, peer: Peer) -> Mapping[str, Any]:
        """Where from and where to."""
        place = self.ground.place
        driver = {"singer": "psycopg"}.get(peer.environment, "")
        return {
            "source": url(self.ground, place.municipal, "psycopg2"),
            "plain_source": place.url(place.municipal),
            "target": url(self.ground, self._database, driver),
            "plain_target": place.url(self._database),
            "schema": peer.schema,
            "table": "punch",
            "key_properties": ["id"] if peer.variant == "upsert" else [],
        }

    def seen(self, peer: Peer, address: str) -> int:
        """Rows that are committed."""
        with psycopg.connect(self._address(peer)) as connection:
            found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (self._table(peer),)).fetchone()
            if not found or not found[0]:
                return 0
            return int(connection.execute(f"SELECT count(*) FROM {self._table(peer)}").fetchone()[0])  # type: ignore[index]

    def source(self) -> Counter[Hashable]:
        """By the id that the source gave them."""
        return Counter(self._source)

    def target(self, peer: Peer, address: str) -> Counter[Hashable]:
        """The same at the target."""
        if not self.seen(peer, address):
            return Counter()
        statement = _OURS if peer.is_ours else f"SELECT id::bigint, count(*) FROM {self._table(peer)} GROUP BY 1"
        with psycopg.connect(self._address(peer)) as connection:
            return Counter(dict(connection.execute(statement, {"day": self.ground.place.day}).fetchall()))

    def leave(self) -> None:
        """The day may be half read."""
        self.ground.gone_back_to("known")
        drop_database(Path(self.ground.place.socket), self._database)

    @cached_property
    def _source(self) -> list[int]:
        with psycopg.connect(self.ground.place.url(self.ground.place.municipal)) as connection:
            return [row[0] for row in connection.execute(_SOURCE, {"day": self.ground.place.day}).fetchall()]

    @property
    def _database(self) -> str:
        return f"bench_{self.ground.rows}_peers"

    def _address(self, peer: Peer) -> str:
        return self.ground.place.url(self.ground.place.warehouse if peer.is_ours else self._database)

    def _table(self, peer: Peer) -> str:
        return f"core.punch_{self.ground.place.partition}" if peer.is_ours else f"{peer.schema}.punch"
