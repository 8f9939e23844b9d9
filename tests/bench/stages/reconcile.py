"""Reconciliation row by row: what a platform lists is fetched and staged, and held against the ledger."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, text

from bench.child import run_child
from bench.measuring import Watch
from bench.place import Place
from bench.receiver import list_rows
from realname_sync.delivery.desk import CallBook, Desk
from realname_sync.delivery.differing import Places, differing_rows, stage_listings
from realname_sync.delivery.discrepancies import Discrepancy, judge
from realname_sync.delivery.listings import list_projects
from realname_sync.delivery.reconciliation import SHARDS, in_groups, of_shard
from realname_sync.pipelines.deliver import open_target
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.standards import load_profile
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction

Staged = tuple[Connection, Places]
TARGET = "province"
# The platform's rows: what was acknowledged, but for one row in 1 000, and one of each project, that it lost.
THEIRS = """
    CREATE TABLE bench_theirs AS
    SELECT sent.project_code, person.id_hash AS person_hash, person.id_mask AS person_mask,
        date_trunc('second', sent.punched_at) AS made_at, sent.direction
    FROM (
        SELECT *, row_number() OVER (PARTITION BY project_code ORDER BY punch_id) AS place
        FROM delivery.sent_punch WHERE work_date = :day AND target = :target
    ) AS sent
    JOIN delivery.batch USING (work_date, project_code, batch_id)
    JOIN core.person USING (person_id)
    WHERE batch.state = 'acknowledged' AND sent.place > 1 AND hashtext(sent.punch_id) % 1000 <> 0"""
LISTED = """
    SELECT theirs.project_code, person.id_cipher, theirs.direction,
        theirs.made_at AT TIME ZONE 'Asia/Shanghai' AS made_at
    FROM bench_theirs AS theirs JOIN core.person ON person.id_hash = theirs.person_hash
    ORDER BY theirs.project_code, theirs.made_at"""
STAGED = """
    INSERT INTO platform_row (project_no, made_at, person_id, direction)
    SELECT project.place, theirs.made_at, person.person_id, theirs.direction
    FROM unnest(cast(:codes AS text[]), cast(:places AS integer[])) AS project (code, place)
    JOIN bench_theirs AS theirs ON theirs.project_code = project.code
    JOIN core.person ON person.id_hash = theirs.person_hash
    ORDER BY project.place"""


def make_theirs(place: Place, watch: Watch) -> None:
    """Make the platform's rows of a day that was delivered; what compares and fetches finds them."""
    city = place.city()
    with watch.running(), city.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS bench_theirs"))
        connection.execute(text(THEIRS), {"day": place.work_date, "target": TARGET})
        connection.execute(text("CREATE INDEX ON bench_theirs (project_code)"))
        connection.execute(text("GRANT SELECT ON bench_theirs TO realname_send"))
        connection.execute(text("ANALYZE bench_theirs"))
    city.close()


def compare(place: Place, watch: Watch) -> None:
    """The comparison of every project to row and column; that the rows are staged before is not timed."""
    city = place.city()
    key = {"work_date": place.work_date, "target": TARGET, "projects": None, "shard": 1, "shards": 1}
    rows_of = _rows_of(city.engine)
    missing, differing = 0, 0
    with transaction(city.engine, Role.SEND) as connection:
        groups = [list(in_groups(of_shard(connection, rows_of, shard))) for shard in SHARDS]
    with watch.running(sum(rows_of.values())) as outcome, ThreadPoolExecutor(len(SHARDS)) as pool:
        for at_once in zip_longest(*groups, fillvalue=[]):
            with ExitStack() as sessions:
                with watch.part("staging in the database"):
                    staged = [_staged(city.engine, sessions, projects) for projects in at_once]
                with watch.part("comparing"):
                    together = list(pool.map(partial(_found, key), staged))
            differing += sum(map(len, together))
            missing += sum(one.kind == "missing" for found in together for rows in found.values() for one in rows)
    outcome.seconds = outcome.parts["comparing"]
    outcome.notes = {"missing": missing, "projects": len(rows_of), "differing": differing}
    assert differing == len(rows_of), outcome.notes
    city.close()


def fetch(place: Place, watch: Watch) -> None:
    """What the platform lists of every project, asked for page by page and staged."""
    city = place.city()
    book = CallBook()
    uplink = open_target(city, TARGET, book)
    desk = Desk(city.engine, city.vault, uplink, book, place.work_date, city.clock, images=lambda _ids: {})
    rows_of = _rows_of(city.engine)
    run_child(f"{__name__}:hand_over", place)
    staged = 0
    with watch.running(sum(rows_of.values())) as outcome:
        for projects in in_groups(rows_of):
            with watch.part("fetching"):
                listings = list_projects(desk, projects)
            assert listings.failure is None, listings.failure
            with watch.part("staging"), desk.commit("bench") as connection:
                stage_listings(connection, listings.of)
            staged += sum(len(one.passes) for one in listings.of.values() if one.counted == len(one.passes))
    assert staged == outcome.rows, (staged, outcome.rows)
    uplink.client.close()
    city.close()


def _rows_of(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        counted = connection.execute(text("SELECT project_code, count(*) FROM bench_theirs GROUP BY 1 ORDER BY 1"))
        return {row[0]: row[1] for row in counted}


def _staged(engine: Engine, sessions: ExitStack, projects: Sequence[str]) -> Staged:
    """A group staged in a session that stays open."""
    places = {code: place for place, code in enumerate(projects)}
    connection = sessions.enter_context(transaction(engine, Role.SEND))
    statements.run(connection, "delivery/stage_reconciliation")
    connection.execute(text(STAGED), {"codes": list(places), "places": list(places.values())})
    statements.run(connection, "delivery/index_reconciliation")
    statements.run(connection, "delivery/stage_unknown_persons")
    return connection, places


def _found(key: Mapping[str, Any], staged: Staged) -> dict[str, list[Discrepancy]]:
    once = load_profile(TARGET).counts_once
    return {code: judge(rows, counts_once=once) for code, rows in differing_rows(*staged, key).items()}


def hand_over(place: Place, watch: Watch) -> None:
    """Give the platform what it is to list, project by project; a process of its own, for its memory is no client's."""
    city = place.city()
    uplink = open_target(city, TARGET, CallBook())
    one_by_one = {"stream_results": True, "yield_per": 5_000}
    with watch.running(), city.engine.connect() as connection:
        rows = connection.execute(text(LISTED), execution_options=one_by_one)
        for code, of_project in groupby(rows, key=attrgetter("project_code")):
            secret = uplink.credentials_for(code).secret
            listed = [_as_listed(row, city.vault.reveal(row.id_cipher), secret) for row in of_project]
            list_rows(place.receiver, {code: listed})
            watch.outcome.rows += len(listed)
    uplink.client.close()
    city.close()


def _as_listed(row: Any, number: str, secret: str) -> dict[str, str]:
    return {
        "projectCode": row.project_code,
        "idCardType": "01",
        "idCardNumber": encrypt(number, secret),
        "date": f"{row.made_at:%Y-%m-%d %H:%M:%S}",
        "direction": row.direction,
        "attendType": "001",
    }
