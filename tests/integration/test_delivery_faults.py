"""What platforms do to calls of attendance: nothing is lost and nothing counts twice."""

from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY, assert_effect_equals_acknowledged, deliver_until_it_ends

from realname_sync.errors import RetriableError
from realname_sync.pipelines.deliver import completeness, deliver

pytestmark = pytest.mark.usefixtures("proved_by_the_receivers")


@pytest.mark.parametrize("target", ["province", "nation"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before", "times": 2},
        {"kind": "drop_after", "times": 2},
        {"kind": "http_error", "status": 502, "times": 2},
        {"kind": "http_error", "status": 503, "after_work": True, "times": 2},
        {"kind": "malformed_answer", "shape": "html", "times": 2},
        {"kind": "answer_code", "code": 9999, "times": 2},
        {"kind": "throttle", "times": 3},
        {"kind": "slow_results", "seconds": 2, "times": 2},
        {"kind": "failed_results", "times": 2},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_after_any_fault_the_platform_has_each_punch_once(told: Any, target: str, fault: dict[str, Any]) -> None:
    told.platforms.set_faults(target, {"method": ATTENDANCE, **fault})
    deliver_until_it_ends(told, target)
    assert_effect_equals_acknowledged(told, target)


def test_rows_are_not_refused_for_trouble_the_platform_has_with_everything(told: Any) -> None:
    told.platforms.set_faults("nation", {"kind": "failed_results", "method": ATTENDANCE})
    with pytest.raises(RetriableError, match="neither took nor refused"):
        deliver(told.city, DAY, "nation")
    states = completeness(told.city, DAY)["nation"]
    assert (states["acknowledged"], states["refused"]) == (0, 0)
    assert states["waiting"] + states["in_batch"] == states["read"] - states["held"]
    told.platforms.clear_faults()
    deliver(told.city, DAY, "nation")
    assert_effect_equals_acknowledged(told, "nation")
