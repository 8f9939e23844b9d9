"""Extract and load: a day's punches from the municipal database into the warehouse's staging table."""

from bench.measuring import Watch
from bench.place import SEED, Place
from realname_sync.pipelines.extract import open_day, stage_punches
from realname_sync.warehouse.engine import Role, transaction


def ours(place: Place, watch: Watch) -> None:
    """As an extraction stages it."""
    city = place.city()
    with transaction(city.engine, Role.BUILD) as connection:
        city.municipal.connect().close()
        with watch.running() as outcome, open_day(city, place.work_date) as source:
            outcome.rows = stage_punches(connection, source, SEED)
    city.close()
