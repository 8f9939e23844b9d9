"""How Airflow gets the view: its entry in the menu, and an application that is built when it is first asked.

Airflow loads the plugin in every process, also in each task's. Only the web server ever calls the application, so only
there its parts are imported.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf

PREFIX = "/realname"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class LazyApplication:
    """An ASGI application that is built at the first request."""

    def __init__(self) -> None:
        self._built: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if self._built is None:
            from realname_sync.orchestration.web.app import build_app

            self._built = build_app()
        await self._built(scope, receive, send)


def menu_entry() -> dict[str, str]:
    """The view as Airflow's page embeds it; the address counts from where Airflow's own page is served."""
    base = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    return {
        "name": "Real-name quality",
        "href": f"{base}{PREFIX}/",
        "url_route": "realname",
        "destination": "nav",
        "category": "browse",
    }
