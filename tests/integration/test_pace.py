"""A limit that no document states is found by trying, without losing or doubling anything."""

from collections.abc import Callable
from typing import Any

from deliveries import DAY, assert_effect_equals_acknowledged

from realname_sync.pipelines.deliver import deliver


def test_a_platforms_limit_is_found_and_kept_to(open_town: Callable[..., Any]) -> None:
    # The sandbox limits each appid, and at the nation each project has its own: so the province is limited here.
    limited = open_town(1, stage="checked", rate_limits={"province": 25, "integrity": None, "nation": None})
    limited.override("province_platform", first_calls_per_second=5)
    deliver(limited.city, DAY, "province")
    assert_effect_equals_acknowledged(limited, "province")
    calls = limited.platforms.calls("province")
    refused = sum(call["code"] == -5 for call in calls)
    assert refused <= 0.15 * len(calls)
    half = (
        len(calls) // 2
    )  # how fast it gets there hangs on the machine; how much of a limit is used, test_shared_pace says
    assert _calls_a_second(calls[half:]) >= 2 * 5
    [(rate,)] = limited.warehouse_sql("SELECT calls_per_second FROM ops.pace WHERE platform = 'province'")
    assert 10 <= rate <= 40


def _calls_a_second(calls: list[Any]) -> float:
    return len(calls) / float((calls[-1]["received_at"] - calls[0]["received_at"]).total_seconds())
