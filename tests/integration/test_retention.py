"""What is past its time goes, and nothing that is unfinished; the ledger of a day that went still verifies."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from deliveries import DAY, at, deliver_until_it_ends
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from databases import create_database, database_spec, drop_database
from realname_sync.delivery.ledger_head import Head
from realname_sync.errors import SettingsError, WorkDateError
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.ledger import verify_ledger
from realname_sync.pipelines.retention import apply_retention
from realname_sync.quality.retention_settings import Keeping, in_force, load_retention
from realname_sync.resources import expectations
from realname_sync.settings import ConnectionSpec, sandbox_connection

LATER = at(3, day=date(2028, 12, 2))
PARTITIONS = (
    "SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_20261120' AND relkind = 'r'"
    " AND relnamespace::regnamespace::text IN ('core', 'quality', 'delivery')"
)


@dataclass
class Later:
    """A city two years after its day was delivered to both platforms."""

    city: City
    warehouse: str

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.city.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def at(self, instant: datetime) -> City:
        """The same one at another time."""
        return City(self.city.connection, lambda: instant, self.city.pool)


@pytest.fixture(scope="module")
def delivered(postgres: Path) -> Iterator[list[str]]:
    """The warehouse after the deliveries, once it was made; each test has a copy of it."""
    made: list[str] = []
    yield made
    for name in made:
        drop_database(postgres, name)


@pytest.fixture
def later(request: pytest.FixtureRequest, postgres: Path, delivered: list[str]) -> Iterator[Later]:
    if not delivered:
        town = request.getfixturevalue("checked")
        for target in ("province", "nation"):
            deliver_until_it_ends(town, target)
        town.city.close()
        name = f"{town.warehouse}_delivered"
        create_database(postgres, name, town.warehouse)
        delivered.append(name)
    copy = f"l_{uuid.uuid4().hex[:12]}"
    create_database(postgres, copy, delivered[0])

    def connection(name: str) -> ConnectionSpec:
        return database_spec(postgres, copy, name) if name == "warehouse_db" else sandbox_connection(name)

    city = open_city(connection, lambda: LATER)
    yield Later(city, copy)
    city.close()
    drop_database(postgres, copy)


def ledger(city: City, *kept: Head) -> dict[str, Any]:
    return {one.target: one for one in verify_ledger(city, DAY, DAY, kept=kept)}


def test_a_dry_run_tells_and_touches_nothing(later: Later) -> None:
    before = later.sql(PARTITIONS)
    told = apply_retention(later.city, dry_run=True)
    assert told["dropped"] == [DAY.isoformat()]
    assert told["rows"]["calls"] > 0
    assert later.sql(PARTITIONS) == before
    assert later.sql("SELECT count(*) FROM ops.dropped_rows")[0][0] == 0
    assert apply_retention(later.city, dry_run=True) == told


def test_a_day_goes_with_its_chain_anchored_and_is_not_made_again(later: Later) -> None:
    later.sql("SELECT ops.ensure_work_date('2028-11-30')")
    heads = [one.last_head for one in ledger(later.city).values()]
    punches = later.sql("SELECT count(*) FROM core.punch")[0][0]

    done = apply_retention(later.city, batch=7)
    assert (done["dropped"], done["kept"], done["for_ever"]) == ([DAY.isoformat()], {}, [])
    assert later.sql(PARTITIONS)[0][0] == 0
    assert later.sql("SELECT to_regclass('core.punch_20281130')")[0][0]
    assert later.sql("SELECT count(*) FROM ops.call_log")[0][0] == 0
    [told] = later.sql("SELECT * FROM ops.dropped_day")
    assert told.dropped_rows["core.punch"] == punches > 0
    noted = "SELECT sum(row_count) FROM ops.dropped_rows WHERE subject = 'calls'"
    assert later.sql(noted)[0][0] == done["rows"]["calls"] > 7

    found = ledger(later.city, *heads)  # heads that were kept elsewhere fit too
    assert set(found) == {"province", "nation"}
    for one in found.values():
        assert one.flaw is None
        assert one.dropped_at == LATER
        assert one.entries > 0
        assert one.unsigned == 0

    with pytest.raises(WorkDateError, match="dropped"):
        check_consistency(later.city, DAY)
    with pytest.raises(WorkDateError, match="dropped"):
        deliver(later.city, DAY, "nation")
    assert apply_retention(later.city)["dropped"] == []
    for table in ("dropped_day", "dropped_rows"):
        with pytest.raises(DBAPIError, match="only added"):
            later.sql(f"DELETE FROM ops.{table}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE delivery.ledger_anchor SET entries = entries - 1 WHERE target = 'nation'", "not said under this key"),
        ("DELETE FROM delivery.ledger_anchor WHERE target = 'nation'", "the entry is missing"),
        ("DELETE FROM delivery.ledger_head WHERE target = 'nation'", "signed head of the chain's end is gone"),
    ],
)
def test_who_removes_or_changes_the_anchor_or_the_heads_is_found(later: Later, change: str, words: str) -> None:
    heads = [one.last_head for one in ledger(later.city).values()]
    apply_retention(later.city)
    later.sql(change)
    found = ledger(later.city, *heads)
    assert words in found["nation"].flaw.wrong
    assert found["province"].flaw is None


def test_what_is_unfinished_stays(later: Later) -> None:
    def because() -> str | None:
        told = apply_retention(later.city, dry_run=True)
        assert len(told["kept"]) + len(told["dropped"]) == 1
        return told["kept"].get(DAY.isoformat())

    def while_it_is_so(change: str, back: str, reason: str) -> None:
        later.sql(change)
        assert because() == reason
        assert apply_retention(later.city)["dropped"] == []
        later.sql(back)
        assert because() is None

    unplanned = "punches were not planned for a platform yet"
    later.sql("CREATE TABLE public.sweeps AS SELECT * FROM delivery.sweep WHERE target = 'nation'")
    later.sql("CREATE TABLE public.projects AS SELECT target, project_code FROM delivery.open_project")
    put_back = "INSERT INTO delivery.sweep SELECT * FROM public.sweeps"
    while_it_is_so("DELETE FROM delivery.sweep WHERE target = 'nation'", put_back, unplanned)
    put_back = "INSERT INTO delivery.open_project SELECT * FROM public.projects"
    while_it_is_so("DELETE FROM delivery.open_project", put_back, unplanned)
    while_it_is_so(
        "UPDATE delivery.batch SET state = 'unknown' WHERE batch_id ="
        " (SELECT max(batch_id) FROM delivery.batch WHERE state = 'acknowledged')",
        "UPDATE delivery.batch SET state = 'acknowledged' WHERE state = 'unknown'",
        "a batch has no outcome yet",
    )
    while_it_is_so(
        "INSERT INTO delivery.backlog"
        " SELECT work_date, project_code, 'nation', punch_id || 'x' FROM core.punch LIMIT 1",
        "DELETE FROM delivery.backlog WHERE rule_id IS NULL",
        "punches wait to be sent",
    )
    later.sql(
        "INSERT INTO quality.warning_case (cause, rule_id, subject, level, state, raised_at, due_date, state_since)"
        " VALUES ('LMP-001', 'LMP-001', 'x', 'red', 'closed', now(), '2026-11-25', now())"
    )
    evidence = "INSERT INTO quality.warning_case_finding SELECT case_id, :day, 'x' FROM quality.warning_case"
    later.sql(evidence, day=DAY)
    while_it_is_so(
        "UPDATE quality.warning_case SET state = 'raised'",
        "UPDATE quality.warning_case SET state = 'closed'",
        "a case that is open stands on its findings",
    )
    later.sql("UPDATE delivery.journal SET serial_code = 'x' WHERE entry_no = 3 AND target = 'nation'")
    assert "its ledger at the nation does not verify" in str(because())
    assert apply_retention(later.city)["dropped"] == []
    assert later.sql("SELECT count(*) FROM core.punch")[0][0] > 0


def test_pay_slips_go_three_years_after_completion_and_not_out_of_an_open_case(later: Later) -> None:
    sql = later.sql
    slips = "SELECT count(*) FROM raw.municipal_row WHERE object = 'payroll'"
    project = sql(
        "SELECT payload ->> 'project_code' FROM raw.municipal_row AS slip JOIN core.current_project AS known"
        " ON known.project_code = slip.payload ->> 'project_code' WHERE object = 'payroll' ORDER BY 1 LIMIT 1"
    )[0][0]
    own = sql(f"{slips} AND payload ->> 'project_code' = :code", code=project)[0][0]
    total = sql(slips)[0][0]
    sql("UPDATE core.shared_project SET start_date = '2024-05-01' WHERE project_code = :code", code=project)
    completed = "UPDATE core.shared_project SET actual_complete_date = :day WHERE project_code = :code"
    sql(completed, code=project, day=date(2025, 11, 30))

    def left_after(year: int) -> int:
        city = later.at(at(3, day=date(year, 12, 2)))
        apply_retention(city)
        city.close()
        return int(sql(slips)[0][0])

    assert left_after(2028) == total  # the municipal platform has them still
    sql("UPDATE raw.municipal_row SET withdrawn_at = '2026-11-21 00:00+08' WHERE object = 'payroll'")
    sql(
        "INSERT INTO quality.warning_case"
        " (project_code, cause, rule_id, subject, level, state, raised_at, due_date, state_since)"
        " VALUES (:code, 'LMP-001', 'LMP-001', 'x', 'red', 'raised', now(), '2026-11-25', now())",
        code=project,
    )
    assert left_after(2028) == total
    sql("UPDATE quality.warning_case SET state = 'closed'")
    assert left_after(2027) == total  # two years after completion
    sql(completed, code=project, day=date(1970, 1, 1))
    assert left_after(2028) == total  # no day on which it can have been completed
    sql(completed, code=project, day=date(2025, 11, 30))
    assert left_after(2028) == total - own < total
    assert sql("SELECT row_count FROM ops.dropped_rows WHERE subject = 'wages'")[0][0] == own


def test_settings_are_dated_and_by_region(tmp_path: Any) -> None:
    entries = load_retention()
    assert {one.subject: one.keep_years for one in in_force(entries, DAY, "330100").values()} == {
        **{"attendance": 2, "wages": 3},
        **{"registrations": 2, "rejected": 2, "calls": 2},
    }
    assert in_force(entries, date(2020, 1, 1), "330100") == {}
    longer = Keeping("attendance", 5, date(2026, 1, 1), None, "330100", "the city", "longer here")
    assert in_force([*entries, longer], DAY, "330106")["attendance"].keep_years == 5
    assert in_force([*entries, longer], DAY, "330200")["attendance"].keep_years == 2
    assert longer.cutoff(date(2028, 2, 29)) == date(2023, 2, 28)
    text_of_file = (expectations() / "retention.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "retention.yaml"
    for change in (("keep_years: 2", "keep_years: 0"), ("subject: calls", "subject: all"), ("reason:", "why:")):
        wrong.write_text(text_of_file.replace(*change), encoding="utf-8")
        load_retention.cache_clear()
        with pytest.raises(SettingsError):
            load_retention(wrong)
