"""The application behind the view: each address reads the warehouse, draws a page, and is guarded as a whole."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import FileResponse, Response
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.middleware.base import BaseHTTPMiddleware

from realname_sync.errors import RealnameError, SettingsError, WorkDateError
from realname_sync.orchestration.web.city import web_city
from realname_sync.orchestration.web.guard import LOGGED_IN_AND_PERMITTED, REPORT_POLICY, strict_headers
from realname_sync.orchestration.web.pages import asset, draw
from realname_sync.pipelines.city import City
from realname_sync.pipelines.live.day import read_day, read_projects
from realname_sync.pipelines.live.finding import read_finding
from realname_sync.pipelines.live.findings import Wanted, filter_choices, find_findings
from realname_sync.pipelines.live.follow_up import read_follow_up
from realname_sync.pipelines.live.project import read_project
from realname_sync.pipelines.live.reading import newest_checked_date, reading
from realname_sync.pipelines.live.reports import report_file, written_reports
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.warehouse import statements
from realname_sync.workdate import parse_work_date, work_date_of

log = logging.getLogger(__name__)

router = APIRouter(dependencies=LOGGED_IN_AND_PERMITTED)

Text = Annotated[str, Query(max_length=100)]
Sent = Annotated[str, Form(max_length=100)]


def build_app() -> FastAPI:
    """The application, to be mounted below Airflow's own."""
    app = FastAPI(title="Real-name quality", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BaseHTTPMiddleware, dispatch=strict_headers)
    app.include_router(router)
    app.add_exception_handler(RealnameError, _refused)
    app.add_exception_handler(DBAPIError, _database_failed)
    return app


@router.get("/")
def overview(request: Request, date: Text = "") -> Response:
    """How a date stands: the newest one that was worked on, unless another is asked for."""
    with _opened(date) as (city, connection, work_date):
        day = read_day(connection, work_date, city.clock)
        follow_up = read_follow_up(connection, work_date_of(city.clock()))
    return draw(
        request, "overview.html.j2", day=day, follow_up=follow_up, rules=load_catalogue().latest(), at=city.clock()
    )


@router.get("/findings")
def findings(
    request: Request,
    date: Text = "",
    severity: Text = "",
    rule_id: Text = "",
    owner: Text = "",
    object: Text = "",
    project_code: Text = "",
    area_code: Text = "",
    change: Text = "",
    sort: Text = "severity",
    descending: bool = False,
    page: int = 1,
) -> Response:
    """Findings of a date by filters. What somebody types goes by POST, because it may be a name or a number."""
    return _findings(
        request, date, "", severity, rule_id, owner, object, project_code, area_code, change, sort, descending, page
    )


@router.post("/findings")
def found(
    request: Request,
    date: Sent = "",
    text: Sent = "",
    severity: Sent = "",
    rule_id: Sent = "",
    owner: Sent = "",
    object: Sent = "",
    project_code: Sent = "",
    area_code: Sent = "",
    change: Sent = "",
    sort: Sent = "severity",
    descending: Annotated[bool, Form()] = False,
    page: Annotated[int, Form()] = 1,
) -> Response:
    """The same with a text to look for, kept out of the address and so out of every log."""
    return _findings(
        request, date, text, severity, rule_id, owner, object, project_code, area_code, change, sort, descending, page
    )


def _findings(
    request: Request,
    date: str,
    text: str,
    severity: str,
    rule_id: str,
    owner: str,
    kind: str,
    project_code: str,
    area_code: str,
    change: str,
    sort: str,
    descending: bool,
    page: int,
) -> Response:
    with _opened(date, checked=True) as (_, connection, work_date):
        wanted = Wanted(
            work_date,
            text=text,
            severity=severity or None,
            rule_id=rule_id or None,
            owner=owner or None,
            object=kind or None,
            project_code=project_code or None,
            area_code=area_code or None,
            change=change or None,
            sort=sort,
            descending=descending,
            page=page,
        )
        result = find_findings(connection, wanted)
        choices = filter_choices(connection, work_date)
    rules = load_catalogue().latest()
    return draw(request, "findings.html.j2", found=result, choices=choices, rules=rules, work_date=work_date)


