"""Merge: the staged punches of a day into core, first into an empty day, then the same day again."""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.city import City
from realname_sync.pipelines.extract import begin_read, merge_punches, stage_punches
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.work_days import ensure_work_date


def first(place: Place, watch: Watch) -> None:
    """Into a day without a row."""
    city = place.city()
    with city.engine.begin() as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": place.work_date})
        connection.execute(text(f"TRUNCATE core.punch_{place.partition}, core.punch_version_{place.partition}"))
    _merge(city, place, watch)


def replay(place: Place, watch: Watch) -> None:
    """Into a day that has the same rows."""
    _merge(place.city(), place, watch)


def _merge(city: City, place: Place, watch: Watch) -> None:
    with transaction(city.engine, Role.BUILD) as connection:
        ensure_work_date(connection, place.work_date)
        change_no = begin_read(connection, place.work_date)
        staged = stage_punches(city, connection, place.work_date)
        with watch.running(staged) as outcome:
            merged = merge_punches(connection, place.work_date, change_no, city.clock())
            connection.commit()
        outcome.notes = {"written": merged["written"], "withdrawn": merged["withdrawn"]}
    city.close()
