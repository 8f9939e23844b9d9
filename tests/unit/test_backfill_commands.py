"""A backfill that makes no sense is refused; what Airflow is asked for; which runs of steps count for one."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from databases import database_spec
from realname_sync import cli
from realname_sync.errors import RefusedError
from realname_sync.orchestration.backfill import backfill_command, to_ask
from realname_sync.pipelines.backfill.progress import Task, close_complete, progress_of
from realname_sync.pipelines.backfill.record import Backfill, add_backfill, get_backfill, held, list_backfills
from realname_sync.pipelines.backfill.request import STEPS, Request
from realname_sync.pipelines.city import City, open_city

FIRST, LAST = date(2026, 11, 5), date(2026, 11, 6)
ASKED_AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
SAID = {target: {"acknowledged": 0, "refused": 0} for target in ("province", "nation")}


@pytest.fixture
def city(warehouse: Engine, postgres: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """An empty warehouse, which is also the command line's."""
    spec = database_spec(postgres, str(warehouse.url.database))
    connection = {"conn_type": "postgres", "host": spec.host, "login": spec.login, "schema": spec.database}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DB", json.dumps(connection))
    opened = open_city(clock=lambda: ASKED_AT)
    yield opened
    opened.close()


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "2026-11-06", "--to", "2026-11-05"], "--from 2026-11-06 is after --to 2026-11-05"),
        (["--from", "2299-01-01", "--to", "2299-01-02"], "2299-01-02 lies in the future"),
        (["--from", "2021-01-01", "--to", "2021-04-03"], "are 93 days: more than 92 at once need --yes"),
        (["--from", "2021-01-01", "--to", "2021-01-02", "--project", "P-9"], "there is no project P-9"),
        (["--from", "2021-01-01", "--to", "2021-01-02", "--area", "999999"], "999999 is no division"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(arguments: list[str], sentence: str) -> None:
    done = CliRunner().invoke(cli.app, ["backfill", *arguments])
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith("realname: ")
    assert sentence in line


@pytest.mark.parametrize("command", ["show", "resume", "stop"])
def test_a_backfill_that_is_not_there_is_refused_too(city: City, command: str) -> None:
    done = CliRunner().invoke(cli.app, ["backfill", command, "7"])
    assert done.exit_code == 2
    assert "there is no backfill 7" in done.output


def added(city: City, **request: Any) -> Backfill:
    wanted = Request(**{"first": FIRST, "last": LAST, **request})
    return add_backfill(city, wanted, by_airflow=True, reason="rows came late", by="someone", said=SAID)


def test_days_and_a_platform_in_common_are_refused_and_nothing_else_is(city: City) -> None:
    first = added(city, targets=("nation",))
    added(city, targets=("province",))
    added(city, first=date(2026, 11, 7), last=date(2026, 11, 9), targets=("nation",))
    with pytest.raises(RefusedError, match=f"backfill {first.number} over 2026-11-05 to 2026-11-06"):
        added(city, first=LAST, last=LAST)
    assert len(list_backfills(city)) == 3


def test_one_process_at_a_time_carries_a_backfill_on(city: City) -> None:
    number = added(city).number
    assert get_backfill(city, number).standing == "left to Airflow"
    with held(city, number):
        assert get_backfill(city, number).standing == "running"
        with pytest.raises(RefusedError, match="another process"), held(city, number):
            pass
    with held(city, number):
        pass


Ran = Callable[..., None]


@pytest.fixture
def ran(warehouse: Engine) -> Ran:
    """Writes down that a step ran for FIRST."""

    def write(step: str, target: str | None = None, state: str = "done", **summary: Any) -> None:
        with warehouse.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO ops.step_run (step, work_date, target, state, started_at, summary)"
                    " VALUES (:step, :day, :target, :state, now(), cast(:summary AS jsonb))"
                ),
                {"step": step, "day": FIRST, "target": target, "state": state, "summary": json.dumps(summary)},
            )

    return write


def test_a_step_counts_only_after_those_before_it(city: City, ran: Ran) -> None:
    ran("extract_municipal")
    one = added(city, last=FIRST, targets=("nation",), steps=STEPS[:3])
    extract, check, push = (Task(FIRST, "extract"), Task(FIRST, "check"), Task(FIRST, "push", "nation"))
    ran("deliver", "nation")  # by a sweep: it knows nothing of what is read now
    assert progress_of(city, one).missing == [extract, check, push]
    ran("extract_municipal")
    ran("check_consistency", state="failed", broken=["LMP-001"])  # all the other rules have looked at the day
    assert progress_of(city, one).missing == [push]
    ran("deliver", "nation", state="failed")
    assert progress_of(city, one).failed == {push}
    ran("deliver", "nation", projects=["P-1"])
    assert progress_of(city, one).missing == [push]
    ran("deliver", "nation")
    assert progress_of(city, one).is_complete


def test_what_airflow_finished_while_nobody_watched_is_closed(city: City, ran: Ran) -> None:
    number = added(city, last=FIRST, targets=("nation",), steps=("push", "reconcile")).number
    ran("deliver", "nation")
    ran("reconcile_uploads", province={})
    close_complete(city)
    assert get_backfill(city, number).state == "open"
    ran("reconcile_uploads", nation={})
    close_complete(city)
    assert get_backfill(city, number).state == "done"


def test_airflow_is_asked_dag_by_dag_with_what_each_is_restricted_to(city: City, ran: Ran) -> None:
    one = added(city, targets=("nation",), steps=STEPS[1:4], project_codes=("P-1",), newest_first=True)
    asked = to_ask(one, progress_of(city, one))
    assert [each.dag_id for each in asked] == ["check_consistency", "push_attendance_nation", "reconcile_uploads"]
    assert [each.reprocess for each in asked] == ["completed"] * 3
    since = {"inputs_since": ASKED_AT.isoformat()}
    # What it does not make anew itself, it takes as it is.
    assert [each.conf for each in asked] == [
        {},
        {**since, "projects": ["P-1"]},
        {**since, "projects": ["P-1"], "targets": ["nation"]},
    ]
    assert all("--run-backwards" in each.command for each in asked)


def test_a_backfill_goes_on_with_the_days_and_dags_that_are_missing(city: City, ran: Ran) -> None:
    number = added(city, steps=("extract", "report")).number
    with city.engine.begin() as connection:
        connection.execute(text("UPDATE ops.backfill SET created_dags = '{extract_municipal}'"))
    ran("extract_municipal")
    ran("report_quality")
    one = get_backfill(city, number)
    asked = {each.dag_id: (each.first, each.last, each.reprocess) for each in to_ask(one, progress_of(city, one))}
    assert asked == {"extract_municipal": (LAST, LAST, "failed"), "report_quality": (LAST, LAST, "completed")}


def test_the_bounds_bear_the_zone_and_reach_to_the_end_of_the_last_day() -> None:
    command = list(backfill_command("check_consistency", FIRST, LAST))
    assert command[command.index("--from-date") + 1] == "2026-11-05T00:00:00+08:00"
    assert command[command.index("--to-date") + 1] == "2026-11-06T23:59:59+08:00"