@router.get("/findings/{finding_id}")
def finding(request: Request, finding_id: str) -> Response:
    """One finding with its rule, basis, remedy and history."""
    with _opened("") as (city, connection, _):
        shown = read_finding(connection, finding_id)
        follow_up = read_follow_up(connection, work_date_of(city.clock()), finding_id=finding_id) if shown else None
    if shown is None:
        raise HTTPException(404, "no date of the last year has a finding of that id")
    return draw(request, "finding.html.j2", shown=shown, follow_up=follow_up, work_date=shown.last_seen)


@router.get("/projects")
def projects(request: Request, date: Text = "") -> Response:
    """Every project of a date."""
    with _opened(date) as (_, connection, work_date):
        listed = read_projects(connection, work_date)
    return draw(request, "projects_live.html.j2", projects=listed, work_date=work_date)


@router.get("/projects/{project_code}")
def project(request: Request, project_code: str, date: Text = "") -> Response:
    """One project: how its punches stand, its findings, its last days."""
    with _opened(date) as (city, connection, work_date):
        shown = read_project(connection, project_code, work_date)
        follow_up = read_follow_up(connection, work_date_of(city.clock()), project_code=project_code) if shown else None
    if shown is None:
        raise HTTPException(404, "nobody knows a project of that code")
    rules = load_catalogue().latest()
    return draw(request, "project.html.j2", shown=shown, follow_up=follow_up, rules=rules, work_date=work_date)


@router.get("/follow-up")
def follow_up(request: Request) -> Response:
    """Corrections that were asked for, and warning cases."""
    with _opened("") as (city, connection, work_date):
        shown = read_follow_up(connection, work_date_of(city.clock()))
    rules = load_catalogue().latest()
    return draw(request, "follow_up.html.j2", follow_up=shown, rules=rules, work_date=work_date)


@router.get("/reports")
def reports(request: Request) -> Response:
    """The reports that were written, newest first."""
    return draw(request, "reports.html.j2", written=written_reports(), work_date=None)


@router.get("/reports/{path:path}")
def report(path: str) -> Response:
    """One file of a report: the page, the workbook, the tables, or what Great Expectations says."""
    file = report_file(path)
    if file is None:
        raise HTTPException(404, "there is no such report: `realname report DATE` writes it")
    headers = {"Content-Security-Policy": REPORT_POLICY}
    shown_here = file.suffix in {".html", ".css", ".svg", ".png", ".js"}
    return FileResponse(file, headers=headers, filename=None if shown_here else file.name)


@router.get("/assets/{name}")
def assets(name: str) -> Response:
    """The style and the scripts of the pages."""
    found_asset = asset(name)
    if found_asset is None:
        raise HTTPException(404, "there is no such file")
    content, kind = found_asset
    return Response(content, media_type=kind)


@router.api_route("/{_anything:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def nothing(_anything: str) -> Response:
    """Whatever else is asked for is not here, and only who may look is told so."""
    raise HTTPException(404, "there is no such page")


@contextmanager
def _opened(asked: str, *, checked: bool = False) -> Iterator[tuple[City, Connection, date]]:
    """A reading transaction with its city and the date to look at.

    That is the date asked for, else today once anything was done for it, else the newest date that was; with `checked`
    the newest one that was checked.
    """
    city = web_city()
    with reading(city.engine) as connection:
        if asked:
            wanted = parse_work_date(asked)
        elif checked:
            wanted = newest_checked_date(connection) or work_date_of(city.clock())
        else:
            wanted = statements.scalar(connection, "ops/newest_work_date") or work_date_of(city.clock())
        yield city, connection, wanted


async def _refused(request: Request, failure: Exception) -> Response:
    """An error of ours says what to do and holds nothing personal, so it is shown."""
    wrong_request = isinstance(failure, WorkDateError) or (
        isinstance(failure, SettingsError) and type(failure) is SettingsError
    )
    if not wrong_request:
        log.error("the page cannot be shown: %s", failure)
    return draw(request, "trouble.html.j2", status=400 if wrong_request else 503, sentence=str(failure))


async def _database_failed(request: Request, failure: Exception) -> Response:
    """A driver's words may quote a row: only the kind of error is told and logged."""
    log.error("the warehouse failed to answer a page: %s", type(failure).__name__)
    sentence = "The warehouse did not answer, or took too long; ask for less, or try again later."
    return draw(request, "trouble.html.j2", status=503, sentence=sentence)
