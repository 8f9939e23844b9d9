"""The report's own counting against the view that defines the states, on a day with every state in it."""

from collections import Counter

import pytest
from mixed_day import DAY, QUIET, WEST, YUHANG
from sqlalchemy import Engine, text

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.model import TARGETS, Caps, QualityReport, Verdict
from realname_sync.quality.report.reading import DayReader
from realname_sync.warehouse.engine import Role, transaction

STATES = ("acknowledged", "in_batch", "waiting", "held", "refused")


def states_of(engine: Engine) -> dict[tuple[str, str, str], str]:
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT * FROM delivery.punch_state WHERE work_date = :day"), {"day": DAY}).all()
    return {(row.target, row.project_code, row.punch_id): row.state for row in rows}


def test_counts_equal_the_view(day: Engine, report: QualityReport) -> None:
    viewed = Counter((target, project, state) for (target, project, _), state in states_of(day).items())
    for project in (project for district in report.districts for project in district.projects):
        for target in TARGETS:
            arrival = project.arrivals[target]
            counted = {state: getattr(arrival, state) for state in STATES}
            assert counted == {state: viewed[target, project.code, state] for state in STATES}
            assert sum(counted.values()) == arrival.due


def test_rows_that_have_not_arrived_equal_the_view(day: Engine, reader: DayReader) -> None:
    viewed = {key: state for key, state in states_of(day).items() if state != "acknowledged"}
    listed = [((row.target, row.project_code, row.punch_id), row.state) for row in reader.all_unarrived()]
    assert sorted(listed) == sorted(viewed.items())


@pytest.mark.parametrize(
    ("punch", "province", "nation"),
    [
        ("p1", "acknowledged", "acknowledged"),
        ("late", "acknowledged", "acknowledged"),
        ("held", "held", "held"),
        ("refused", "acknowledged", "refused"),
        ("row_refused", "acknowledged", "refused"),
        ("mended", "acknowledged", "acknowledged"),
        ("again", "acknowledged", "acknowledged"),
        ("released", "acknowledged", "waiting"),
        ("row_released", "acknowledged", "waiting"),
        ("released_held", "acknowledged", "held"),
        ("doubted", "in_batch", "in_batch"),
        ("waiting", "waiting", "waiting"),
        ("gone", "held", "held"),
    ],
)
def test_the_mixed_day_is_what_it_is_meant_to_be(day: Engine, punch: str, province: str, nation: str) -> None:
    states = states_of(day)
    assert states["province", WEST, punch] == province
    assert states["nation", WEST, punch] == nation


def test_late_is_what_was_sent_after_midnight(report: QualityReport) -> None:
    west = next(one for one in report.projects if one.code == WEST)
    assert west.arrivals["province"].late == 1
    assert west.arrivals["nation"].late == 0
    assert (west.received_late, west.withdrawn) == (1, 1)


def test_a_site_without_a_punch_is_counted(report: QualityReport) -> None:
    quiet = next(one for one in report.projects if one.code == QUIET)
    assert quiet.under_construction
    assert quiet.due == 0
    assert sum(district.without_punches for district in report.districts) == 1


def test_findings_know_their_first_and_last_day(report: QualityReport) -> None:
    lamp = next(day for day in report.rules if day.rule.id == "LMP-001")
    assert (lamp.findings, str(lamp.first_seen), str(lamp.last_seen)) == (1, "2026-11-18", "2026-11-20")
    assert lamp.rows[0].days_seen == 3
    assert lamp.rows[0].project_name == "千岛湖污水处理厂"


def test_worst_projects_come_first(report: QualityReport) -> None:
    assert [project.code for project in report.projects][:2] == [YUHANG, WEST]


def test_verdict_before_and_after_midnight(report: QualityReport) -> None:
    arrival = report.arrivals["province"]
    assert arrival.verdict(day_is_over=True) is Verdict.INCOMPLETE
    assert arrival.verdict(day_is_over=False) is Verdict.AT_RISK


def test_rows_are_held_of_the_projects_that_the_page_goes_into_only(day: Engine, report: QualityReport) -> None:
    with transaction(day.execution_options(isolation_level="REPEATABLE READ"), Role.READ) as connection:
        few = DayReader(connection, DAY, caps=Caps(rows=0, projects=1)).report(
            city_code=report.city_code,
            generated_at=report.generated_at,
            in_force=load_catalogue().in_force(DAY, report.city_code),
        )
    first, *others = few.projects
    same = next(one for one in report.projects if one.code == first.code)
    assert first == same
    assert first.findings or first.punches
    assert not any(one.findings or one.punches for one in others)
    assert [(one.code, one.tally, one.arrivals) for one in few.projects] == [
        (one.code, one.tally, one.arrivals) for one in report.projects
    ]
