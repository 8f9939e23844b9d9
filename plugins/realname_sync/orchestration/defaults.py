"""What every DAG of this system has in common."""

from typing import Any

from realname_sync.orchestration.priority import TodayFirst
from realname_sync.orchestration.retry import RETRIES, RETRY_DELAY, RETRY_POLICY
from realname_sync.orchestration.run_context import (
    EARLIER_DAYS_PARAM,
    INPUTS_SINCE_PARAM,
    PROJECTS_PARAM,
    TARGETS_PARAM,
    WORK_DATE_PARAM,
)

EVERY_DAG: dict[str, Any] = {
    "catchup": False,  # missed dates are made up on purpose, by a backfill
    "default_args": {
        "owner": "realname_sync",
        "retries": RETRIES,
        "retry_delay": RETRY_DELAY,
        "retry_policy": RETRY_POLICY,
        "weight_rule": TodayFirst(),
    },
}
BY_DATE: dict[str, Any] = {
    **EVERY_DAG,
    "max_active_runs": 4,  # a date that waits for its inputs keeps no other date waiting
    "params": {"work_date": WORK_DATE_PARAM, "inputs_since": INPUTS_SINCE_PARAM},
}
SWEEP: dict[str, Any] = {
    **EVERY_DAG,
    "max_active_runs": 1,  # a sweep that comes while another runs would find nothing that the other one leaves
    "params": {"work_date": WORK_DATE_PARAM, "earlier_days": EARLIER_DAYS_PARAM},
}
PUSH: dict[str, Any] = {
    **BY_DATE,
    "max_active_runs": 1,  # one date at a time goes to a platform
    "params": {**BY_DATE["params"], "projects": PROJECTS_PARAM},
}
RECONCILE: dict[str, Any] = {
    **BY_DATE,
    "params": {**BY_DATE["params"], "projects": PROJECTS_PARAM, "targets": TARGETS_PARAM},
}
