"""Which tables of the warehouse a piece of work read and wrote, as PostgreSQL itself counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import text

from realname_sync.pipelines.city import City

_COUNTED = """
SELECT coalesce(parent.nspname || '.' || root.relname, stat.schemaname || '.' || stat.relname) AS name,
    sum(seq_scan + coalesce(idx_scan, 0)) AS looks, sum(n_tup_ins + n_tup_upd + n_tup_del) AS changes
FROM pg_stat_user_tables AS stat
LEFT JOIN pg_inherits ON inhrelid = stat.relid
LEFT JOIN pg_class AS root ON root.oid = pg_partition_root(stat.relid)
LEFT JOIN pg_namespace AS parent ON parent.oid = root.relnamespace
WHERE stat.schemaname IN ('raw', 'core', 'quality', 'delivery')
GROUP BY 1
"""


class Touched(NamedTuple):
    """Tables by schema and name, partitions under the name of the whole."""

    read: set[str]
    written: set[str]


def touched(city: City, work: Callable[[], object]) -> Touched:
    """Do the work and tell what it touched; its connections are closed, because only then their counts are written."""
    with _counts(city) as before:
        pass
    work()
    with _counts(city) as after:
        pass
    looked = {name for name, (looks, _) in after.items() if looks > before.get(name, (0, 0))[0]}
    changed = {name for name, (_, changes) in after.items() if changes > before.get(name, (0, 0))[1]}
    return Touched(looked, changed)


@contextmanager
def _counts(city: City) -> Iterator[dict[str, tuple[int, int]]]:
    city.close()
    import time

    time.sleep(1.2)
    with city.engine.connect() as connection:
        rows = connection.execute(text(_COUNTED)).all()
    city.close()
    yield {row.name: (int(row.looks), int(row.changes)) for row in rows}
