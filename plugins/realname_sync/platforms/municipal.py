"""Reads the municipal platform's database: streamed, read-only, held to the agreed columns."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Engine, bindparam, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from realname_sync.errors import ConnectionMissingError, SourceShapeError
from realname_sync.resources import sql_text
from realname_sync.standards.municipal import MunicipalObject, municipal_objects
from realname_sync.workdate import day_bounds

_ROWS_AT_A_TIME = 5_000
_DIGEST = "hashtextextended(cast(source AS text), :digest_seed)"
"""64 bits of a row as the source writes it."""


def local_day(work_date: date) -> tuple[datetime, datetime]:
    """The bounds of a work date as the municipal platform writes times: Shanghai, without a zone."""
    start, end = day_bounds(work_date)
    return start.replace(tzinfo=None), end.replace(tzinfo=None)


class Fingerprint(NamedTuple):
    """What all rows of an object come to, in whatever order, and how many there are."""

    value: bytes
    rows: int


class Source:
    """One object as the municipal platform has it at one instant; made by `open_source`."""

    def __init__(self, connection: Connection, wanted: MunicipalObject, parameters: Mapping[str, Any]) -> None:
        self._connection = connection
        self._wanted = wanted
        self._parameters = parameters
        self._query = sql_text(f"municipal/{wanted.name}").strip().rstrip(";")
        self._rows = f"SELECT {_spelled(wanted.columns)} FROM ({self._query}) AS source"  # noqa: S608

    def fingerprint(self, seed: int) -> Fingerprint | None:
        """The fingerprint of the rows, made where they lie; None where the source cannot make it.

        It says that rows are the same as before and nothing of what they hold: 64 bits of each, added up. `seed` makes
        it another one.
        """
        if not self._is_postgresql():
            return None
        self._require_columns()
        statement = text(f"SELECT count(*), coalesce(sum({_DIGEST}), 0) FROM ({self._rows}) AS source")  # noqa: S608
        try:
            with self._connection.begin_nested():
                rows, folded = self._connection.execute(statement, {**self._parameters, "digest_seed": seed}).one()
        except ProgrammingError:
            return None  # a relative of PostgreSQL without this function, or a statement that fails when it is read
        told = f"{rows} {folded} {self._query} {self._wanted.spelled_out}"
        return Fingerprint(hashlib.sha256(told.encode()).digest(), rows)

    def rows(self) -> Iterator[Sequence[Any]]:
        """The rows, streamed, columns in the agreed order.

        Raises:
            SourceShapeError: a column is missing, or the statement cannot run; nothing has been read then.
        """
        streaming = self._connection.execution_options(stream_results=True, yield_per=_ROWS_AT_A_TIME)
        result = streaming.execute(text(self._query), self._parameters)
        picked = _positions(result, self._wanted)
        return (tuple(row[position] for position in picked) for row in result)

    def speaks_copy(self) -> bool:
        """Whether the source is a PostgreSQL whose COPY can be passed through."""
        return self._is_postgresql() and self._connection.dialect.driver == "psycopg"

    @contextmanager
    def blocks(
        self, columns: Sequence[str], digest_seed: int | None = None, keys: list[str] | None = None
    ) -> Iterator[Iterator[memoryview]]:
        """The rows as COPY text straight from a PostgreSQL source, without a Python object a row.

        Args:
            columns: these of the agreed ones.
            digest_seed: has a last column added: of each row the 64 bits that `fingerprint` adds up under this seed.
            keys: only rows whose key is one of these.

        Raises:
            SourceShapeError: a column is missing, or the statement cannot run.
            ConnectionMissingError: the database closed the connection.
        """
        self._require_columns()
        picked = _spelled(columns) + (f", {_DIGEST}" if digest_seed is not None else "")
        of_keys = f' WHERE cast("{self._wanted.key[0]}" AS text) = ANY(:keys)' if keys is not None else ""
        statement = text(f"SELECT {picked} FROM ({self._rows}) AS source{of_keys}")  # noqa: S608
        compiled = statement.compile(dialect=self._connection.dialect)
        parameters = {**self._parameters, "digest_seed": digest_seed, "keys": keys}
        driver = self._connection.connection.driver_connection
        if driver is None:
            raise ConnectionMissingError("the municipal database closed the connection; run the step again")
        with driver.cursor() as cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT", parameters) as copy:
            yield iter(copy)

    def _is_postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _require_columns(self) -> None:
        empty = text(f"SELECT * FROM ({self._query}) AS source LIMIT 0")  # noqa: S608
        _positions(self._connection.execute(empty, self._parameters), self._wanted)


@contextmanager
def open_source(engine: Engine, wanted: MunicipalObject, **parameters: Any) -> Iterator[Source]:
    """One object, everything of it as of one instant where the source is a PostgreSQL.

    Raises:
        SourceShapeError: a column is missing, or the statement cannot run; nothing has been read then.
        ConnectionMissingError: the database cannot be reached.
    """
    with reading(engine, wanted.name) as connection:
        yield Source(connection, wanted, parameters)


def attendance_counts(engine: Engine, work_date: date) -> list[tuple[str, int]]:
    """How many punches of a work date the municipal platform has now, by project code as it writes it.

    Raises:
        SourceShapeError: the statement cannot run.
        ConnectionMissingError: the database cannot be reached.
    """
    start, end = local_day(work_date)
    with reading(engine, "attendance_count") as connection:
        result = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_A_TIME).execute(
            text(sql_text("municipal/attendance_count")), {"day_start": start, "day_end": end}
        )
        return [(str(project_code or ""), int(rows)) for project_code, rows in result]


def person_images(engine: Engine, person_ids: Sequence[str]) -> dict[str, str]:
    """The photographs of these persons, as base64 text, by person id; who has none is left out."""
    statement = text(sql_text("municipal/person_image")).bindparams(bindparam("person_ids", expanding=True))
    with engine.connect() as connection:
        rows = connection.execute(statement, {"person_ids": list(person_ids)})
        return {str(row.person_id): str(row.head_image) for row in rows if row.head_image}


def look_at_municipal(engine: Engine) -> str:
    """Read the first of the projects; what that showed, in a sentence.

    Raises:
        SourceShapeError: a column is missing, or a statement cannot run.
        ConnectionMissingError: the database cannot be reached.
    """
    wanted = municipal_objects()["project"]
    with open_source(engine, wanted) as source:
        some = any(True for _ in source.rows())
    return (
        f"{engine.url.database} answered with the agreed columns of projects{'' if some else ', and has no project'}."
    )


@contextmanager
def reading(engine: Engine, name: str) -> Iterator[Connection]:
    """One transaction that only reads, as of one instant where the source is a PostgreSQL; `name` is the statement's.

    Raises:
        SourceShapeError: the statement cannot run.
        ConnectionMissingError: the database cannot be reached.
    """
    try:
        connection = engine.connect()
    except OperationalError as failure:
        raise ConnectionMissingError(
            "the municipal database cannot be reached: see whether it runs, and set AIRFLOW_CONN_MUNICIPAL_DB"
        ) from failure
    with connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        try:
            yield connection
        except ProgrammingError as failure:
            reason = str(failure.orig).splitlines()[0]
            raise SourceShapeError(
                f"sql/municipal/{name}.sql does not run on the municipal database ({reason}); "
                "nothing was taken over: mend the statement"
            ) from failure
        finally:
            connection.rollback()


def _spelled(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _positions(result: CursorResult[Any], wanted: MunicipalObject) -> list[int]:
    found = {name.lower(): position for position, name in enumerate(result.keys())}
    missing = [column for column in wanted.columns if column not in found]
    if missing:
        raise SourceShapeError(
            f"sql/municipal/{wanted.name}.sql no longer yields {', '.join(missing)}; nothing was taken over, "
            "and what was read before stands: mend the statement or ask the vendor"
        )
    return [found[column] for column in wanted.columns]
