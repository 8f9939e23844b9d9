"""One project: how its punches of a date stand, what was found on it, how its last days were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from realname_sync.pipelines.live.day import LiveProject, read_projects
from realname_sync.pipelines.live.findings import FindingsPage, Wanted, find_findings
from realname_sync.pipelines.status import TARGETS
from realname_sync.quality.report.model import Arrival, Tally
from realname_sync.quality.report.scope import ScopedTo
from realname_sync.quality.report.trends import Trends, read_trends
from realname_sync.warehouse import statements


@dataclass(frozen=True, slots=True)
class ShownProject:
    """A project on a date, with the first page of its findings and its trends."""

    project: LiveProject
    findings: FindingsPage
    trends: Trends
    reconciliation: Sequence[Any]


def read_project(connection: Connection, project_code: str, work_date: date) -> ShownProject | None:
    """The project of that code; None where nobody knows one."""
    found = next((one for one in read_projects(connection, work_date) if one.code == project_code), None)
    if found is None:
        known = statements.rows(connection, "live/projects", project_code=project_code)
        if not known:
            return None
        row = known[0]
        arrivals = {target: Arrival() for target in TARGETS}
        found = LiveProject(project_code, row.project_name or "", row.area_code or "", False, arrivals, Tally())
    rows = statements.rows(connection, "marts/list_reconciliation", work_date=work_date, project_codes=[project_code])
    return ShownProject(
        project=found,
        findings=find_findings(connection, Wanted(work_date, project_code=project_code)),
        trends=read_trends(connection, work_date, scope=ScopedTo([project_code])),
        reconciliation=rows,
    )
