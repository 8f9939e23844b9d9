"""A municipal database with one project and one person, and the warehouse beside it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

import realname_sync.sandbox
from databases import create_database, database_spec, drop_database
from realname_sync.pipelines.city import City, open_city

DAY, DAY_BEFORE = date(2026, 11, 20), date(2026, 11, 19)
NUMBER = "33000019800101049０ "  # full width and a blank, which is one spelling of a right number
PUNCH = (
    "INSERT INTO attendance (id, project_code, person_id, device_sn, device_record_id, punched_at, received_at,"
    " direction, attend_type)"
    " VALUES (%s, 'P1', 'h1', 'D1', %s, %s, %s, '01', '001')"
)


@dataclass
class Municipality:
    """The two databases: `database` is a session of the vendor's, `url` is for further ones."""

    city: City
    database: "psycopg.Connection[Any]"
    url: str

    def punch(self, number: int, punched_at: str, received_at: str | None = None) -> None:
        """Someone clocks in; received at once unless it is said when."""
        self.database.execute(PUNCH, (number, f"r{number}", punched_at, received_at or punched_at))

    def punches(self) -> list[Any]:
        """What the warehouse has, withdrawn ones too."""
        with self.city.engine.begin() as connection:
            return list(connection.execute(text("SELECT * FROM core.punch ORDER BY punch_id")).all())


@contextmanager
def opened_municipality(postgres: Path, template: str) -> Iterator[Municipality]:
    """One of its own, with nothing read yet; it ends with the block."""
    mark = uuid.uuid4().hex[:10]
    warehouse, municipal = f"e_{mark}_w", f"e_{mark}_m"
    create_database(postgres, warehouse, template)
    create_database(postgres, municipal)
    url = f"postgresql://postgres@/{municipal}?host={postgres}"
    tables = Path(realname_sync.sandbox.__file__).parent / "sql" / "municipal.sql"
    names = {"warehouse_db": warehouse, "municipal_db": municipal}
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(tables.read_bytes())
        database.execute("INSERT INTO project_copy (project_code, name) VALUES ('P1', ' 一期工程 ')")
        database.execute(
            "INSERT INTO person (person_id, name, id_card_type, id_number, phone)"
            " VALUES ('h1', '甲', '01', %s, '13900000000')",
            (NUMBER,),
        )
        town = Municipality(open_city(lambda name: database_spec(postgres, names[name], name)), database, url)
        yield town
        town.city.close()
    drop_database(postgres, warehouse)
    drop_database(postgres, municipal)
