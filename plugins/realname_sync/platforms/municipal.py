"""Reads the municipal platform's database: streamed, read-only, held to the agreed columns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, bindparam, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from realname_sync.errors import ConnectionMissingError, SourceShapeError
from realname_sync.resources import sql_text
from realname_sync.standards.municipal import MunicipalObject, municipal_objects
from realname_sync.workdate import day_bounds

_ROWS_AT_A_TIME = 5_000


def local_day(work_date: date) -> tuple[datetime, datetime]:
    """The bounds of a work date as the municipal platform writes times: Shanghai, without a zone."""
    start, end = day_bounds(work_date)
    return start.replace(tzinfo=None), end.replace(tzinfo=None)


@contextmanager
def open_rows(engine: Engine, wanted: MunicipalObject, **parameters: Any) -> Iterator[Iterator[Sequence[Any]]]:
    """Stream the rows of one object, columns in the agreed order.

    Raises:
        SourceShapeError: a column is missing, or the statement cannot run; nothing has been read then.
        ConnectionMissingError: the database cannot be reached.
    """
    with _reading(engine, wanted.name) as connection:
        result = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_A_TIME).execute(
            text(sql_text(f"municipal/{wanted.name}")), parameters
        )
        picked = _positions(result, wanted)
        yield (tuple(row[position] for position in picked) for row in result)


@contextmanager
def open_blocks(engine: Engine, wanted: MunicipalObject, **parameters: Any) -> Iterator[Iterator[memoryview]]:
    """The rows of one object as COPY text straight from a PostgreSQL source, without a Python object a row.

    Raises:
        SourceShapeError: a column is missing, or the statement cannot run.
        ConnectionMissingError: the database cannot be reached.
    """
    query = sql_text(f"municipal/{wanted.name}").strip().rstrip(";")
    columns = ", ".join(f'"{column}"' for column in wanted.columns)
    with _reading(engine, wanted.name) as connection:
        _positions(connection.execute(text(f"SELECT * FROM ({query}) AS source LIMIT 0"), parameters), wanted)  # noqa: S608
        compiled = text(f"SELECT {columns} FROM ({query}) AS source").compile(dialect=engine.dialect)  # noqa: S608
        driver = connection.connection.driver_connection
        if driver is None:
            raise ConnectionMissingError("the municipal database closed the connection; run the step again")
        with driver.cursor() as cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT", parameters) as copy:
            yield iter(copy)


def attendance_counts(engine: Engine, work_date: date) -> list[tuple[str, int]]:
    """How many punches of a work date the municipal platform has now, by project code as it writes it.

    Raises:
        SourceShapeError: the statement cannot run.
        ConnectionMissingError: the database cannot be reached.
    """
    start, end = local_day(work_date)
    with _reading(engine, "attendance_count") as connection:
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
    with open_rows(engine, wanted) as rows:
        some = any(True for _ in rows)
    return (
        f"{engine.url.database} answered with the agreed columns of projects{'' if some else ', and has no project'}."
    )


@contextmanager
def _reading(engine: Engine, name: str) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except OperationalError as failure:
        raise ConnectionMissingError(
            "the municipal database cannot be reached: see whether it runs, and set AIRFLOW_CONN_MUNICIPAL_DB"
        ) from failure
    with connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION READ ONLY"))
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


def _positions(result: CursorResult[Any], wanted: MunicipalObject) -> list[int]:
    found = {name.lower(): position for position, name in enumerate(result.keys())}
    missing = [column for column in wanted.columns if column not in found]
    if missing:
        raise SourceShapeError(
            f"sql/municipal/{wanted.name}.sql no longer yields {', '.join(missing)}; nothing was taken over, "
            "and what was read before stands: mend the statement or ask the vendor"
        )
    return [found[column] for column in wanted.columns]


def speaks_copy(engine: Engine) -> bool:
    """Whether the source is a PostgreSQL whose COPY can be passed through."""
    return engine.dialect.name == "postgresql" and engine.dialect.driver == "psycopg"
