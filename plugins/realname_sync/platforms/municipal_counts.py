"""What the municipal database counted of changes to the tables that are read: asked for without reading a row.

PostgreSQL counts every row that is inserted, updated or deleted, whoever does it. A transaction's counts are added
after its commit, up to a minute later. So who takes a mark first and looks at the rows afterwards has seen everything
that the mark counts; and while the mark stays the same, what has changed since is at most a minute old, or was changed
in a way that is not counted: by what a function of the statement reads, or by time itself.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from realname_sync.errors import SettingsError
from realname_sync.platforms.municipal import local_day, reading
from realname_sync.resources import sql_text
from realname_sync.settings import ConnectionSpec
from realname_sync.standards.municipal import MunicipalObject
from realname_sync.standards.reading import DATA, read_yaml
from realname_sync.workdate import SHANGHAI, work_date_of

_READS_A_TABLE = frozenset(
    {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan", "Sample Scan"}
)
_READS_NONE = frozenset(
    {
        "Aggregate", "Append", "Bitmap Index Scan", "BitmapAnd", "BitmapOr", "CTE Scan", "Gather", "Gather Merge",
        "Group", "Hash", "Hash Join", "Incremental Sort", "Limit", "Materialize", "Memoize", "Merge Append",
        "Merge Join", "Nested Loop", "ProjectSet", "Recursive Union", "Result", "SetOp", "Sort", "Subquery Scan",
        "Unique", "Values Scan", "WindowAgg", "WorkTable Scan",
    }
)  # fmt: skip

Table = tuple[str, str]


@dataclass(frozen=True)
class Belief:
    """How long counts are gone by after the rows were last summed up, and from what time of day on not at all."""

    lasts: timedelta
    sums_from: time

    def holds(self, work_date: date, now: datetime) -> bool:
        """Whether a read of that date may go by counts now: it is today, and not yet evening."""
        moment = now.astimezone(SHANGHAI)
        return work_date == work_date_of(now) and moment.time() < self.sums_from and self.lasts > timedelta()


def belief_in_counts(spec: ConnectionSpec) -> Belief:
    """What data/municipal_source.yaml says, or the extra of the connection instead.

    Raises:
        SettingsError: it is no number of minutes, or no time of day.
    """
    said = {name: spec.extra.get(name, value) for name, value in _said().items()}
    try:
        lasts = timedelta(minutes=float(said["counts_believed_minutes"]))
        return Belief(lasts, time.fromisoformat(str(said["sums_from"])))
    except ValueError as wrong:
        raise SettingsError(
            "counts_believed_minutes of municipal_db must be a number, and sums_from a time of day such as 22:15"
        ) from wrong


def change_marks(engine: Engine, work_date: date, seeds: Mapping[MunicipalObject, int]) -> dict[str, bytes]:
    """By object, what the source has counted until now; nothing of an object whose changes it does not count whole.

    To be taken before the rows are looked at, and not in the same transaction. `seeds` make other marks.

    Raises:
        ConnectionMissingError: the database cannot be reached.
    """
    if engine.dialect.name != "postgresql":
        return {}
    start, end = local_day(work_date)
    with reading(engine, "counts") as connection:
        try:
            server = connection.execute(text(sql_text("source/counting"))).one()
            if not server.is_counting:
                return {}
            plans = {
                wanted: _plan(connection, wanted, {"day_start": start, "day_end": end} if wanted.by_day else {})
                for wanted in seeds
            }
        except ProgrammingError:
            return {}  # a relative of PostgreSQL, or a statement that does not run, which its reading tells of
        tables = {wanted: found for wanted, plan in plans.items() if (found := _tables_of(plan)) is not None}
        asked = sorted(set().union(*tables.values()))
        counted = connection.execute(
            text(sql_text("source/changes_counted")),
            {"schemas": [schema for schema, _ in asked], "tables": [name for _, name in asked]},
        ).all()
    counts = {(row.schema_name, row.table_name): tuple(row)[2:] for row in counted}
    return {
        wanted.name: _mark(
            seeds[wanted],
            sql_text(f"municipal/{wanted.name}"),
            wanted.spelled_out,
            server.begun,
            json.dumps(plans[wanted], sort_keys=True),
            [(*table, *counts[table]) for table in sorted(of_it)],
        )
        for wanted, of_it in tables.items()
        if of_it <= set(counts)
    }


@cache
def _said() -> Mapping[str, Any]:
    return read_yaml(DATA / "municipal_source.yaml")


def _plan(connection: Connection, wanted: MunicipalObject, parameters: Mapping[str, Any]) -> Any:
    """How the source would carry the statement out now: through views, and of partitions only those that count."""
    query = sql_text(f"municipal/{wanted.name}").strip().rstrip(";")
    return connection.execute(text(f"EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) {query}"), parameters).scalar_one()


def _tables_of(plan: Any) -> set[Table] | None:
    """The tables that a plan reads; None where it also reads what is no table here."""
    nodes = [node for top in plan for node in _nodes(top["Plan"])]
    if not {node["Node Type"] for node in nodes} <= _READS_A_TABLE | _READS_NONE:
        return None
    return {(node["Schema"], node["Relation Name"]) for node in nodes if node["Node Type"] in _READS_A_TABLE}


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _mark(*said: Any) -> bytes:
    return hashlib.sha256(repr(said).encode()).digest()
