"""The fields of the forms by which a DAG is started: each with its title, what it is for, and what it takes."""

from typing import Any

from airflow.sdk import Param

PROJECT_CODE = {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,50}$"}

WORK_DATE_PARAM = Param(
    None,
    type=["null", "string"],
    format="date",
    title="Work date",
    description="The day to work for, as yyyy-MM-dd. Leave it empty to work for the run's own partition. "
    "Working for a date again is safe: it gives the same result and touches no other date.",
)
INPUTS_SINCE_PARAM = Param(
    None,
    type=["null", "string"],
    format="date-time",
    title="Inputs since",
    description="Wait for inputs that were made at or after this instant, for example when a range is being made anew. "
    "Leave it empty to take the inputs as they are; a scheduled run waits for those of its own evening.",
)
PROJECTS_PARAM = Param(
    None,
    type=["null", "array"],
    items=PROJECT_CODE,
    uniqueItems=True,
    title="Projects",
    description="Send rows of these projects only, by their codes. Leave it empty to send what every project is due.",
)
TARGETS_PARAM = Param(
    None,
    type=["null", "array"],
    items={"type": "string", "enum": ["province", "nation"]},
    examples=["province", "nation"],
    uniqueItems=True,
    title="Platforms",
    description="Only these platforms, province or nation. Leave it empty for both.",
)
EARLIER_DAYS_PARAM = Param(
    7,
    type="integer",
    minimum=0,
    maximum=31,
    title="Earlier days",
    description="How many earlier days that rows arrived late for one sweep takes, newest first. "
    "What it leaves the next one takes.",
)


def dry_run_param(*, at_first: bool) -> Param:
    """Whether a run only says what it would do."""
    return Param(
        at_first,
        type="boolean",
        title="Dry run",
        description="Only say what would be done, in the note of the run; nothing is sent and nothing is dropped.",
    )


def _day(title: str) -> Param:
    return Param(
        type="string",
        format="date",
        title=title,
        description="A whole day in Asia/Shanghai, as yyyy-MM-dd; it is included, and lies not in the future.",
    )


BACKFILL_PARAMS: dict[str, Any] = {
    "first": _day("First day"),
    "last": _day("Last day"),
    "reason": Param(
        type="string",
        minLength=5,
        maxLength=300,
        title="Reason",
        description="Why; it is kept with the backfill and shown to who approves it. No names of persons.",
    ),
    "targets": TARGETS_PARAM,
    "projects": PROJECTS_PARAM,
    "area": Param(
        None,
        type=["null", "string"],
        pattern="^[0-9]{6}$",
        title="District",
        description="Send rows of this district's projects only, by its code such as 330106.",
    ),
    "steps": Param(
        None,
        type=["null", "array"],
        items={"type": "string", "enum": ["extract", "check", "push", "reconcile", "report"]},
        examples=["extract", "check", "push", "reconcile", "report"],
        uniqueItems=True,
        title="Steps",
        description="Only these steps. Leave it empty for the whole of each day.",
    ),
    "order": Param(
        "oldest first",
        type="string",
        enum=["oldest first", "newest first"],
        title="Order",
        description="At which end of the range to begin.",
    ),
    "long_is_meant": Param(
        False,
        type="boolean",
        title="More than 92 days are meant",
        description="A slip in a year would otherwise ask for hundreds.",
    ),
    "dry_run": dry_run_param(at_first=True),
}
