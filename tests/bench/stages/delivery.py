"""Delivery of a day's punches to a platform that knows all else: planned, sent, asked after, settled, noted."""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from realname_sync.delivery.attendance import METHOD, AttendanceDelivery
from realname_sync.delivery.desk import CallBook, Desk
from realname_sync.delivery.planning import plan_attendance
from realname_sync.delivery.shard import WHOLE, Shard
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import completeness, open_projects, open_target

_OF_A_DAY = ("batch", "batch_item", "punch_batch", "row_outcome", "backlog", "journal")


def whole(place: Place, watch: Watch) -> None:
    """The whole day anew, by one worker."""
    city = place.city()
    forget(city, place)
    desk = open_desk(city, place, place.target)
    with watch.running() as outcome:
        AttendanceDelivery(desk).run()
        with desk.commit("close"):
            pass
    counted = completeness(city, place.work_date)[place.target]
    assert counted["waiting"] == counted["in_batch"] == 0, counted
    outcome.rows = counted["acknowledged"]
    outcome.notes = {"held": counted["held"], "refused": counted["refused"]}
    desk.uplink.close()
    city.close()


def carry_on(place: Place, watch: Watch) -> None:
    """Whatever of the day is missing at the platform; what a run that was killed left is taken up."""
    city = place.city()
    desk = open_desk(city, place, place.target)
    with watch.running() as outcome:
        told = AttendanceDelivery(desk).run()
        with desk.commit("close"):
            pass
    outcome.rows, outcome.notes = told["packed"], told
    desk.uplink.close()
    city.close()


def plan_nation(place: Place, watch: Watch) -> None:
    """Only planned, in the nation's calls of 20 rows of a team."""
    _plan(place, watch, "nation")


def plan_province(place: Place, watch: Watch) -> None:
    """Only planned, in the province's calls of 500 rows of a project."""
    _plan(place, watch, "province")


def _plan(place: Place, watch: Watch, target: str) -> None:
    city = place.city()
    forget(city, place)
    desk = open_desk(city, place, target)
    with watch.running() as outcome:
        outcome.rows = plan_attendance(desk, METHOD)
    city.close()


def forget(city: City, place: Place) -> None:
    """Make it a day of which nothing was sent to any platform, with tables and indexes as new as on its morning."""
    day = {"day": place.work_date}
    tables = [f"delivery.{name}_{place.partition}" for name in _OF_A_DAY]
    with city.engine.begin() as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), day)
        connection.execute(text(f"TRUNCATE {', '.join(tables)}, ops.call_log"))
        connection.execute(text("DELETE FROM delivery.sweep WHERE work_date = :day"), day)
    with city.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def open_desk(city: City, place: Place, target: str, shard: Shard = WHOLE) -> Desk:
    """A desk for the day as it stands."""
    book = CallBook()
    desk = Desk(
        city.engine,
        city.vault,
        open_target(city, target, book),
        book,
        place.work_date,
        city.clock,
        images=lambda _ids: {},
        shard=shard,
    )
    with desk.commit("open") as connection:
        open_projects(connection, desk.uplink, target)
    return desk
