"""What a visitor does with a page, and what the page did meanwhile."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from realname_sync.demo.stage import CitySize
from realname_sync.demo.system import System
from realname_sync.resources import root

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = date(2026, 11, 20)
SIZE = CitySize(DAY, seed=159, projects=10, workers=240, days=4)
USERS = {"boss": "admin", "reader": "viewer", "guest": ""}
PICTURES = root() / "var" / "browser"


@dataclass
class Visit:
    """A visitor's page, and all that it asked for and complained of."""

    page: "Page"
    url: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def picture(self, name: str) -> None:
        """Keep what is on the screen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def log_in(visit: Visit, system: System, user: str) -> None:
    """As a person does it."""
    page = visit.page
    page.goto(f"{visit.url}/")
    page.locator('input[name="username"]').fill(user)
    page.locator('input[name="password"]').fill(system.airflow.password_of(user))
    page.locator('button[type="submit"]').click()
    page.wait_for_url(lambda address: "/auth/login" not in address)
    page.wait_for_load_state("networkidle")
    visit.complaints.clear()  # of Airflow's own page, which asks before it knows that nobody is logged in
