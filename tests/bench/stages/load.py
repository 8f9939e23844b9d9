"""Extract and load: a day's punches from the municipal database into the warehouse's staging table."""

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.extract import stage_punches
from realname_sync.warehouse.engine import Role, transaction


def ours(place: Place, watch: Watch) -> None:
    """As `extract` stages it."""
    city = place.city()
    with transaction(city.engine, Role.BUILD) as connection:
        city.municipal.connect().close()
        with watch.running() as outcome:
            outcome.rows = stage_punches(city, connection, place.work_date)
    city.close()
