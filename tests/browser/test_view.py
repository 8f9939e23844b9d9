"""Airflow's page in a real browser: log in, sort, search, follow links, switch language, and nothing from outside."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from visiting import DAY, Visit, log_in

from realname_sync.demo.system import System

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame

ADDRESSES = (
    "/",
    "/findings",
    "/projects",
    "/follow-up",
    "/reports",
    f"/reports/{DAY}/quality-{DAY}.html",
    "/assets/report.css",
)


def the_view(visit: Visit, path: str = "/") -> None:
    """Go to a page of the view, outside of Airflow's frame."""
    visit.page.goto(f"{visit.url}/realname{path}")
    visit.page.wait_for_load_state("networkidle")


def hosts(visit: Visit) -> set[str | None]:
    """The machines that anything was asked of; data: and blob: addresses ask nobody."""
    return {urlsplit(one).hostname for one in visit.requests if urlsplit(one).scheme not in {"data", "blob"}}


def framed(visit: Visit) -> "Frame":
    """The view where Airflow shows it."""
    element = visit.page.wait_for_selector("iframe", timeout=60_000)
    assert element is not None
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_selector(".cards")
    return frame


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_login_the_addresses_are_refused(visit: Visit, address: str) -> None:
    answer = visit.page.goto(f"{visit.url}/realname{address}")
    assert answer is not None
    assert answer.status == 401


def test_a_login_without_the_permission_is_not_enough(visit: Visit, system: System) -> None:
    log_in(visit, system, "guest")
    answer = visit.page.goto(f"{visit.url}/realname/")
    assert answer is not None
    assert answer.status == 403


def test_the_view_is_under_airflows_menu(reader: Visit) -> None:
    page = reader.page
    page.goto(f"{reader.url}/")
    page.get_by_role("button", name="Browse").or_(page.get_by_text("浏览", exact=True)).first.click()
    page.get_by_text("Real-name quality").first.click()
    page.wait_for_url("**/plugin/realname")
    frame = framed(reader)
    assert frame.locator(".card").count() == 2
    reader.page.wait_for_timeout(500)
    reader.picture("1-in-airflow")
    assert hosts(reader) == {"127.0.0.1"}


def test_the_day_opens_into_its_findings(reader: Visit) -> None:
    the_view(reader)
    page = reader.page
    reader.picture("2-day")
    number = int(page.locator(".tiles .stop .big, .tiles li:first-child .big").first.inner_text().replace(",", ""))
    page.locator(".tiles li:first-child a").click()
    page.wait_for_selector("#results")
    assert int(page.locator("#results .lead strong").inner_text().replace(",", "")) == number > 0
    assert page.locator("#results tbody tr").count() == min(number, 50)
    assert reader.complaints == []


