"""A sweep goes by what the municipal database counted of changes, and sees every change that there can be."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from deliveries import DAY, Clock, at
from sqlalchemy import event, text

import realname_sync.sandbox
from databases import create_database, database_spec, drop_database
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.platforms.municipal import Source
from realname_sync.platforms.municipal_counts import belief_in_counts, change_marks
from realname_sync.settings import ConnectionSpec
from realname_sync.standards.municipal import municipal_objects

PUNCH = (
    "INSERT INTO attendance (id, project_code, person_id, device_sn, device_record_id, punched_at, received_at,"
    " direction, attend_type) VALUES (%s, 'P1', 'h1', 'D1', %s, %s, %s, '01', '001')"
)
ATTENDANCE = municipal_objects()["attendance"]
TEAM = municipal_objects()["team"]


@dataclass
class Municipality:
    """A municipal database with a project, a team and a punch of the day, read at noon."""

    city: City
    url: str
    clock: Clock

    def do(self, statement: str, *values: Any) -> None:
        """What the vendor's programs do; counted at once, which is otherwise a matter of up to a minute."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode(), values or None)
            connection.execute("SELECT pg_stat_force_next_flush()")

    def punch(self, number: int, punched_at: str = "2026-11-20 08:00:00") -> None:
        self.do(PUNCH, number, f"r{number}", punched_at, punched_at)

    def sweep(self) -> tuple[dict[str, Any], list[str]]:
        """What a sweep's reading brought, and which objects were summed up for it at the source."""
        with summed(self.city) as sums:
            read = extract_municipal(self.city, DAY, go_by_counts=True)
        return read, sums

    def punches(self) -> list[str]:
        with self.city.engine.begin() as connection:
            rows = connection.execute(text("SELECT punch_id FROM core.punch WHERE withdrawn_at IS NULL ORDER BY 1"))
            return list(rows.scalars())

    def marks(self) -> dict[str, bytes]:
        return change_marks(self.city.municipal, DAY, {TEAM: 1, ATTENDANCE: 1})


