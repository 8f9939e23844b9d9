"""The tasks: each opens the city and calls one use case.

Use cases are imported inside the bodies, so that parsing a DAG file loads no warehouse, no pandas and no expectations.
"""

import logging
from datetime import date
from typing import Any

from airflow.sdk import Asset, PokeReturnValue, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from realname_sync import settings
from realname_sync.orchestration import alerts, assets, metrics
from realname_sync.orchestration.notes import failure_noted, leave_note
from realname_sync.orchestration.pools import Pool
from realname_sync.orchestration.run_context import (
    announce,
    for_work_date,
    inputs_since,
    opened_city,
    run_restrictions,
    run_work_date,
)

log = logging.getLogger(__name__)

# From the first step of an evening to the last there are not two hours; longer waiting means that a step has failed.
_POKE_SECONDS = 60
_WAIT_SECONDS = 2 * 3600

SHARDS = [f"{number} of {settings.shards()}" for number in range(1, settings.shards() + 1)]
"""The parts of a push; a worker that is free takes the next one, as far as the platform's pool has slots."""


@task(outlets=[assets.SHARED_MASTER_DATA], pool=Pool.INTEGRITY)
def pull_master_data(params: dict[str, Any]) -> dict[str, Any]:
    """Pull what changed on the integrity platform, or everything."""
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.pull import pull_master_data

    with failure_noted(), opened_city() as city, metrics.calls_counted(city, "integrity"):
        counts = pull_master_data(city, full=bool(params["full"]))
        leave_note(sentences.of_pull(counts))
    announce(assets.SHARED_MASTER_DATA, counts)
    return counts


@task(pool=Pool.INTEGRITY)
def pull_lamps(params: dict[str, Any]) -> dict[str, Any]:
    """Pull the lamps, settle what was stated after them, and let the cases follow."""
    from realname_sync.pipelines.lamps_and_cases import take_up_lamps

    with failure_noted(), opened_city() as city:
        return take_up_lamps(city, full=bool(params["full"]))


@task.sensor(mode="reschedule", poke_interval=_POKE_SECONDS, timeout=_WAIT_SECONDS)
def await_inputs(step: str) -> PokeReturnValue:
    """Wait until what the step builds on is there for the work date, as the warehouse tells."""
    from realname_sync.pipelines.deliver import TARGETS
    from realname_sync.pipelines.inputs import missing_inputs

    work_date, targets = run_work_date(), run_restrictions("targets").get("targets", TARGETS)
    with opened_city() as city:
        missing = missing_inputs(city, step, work_date, inputs_since(work_date), targets)
    for sentence in missing:
        log.warning("waiting: %s", sentence)
    leave_note(f"Waiting: {'; '.join(missing)}." if missing else "")
    return PokeReturnValue(is_done=not missing)


@task(outlets=[assets.MUNICIPAL_DAY], pool=Pool.MUNICIPAL)
def extract_municipal() -> dict[str, Any]:
    """Take the municipal platform's objects and the day's punches into the warehouse."""
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.extract import extract_municipal

    counts = for_work_date(
        extract_municipal,
        assets.MUNICIPAL_DAY,
        said=lambda _city, day, counts: sentences.of_extraction(day, counts),
    )
    metrics.count_read(counts["punches"])
    return counts


@task(inlets=[assets.SHARED_MASTER_DATA, assets.MUNICIPAL_DAY], outlets=[assets.FINDINGS])
def check_consistency() -> dict[str, Any]:
    """Run every rule over the day and keep what it found."""
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.check import check_consistency

    counts = for_work_date(
        check_consistency, assets.FINDINGS, said=lambda _city, day, counts: sentences.of_check(day, counts)
    )
    metrics.count_findings(counts)
    return counts


@task(inlets=[assets.FINDINGS])
def update_cases() -> dict[str, Any]:
    """Open and update the cases that follow from the day's findings and the lamps."""
    from realname_sync.pipelines.cases import update_cases

    with failure_noted(), opened_city() as city:
        return update_cases(city, run_work_date())


@task(
    inlets=[assets.FINDINGS],
    outlets=[assets.SENT_TO_PROVINCE],
    pool=Pool.PROVINCE,
    map_index_template="{{ shard_name }}",
)
def deliver_to_province(shard: str) -> dict[str, Any]:
    """Send to the province what is due and not held, of the projects of one shard."""
    return _deliver(assets.SENT_TO_PROVINCE, "province", shard)


@task(
    inlets=[assets.FINDINGS], outlets=[assets.SENT_TO_NATION], pool=Pool.NATION, map_index_template="{{ shard_name }}"
)
def deliver_to_nation(shard: str) -> dict[str, Any]:
    """Send to the nation what is due and not held, of the projects of one shard."""
    return _deliver(assets.SENT_TO_NATION, "nation", shard)


def _deliver(asset: Asset, target: str, shard: str) -> dict[str, Any]:
    from realname_sync.delivery.shard import Shard
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.deliver import deliver

    context: Any = get_current_context()
    number, of = map(int, shard.split(" of "))
    context["shard_name"] = f"projects, shard {shard}" if of > 1 else "all projects"
    if context["params"].get("dry_run"):
        if number == 1:
            _foresee(target)
        raise AirflowSkipException("a dry run: nothing was sent, and so nothing is announced")

    def use_case(city: Any, work_date: date, **options: Any) -> dict[str, Any]:
        with metrics.calls_counted(city, target):
            return deliver(city, work_date, target, shard=Shard(number, of), **options)

    counts = for_work_date(
        use_case,
        asset,
        said=lambda city, day, counts: sentences.of_delivery(city, day, target, counts["states"]),
        **run_restrictions("projects"),
    )
    metrics.tell_states(target, counts["states"])
    return counts


