"""Write the quality report of a work date: the page and the workbook, in one folder."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from realname_sync import settings
from realname_sync.pipelines.city import City
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.page import render_page
from realname_sync.quality.report.reading import DayReader
from realname_sync.quality.report.workbook import write_workbook
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run


def report_quality(city: City, work_date: date, folder: Path | None = None) -> dict[str, Any]:
    """Write `quality-<date>.html` and `.xlsx` into `folder`, or into reports/<date>/ of the system's home.

    Both are of one instant of the warehouse and replace those of an earlier run, each in one step.

    Returns:
        The two paths as `html` and `xlsx`, the punches due and, per target, their states, and the findings per rule.
    """
    folder = folder or settings.home() / "reports" / work_date.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    page, workbook = (folder / f"quality-{work_date}.{ending}" for ending in ("html", "xlsx"))
    spec = city.connection("integrity_platform")
    city_code = str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))
    catalogue = load_catalogue()
    one_instant = city.engine.execution_options(isolation_level="REPEATABLE READ")
    with recorded_run(city.engine, Role.CHECK, "report_quality", city.clock, work_date=work_date) as summary:
        with transaction(one_instant, Role.READ) as connection:
            reader = DayReader(connection, work_date)
            report = reader.report(
                city_code=city_code,
                generated_at=city.clock(),
                in_force=catalogue.in_force(work_date, city_code),
                known=catalogue.latest(),
            )
            _replace(workbook, lambda path: write_workbook(path, report, reader.all_findings(), reader.all_unarrived()))
        _replace(page, lambda path: path.write_text(render_page(report, workbook.name), encoding="utf-8"))
        summary.update(_counts(report), html=str(page), xlsx=str(workbook))
    return summary


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside `path` and put it there whole; what an interrupted run left behind is overwritten by the next."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


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
