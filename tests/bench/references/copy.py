"""COPY out of one database and into the other, block by block; the same columns as text, nothing of ours between."""

import psycopg

from bench.measuring import Watch
from bench.place import Place

_COLUMNS = (
    "id", "project_code", "person_id", "device_sn", "device_record_id", "punched_at", "received_at", "direction",
    "attend_type", "image_ref", "lng", "lat",
)  # fmt: skip
_ROWS = f"""
    COPY (
        SELECT {", ".join(_COLUMNS)} FROM attendance
        WHERE punched_at >= DATE '{{day}}' AND punched_at < DATE '{{day}}' + 1
    ) TO STDOUT"""
_TABLE = f"CREATE TEMPORARY TABLE staged_attendance ({', '.join(f'{name} text' for name in _COLUMNS)})"


def reference(place: Place, watch: Watch) -> None:
    """Stream from one database into a temporary table of the other."""
    with (
        psycopg.connect(place.url(place.municipal)) as municipal,
        psycopg.connect(place.url(place.warehouse)) as target,
    ):
        target.execute(_TABLE)
        with watch.running() as outcome, municipal.cursor() as reading, target.cursor() as writing:
            with (
                reading.copy(_ROWS.format(day=place.day)) as blocks,
                writing.copy("COPY staged_attendance FROM STDIN") as taken,
            ):
                for block in blocks:
                    taken.write(block)
            outcome.rows = writing.rowcount
        target.rollback()
