"""What every DAG of this system has in common."""

from typing import Any

from realname_sync.orchestration import form
from realname_sync.orchestration.priority import TodayFirst
from realname_sync.orchestration.retry import RETRIES, RETRY_DELAY, RETRY_POLICY

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
    "params": {"work_date": form.WORK_DATE_PARAM, "inputs_since": form.INPUTS_SINCE_PARAM},
}
SWEEP: dict[str, Any] = {
    **EVERY_DAG,
    "max_active_runs": 1,  # a sweep that comes while another runs would find nothing that the other one leaves
    "params": {"work_date": form.WORK_DATE_PARAM, "earlier_days": form.EARLIER_DAYS_PARAM},
}
PUSH: dict[str, Any] = {
    **BY_DATE,
    "max_active_runs": 1,  # one date at a time goes to a platform
    "params": {**BY_DATE["params"], "projects": form.PROJECTS_PARAM, "dry_run": form.dry_run_param(at_first=False)},
}
RECONCILE: dict[str, Any] = {
    **BY_DATE,
    "params": {**BY_DATE["params"], "projects": form.PROJECTS_PARAM, "targets": form.TARGETS_PARAM},
}
MAKE_UP: dict[str, Any] = {
    **EVERY_DAG,
    "max_active_runs": 4,  # one that waits for its approval keeps no other one waiting
    "params": form.BACKFILL_PARAMS,
}
