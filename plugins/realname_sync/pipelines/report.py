"""Write quality reports: a day's page with its workbook and tables, a month's page, for the city or a part of it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from realname_sync import settings
from realname_sync.pipelines.city import City
from realname_sync.pipelines.status import project_states
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.arrival_days import days_to_count, record_arrivals
from realname_sync.quality.report.csv_files import findings_alongside, unarrived_alongside
from realname_sync.quality.report.model import TARGETS, Arrival, QualityReport
from realname_sync.quality.report.month import month_days, read_month, render_month
from realname_sync.quality.report.page import render_page
from realname_sync.quality.report.reading import DayReader
from realname_sync.quality.report.scope import Scope
from realname_sync.quality.report.workbook import write_workbook
from realname_sync.quality.shape_docs import write_docs
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.workdate import work_date_of


def report_quality(
    city: City, work_date: date, folder: Path | None = None, scope: Scope | None = None
) -> dict[str, Any]:
    """Write a day's report into `folder`, or into reports/<date>/ of the system's home.

    These are the page `quality-<date>.html`, the workbook beside it, `findings.csv` and `unarrived.csv` with every
    row, and for the whole city what Great Expectations says of the data read, below `shape/`. All are of one
    instant of the warehouse and replace those of an earlier run, each in one step. The names of a district's or a
    project's files end with its code.

    Returns:
        The paths as `html`, `xlsx` and `csv`, the punches due and, per target, their states, and the findings per rule.

    Raises:
        SettingsError: there is no such district or project.
    """
    scope = scope or Scope()
    folder = _folder(folder, work_date.isoformat())
    page, workbook = (folder / f"quality-{work_date}{scope.suffix}.{ending}" for ending in ("html", "xlsx"))
    tables = [folder / f"{name}{scope.suffix}.csv" for name in ("findings", "unarrived")]
    city_code = _city_code(city)
    catalogue = load_catalogue()
    one_instant = city.engine.execution_options(isolation_level="REPEATABLE READ")
    with recorded_run(city.engine, Role.CHECK, _step(scope), city.clock, work_date=work_date) as summary:
        docs = write_docs(city.engine, work_date, folder / "shape") if scope.is_whole_city else None
        with transaction(one_instant, Role.READ) as connection:
            reader = DayReader(connection, work_date, scope=scope)
            report = reader.report(
                city_code=city_code,
                generated_at=city.clock(),
                in_force=catalogue.in_force(work_date, city_code),
                known=catalogue.latest(),
            )
            report = replace(
                report,
                files=[path.name for path in tables],
                docs_page=docs.relative_to(folder).as_posix() if docs else None,
            )
            with _replacing(workbook, *tables) as (new_workbook, new_findings, new_unarrived), ExitStack() as files:
                findings = files.enter_context(findings_alongside(new_findings, report, reader.all_findings()))
                unarrived = files.enter_context(unarrived_alongside(new_unarrived, report, reader.all_unarrived()))
                write_workbook(new_workbook, report, findings, unarrived)
        if scope.is_whole_city:
            with transaction(city.engine, Role.CHECK) as connection:
                of_projects = {project.code: project.arrivals for project in report.projects if project.due}
                record_arrivals(connection, work_date, of_projects, report.generated_at)
        with _replacing(page) as (new_page,):
            new_page.write_text(render_page(report, workbook.name), encoding="utf-8")
        summary.update(_counts(report), html=str(page), xlsx=str(workbook), csv=[str(path) for path in tables])
    return summary


def report_month(city: City, first: date, folder: Path | None = None, scope: Scope | None = None) -> dict[str, Any]:
    """Write `quality-<month>.html` into `folder`, or into reports/<yyyy-MM>/ of the system's home.

    Days whose punches changed since their last report, or that had none, are counted first.

    Returns:
        The path as `html`, how many days were counted anew, punches due and arrived, and findings of the newest day.

    Raises:
        SettingsError: there is no such district or project.
    """
    scope = scope or Scope()
    month = f"{first:%Y-%m}"
    folder = _folder(folder, month)
    page = folder / f"quality-{month}{scope.suffix}.html"
    today = work_date_of(city.clock())
    one_instant = city.engine.execution_options(isolation_level="REPEATABLE READ")
    with recorded_run(city.engine, Role.CHECK, "report_month", city.clock) as summary:
        with transaction(city.engine, Role.CHECK) as connection:
            counted = days_to_count(connection, first, month_days(first)[-1])
            for day in counted:
                record_arrivals(connection, day, _arrivals(connection, day), city.clock())
        with transaction(one_instant, Role.READ) as connection:
            report = read_month(
                connection,
                first,
                scope=scope,
                city_code=_city_code(city),
                generated_at=city.clock(),
                today=today,
                titles=load_catalogue().latest(),
            )
        with _replacing(page) as (new_page,):
            new_page.write_text(render_month(report), encoding="utf-8")
        summary.update(
            html=str(page),
            days_counted=len(counted),
            days_reported=len(report.trends.arrivals[TARGETS[0]]),
            targets={
                target: {"due": one.due, "on_time": one.on_time, "acknowledged": one.acknowledged}
                for target, one in report.totals.items()
            },
            key_persons=len(report.calendar),
        )
    return summary


def _folder(given: Path | None, period: str) -> Path:
    folder = (given or settings.home() / "reports" / period).resolve()  # Great Expectations takes no relative one
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _step(scope: Scope) -> str:
    """Only the city's report is the step that others wait for and that `realname status` names."""
    return "report_quality" if scope.is_whole_city else "report_part"


def _city_code(city: City) -> str:
    spec = city.connection("integrity_platform")
    return str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))


def _arrivals(connection: Connection, work_date: date) -> dict[str, dict[str, Arrival]]:
    """What became of a day's punches, by project and platform."""
    names = ("acknowledged", "late", "in_batch", "waiting", "held", "refused")
    of_projects: dict[str, dict[str, Arrival]] = {}
    for one in project_states(connection, work_date):
        arrival = Arrival(due=one.due, **{name: one.counts[name] for name in names})
        of_projects.setdefault(one.project_code, {})[one.target] = arrival
    return of_projects


@contextmanager
def _replacing(*paths: Path) -> Iterator[list[Path]]:
    """Files beside `paths` to be written, put in their places whole once all are.

    What an interrupted run left behind is overwritten by the next.
    """
    unfinished = [path.with_name(f".{path.name}.{os.getpid()}") for path in paths]
    try:
        yield unfinished
        for new, path in zip(unfinished, paths, strict=True):
            new.replace(path)
    finally:
        for new in unfinished:
            new.unlink(missing_ok=True)


def _counts(report: QualityReport) -> dict[str, Any]:
    return {
        "due": max(arrival.due for arrival in report.arrivals.values()),
        "targets": {
            target: {
                "acknowledged": arrival.acknowledged,
                "late": arrival.late,
                "in_batch": arrival.in_batch,
                "waiting": arrival.waiting,
                "held": arrival.held,
                "refused": arrival.refused,
            }
            for target, arrival in report.arrivals.items()
        },
        "findings": {day.rule.id: day.findings for day in report.rules},
        "lamps": report.lamp_count,
        "differences": len(report.differences),
    }
