"""INSERT … SELECT … ON CONFLICT and nothing else: no types to doubt, no dates to decide, no other days, no counts."""

from sqlalchemy import text

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.extract import open_day, stage_punches
from realname_sync.warehouse.engine import Role, transaction

_TABLE = "bench_punch"
_MAKE = f"""
    DROP TABLE IF EXISTS {_TABLE};
    CREATE TABLE {_TABLE} (LIKE core.punch INCLUDING DEFAULTS, PRIMARY KEY (work_date, project_code, punch_id))"""
_INSERT = f"""
    INSERT INTO {_TABLE} (work_date, project_code, punch_id, person_id, device_sn, device_record_id, punched_at,
        received_at, direction, attend_type, image_ref, lng, lat, first_read_at)
    SELECT :day, project_code, id, person_id, device_sn, device_record_id,
        punched_at::timestamp AT TIME ZONE 'Asia/Shanghai', received_at::timestamp AT TIME ZONE 'Asia/Shanghai',
        direction, attend_type, image_ref, lng::numeric, lat::numeric, now()
    FROM staged_attendance
    ON CONFLICT (work_date, project_code, punch_id) DO UPDATE SET
        person_id = excluded.person_id, device_sn = excluded.device_sn, device_record_id = excluded.device_record_id,
        punched_at = excluded.punched_at, received_at = excluded.received_at, direction = excluded.direction,
        attend_type = excluded.attend_type, image_ref = excluded.image_ref, lng = excluded.lng, lat = excluded.lat,
        changed_at = excluded.first_read_at"""


def reference(place: Place, watch: Watch) -> None:
    """Into an empty table."""
    city = place.city()
    with city.engine.begin() as connection:
        connection.execute(text(_MAKE))
        connection.execute(text(f"GRANT ALL ON {_TABLE} TO realname_build"))
    with transaction(city.engine, Role.BUILD) as connection:
        with open_day(city, place.work_date) as source:
            staged = stage_punches(connection, source)
        with watch.running(staged):
            connection.execute(text(_INSERT), {"day": place.work_date})
            connection.commit()
    city.close()
