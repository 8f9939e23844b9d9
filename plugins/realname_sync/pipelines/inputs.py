"""What a step needs before it may work for a date, and whether the warehouse says that it is there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from realname_sync.pipelines.city import City
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import SHANGHAI


@dataclass(frozen=True)
class Input:
    """A step whose work another step builds on.

    Attributes:
        step: the step's name in ops.step_run.
        target: the platform, for a step that has one.
        dated: whether the step works for a date, or for now.
        may_fail: whether an attempt that failed will do, because what follows tells what is missing.
    """

    step: str
    target: str | None = None
    dated: bool = True
    may_fail: bool = False

    def __str__(self) -> str:
        return f"{self.step} ({self.target})" if self.target else self.step


INPUTS: Mapping[str, tuple[Input, ...]] = {
    "check_consistency": (Input("pull_master_data", dated=False), Input("extract_municipal")),
    "deliver": (Input("check_consistency"),),
    # A platform that is down must not keep anyone from seeing how much did not arrive.
    "reconcile_uploads": (
        Input("deliver", "province", may_fail=True),
        Input("deliver", "nation", may_fail=True),
    ),
    "report_quality": (Input("check_consistency"), Input("reconcile_uploads", may_fail=True)),
}


def missing_inputs(
    city: City,
    step: str,
    work_date: date,
    since: datetime | None = None,
    targets: Collection[str] = ("province", "nation"),
) -> list[str]:
    """What `step` still has to wait for on that date, as sentences; empty when it may begin.

    Args:
        city: the city whose warehouse is asked.
        step: a key of INPUTS.
        work_date: the date the step is to work for.
        since: a run of a dated input that began before this instant does not count.
        targets: the platforms that the step works for; inputs of others are not waited for.
    """
    with transaction(city.engine, Role.READ) as connection:
        sentences = []
        for wanted in INPUTS[step]:
            if wanted.target and wanted.target not in targets:
                continue
            found = statements.rows(
                connection,
                "ops/newest_step_run",
                step=wanted.step,
                work_date=work_date if wanted.dated else None,
                target=wanted.target,
            )
            reason = _reason(wanted, found[0] if found else None, since if wanted.dated else None)
            if reason:
                sentences.append(f"{wanted} {f'of {work_date} ' if wanted.dated else ''}{reason}")
    return sentences


def _reason(wanted: Input, run: Row[Any] | None, since: datetime | None) -> str:
    """Why that newest run is not enough; empty where it is."""
    if run is None:
        return "has not run yet"
    if since is not None and run.started_at < since:
        return f"last ran at {_clock_time(run.started_at)}, before this round began at {_clock_time(since)}"
    if run.state == "running":
        return f"has been running since {_clock_time(run.started_at)}"
    # A check with broken rules has looked at the date all the same; how far may be sent, its own record says.
    if run.state == "failed" and not wanted.may_fail and not (run.summary or {}).get("broken"):
        return f"failed at {_clock_time(run.ended_at)}: mend it and run it again"
    return ""


def _clock_time(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
