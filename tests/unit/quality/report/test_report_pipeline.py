"""Writing the report: where it goes, that it is whole or not there, and what the run leaves behind."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from mixed_day import DAY, WEST
from sqlalchemy import Engine, select, text

from realname_sync.pipelines import report as pipeline
from realname_sync.pipelines.city import City
from realname_sync.pipelines.report import report_quality
from realname_sync.settings import ConnectionSpec, sandbox_connection
from realname_sync.workdate import day_bounds


def after_midnight() -> datetime:
    return day_bounds(DAY)[1] + timedelta(hours=1)


@pytest.fixture
def city(day: Engine) -> Iterator[City]:
    def connection(name: str) -> ConnectionSpec:
        if name != "warehouse_db":
            return sandbox_connection(name)
        host, database = str(day.url.query["host"]), str(day.url.database)
        return ConnectionSpec(name, kind="postgres", host=host, login="postgres", database=database)

    opened = City(connection, after_midnight)
    yield opened
    opened.close()


def test_both_files_lie_in_the_folder_of_the_day(city: City, own_home: Path) -> None:
    told = report_quality(city, DAY)
    folder = own_home / "reports" / "2026-11-20"
    assert sorted(path.name for path in folder.iterdir()) == ["quality-2026-11-20.html", "quality-2026-11-20.xlsx"]
    assert Path(told["html"]).parent == Path(told["xlsx"]).parent == folder.resolve()
    assert told["due"] == 15
    assert told["lamps"] == 2
    assert told["differences"] == 2
    assert json.loads(json.dumps(told)) == told


def test_the_run_is_recorded(city: City, day: Engine, tmp_path: Path) -> None:
    report_quality(city, DAY, tmp_path)
    with day.begin() as connection:
        run = connection.execute(text("SELECT step, work_date, state, summary FROM ops.step_run")).one()
    assert (run.step, run.work_date, run.state) == ("report_quality", DAY, "done")
    assert run.summary["targets"]["province"]["held"] == 2


def test_the_same_day_again_gives_the_same_page(city: City, tmp_path: Path) -> None:
    first, second = (report_quality(city, DAY, tmp_path / name) for name in ("first", "second"))
    assert Path(first["html"]).read_text(encoding="utf-8") == Path(second["html"]).read_text(encoding="utf-8")
    assert WEST in Path(first["html"]).read_text(encoding="utf-8")


def test_a_run_that_fails_leaves_the_former_report_whole(
    city: City, day: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = report_quality(city, DAY, tmp_path)
    before = Path(told["html"]).read_bytes(), Path(told["xlsx"]).read_bytes()

    def fail(path: Path, *_rest: object) -> None:
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(pipeline, "write_workbook", fail)
    with pytest.raises(OSError, match="no space left"):
        report_quality(city, DAY, tmp_path)
    assert (Path(told["html"]).read_bytes(), Path(told["xlsx"]).read_bytes()) == before
    assert len(list(tmp_path.glob(".*"))) == 0
    with day.begin() as connection:
        states = connection.execute(text("SELECT state FROM ops.step_run ORDER BY run_id")).scalars().all()
    assert states == ["done", "failed"]


def test_nothing_of_the_warehouse_is_changed(city: City, day: Engine, tmp_path: Path) -> None:
    def digest() -> list[object]:
        tables = ("core.punch", "quality.finding", "delivery.batch", "delivery.backlog", "delivery.reconciliation")
        with day.begin() as connection:
            return [
                connection.execute(select(text("t::text")).select_from(text(f"{one} AS t"))).all() for one in tables
            ]

    before = digest()
    report_quality(city, DAY, tmp_path)
    assert digest() == before
