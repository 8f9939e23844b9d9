"""What the delivery itself leaves to be found: punches that arrived late, and those a platform refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from deliveries import DAY, Clock, at

from realname_sync.pipelines.check import check_consistency, check_uploads
from realname_sync.pipelines.deliver import completeness, deliver
from realname_sync.pipelines.extract import extract_municipal

FOUND = "SELECT object_key, field, project_code, actual FROM quality.finding WHERE work_date = :day AND rule_id = :rule"


def found(town: Any, rule: str) -> list[Any]:
    return list(town.warehouse_sql(FOUND, day=DAY, rule=rule))


def test_what_arrived_after_midnight_is_counted_by_project_and_platform(open_town: Callable[..., Any]) -> None:
    clock = Clock(at(23))
    town = open_town(1, stage="checked", clock=clock)
    deliver(town.city, DAY, "province")
    check_uploads(town.city, DAY)
    assert found(town, "UPL-009") == []
    clock.set(at(23, 59) + timedelta(minutes=30))
    deliver(town.city, DAY, "nation")
    check_uploads(town.city, DAY)
    late = found(town, "UPL-009")
    assert {row.field for row in late} == {"attendance:nation"}
    counts = {row.project_code: int(row.actual.split()[0]) for row in late}
    acknowledged = town.warehouse_sql(
        "SELECT project_code, count(*) AS punches FROM delivery.punch_state"
        " WHERE work_date = :day AND target = 'nation' AND state = 'acknowledged' GROUP BY project_code",
        day=DAY,
    )
    assert counts == {row.project_code: row.punches for row in acknowledged}
    assert sum(counts.values()) == completeness(town.city, DAY)["nation"]["acknowledged"] > 0


def test_the_province_refuses_a_number_used_twice_as_foretold(checked: Any) -> None:
    deliver(checked.city, DAY, "nation")
    [(first, second)] = checked.warehouse_sql(
        "WITH sent AS (SELECT punch.* FROM core.punch AS punch INNER JOIN delivery.punch_state AS state"
        " USING (work_date, project_code, punch_id) WHERE punch.work_date = :day AND state.target = 'nation'"
        " AND state.state = 'acknowledged' AND punch.device_record_id IS NOT NULL)"
        " SELECT one.punch_id, other.punch_id FROM sent AS one INNER JOIN sent AS other USING (device_sn)"
        " WHERE other.received_at > one.received_at + interval '1 hour' ORDER BY 1, 2 LIMIT 1",
        day=DAY,
    )
    checked.municipal_sql(
        "UPDATE attendance AS other SET device_record_id = one.device_record_id FROM attendance AS one"
        " WHERE one.id = %s AND other.id = %s",
        first,
        second,
    )
    before = {row.object_key for row in found(checked, "RST-009")}
    extract_municipal(checked.city, DAY)
    check_consistency(checked.city, DAY)
    told = {row.object_key: row.actual for row in found(checked, "RST-009")}
    assert {key: actual for key, actual in told.items() if key not in before} == {
        second: f"the number of punch {first}"
    }
    deliver(checked.city, DAY, "province")
    states = checked.warehouse_sql(
        "SELECT punch_id, state FROM delivery.punch_state WHERE work_date = :day AND target = 'province'"
        " AND (punch_id IN (:first, :second) OR state = 'refused') ORDER BY punch_id",
        day=DAY,
        first=first,
        second=second,
    )
    stands = {row.punch_id: row.state for row in states}
    assert (stands.pop(first), stands.pop(second)) == ("acknowledged", "refused")
    assert set(stands) <= before  # what was planted is refused for the same reason
    [(project_code,)] = checked.warehouse_sql("SELECT project_code FROM core.punch WHERE punch_id = :key", key=second)
    check_uploads(checked.city, DAY)
    [refused] = [row for row in found(checked, "UPL-010") if row.project_code == project_code]
    assert refused.object_key.startswith(f"{refused.project_code}|province|")
    assert refused.actual.startswith("1 punches refused: ")
    assert "该设备的记录编号已用于另一条记录" in refused.actual
