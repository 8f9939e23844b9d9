"""dlt: a table of one database into another by its own source of SQL databases, as Arrow tables or as dicts."""

from datetime import datetime, timedelta
from typing import Any

import dlt
from dlt.sources.sql_database import sql_table

from bench.peers.scripts.job import JOB, working


def _of_the_day(query: Any, table: Any) -> Any:
    start = datetime.fromisoformat(JOB["day"])
    return query.where(table.c.punched_at >= start, table.c.punched_at < start + timedelta(days=1))


def main() -> None:
    """Run the pipeline once. What an earlier run left undone in its folder is dlt's to take up."""
    arrow, merge = JOB["variant"].startswith("arrow"), JOB["variant"].endswith("merge")
    rows = sql_table(
        credentials=JOB["source"],
        table="attendance",
        backend="pyarrow" if arrow else "sqlalchemy",
        chunk_size=20_000,
        query_adapter_callback=_of_the_day,
    )
    rows.apply_hints(
        table_name=JOB["table"], write_disposition="merge" if merge else "append", primary_key="id" if merge else None
    )
    with working() as told:
        pipeline = dlt.pipeline(
            "punches",
            pipelines_dir=JOB["folder"],
            destination=dlt.destinations.postgres(credentials=JOB["target"]),
            dataset_name=JOB["schema"],
        )
        pipeline.run(rows, loader_file_format="csv" if arrow else None)
        counts = pipeline.last_trace.last_normalize_info
        told["rows"] = counts.row_counts.get(JOB["table"], 0) if counts else 0


if __name__ == "__main__":
    main()
