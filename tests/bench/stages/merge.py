"""Punches into core: merged into an empty day; and the extraction of a whole day, for the first time and again."""

import psycopg
from sqlalchemy import text

from bench.measuring import Watch
from bench.place import SEED, Place
from realname_sync.pipelines.city import City
from realname_sync.pipelines.extract import claim_day, extract_punches, merge_punches, open_day, stage_punches
from realname_sync.warehouse.engine import Role, transaction


def merge(place: Place, watch: Watch) -> None:
    """What is staged, into a day without a row."""
    city = place.city()
    empty(city, place)
    with transaction(city.engine, Role.BUILD) as connection:
        claim_day(connection, place.work_date)
        with open_day(city, place.work_date) as source:
            staged = stage_punches(connection, source, SEED)
        with watch.running(staged) as outcome:
            merged = merge_punches(connection, place.work_date, city.clock())
            connection.commit()
        outcome.notes = {"written": merged["written"], "withdrawn": merged["withdrawn"]}
    city.close()


def first(place: Place, watch: Watch) -> None:
    """The extraction of a day that was never read; after it, the day is tidied as the server does by and by."""
    city = place.city()
    empty(city, place)
    _extract(city, place, watch)
    with city.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM ANALYZE core.punch_{place.partition}"))
    city.close()


def again(place: Place, watch: Watch) -> None:
    """The same once more, with nothing changed at the source."""
    city = place.city()
    _extract(city, place, watch)
    city.close()


def changed(place: Place, watch: Watch) -> None:
    """The same once more, with one row of a hundred changed at the source."""
    with psycopg.connect(place.url(place.municipal)) as municipal:
        municipal.execute(
            "UPDATE attendance SET image_ref = image_ref || '.' WHERE id %% 100 = 0 AND punched_at >= %s::date",
            (place.work_date,),
        )
    city = place.city()
    _extract(city, place, watch)
    city.close()


def empty(city: City, place: Place) -> None:
    """Make it a day that was never read."""
    with city.engine.begin() as connection:
        day = {"day": place.work_date}
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), day)
        tables = ", ".join(f"core.{name}_{place.partition}" for name in ("punch", "punch_version", "project_day"))
        connection.execute(text(f"TRUNCATE {tables}"))
        connection.execute(text("UPDATE core.work_day SET fingerprint = NULL WHERE work_date = :day"), day)


def _extract(city: City, place: Place, watch: Watch) -> None:
    city.engine.connect().close()
    city.municipal.connect().close()
    with watch.running(place.rows) as outcome:
        read = extract_punches(city, place.work_date)
    outcome.rows = read["staged"]
    outcome.notes = {"written": read["written"], "withdrawn": read["withdrawn"]}
