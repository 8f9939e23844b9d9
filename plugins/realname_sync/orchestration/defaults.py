"""What every DAG of this system has in common."""

from typing import Any

from realname_sync.orchestration.retry import RETRIES, RETRY_DELAY, RETRY_POLICY
from realname_sync.orchestration.run_context import INPUTS_SINCE_PARAM, WORK_DATE_PARAM

EVERY_DAG: dict[str, Any] = {
    "catchup": False,  # missed dates are made up on purpose, by a backfill
    "default_args": {
        "owner": "realname_sync",
        "retries": RETRIES,
        "retry_delay": RETRY_DELAY,
        "retry_policy": RETRY_POLICY,
    },
}
BY_DATE: dict[str, Any] = {
    **EVERY_DAG,
    "max_active_runs": 1,  # the dates of a backfill go one after the other
    "params": {"work_date": WORK_DATE_PARAM, "inputs_since": INPUTS_SINCE_PARAM},
}
