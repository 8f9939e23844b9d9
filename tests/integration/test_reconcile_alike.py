"""Punches that are alike at a platform, and of which it lost one: all are there again in the end, and none twice."""

from typing import Any

import pytest
from deliveries import DAY, assert_effect_equals_acknowledged
from sqlalchemy import text

from realname_sync.pipelines.deliver import TARGETS, completeness, deliver
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.warehouse import statements

PUNCH = "work_date, project_code, person_id, device_sn, punched_at, received_at, direction, attend_type, first_read_at"
ALIKE = (
    "SELECT id_number, punched_at, direction FROM {target}.attendance GROUP BY id_number, punched_at, direction"
    " HAVING count(*) > 1"
)


def add_one_alike(town: Any, target: str) -> None:
    """Have the warehouse read a second record of a punch that a platform has: same person, second and direction."""
    day = {"day": DAY, "target": target}
    with town.city.engine.begin() as connection:
        read = "core.work_day SET change_no = change_no + 1 WHERE work_date = :day RETURNING change_no"
        change_no = connection.scalar(text(f"UPDATE {read}"), day)
        seen = "quality.checked_read SET change_no = change_no + 1 WHERE work_date = :day"
        connection.execute(text(f"UPDATE {seen}"), day)
        connection.execute(
            text(
                f"INSERT INTO core.punch ({PUNCH}, punch_id, device_record_id, change_no)"
                f" SELECT {PUNCH}, punch_id || '-2', device_record_id || '-2', :change_no FROM core.punch"
                " WHERE work_date = :day AND punch_id = (SELECT min(punch_id) FROM delivery.punch_state"
                " WHERE work_date = :day AND target = :target AND state = 'acknowledged')"
            ),
            {**day, "change_no": change_no},
        )
        statements.run(connection, "core/count_read", work_date=DAY, change_no=change_no)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("which", ["min", "max"], ids=["the-first", "the-last"])
def test_one_of_two_alike_that_a_platform_lost_is_there_again(told: Any, target: str, which: str) -> None:
    """Two records of one person and second: a platform that counts a record once drops the wrong one of them."""
    town = told
    deliver(town.city, DAY, target)
    add_one_alike(town, target)
    deliver(town.city, DAY, target)
    there = f"{target}.attendance WHERE (id_number, punched_at, direction) IN ({ALIKE.format(target=target)})"
    [(before,)] = town.sandbox_sql(f"SELECT count(*) FROM {there}")
    assert before == 2
    [(twin,)] = town.sandbox_sql(f"SELECT {which}(attendance_id) FROM {there}")
    town.sandbox_sql(f"DELETE FROM {target}.attendance WHERE attendance_id = %s", twin)
    summary = reconcile_uploads(town.city, DAY, targets=[target])[target]
    assert (summary["missing"], summary["sent_again"], summary["adopted"], summary["doubled"]) == (1, 1, 0, 0)
    assert town.sandbox_sql(f"SELECT count(*) FROM {target}.attendance WHERE work_date = '{DAY}'") == [
        (completeness(town.city, DAY)[target]["acknowledged"],)
    ]
    assert_effect_equals_acknowledged(town, target)
    assert reconcile_uploads(town.city, DAY, targets=[target])[target]["differ"] == 0
