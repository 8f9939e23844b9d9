"""A small tap: the day's punches as SCHEMA and RECORD lines."""

import json
import sys

import psycopg

from bench.peers.scripts.job import JOB

_COLUMNS = (
    "id", "project_code", "person_id", "device_sn", "device_record_id", "punched_at", "received_at", "direction",
    "attend_type", "image_ref", "lng", "lat",
)  # fmt: skip
_TYPES = {
    "id": {"type": "integer"},
    "punched_at": {"type": ["string", "null"], "format": "date-time"},
    "received_at": {"type": ["string", "null"], "format": "date-time"},
    "lng": {"type": ["number", "null"]},
    "lat": {"type": ["number", "null"]},
}


def main() -> None:
    """Print the stream."""
    stream = JOB["table"]
    schema = {"properties": {name: _TYPES.get(name, {"type": ["string", "null"]}) for name in _COLUMNS}}
    out = sys.stdout
    out.write(
        json.dumps({"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": JOB["key_properties"]})
        + "\n"
    )
    with psycopg.connect(JOB["plain_source"]) as connection, connection.cursor(name="rows") as cursor:
        cursor.itersize = 10_000
        cursor.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM attendance"
            " WHERE punched_at >= %(day)s::date AND punched_at < %(day)s::date + 1",
            {"day": JOB["day"]},
        )
        for row in cursor:
            record = dict(zip(_COLUMNS, row, strict=True))
            for name in ("punched_at", "received_at"):
                record[name] = record[name] and record[name].isoformat()
            for name in ("lng", "lat"):
                record[name] = None if record[name] is None else float(record[name])
            out.write(json.dumps({"type": "RECORD", "stream": stream, "record": record}) + "\n")


if __name__ == "__main__":
    main()
