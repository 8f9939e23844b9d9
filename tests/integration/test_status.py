"""How a date stands: the command line shows the states by platform and project, and a forecast where one is due."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from deliveries import DAY, Clock, at
from rich.console import Console

from realname_sync import tables
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.pipelines.forecast import Verdict
from realname_sync.pipelines.status import STATES, TARGETS, WITHIN, DayStatus, day_status


def printed(status: DayStatus, *arguments: Any, **options: Any) -> str:
    console = Console(width=200, highlight=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "Console", lambda **_: console)
        with console.capture() as shown:
            tables.show_status(status, *arguments, **options)
    return shown.get()


def test_the_states_by_project_add_up_to_those_of_the_platform(open_town: Callable[..., Any]) -> None:
    town = open_town(1, stage="checked", clock=Clock(at(12)))
    deliver(town.city, DAY, "nation")
    status = day_status(town.city, DAY)
    assert status.adds_up()
    counted = completeness(town.city, DAY)
    for target in TARGETS:
        mine = [one for one in status.projects if one.target == target]
        assert len(mine) > 1
        assert sum(one.due for one in mine) == status.punches_read == counted[target]["read"]
        for name in (*STATES, *WITHIN):
            total = {**status.states[target], **status.within[target]}[name]
            assert sum(one.counts[name] for one in mine) == total == counted[target][name]
        assert all(one.due == sum(one.counts[state] for state in STATES) for one in mine)
    assert status.states["nation"]["acknowledged"] > 0
    assert status.states["province"]["acknowledged"] == 0


def test_it_shows_what_is_of_unknown_outcome_and_what_went_up_late(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    unknown, late = checked.warehouse_sql(
        "SELECT batch_id, row_count FROM delivery.batch WHERE kind = 'attendance' AND target = 'nation'"
        " AND state = 'acknowledged' ORDER BY batch_id LIMIT 2"
    )
    checked.warehouse_sql("UPDATE delivery.batch SET state = 'unknown' WHERE batch_id = :it", it=unknown.batch_id)
    checked.warehouse_sql("UPDATE delivery.batch SET sent_at = '2026-11-20T23:59:59+08:00' WHERE kind = 'attendance'")
    checked.warehouse_sql(
        "UPDATE delivery.batch SET sent_at = '2026-11-21T00:00:00+08:00' WHERE batch_id = :it", it=late.batch_id
    )
    status = day_status(checked.city, DAY)
    assert status.within["nation"] == {"unknown": unknown.row_count, "late": late.row_count}
    assert status.states["nation"]["in_batch"] == unknown.row_count
    assert status.adds_up()


def test_today_has_a_forecast_and_a_past_day_only_where_something_is_left(open_town: Callable[..., Any]) -> None:
    clock = Clock(at(22, 45))
    town = open_town(1, stage="checked", clock=clock)
    for target in TARGETS:
        deliver(town.city, DAY, target)

    def verdicts(minutes_since_the_reading: int) -> set[Verdict]:
        town.warehouse_sql(
            "UPDATE ops.step_run SET started_at = :at WHERE step = 'extract_municipal'",
            at=clock() - timedelta(minutes=minutes_since_the_reading),
        )
        return {forecast.verdict for forecast in day_status(town.city, DAY).forecasts.values()}

    assert verdicts(10) == {Verdict.DONE}
    assert verdicts(100) == {Verdict.AT_RISK}  # nobody knows what the municipal platform has got since
    clock.set(at(10, 45, DAY + timedelta(days=1)))
    assert verdicts(0) == set()
    town.warehouse_sql(
        "UPDATE delivery.batch SET state = 'unknown' WHERE batch_id ="
        " (SELECT min(batch_id) FROM delivery.batch WHERE kind = 'attendance' AND target = 'nation')"
    )
    assert verdicts(0) == {Verdict.DONE, Verdict.LATE}


def test_the_command_shows_platforms_projects_and_only_what_is_asked_for(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    status = day_status(checked.city, DAY)
    every = printed(status)
    assert all(heading in every for heading in ("waiting", "held", "in batch", "acknowledged", "refused", "late"))
    assert "unknown" in every
    assert "province" in every.split("findings:")[0]
    one = printed(status, ["nation"], projects=True)
    assert "province" not in one.split("findings:")[0]
    codes = {project.project_code for project in status.projects}
    assert all(code in one for code in codes)
    assert not any(code in every for code in codes)


def test_asking_how_a_date_stands_loads_no_airflow_and_no_expectations() -> None:
    program = """
import sys
from realname_sync import tables
from realname_sync.pipelines import status, forecast
print(*(name for name in ("airflow", "great_expectations", "pandas", "aiohttp") if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
