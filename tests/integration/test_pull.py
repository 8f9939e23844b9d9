"""Pulling loses no row at the edges that lose rows elsewhere."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from databases import create_database, database_spec, drop_database
from realname_sync.errors import PlatformBusyError, SignatureRefusedError
from realname_sync.pipelines.city import City, open_city
from realname_sync.pipelines.pull import land_page, pull_master_data
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.sandbox.running import RunningPlatforms, running_platforms
from realname_sync.sandbox.schema import create_sandbox_schema
from realname_sync.settings import SANDBOX_SECRET, ConnectionSpec, sandbox_connection
from realname_sync.warehouse.engine import Role, transaction

PAGE = 5
START = datetime(2026, 11, 20, 8, 0)  # noqa: DTZ001 - the platform writes local time


@dataclass
class Integrity:
    """The integrity platform with a few companies, read with small pages."""

    city: City
    platforms: RunningPlatforms
    database: "psycopg.Connection[Any]"
    secret: str = SANDBOX_SECRET

    def put(
        self, source_id: str, updated_at: datetime, version: int = 1, name: str = "甲公司", *, deleted: bool = False
    ) -> None:
        payload = {"corpCode": source_id, "corpName": name, "areaCode": "330102"}
        self.database.execute(
            "INSERT INTO integrity.shared_row VALUES ('corp', %s, %s, %s, %s, '330102', %s)"
            " ON CONFLICT (object, source_id) DO UPDATE SET source_version = excluded.source_version,"
            " updated_at = excluded.updated_at, deleted = excluded.deleted, payload = excluded.payload",
            (source_id, version, updated_at, deleted, json.dumps(payload)),
        )

    def current(self) -> dict[str, tuple[int, str]]:
        with self.city.engine.begin() as connection:
            rows = connection.execute(text("SELECT source_id, source_version, corp_name FROM core.current_corp"))
            return {row.source_id: (row.source_version, row.corp_name) for row in rows}


@pytest.fixture
def integrity(postgres: Path, migrated_template: str) -> Iterator[Integrity]:
    mark = uuid.uuid4().hex[:10]
    warehouse, sandbox = f"p_{mark}_w", f"p_{mark}_s"
    create_database(postgres, warehouse, migrated_template)
    create_database(postgres, sandbox)
    url = f"postgresql://postgres@/{sandbox}?host={postgres}"
    create_sandbox_schema(url)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "INSERT INTO control.credential (platform, appid, secret, area_code)"
            " VALUES ('integrity', 'zj-330100', %s, '330100')",
            (SANDBOX_SECRET,),
        )
        with running_platforms(url, rate_limits={"integrity": None}) as platforms:

            def connection(name: str) -> ConnectionSpec:
                if name == "warehouse_db":
                    return database_spec(postgres, warehouse)
                extra = {"page_size": PAGE, "calls_per_second": None, "attempts": 2}
                url = platforms.url("integrity")
                return replace(sandbox_connection(name), host=url, password=town.secret, extra=extra)

            town = Integrity(open_city(connection), platforms, database)
            yield town
            town.city.close()
    drop_database(postgres, warehouse)
    drop_database(postgres, sandbox)


@pytest.mark.parametrize("before", range(PAGE + 1))
@pytest.mark.parametrize("alike", [2, PAGE, 2 * PAGE + 1])
def test_rows_of_one_instant_across_a_page_boundary_at_every_offset(
    integrity: Integrity, before: int, alike: int
) -> None:
    expected = set()
    for number in range(before):
        integrity.put(f"A{number:02}", START + timedelta(minutes=number))
    for number in range(alike):
        integrity.put(f"B{number:02}", START + timedelta(hours=1))
    for number in range(3):
        integrity.put(f"C{number:02}", START + timedelta(hours=2, minutes=number))
    expected = {f"A{n:02}" for n in range(before)} | {f"B{n:02}" for n in range(alike)} | {"C00", "C01", "C02"}
    pull_master_data(integrity.city)
    assert set(integrity.current()) == expected


@pytest.mark.parametrize("page", [0, 1, 2])
@pytest.mark.parametrize("position", [0, PAGE - 1])
def test_a_row_that_changes_between_two_pages_pushes_no_other_past_the_reader(
    integrity: Integrity, page: int, position: int
) -> None:
    for number in range(4 * PAGE):
        integrity.put(f"A{number:02}", START + timedelta(minutes=number // 7))
    integrity.platforms.set_faults(
        "integrity",
        {
            "kind": "moving_row",
            "method": "SharedCorp.Query",
            "page": page,
            "position": position,
            "times": 1,
            "change": {"corpName": "乙公司"},
        },
    )
    pull_master_data(integrity.city)
    assert len(integrity.current()) == 4 * PAGE


def test_the_highest_version_wins_and_the_history_stays(integrity: Integrity) -> None:
    integrity.put("A", START, 1, "甲公司")
    pull_master_data(integrity.city)
    integrity.put("A", START + timedelta(minutes=5), 3, "丙公司")
    pull_master_data(integrity.city)
    assert integrity.current() == {"A": (3, "丙公司")}
    with integrity.city.engine.begin() as connection:
        history = connection.execute(
            text("SELECT source_version, valid_to FROM core.shared_corp ORDER BY source_version")
        ).all()
    assert [row.source_version for row in history] == [1, 3]
    assert history[0].valid_to is not None
    assert history[1].valid_to is None


def test_a_tombstone_takes_the_row_out_of_what_holds_now(integrity: Integrity) -> None:
    integrity.put("A", START)
    integrity.put("B", START)
    pull_master_data(integrity.city)
    integrity.put("A", START + timedelta(minutes=5), 2, deleted=True)
    pull_master_data(integrity.city)
    assert set(integrity.current()) == {"B"}


def test_an_increment_reads_an_overlap_and_not_everything(integrity: Integrity) -> None:
    integrity.put("OLD", START - timedelta(days=30))
    integrity.put("NEW", START)
    first = pull_master_data(integrity.city)["corp"]
    again = pull_master_data(integrity.city)["corp"]
    assert first["new"] == 2
    assert again["new"] == 0
    assert again["seen"] < first["seen"]


def test_an_empty_first_answer_says_nothing_of_the_time_so_older_rows_are_read_afterwards(integrity: Integrity) -> None:
    pull_master_data(integrity.city)
    integrity.put("A", START - timedelta(days=400))
    pull_master_data(integrity.city)
    assert set(integrity.current()) == {"A"}


def test_a_row_committed_late_below_the_cursor_is_found_within_the_overlap(integrity: Integrity) -> None:
    integrity.put("A", START)
    pull_master_data(integrity.city)
    integrity.put("LATE", START - timedelta(minutes=30))
    pull_master_data(integrity.city)
    assert set(integrity.current()) == {"A", "LATE"}


def test_a_full_read_finds_what_increments_missed(integrity: Integrity) -> None:
    integrity.put("A", START)
    pull_master_data(integrity.city)
    integrity.put("MISSED", START - timedelta(days=3))
    pull_master_data(integrity.city)
    assert "MISSED" not in integrity.current()
    pull_master_data(integrity.city, full=True)
    assert "MISSED" in integrity.current()


def test_data_committed_but_the_cursor_not_is_read_again_and_stays_single(integrity: Integrity) -> None:
    for number in range(3 * PAGE):
        integrity.put(f"A{number:02}", START + timedelta(minutes=number))
    integrity.platforms.set_faults(
        "integrity", {"kind": "http_error", "method": "SharedCorp.Query", "after": 2, "status": 503}
    )
    with pytest.raises(PlatformBusyError):
        pull_master_data(integrity.city)
    with integrity.city.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM raw.integrity_row")).scalar_one() > 0
        assert connection.execute(text("SELECT count(*) FROM ops.pull_cursor WHERE object = 'corp'")).scalar_one() == 0
        assert connection.execute(text("SELECT state FROM ops.step_run")).scalar_one() == "failed"
    integrity.platforms.clear_faults()
    pull_master_data(integrity.city)
    assert len(integrity.current()) == 3 * PAGE


@pytest.mark.parametrize("shape", ["truncated", "html", "empty", "no_code", "odd_data", "list"])
def test_a_malformed_answer_ends_the_pull_with_a_sentence_and_is_survived(integrity: Integrity, shape: str) -> None:
    integrity.put("A", START)
    integrity.platforms.set_faults(
        "integrity", {"kind": "malformed_answer", "method": "SharedCorp.Query", "shape": shape, "times": 1}
    )
    pull_master_data(integrity.city)
    with integrity.city.engine.begin() as connection:
        kept = connection.execute(text("SELECT object, reason FROM raw.rejected_answer")).all()
    assert [row.object for row in kept] == ["corp"]
    pull_master_data(integrity.city)
    assert set(integrity.current()) == {"A"}


@pytest.mark.parametrize(
    "broken", [{"sourceId": ""}, {"sourceVersion": "two"}, {"sourceVersion": None}, {"updatedAt": "soon"}], ids=str
)
def test_a_row_that_is_not_as_agreed_is_kept_aside_and_the_others_come(
    integrity: Integrity, broken: dict[str, str]
) -> None:
    good = {"sourceId": "A", "sourceVersion": 1, "updatedAt": "2026-11-20 08:00:00", "deleted": 0, "corpCode": "A"}
    rows = (good, {**good, "sourceId": "B", **broken})
    with transaction(integrity.city.engine, Role.LOAD) as connection:
        counts = land_page(integrity.city, connection, "corp", Page(0, rows, 2, {"rows": list(rows)}))
        assert counts == {"seen": 2, "new": 1, "rejected": 1}
        assert len(connection.execute(text("SELECT reason FROM raw.rejected_answer")).all()) == 1


def test_a_wrong_secret_stops_at_the_first_call_and_names_the_platform(integrity: Integrity) -> None:
    integrity.secret = "x" * 32
    with pytest.raises(SignatureRefusedError, match="signature refused by integrity"):
        pull_master_data(integrity.city)
    assert len(integrity.platforms.calls("integrity")) == 1
