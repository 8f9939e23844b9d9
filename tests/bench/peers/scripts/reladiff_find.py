"""reladiff: what differs between two tables, by checksums of segments or by an outer join in the database."""

import logging
from collections import Counter

from reladiff import Algorithm, connect_to_table, diff_tables

from bench.peers.scripts.job import JOB, working

logging.getLogger("sqeleton").setLevel(logging.WARNING)


def main() -> None:
    """Compare the two."""
    database = {"driver": "postgresql", **JOB["server"]}
    mine, theirs = (connect_to_table(database, name, "id", thread_count=4) for name in JOB["sides"])
    with working() as told:
        found = Counter(
            sign
            for sign, _ in diff_tables(
                mine,
                theirs,
                extra_columns=tuple(JOB["columns"]),
                algorithm=Algorithm.HASHDIFF if JOB["variant"] == "hash" else Algorithm.JOINDIFF,
                max_threadpool_size=4,
            )
        )
        told["rows"] = JOB["rows"]
        told["notes"] = {"found": sum(found.values()), "missing": found["-"], "extra": found["+"]}


if __name__ == "__main__":
    main()
