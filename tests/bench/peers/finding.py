"""Finding: what a platform has of the day against what was acknowledged; one row of 1 000 was lost there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from bench.peers.work import Peer, Work, url
from bench.stages.reconcile import TARGET

_KEYED = """
    CREATE TABLE {name} AS
    SELECT md5(concat_ws('|', project_code, encode(person_hash, 'hex'), made_at, direction))::uuid AS id, project_code,
        encode(person_hash, 'hex') AS person, made_at, direction
    FROM ({rows}) AS side"""
_OURS = """
    SELECT sent.project_code, person.id_hash AS person_hash, date_trunc('second', sent.punched_at) AS made_at,
        sent.direction
    FROM delivery.sent_punch AS sent
    JOIN delivery.batch USING (work_date, project_code, batch_id)
    JOIN core.person USING (person_id)
    WHERE sent.work_date = :day AND sent.target = :target AND batch.state = 'acknowledged'"""
_SIDES = {"peer_ours": _OURS, "peer_theirs": "SELECT project_code, person_hash, made_at, direction FROM bench_theirs"}


class Finding(Work):
    """Attributes: see Work."""

    name, title = "find", "finding what a platform lost"

    def prepare(self) -> None:
        """Both sides as tables with a key."""
        self.ground.bring_to("delivered")
        counted = []
        city = self.ground.place.city()
        with city.engine.begin() as connection:
            for name, rows in _SIDES.items():
                given = {"day": self.ground.place.work_date, "target": TARGET} if ":day" in rows else {}
                connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
                connection.execute(text(_KEYED.format(name=name, rows=rows)), given)
                connection.execute(text(f"ALTER TABLE {name} ADD PRIMARY KEY (id)"))
                counted.append(int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()))
        with city.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in _SIDES:
                connection.execute(text(f"VACUUM ANALYZE {name}"))
        city.close()
        self.rows, self.wanted = counted[0], counted[0] - counted[1]

    def job(self, peer: Peer) -> Mapping[str, Any]:
        """Where the sides are."""
        place = self.ground.place
        return {
            "target": url(self.ground, place.warehouse),
            "plain_target": place.url(place.warehouse),
            "server": {"host": place.socket, "user": "postgres", "database": place.warehouse},
            "sides": list(_SIDES),
            "columns": ["project_code", "person", "made_at", "direction"],
        }

    def leave(self) -> None:
        """Nothing of the day changed."""
        with self.ground.session(self.ground.place.warehouse) as connection:
            for name in _SIDES:
                connection.execute(f"DROP TABLE IF EXISTS {name}")
