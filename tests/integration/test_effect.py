"""The comparison of effect and acknowledged set finds a row that is gone, one that is doubled and one too many."""

from typing import Any

from deliveries import DAY, assert_effect_equals_acknowledged
from effect import differences

from realname_sync.pipelines.deliver import deliver

_ROW = "(SELECT min(attendance_id) FROM nation.attendance)"
_AGAIN = (
    "INSERT INTO nation.attendance (project_code, id_card_type, id_number, punched_at, work_date, direction, has_image,"
    " is_late, arrived_at, serial_code) SELECT project_code, id_card_type, id_number, punched_at{shift}, work_date,"
    f" direction, has_image, is_late, arrived_at, serial_code FROM nation.attendance WHERE attendance_id = {_ROW}"
)


def test_a_row_removed_doubled_or_exchanged_is_found(told: Any) -> None:
    deliver(told.city, DAY, "nation")
    assert_effect_equals_acknowledged(told, "nation")
    told.sandbox_sql(_AGAIN.format(shift=""))
    assert [text.split(":")[0] for text in differences(told, "nation", DAY)] == ["there and not acknowledged"]
    told.sandbox_sql(f"DELETE FROM nation.attendance WHERE attendance_id = {_ROW}")
    assert differences(told, "nation", DAY) == []
    told.sandbox_sql(_AGAIN.format(shift=" + interval '1 second'"))
    told.sandbox_sql(f"DELETE FROM nation.attendance WHERE attendance_id = {_ROW}")
    # As many rows as before, and yet not the same: what counting alone would not have found.
    assert [text.split(":")[0] for text in differences(told, "nation", DAY)] == [
        "acknowledged and not there",
        "there and not acknowledged",
    ]
