"""The tasks of a backfill that is asked for in Airflow's page: tell, have it approved where it is large, do, follow."""

import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context, PokeReturnValue, get_current_context, task

from realname_sync.errors import RefusedError
from realname_sync.orchestration.notes import failure_noted, leave_note
from realname_sync.orchestration.run_context import opened_city

if TYPE_CHECKING:
    from realname_sync.pipelines.backfill.progress import Progress
    from realname_sync.pipelines.backfill.record import Backfill
    from realname_sync.pipelines.backfill.request import Request
    from realname_sync.pipelines.city import City

log = logging.getLogger(__name__)

PLAN = "plan_days"
PATIENCE = timedelta(hours=12)
"""How long an approval is waited for; then the backfill is rejected, and may be asked for again."""

_POKE_SECONDS = 15
_RAREST_LOOK = timedelta(minutes=5)
_LONGEST = timedelta(days=7)


@task.short_circuit(task_id=PLAN, ignore_downstream_trigger_rules=True)
def plan_days(params: dict[str, Any]) -> dict[str, Any] | None:
    """Say what there is to do, and whether it needs an approval; nothing else follows a dry run."""
    from realname_sync.pipelines import sentences
    from realname_sync.pipelines.backfill.plan import make_plan
    from realname_sync.pipelines.city_code import city_code
    from realname_sync.quality.approval_settings import limit_in_force, load_approval_limits
    from realname_sync.workdate import work_date_of

    with failure_noted(), opened_city() as city:
        request = _request(city, params)
        plan = make_plan(city, request)
        limit = limit_in_force(load_approval_limits(), work_date_of(city.clock()), city_code(city))
        rows = max(plan.total(target).to_send for target in request.targets)
        why = limit.why_too_large(len(request.days), rows) if limit else "no size is set below which none is needed"
        said = sentences.of_plan(request, plan)
    log.info("%s", said)
    if params["dry_run"]:
        leave_note(f"Dry run, nothing was done. {said}")
        return None
    leave_note(f"{said} {f'It needs an approval: {why}.' if why else 'It needs no approval.'}")
    return {"said": plan.record, "sentence": said, "why": why}


class ApproveWhereLarge(ApprovalOperator):
    """Waits for a person where the plan says that the backfill is large; any other goes on."""

    def execute(self, context: Context) -> Any:
        """Park the task until somebody has answered, or go on at once."""
        if context["ti"].xcom_pull(task_ids=PLAN)["why"] is None:
            leave_note("No approval was needed.")
            return None
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on, or skip what follows, and say who decided."""
        if "error" not in event:
            user = (event["responded_by_user"] or {}).get("name") or "nobody within the time that is waited"
            leave_note(f"{', '.join(event['chosen_options'])}: by {user}.")
        return super().execute_complete(context, event)


def approval() -> ApproveWhereLarge:
    """The approval of the plan; no answer within PATIENCE is a rejection."""
    plan = f"ti.xcom_pull(task_ids='{PLAN}')"
    return ApproveWhereLarge(
        task_id="approve",
        subject="Make up {{ params.first }} to {{ params.last }}?",
        body=f"{{{{ {plan}['sentence'] }}}}\n\nIt needs an approval: {{{{ {plan}['why'] }}}}.\n\n"
        "Reason given: {{ params.reason }}",
        defaults=ApprovalOperator.REJECT,
        response_timeout=PATIENCE,
    )


@task
def start_backfill(params: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    """Keep the record and have Airflow make the days, DAG by DAG; after a failure carry on with what is missing."""
    from realname_sync.orchestration.backfill import to_ask
    from realname_sync.orchestration.connections import own_airflow
    from realname_sync.pipelines.backfill.progress import close_complete, progress_of
    from realname_sync.pipelines.backfill.record import add_backfill, held, note_dag

    context = get_current_context()
    with failure_noted(), opened_city() as city, own_airflow() as airflow:
        close_complete(city)
        run = context["dag_run"]
        by = f"{run.triggering_user_name or 'Airflow'} ({run.run_id})"
        found = _begun(city, by) or add_backfill(
            city, _request(city, params), by_airflow=True, reason=params["reason"], by=by, said=plan["said"]
        )
        with held(city, found.number):
            for asked in to_ask(found, progress_of(city, found)):
                if asked.dag_id in found.created_dags:
                    continue
                airflow.make_backfill(asked)
                note_dag(city, found.number, asked.dag_id)
    leave_note(
        f"Backfill {found.number} is left to Airflow; `realname backfill show {found.number}` tells how far it is."
    )
    return {"number": found.number}


def _begun(city: "City", by: str) -> "Backfill | None":
    """The record that an earlier attempt of this task made, if it came so far."""
    from realname_sync.pipelines.backfill.record import list_backfills

    return next((one for one in list_backfills(city, only_open=True) if one.asked_by == by), None)


@task.sensor(
    mode="reschedule",
    poke_interval=_POKE_SECONDS,
    exponential_backoff=True,  # each look is a new process
    max_wait=_RAREST_LOOK,
    timeout=_LONGEST.total_seconds(),
)
def follow_backfill(begun: dict[str, Any]) -> PokeReturnValue:
    """Wait until every step of every day is done; fail once Airflow has ended and something is missing."""
    from realname_sync.orchestration.connections import own_airflow
    from realname_sync.pipelines.backfill.progress import close_if_complete, result_of
    from realname_sync.pipelines.backfill.record import get_backfill

    with failure_noted(), opened_city() as city:
        found = get_backfill(city, begun["number"])
        with own_airflow() as airflow:
            ended = not any(airflow.is_under_way(dag_id) for dag_id in found.created_dags)
        progress = close_if_complete(city, found)
        done = f"{len(progress.done)} of {len(progress.tasks)} steps are done"
        log.info("backfill %d: %s", found.number, done)
        if not progress.is_complete:
            if not ended and found.state == "open":
                leave_note(f"Backfill {found.number}: {done}.")
                return PokeReturnValue(is_done=False)
            raise _unfinished(found, progress)
        came = "; ".join(
            f"{target}: {one['sent']:,} sent, {one['acknowledged']:,} acknowledged in all, {one['held']:,} held"
            for target, one in result_of(city, found).items()
        )
    leave_note(f"Backfill {found.number} is done. {came}.")
    return PokeReturnValue(is_done=True)


def _unfinished(found: "Backfill", progress: "Progress") -> RefusedError:
    number, missing = found.number, progress.missing
    if found.state != "open":
        return RefusedError(f"backfill {number} was {found.state} by a person; what it did stands")
    return RefusedError(
        f"backfill {number}: {len(missing)} steps are not done, the first is {missing[0]}; see its run, then "
        f"`realname backfill resume {number}`"
    )


def _request(city: "City", params: dict[str, Any]) -> "Request":
    from realname_sync.pipelines.backfill.request import make_request

    return make_request(
        city,
        date.fromisoformat(params["first"]),
        date.fromisoformat(params["last"]),
        targets=params["targets"] or (),
        steps=params["steps"] or (),
        projects=params["projects"] or (),
        area_code=params["area"] or None,
        newest_first=params["order"] == "newest first",
        is_long_meant=params["long_is_meant"],
    )
