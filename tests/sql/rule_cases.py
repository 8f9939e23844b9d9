"""Cases of rules: given rows of the warehouse, what the rule finds. A folder a rule: failing.yaml, passing.yaml.

A row may say `through`: it then stands for one row of each day from its work date to that day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from realname_sync.warehouse.bulk import psycopg_connection
from realname_sync.workdate import SHANGHAI

FOLDER = Path(__file__).parent / "rules"
WORK_DATE = date(2026, 11, 20)
CITY = "330100"
CHECKED_AT = datetime(2026, 11, 20, 22, 45, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Case:
    """One case. `given` are rows by table, filled up with the defaults; `found` is what each finding has at least.

    `city` is where the rule is asked, `checked_at` when: late in the evening unless the case says otherwise.
    """

    rule: str
    name: str
    given: Mapping[str, Sequence[Mapping[str, Any]]]
    found: Sequence[Mapping[str, Any]]
    city: str = CITY
    checked_at: datetime = CHECKED_AT

    def __str__(self) -> str:
        return f"{self.rule}: {self.name}"


def rule_cases() -> Iterator[Case]:
    """All cases."""
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        for kind in ("failing", "passing"):
            path = folder / f"{kind}.yaml"
            if path.is_file():
                for raw in _read(path):
                    case = Case(
                        folder.name,
                        raw.pop("case"),
                        raw.pop("given"),
                        raw.pop("found", ()),
                        raw.pop("city", CITY),
                        raw.pop("checked_at", CHECKED_AT),
                    )
                    assert not raw, f"{path}: {sorted(raw)} is no part of a case"
                    assert bool(case.found) == (kind == "failing"), f"{path}: {case.name} belongs into the other file"
                    yield case


def given(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put the rows into the warehouse, each filled up with what its table's rows have by default."""
    numbers = count(1)
    rows = {table: [one for row in given_rows for one in _each_day(row)] for table, given_rows in rows.items()}
    days = {row.get("work_date", WORK_DATE) for given_rows in rows.values() for row in given_rows}
    for day in sorted(days | {WORK_DATE}):
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": day})
    for table, given_rows in rows.items():
        whole = [{**_defaults()[table], **row} for row in given_rows]
        filled = [
            {name: _value(value, number) for name, value in row.items()}
            for number, row in zip(numbers, whole, strict=False)
        ]
        statement = sql.SQL(
            "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_recordset(cast(NULL AS {0}), %s)"
        ).format(sql.Identifier(*table.split(".")))
        with psycopg_connection(connection).cursor() as cursor:
            cursor.execute(statement, (Jsonb(filled),))


def _each_day(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "through" not in row:
        yield row
        return
    plain = {name: value for name, value in row.items() if name != "through"}
    for offset in range((row["through"] - row["work_date"]).days + 1):
        yield {**plain, "work_date": row["work_date"] + timedelta(days=offset)}


@cache
def _read(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def _defaults() -> Mapping[str, Mapping[str, Any]]:
    return _read(FOLDER / "defaults.yaml")


def _value(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    return value.isoformat() if isinstance(value, date | datetime) else value
