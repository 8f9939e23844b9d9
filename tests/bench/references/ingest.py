"""ADBC reads the same rows as Arrow and ingests them into a table of the warehouse; nothing of ours is in between."""

import adbc_driver_postgresql.dbapi as adbc

from bench.measuring import Watch
from bench.place import Place

_ROWS = """
    SELECT id, project_code, person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type,
        image_ref, lng::float8 AS lng, lat::float8 AS lat
    FROM attendance WHERE punched_at >= DATE '{day}' AND punched_at < DATE '{day}' + 1"""


def reference(place: Place, watch: Watch) -> None:
    """Stream from one database into a temporary table of the other."""
    source = f"postgresql://postgres@/{place.municipal}?host={place.socket}"
    target = f"postgresql://postgres@/{place.warehouse}?host={place.socket}"
    with adbc.connect(source) as municipal, adbc.connect(target) as warehouse:
        with municipal.cursor() as reading, warehouse.cursor() as writing, watch.running() as outcome:
            reading.execute(_ROWS.format(day=place.day))
            outcome.rows = writing.adbc_ingest(
                "staged_attendance", reading.fetch_record_batch(), mode="create", temporary=True
            )
        warehouse.rollback()
