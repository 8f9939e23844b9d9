"""A sweep with nothing new: everything is read, checked, acknowledged; what does it cost to find that out?"""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.status import TARGETS
from realname_sync.pipelines.sweep import deliver_days, read_new


def ours(place: Place, watch: Watch) -> None:
    """Read what is new, then deliver to both platforms."""
    city = place.city()
    city.engine.connect().close()
    with watch.running(place.rows) as outcome:
        with watch.part("read"):
            found = read_new(city, place.work_date, earlier_days=0)
        for target in TARGETS:
            with watch.part(target):
                deliver_days(city, [place.work_date], target)
    outcome.notes = {"read": found["read"]}
    city.close()


def looking(place: Place, watch: Watch) -> None:
    """The same after something changed that decides what is told: everything is looked for, and nothing is missing."""
    city = place.city()
    with city.engine.begin() as connection:
        connection.execute(text("DELETE FROM delivery.rest"))
    city.close()
    ours(place, watch)
