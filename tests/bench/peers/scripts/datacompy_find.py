"""datacompy: both sides read into data frames and compared there; the reading is part of the work."""

import warnings
from typing import Any

import datacompy
import psycopg2

from bench.peers.scripts.job import JOB, working

warnings.simplefilter("ignore")


def _frame(table: str) -> Any:
    with psycopg2.connect(JOB["plain_target"]) as connection, connection.cursor() as cursor:
        columns = ["id", *JOB["columns"]]
        cursor.execute(f"SELECT {', '.join(f'{name}::text' for name in columns)} FROM {table}")
        rows = cursor.fetchall()
    if JOB["variant"] == "polars":
        import polars

        return polars.DataFrame(rows, schema=columns, orient="row")
    import pandas

    return pandas.DataFrame(rows, columns=columns)


def main() -> None:
    """Compare the two."""
    compare = datacompy.PolarsCompare if JOB["variant"] == "polars" else datacompy.PandasCompare
    with working() as told:
        mine, theirs = map(_frame, JOB["sides"])
        found = compare(mine, theirs, join_columns="id")
        missing, extra = len(found.df1_unq_rows), len(found.df2_unq_rows)
        changed = len(found.all_mismatch()) if len(found.intersect_rows) else 0
        told["rows"] = JOB["rows"]
        told["notes"] = {"found": missing + extra + changed, "missing": missing, "extra": extra}


if __name__ == "__main__":
    main()
