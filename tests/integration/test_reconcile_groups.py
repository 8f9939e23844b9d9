"""Reconciliation of many projects: they are compared together, and what was compared stays when what follows fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged
from sqlalchemy import event

from realname_sync.delivery import reconciliation
from realname_sync.delivery.desk import Desk
from realname_sync.errors import PlatformBusyError
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.platforms.open_api.answer_rows import Page
from realname_sync.platforms.uplink import Uplink


class ProcessEndedError(Exception):
    """Stands for the end of a process."""


@pytest.fixture
def town(told: Any) -> Any:
    """A town whose day was delivered to the nation."""
    deliver(told.city, DAY, "nation")
    return told


def projects_there(town: Any) -> list[str]:
    """The projects of which the nation has something, in order."""
    rows = town.sandbox_sql(
        "SELECT DISTINCT project_code FROM nation.attendance WHERE work_date = %s ORDER BY project_code", DAY
    )
    return [row[0] for row in rows]


def lose_one_each(town: Any) -> list[str]:
    """Have the nation lose one punch of each project; gives the projects."""
    town.sandbox_sql(
        "DELETE FROM nation.attendance WHERE attendance_id IN (SELECT min(attendance_id) FROM nation.attendance"
        f" WHERE work_date = '{DAY}' GROUP BY project_code) RETURNING project_code"
    )
    return projects_there(town)


def released(town: Any) -> list[str]:
    """The projects that have a punch waiting to be sent again."""
    rows = town.warehouse_sql(
        "SELECT DISTINCT project_code FROM delivery.row_outcome WHERE work_date = :day AND outcome = 'released'"
        " ORDER BY project_code",
        day=DAY,
    )
    return [row.project_code for row in rows]


def reconcile(town: Any, **how: Any) -> dict[str, Any]:
    return dict(reconcile_uploads(town.city, DAY, targets=["nation"], **how)["nation"])


def group_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each project be a group."""
    monkeypatch.setattr(reconciliation, "_ROWS_AT_ONCE", 1)


def test_all_projects_that_differ_are_staged_and_compared_at_once(town: Any) -> None:
    projects = lose_one_each(town)
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        executed.append(statement)

    event.listen(town.city.engine, "before_cursor_execute", note)
    try:
        summary = reconcile(town)
    finally:
        event.remove(town.city.engine, "before_cursor_execute", note)
    assert len(projects) > 3
    assert summary["missing"] == summary["sent_again"] == summary["differ"] == len(projects)
    shards = town.warehouse_sql(
        "SELECT DISTINCT delivery.slot_of(c) % 2 FROM unnest(cast(:codes AS text[])) AS c", codes=projects
    )
    for one in ("CREATE TEMPORARY TABLE platform_row", "INSERT INTO differing_pass", "-- What is known of the passes"):
        assert sum(one in statement for statement in executed) == len(shards), one
    assert_effect_equals_acknowledged(town, "nation")


def test_a_group_finds_what_each_project_by_itself_does(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    doubled, strange, moved, former, *_ = projects_there(town)
    first = "(SELECT min(attendance_id) FROM nation.attendance WHERE work_date = %s AND project_code = %s)"
    copied = [
        row[0]
        for row in town.sandbox_sql(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'nation'"
            " AND table_name = 'attendance' AND column_name NOT IN ('attendance_id', 'device_record_id', 'punched_at')"
        )
    ]
    for project, shift in ((doubled, "0 seconds"), (strange, "1 second")):
        town.sandbox_sql(
            f"INSERT INTO nation.attendance ({', '.join(copied)}, punched_at, device_record_id) SELECT"
            f" {', '.join(copied)}, punched_at + interval '{shift}', device_record_id || '-again'"
            f" FROM nation.attendance WHERE attendance_id = {first} RETURNING 1",
            DAY, project,
        )  # fmt: skip
    for project in (moved, former):
        town.sandbox_sql(
            f"UPDATE nation.attendance SET punched_at = punched_at + interval '1 second' WHERE attendance_id = {first}"
            " RETURNING 1",
            DAY, project,
        )  # fmt: skip

    def found() -> list[Any]:
        rows = town.warehouse_sql("SELECT * FROM delivery.discrepancy WHERE work_date = :day", day=DAY)
        return sorted(str(row[:-1]) for row in rows)

    together = reconcile(town, every_row=True)
    at_once = found()
    assert {kind: together[kind] for kind in ("missing", "extra", "doubled")} == {
        "missing": 2, "extra": 3, "doubled": 1,
    }  # fmt: skip
    group_alone(monkeypatch)
    assert reconcile(town, every_row=True) == together
    assert found() == at_once


def test_two_persons_of_one_number_are_one_at_the_platform(town: Any) -> None:
    columns = [
        row.column_name
        for row in town.warehouse_sql(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'core' AND table_name = 'person'"
            " AND column_name <> 'person_id'"
        )
    ]
    copied = ", ".join(columns)
    town.warehouse_sql(
        f"INSERT INTO core.person (person_id, {copied}) SELECT '0' || person_id, {copied} FROM core.person"
        " WHERE '0' || person_id < person_id"
    )
    twice = town.warehouse_sql(
        "SELECT 1 FROM core.person WHERE id_hash IS NOT NULL GROUP BY id_hash HAVING count(*) > 1"
    )
    assert len(twice) > 100
    summary = reconcile(town, every_row=True)
    assert not any(summary[kind] for kind in ("missing", "extra", "doubled", "adopted", "put_off"))


def test_what_was_compared_before_the_platform_failed_stays(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    *others, last = lose_one_each(town)
    whole = Uplink.attendance_pages

    def busy(uplink: Uplink, project_code: str, work_date: date) -> Iterator[Page]:
        for page in whole(uplink, project_code, work_date):
            yield page
            if project_code == last:
                raise PlatformBusyError("the nation is busy")

    with monkeypatch.context() as patched:
        patched.setattr(Uplink, "attendance_pages", busy)
        with pytest.raises(PlatformBusyError):
            reconcile(town)
    assert released(town) == others
    summary = reconcile(town)
    assert (summary["missing"], summary["differ"]) == (1, 1)
    assert released(town) == [*others, last]
    assert_effect_equals_acknowledged(town, "nation")


def test_a_process_that_ends_between_groups_leaves_whole_groups(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    projects = lose_one_each(town)
    group_alone(monkeypatch)
    commit, compared = Desk.commit, []

    @contextmanager
    def dies(desk: Desk, step: str) -> Iterator[Any]:
        with commit(desk, step) as connection:
            yield connection
            if step == "compare":
                if len(compared) >= 2:
                    raise ProcessEndedError
                compared.append(step)

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "commit", dies)
        with pytest.raises(ProcessEndedError):
            reconcile(town)
    assert len(released(town)) == 2 < len(projects)
    summary = reconcile(town)
    assert summary["missing"] == len(projects) - 2
    assert released(town) == projects
    assert_effect_equals_acknowledged(town, "nation")