def _foresee(target: str) -> None:
    """Say what a push of all shards would send."""
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.backfill.plan import make_plan
    from realname_sync.pipelines.backfill.request import make_request

    with failure_noted(), opened_city() as city:
        work_date = run_work_date()
        request = make_request(
            city, work_date, work_date, targets=[target], steps=["push"], **run_restrictions("projects")
        )
        plan = make_plan(city, request)
        leave_note(f"Dry run, nothing was sent. {sentences.of_plan(request, plan)}")


@task(inlets=[assets.SENT_TO_PROVINCE, assets.SENT_TO_NATION], outlets=[assets.RECONCILIATION])
def reconcile_uploads() -> dict[str, Any]:
    """Compare what was read, what was acknowledged and what the platforms hold."""
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.reconcile import reconcile_uploads

    return for_work_date(
        reconcile_uploads,
        assets.RECONCILIATION,
        said=lambda _city, day, counts: sentences.of_reconciliation(day, counts),
        **run_restrictions("projects", "targets"),
    )


@task(inlets=[assets.FINDINGS, assets.RECONCILIATION], outlets=[assets.QUALITY_REPORT])
def report_quality() -> dict[str, Any]:
    """Write the quality report of the day."""
    from realname_sync.pipelines.report import report_quality

    return for_work_date(
        report_quality, assets.QUALITY_REPORT, said=lambda _city, day, _counts: f"The report of {day} is written."
    )


@task(inlets=[assets.FINDINGS])
def report_month() -> dict[str, Any]:
    """Write the quality report of the month that the work date lies in."""
    from realname_sync.pipelines.report import report_month

    with failure_noted(), opened_city() as city:
        return report_month(city, run_work_date().replace(day=1))


@task(inlets=[assets.SHARED_MASTER_DATA, assets.FINDINGS], pool=Pool.INTEGRITY)
def follow_corrections(params: dict[str, Any]) -> dict[str, Any]:
    """Follow the tickets of corrections, and close those that a pull shows mended."""
    from realname_sync.pipelines.correction_following import follow_corrections

    with failure_noted(), opened_city() as city:
        return follow_corrections(city, every_ticket=bool(params["every_ticket"]), progress=log.info)


@task
def apply_retention(params: dict[str, Any]) -> dict[str, Any]:
    """Drop what is past its time, or only tell what that is."""
    from realname_sync.pipelines.retention import apply_retention

    with failure_noted(), opened_city() as city:
        counts = apply_retention(city, dry_run=bool(params["dry_run"]), progress=log.info)
    gone = f"{len(counts['dropped'])} days and {sum(counts['rows'].values()):,} other rows"
    leave_note(
        f"{gone} {'would go; nothing was dropped' if params['dry_run'] else 'are dropped'}; "
        f"{len(counts['kept'])} days past their time are kept."
    )
    return counts


@task(pool=Pool.MUNICIPAL)
def read_new(params: dict[str, Any]) -> dict[str, Any]:
    """Read and check what is new, for the work date and for earlier days that rows arrived for."""
    from realname_sync.pipelines.sweep import read_new

    with failure_noted(), opened_city() as city:
        read = read_new(city, run_work_date(), earlier_days=int(params["earlier_days"]), progress=log.info)
    new = sum(counts["written"] for counts in read["read"].values())
    for counts in read["read"].values():
        metrics.count_read(counts)
    leave_note(f"{new:,} punches new or changed; to send: {', '.join(read['days'])}.")
    return read


@task(pool=Pool.PROVINCE)
def sweep_to_province(read: dict[str, Any]) -> dict[str, Any]:
    """Send to the province what is due of the days that were read."""
    return _deliver_days(read, "province")


@task(pool=Pool.NATION)
def sweep_to_nation(read: dict[str, Any]) -> dict[str, Any]:
    """Send to the nation what is due of the days that were read."""
    return _deliver_days(read, "nation")


def _deliver_days(read: dict[str, Any], target: str) -> dict[str, Any]:
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.sweep import deliver_days

    with failure_noted(), opened_city() as city, metrics.calls_counted(city, target):
        delivered = dict(deliver_days(city, map(date.fromisoformat, read["days"]), target, progress=log.info))
        today = read["days"][0]
        metrics.tell_states(target, delivered[today])
        leave_note(sentences.of_delivery(city, date.fromisoformat(today), target, delivered[today]))
    return {"days": delivered, "broken": read["broken"]}


@task(trigger_rule=TriggerRule.ALL_DONE)
def watch_deadline(target: str, delivered: dict[str, Any] | None) -> dict[str, str]:
    """Tell a person if the date is at risk, whatever became of the tasks before; fail if they did, or rules broke."""
    from realname_sync.pipelines.sweep import broken_sentence

    work_date = run_work_date()
    with opened_city() as city:
        verdicts = alerts.watch(city, work_date, [target])
    if delivered is None:
        raise AirflowFailException(f"{target}: the sweep of {work_date} did not deliver; see the log of that task")
    if delivered["broken"]:
        raise AirflowFailException(broken_sentence(delivered["broken"]))
    return verdicts
