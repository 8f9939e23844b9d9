"""The shape of everything that a check looks at: every suite asked, and asked again where nothing changed."""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.city_code import city_code
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.shape import find_misshapen, questions_about
from realname_sync.quality.shape_look import look_at_shape

_STANDING = "SELECT coalesce(sum(jsonb_array_length(found::jsonb)), 0) FROM quality.shape_result WHERE work_date = :day"


def every_suite(place: Place, watch: Watch) -> None:
    """As on the first check of a day."""
    city = place.city()
    rules = load_catalogue().in_force(place.work_date, city_code(city))
    with watch.running(place.rows) as outcome:
        questions = questions_about(place.work_date, rules)
        found = sum(1 for _ in find_misshapen(city.engine, questions, place.work_date))
    outcome.notes = {"found": found}
    city.close()


def unchanged(place: Place, watch: Watch) -> None:
    """As on every check after it that finds the rows as they were; what was found then stands."""
    city = place.city()
    rules = load_catalogue().in_force(place.work_date, city_code(city))
    with watch.running(place.rows) as outcome:
        look = look_at_shape(city.engine, rules, place.work_date)
    assert not look.results, sorted(look.results)
    with city.engine.connect() as connection:
        outcome.notes = {"found": int(connection.execute(text(_STANDING), {"day": place.work_date}).scalar_one())}
    city.close()