@contextmanager
def summed(city: City) -> Iterator[list[str]]:
    """The sums that are made at the source meanwhile: of the day, and of other objects."""
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "hashtextextended" in statement:
            made.append("day" if "FROM attendance" in statement else "object")

    event.listen(city.municipal, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(city.municipal, "before_cursor_execute", note)


@pytest.fixture
def municipality(postgres: Path, migrated_template: str) -> Iterator[Municipality]:
    mark = uuid.uuid4().hex[:10]
    warehouse, municipal = f"c_{mark}_w", f"c_{mark}_m"
    create_database(postgres, warehouse, migrated_template)
    create_database(postgres, municipal)
    names = {"warehouse_db": warehouse, "municipal_db": municipal}
    url = f"postgresql://postgres@/{municipal}?host={postgres}"
    with psycopg.connect(url, autocommit=True) as database:
        database.execute((Path(realname_sync.sandbox.__file__).parent / "sql" / "municipal.sql").read_bytes())
        database.execute("INSERT INTO project_copy (project_code, name) VALUES ('P1', '一期工程')")
        database.execute("INSERT INTO team (team_id, team_name) VALUES ('t1', '甲班')")
    clock = Clock(at(12))
    town = Municipality(open_city(lambda name: database_spec(postgres, names[name], name), clock), url, clock)
    town.punch(1)
    extract_municipal(town.city, DAY)
    yield town
    town.city.close()
    drop_database(postgres, warehouse)
    drop_database(postgres, municipal)


def test_where_nothing_was_counted_nothing_is_summed_up(municipality: Municipality) -> None:
    read, sums = municipality.sweep()
    assert sums == []
    assert (read["punches"]["written"], read["punches"]["standing"]) == (0, 1)
    assert (read["team"]["read"], read["team"]["changed"]) == (1, 0)


def test_a_reading_of_a_day_sums_up_whatever_was_counted(municipality: Municipality) -> None:
    with summed(municipality.city) as sums:
        extract_municipal(municipality.city, DAY)
    assert sums.count("day") == 1
    assert len(sums) == len(municipal_objects())


@pytest.mark.parametrize(
    ("change", "stand"),
    [
        ("INSERT INTO attendance (id, project_code, person_id, punched_at, received_at) VALUES"
         " (2, 'P1', 'h1', '2026-11-20 09:00', '2026-11-20 09:00')", ["1", "2"]),
        ("UPDATE attendance SET image_ref = 'other.jpg'", ["1"]),
        ("DELETE FROM attendance WHERE id = 1", []),
        ("TRUNCATE attendance", []),
        ("ALTER TABLE attendance ALTER device_sn TYPE text USING 'D9'", ["1"]),
        ("ALTER TABLE attendance RENAME TO kept; CREATE VIEW attendance AS SELECT * FROM kept WHERE id > 1", []),
    ],
)  # fmt: skip
def test_every_sort_of_change_is_seen(municipality: Municipality, change: str, stand: list[str]) -> None:
    for statement in change.split("; "):
        municipality.do(statement)
    read, sums = municipality.sweep()
    assert sums == ["day"]
    assert read["punches"]["written"] + read["punches"]["withdrawn"] == 1
    assert municipality.punches() == stand
    assert municipality.sweep()[1] == []


def test_a_change_elsewhere_has_only_that_object_summed_up(municipality: Municipality) -> None:
    municipality.do("UPDATE team SET team_name = '乙班'")
    read, sums = municipality.sweep()
    assert sums == ["object"]
    assert read["team"]["changed"] == 1


def test_a_transaction_that_was_open_while_the_rows_were_looked_at_is_seen(municipality: Municipality) -> None:
    with psycopg.connect(municipality.url) as slow:
        slow.execute(PUNCH, (5, "r5", "2026-11-20 08:00:00", "2026-11-20 08:00:01"))
        municipality.punch(9)
        municipality.sweep()
        assert municipality.punches() == ["1", "9"]
        slow.execute("SELECT pg_stat_force_next_flush()")
        slow.commit()
    municipality.sweep()
    assert municipality.punches() == ["1", "5", "9"]


def test_what_is_committed_just_after_the_rows_were_looked_at_is_seen_by_the_next(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark that was taken after the look would count it, and the next sweep would take it for read."""
    look = Source.fingerprint

    def then_a_punch(source: Source, seed: int) -> Any:
        found = look(source, seed)
        municipality.punch(3)
        return found

    municipality.punch(2)
    with monkeypatch.context() as patched:
        patched.setattr(Source, "fingerprint", then_a_punch)
        assert municipality.sweep()[1] == ["day"]
    assert municipality.punches() == ["1", "2"]
    municipality.sweep()
    assert municipality.punches() == ["1", "2", "3"]


def test_a_mark_that_cannot_be_told_from_an_earlier_one_is_none(municipality: Municipality) -> None:
    """Where counting began anew the same figures may come again."""
    before = municipality.marks()
    assert municipality.marks() == before
    municipality.do("SELECT pg_stat_reset()")
    assert set(municipality.marks().values()).isdisjoint(before.values())


def test_what_a_statement_reads_by_other_ways_than_tables_has_no_mark(municipality: Municipality) -> None:
    assert set(municipality.marks()) == {"team", "attendance"}
    municipality.do("ALTER TABLE team RENAME TO kept")
    municipality.do(
        "CREATE FUNCTION teams() RETURNS SETOF kept LANGUAGE plpgsql AS 'BEGIN RETURN QUERY TABLE kept; END'"
    )
    municipality.do("CREATE VIEW team AS SELECT * FROM teams()")
    assert set(municipality.marks()) == {"attendance"}
    for _ in range(2):
        assert municipality.sweep()[1] == ["object"]


def test_a_server_that_does_not_count_has_no_marks(municipality: Municipality) -> None:
    name = municipality.city.municipal.url.database
    municipality.do(f"ALTER DATABASE {name} SET track_counts = off")
    municipality.city.close()
    assert municipality.marks() == {}
    assert len(municipality.sweep()[1]) == len(municipal_objects())


@pytest.mark.parametrize(
    ("moment", "sums"),
    [
        (at(15, 19), 0),
        (at(15, 21), 15),  # the last sums are too old
        (at(22, 16), 15),  # what is sent before midnight rests on the rows themselves
        (at(11, 0), 0),  # a clock that was put back
        (at(8, 30), 15),
    ],
)
def test_sums_are_made_at_their_times_whatever_was_counted(
    municipality: Municipality, moment: datetime, sums: int
) -> None:
    municipality.clock.set(moment)
    assert len(municipality.sweep()[1]) == sums


def test_only_of_today_counts_are_gone_by(municipality: Municipality) -> None:
    belief = belief_in_counts(ConnectionSpec("municipal_db"))
    assert belief.holds(DAY, at(12))
    assert not belief.holds(DAY, at(12) + timedelta(days=1))
    assert not belief.holds(DAY, at(12) - timedelta(days=1))
    assert not replace(belief, lasts=timedelta()).holds(DAY, at(12))
    always = ConnectionSpec("municipal_db", extra={"counts_believed_minutes": 0})
    assert not belief_in_counts(always).holds(DAY, at(12))


def test_a_day_with_rows_of_days_not_read_yet_is_looked_at_each_time(municipality: Municipality) -> None:
    municipality.do(PUNCH, 7, "r7", "2026-11-19 18:00:00", "2026-11-20 10:00:00")
    for _ in range(2):
        read, _ = municipality.sweep()
        assert read["punches"]["other_days"]["2026-11-19"]["not_yet_read"] == 1


def test_the_kept_number_of_punches_is_theirs_through_changes_and_returns(municipality: Municipality) -> None:
    steps = (
        "UPDATE attendance SET image_ref = 'a.jpg'",
        "DELETE FROM attendance WHERE id = 1",
        PUNCH.replace("%s, 'P1'", "1, 'P1'").replace("%s", "'2026-11-20 08:00'"),
        PUNCH.replace("%s, 'P1'", "2, 'P2'").replace("%s", "'2026-11-20 09:00'").replace("'P1'", "'P2'"),
        "UPDATE attendance SET project_code = 'P2'",
    )
    for step in steps:
        municipality.do(step)
        municipality.sweep()
        with municipality.city.engine.begin() as connection:
            kept = connection.execute(text("SELECT project_code, punches FROM core.project_day ORDER BY 1")).all()
            there = connection.execute(
                text("SELECT project_code, count(*) FROM core.punch GROUP BY 1 ORDER BY 1")
            ).all()
        assert [tuple(row) for row in kept] == [tuple(row) for row in there], step
