"""What tests of warning cases do and look at."""

from datetime import date, datetime
from typing import Any

from realname_sync.pipelines.cases import move_case, update_cases
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.lamps_and_cases import take_up_lamps
from realname_sync.pipelines.rectify import Submitted, submit_case
from realname_sync.workdate import SHANGHAI

EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=SHANGHAI)
CASES = "SELECT * FROM quality.warning_case ORDER BY case_id"
EVENTS = "SELECT * FROM quality.warning_case_event ORDER BY event_id"
EVIDENCE = "SELECT * FROM quality.warning_case_finding ORDER BY case_id, work_date, finding_id"


def everything(town: Any) -> list[Any]:
    return [town.warehouse_sql(one) for one in (CASES, EVENTS, EVIDENCE)]


def state_of(town: Any, case_id: int) -> str:
    return str(town.warehouse_sql("SELECT state FROM quality.warning_case WHERE case_id = :id", id=case_id)[0][0])


def steps_of(town: Any, case_id: int) -> list[tuple[str | None, str]]:
    rows = town.warehouse_sql(
        "SELECT from_state, to_state FROM quality.warning_case_event WHERE case_id = :id ORDER BY event_id", id=case_id
    )
    return [(row.from_state, row.to_state) for row in rows if row.from_state != row.to_state]


def forget(town: Any, work_date: date, rule: str = "LMP-%", project: str = "%") -> None:
    """Take findings away as if the date had been checked and not found them."""
    town.warehouse_sql(
        "DELETE FROM quality.finding WHERE work_date = :day AND rule_id LIKE :rule AND project_code LIKE :project",
        day=work_date,
        rule=rule,
        project=project,
    )


def check_and_update(town: Any, work_date: date) -> dict[str, Any]:
    check_consistency(town.city, work_date)
    return update_cases(town.city, work_date)


def lead_to(town: Any, case_id: int, *states: str) -> None:
    for state in states:
        move_case(town.city, case_id, state, by="李科长")


def lit_case(town: Any) -> tuple[int, str, str]:
    """A case of a finding whose lamp is lit as well: its number, its project and the lamp."""
    code = town.warehouse_sql("SELECT min(project_code) FROM quality.finding WHERE rule_id = 'LMP-001'")[0][0]
    lamp = town.platforms.light_lamp(code, "PM_POST_MISSING")
    take_up_lamps(town.city)
    (row,) = town.warehouse_sql("SELECT * FROM quality.warning_case WHERE lamp_id = :lamp", lamp=lamp)
    return int(row.case_id), str(code), lamp


def submit(town: Any, case_id: int, note: str = "done", **more: Any) -> Submitted:
    """Submit a case, its work done before the evening that the platforms live on."""
    return submit_case(town.city, case_id, by="李科长", note=note, **{"done_at": EVENING, **more})


def stored(town: Any) -> list[tuple[Any, ...]]:
    town.platforms.counts("integrity")  # once all that was accepted is worked off
    return town.sandbox_sql("SELECT lamp_id, measure, attachment_count FROM integrity.rectification")


def rectify_calls(town: Any) -> int:
    return int(town.platforms.counts("integrity")["calls"].get("Rectification.Add", 0))