def test_findings_are_sorted_searched_and_filtered_without_leaving_the_page(reader: Visit) -> None:
    the_view(reader, "/findings")
    page = reader.page
    reader.picture("3-findings")

    def rules() -> list[str]:
        return page.locator("#results tbody a.id").all_inner_texts()

    def after(action: object) -> None:
        del action
        page.wait_for_timeout(150)
        page.wait_for_selector("#results:not([aria-busy])")

    everything = int(page.locator("#results .lead strong").inner_text().replace(",", ""))
    after(page.locator('th button[value="rule"]').click())
    assert rules() == sorted(rules())
    after(page.locator('th button[value="rule"]').click())
    assert rules() == sorted(rules(), reverse=True)
    assert len(rules()) > 5

    after(page.locator('select[name="owner"]').select_option("site"))
    of_site = int(page.locator("#results .lead strong").inner_text().replace(",", ""))
    assert 0 < of_site < everything
    assert page.locator("#results th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert rules() == sorted(rules(), reverse=True)
    after(page.locator('input[name="text"]').fill("LMP-00"))
    page.wait_for_timeout(500)
    assert set(rules())
    assert all(rule.startswith("LMP-00") for rule in rules())
    reader.picture("4-findings-found")
    assert not any("LMP-00" in one for one in reader.requests)  # what is typed is in no address
    assert reader.complaints == []

    page.locator("#results tbody a.id").first.click()
    page.wait_for_selector("#history")
    page.go_back()
    page.wait_for_selector("#results")
    page.wait_for_timeout(600)
    assert all(rule.startswith("LMP-00") for rule in rules())


def test_a_finding_and_its_project(reader: Visit) -> None:
    the_view(reader, "/findings?rule_id=LMP-001")
    page = reader.page
    page.locator("#results tbody a.id").first.click()
    page.wait_for_selector("#history")
    assert "浙建建函〔2021〕159号" in page.inner_text("main")
    assert page.locator(".strip li").count() == 30
    assert page.locator(".strip li.found").count() >= 1
    reader.picture("5-finding")
    page.locator('.about a[href*="/projects/"]').click()
    page.wait_for_selector(".cards")
    assert page.locator('tr[data-row="finding"]').count() >= 1
    reader.picture("6-project")
    the_view(reader, "/projects")
    reader.picture("7-projects")
    assert reader.complaints == []


def test_language_and_theme_are_chosen_and_remembered(reader: Visit) -> None:
    the_view(reader)
    page = reader.page
    assert page.locator("h1 .zh").is_visible()
    assert not page.locator("h1 .en").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.locator("h1 .en").is_visible()
    assert not page.locator("h1 .zh").is_visible()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark", exact=True).click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    the_view(reader, "/findings")
    assert page.evaluate("document.documentElement.dataset.lang") == "en"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    reader.picture("8-findings-english-dark")
    the_view(reader)
    reader.picture("9-day-english-dark")
    assert reader.complaints == []


def test_the_report_is_one_file_that_sorts_filters_and_opens_its_figures(reader: Visit) -> None:
    the_view(reader, f"/reports/{DAY}/quality-{DAY}.html")
    page = reader.page
    reader.picture("10-report")
    figure = page.locator("#findings a.figure").first
    anchor = str(figure.get_attribute("href"))[1:]
    figure.click()
    assert page.locator(f'[id="{anchor}"]').is_visible()
    box = page.locator("#arrivals .find input").last
    box.fill("no such project")
    assert page.locator("#arrivals .thirds").last.locator("tbody tr:not(.band):visible").count() == 0
    box.fill("")
    heading = page.locator("#findings th button.sort").first
    heading.click()
    assert page.locator("#findings th[aria-sort]").first.get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    reader.picture("11-report-english-dark")
    page.emulate_media(media="print")
    reader.picture("12-report-print")
    assert reader.complaints == []


def test_a_phone_shows_all_of_it(browser: object, reader: Visit) -> None:
    page = reader.page
    page.set_viewport_size({"width": 390, "height": 844})
    for name, path in (("13-day-phone", "/"), ("14-findings-phone", "/findings")):
        the_view(reader, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        reader.picture(name)
    assert reader.complaints == []


def test_it_works_without_scripts(browser: object, system: System, context: "BrowserContext") -> None:
    visitor = Visit(context.new_page(), system.airflow.url)
    log_in(visitor, system, "reader")
    plain = context.browser.new_context(java_script_enabled=False, storage_state=context.storage_state())  # type: ignore[union-attr]
    page = plain.new_page()
    page.goto(f"{visitor.url}/realname/findings?rule_id=LMP-001")
    assert page.locator('tr[data-row="finding"]').count() >= 1
    assert page.locator("h1 .zh").is_visible()
    assert page.locator("h1 .en").is_visible()
    page.locator('input[name="text"]').fill("no such finding")
    page.locator("button.go").click()
    assert page.locator('tr[data-row="finding"]').count() == 0
    page.goto(f"{visitor.url}/realname/reports/{DAY}/quality-{DAY}.html")
    assert page.locator("#arrivals").is_visible()
    plain.close()


def test_nothing_is_asked_for_outside_this_machine(reader: Visit) -> None:
    for path in ADDRESSES:
        the_view(reader, path)
    assert hosts(reader) == {"127.0.0.1"}
    assert reader.complaints == []
