"""Writing the report: where it goes, that it is whole or not there, and what the run leaves behind."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from mixed_day import DAY, QUIET, WEST, YUHANG
from sqlalchemy import Engine, select, text

from realname_sync.errors import SettingsError
from realname_sync.pipelines import report as pipeline
from realname_sync.pipelines.city import City
from realname_sync.pipelines.report import report_month, report_quality
from realname_sync.quality.report.scope import Scope
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


def test_all_files_lie_in_the_folder_of_the_day(city: City, own_home: Path) -> None:
    told = report_quality(city, DAY)
    folder = own_home / "reports" / "2026-11-20"
    files = ["findings.csv", "quality-2026-11-20.html", "quality-2026-11-20.xlsx", "unarrived.csv"]
    assert sorted(path.name for path in folder.iterdir()) == files
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


@pytest.mark.parametrize(
    ("scope", "projects", "findings"),
    [
        (Scope(area_code="330106"), {WEST}, 5),
        (Scope(project_code=YUHANG), {YUHANG}, 3),
        (Scope(area_code="330100"), {WEST, YUHANG, QUIET}, 10),
    ],
)
def test_a_part_of_the_city_has_its_own_files_and_nothing_of_others(
    city: City, day: Engine, tmp_path: Path, scope: Scope, projects: set[str], findings: int
) -> None:
    whole = report_quality(city, DAY, tmp_path)
    kept = Path(whole["html"]).read_bytes()
    told = report_quality(city, DAY, tmp_path, scope)
    assert Path(told["html"]).stem.endswith(scope.suffix)
    assert sum(told["findings"].values()) == findings
    page = Path(told["html"]).read_text(encoding="utf-8")
    assert {code for code in (WEST, YUHANG, QUIET) if code in page} == projects
    assert Path(whole["html"]).read_bytes() == kept
    with day.begin() as connection:
        due = connection.execute(
            text(
                "SELECT sum(row.read) FROM (SELECT count(*) AS read FROM core.punch WHERE work_date = :day"
                " AND project_code = ANY(:codes)) AS row"
            ),
            {"day": DAY, "codes": list(projects)},
        ).scalar_one()
    assert told["due"] == due


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"area_code": "330106", "project_code": WEST}, "not both"),
        ({"area_code": "999999"}, "no division"),
        ({"area_code": "330185"}, "no project lies in"),
        ({"project_code": "000000000000000000"}, "there is no project"),
    ],
)
def test_a_part_there_is_not_is_refused(city: City, tmp_path: Path, arguments: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        report_quality(city, DAY, tmp_path, Scope(**arguments))
    assert list(tmp_path.iterdir()) == []


def test_what_a_report_counted_is_kept_for_trends(city: City, day: Engine, tmp_path: Path) -> None:
    told = report_quality(city, DAY, tmp_path)
    assert told["due"] > 0
    with day.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT target, sum(due) AS due, sum(acknowledged) AS acknowledged, sum(held) AS held"
                " FROM quality.day_arrival WHERE work_date = :day GROUP BY target"
            ),
            {"day": DAY},
        ).all()
    kept = {row.target: (row.due, row.acknowledged, row.held) for row in rows}
    assert kept == {
        target: (told["due"], counts["acknowledged"], counts["held"]) for target, counts in told["targets"].items()
    }


def test_a_month_counts_what_no_report_has_counted(city: City, day: Engine, tmp_path: Path) -> None:
    with day.begin() as connection:
        connection.execute(text("INSERT INTO core.work_day VALUES (:day, 1)"), {"day": DAY})
    told = report_month(city, DAY.replace(day=1), tmp_path)
    assert told["days_counted"] == told["days_reported"] == 1
    by_day = report_quality(city, DAY, tmp_path)
    assert {target: one["acknowledged"] for target, one in told["targets"].items()} == {
        target: one["acknowledged"] for target, one in by_day["targets"].items()
    }
    again = report_month(city, DAY.replace(day=1), tmp_path)
    assert again["days_counted"] == 0
    assert again["targets"] == told["targets"]
    page = Path(told["html"]).read_text(encoding="utf-8")
    assert "2026-11" in page
    assert "LMP-001" in page
    assert "数据库尚无关键岗位考勤" in page or told["key_persons"] is not None


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


def test_the_month_has_the_calendar_of_key_persons(city: City, day: Engine, tmp_path: Path) -> None:
    with day.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO quality.key_post_day"
                " (work_date, project_code, post_code, person_id, punches, state, checked_at)"
                " VALUES (:day, :project, 'G01', 'W1', 2, 'valid', now())"
            ),
            {"day": DAY, "project": WEST},
        )
    told = report_month(city, DAY.replace(day=1), tmp_path)
    assert told["key_persons"] == 1
    page = Path(told["html"]).read_text(encoding="utf-8")
    assert page.count('data-row="post"') == 1
    assert page.count('<td class="c valid" title="2026-11-20') == 1
    assert "欧****" in page
    assert "欧阳" not in page
    elsewhere = report_month(city, DAY.replace(day=1), tmp_path, Scope(project_code=YUHANG))
    assert elsewhere["key_persons"] == 0


def test_a_rule_that_broke_is_marked(city: City, day: Engine, tmp_path: Path) -> None:
    with day.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO quality.broken_rule (work_date, rule_id, severity, error, broken_at)"
                " VALUES (:day, 'RST-006', 'warn', 'ProgrammingError', now()), (:before, 'RST-001', 'stop', 'X', now())"
            ),
            {"day": DAY, "before": DAY - timedelta(days=1)},
        )
    page = Path(report_quality(city, DAY, tmp_path)["html"]).read_text(encoding="utf-8")
    assert page.count("未能执行") == 1
    assert "ProgrammingError" in page
