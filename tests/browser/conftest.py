"""A running system with a city of four days, and a headless browser; only where CHROMIUM names one (`make browser`)."""

import os
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from visiting import DAY, SIZE, USERS, Visit, log_in

from realname_sync.demo.screen import Screen
from realname_sync.demo.system import System, running_system
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.day import run_day
from realname_sync.pipelines.deliver import TARGETS, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.pull import pull_master_data
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.pipelines.report import report_quality

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

collect_ignore_glob = [] if os.environ.get("CHROMIUM") else ["test_*.py"]

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the browser's driver warns of is not ours to mend."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Airflow with users who have to log in; a day delivered and reported, and the three before it."""
    with (
        tempfile.TemporaryDirectory(prefix="rnb", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as home,
    ):
        home.setenv("REALNAME_HOME", folder)
        with running_system(Path(folder), SIZE, Screen(), users=USERS) as started:
            pull_master_data(started.city)
            for back in range(3, 0, -1):
                one_day(started.city, DAY - timedelta(days=back))
            run_day(started.city, DAY)
            yield started


def one_day(city: Any, work_date: date) -> None:
    """A day gone by: read, checked, sent, reconciled and reported."""
    extract_municipal(city, work_date)
    check_consistency(city, work_date)
    for target in TARGETS:
        deliver(city, work_date, target)
    reconcile_uploads(city, work_date)
    report_quality(city, work_date)


@pytest.fixture(scope="session")
def browser(system: System) -> "Iterator[Browser]":
    """The browser that CHROMIUM names, with an empty profile.

    It comes after the system: its driver keeps an event loop running, beside which nothing can be delivered.
    """
    from playwright.sync_api import sync_playwright

    chromium = os.environ["CHROMIUM"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(_FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def context(browser: "Browser") -> "Iterator[BrowserContext]":
    """A visitor nobody knows yet."""
    opened = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}, timezone_id="Asia/Shanghai")
    yield opened
    opened.close()


@pytest.fixture
def visit(context: "BrowserContext", system: System) -> Visit:
    """A page of that visitor."""
    page = context.new_page()
    visit = Visit(page, system.airflow.url)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("console", lambda message: visit.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda failure: visit.complaints.append(str(failure)))
    return visit


@pytest.fixture
def reader(visit: Visit, system: System) -> Visit:
    """Somebody who has logged in by Airflow's own form and may read."""
    log_in(visit, system, "reader")
    return visit
