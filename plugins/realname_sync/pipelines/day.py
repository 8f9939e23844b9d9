"""One whole day, in order, without Airflow: what the DAGs do."""

from collections.abc import Callable
from datetime import date
from typing import Any

from realname_sync.errors import BrokenRulesError
from realname_sync.pipelines.cases import update_cases
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.city import City
from realname_sync.pipelines.deliver import TARGETS, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.lamps_and_cases import take_up_lamps
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.pipelines.report import report_quality


def run_day(city: City, work_date: date, progress: Callable[[str], None] = lambda _text: None) -> dict[str, Any]:
    """Pull, extract, check, deliver to both platforms, reconcile and report; repeating it sends what is missing.

    Raises:
        BrokenRulesError: rules could not be carried out; what the rules had seen was sent all the same.
        RealnameError: whatever a step raises; the steps before it stand.
    """
    summary: dict[str, Any] = {}
    progress("pull the shared master data")
    summary["pull"] = pull_master_data(city)
    progress("pull the lamps")
    summary["lamps"] = take_up_lamps(city)
    progress("extract the municipal platform")
    summary["extract"] = extract_municipal(city, work_date)
    progress("check consistency")
    broken: BrokenRulesError | None = None
    try:
        summary["check"] = check_consistency(city, work_date)
    except BrokenRulesError as failure:
        broken = failure
        progress(str(failure))
    summary["cases"] = update_cases(city, work_date)
    for target in TARGETS:
        progress(f"deliver to the {target}")
        summary[target] = deliver(city, work_date, target, progress=progress)
    progress("reconcile")
    summary["reconcile"] = reconcile_uploads(city, work_date, progress=progress)
    progress("report")
    summary["report"] = report_quality(city, work_date)
    if broken:
        raise broken
    return summary
