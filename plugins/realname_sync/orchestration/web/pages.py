"""Draws the view's pages in the looks of the report."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader

from realname_sync.quality.report.templating import environment

_STATIC = Path(__file__).with_name("static")
_KINDS = {".css": "text/css", ".js": "text/javascript"}
# Those of the report are drawn, because its style is written once for both themes.
_OF_THE_REPORT = ("report.css", "report.js")


def draw(request: Request, template: str, status: int = 200, **content: Any) -> Response:
    """The page of a template, with links that count from where the view is mounted."""
    page = _environment().get_template(template).render(base=request.scope.get("root_path", ""), **content)
    return HTMLResponse(page, status_code=status)


@cache
def asset(name: str) -> tuple[bytes, str] | None:
    """The content and the kind of a style or script; None where there is none of that name."""
    if name in _OF_THE_REPORT:
        content = _environment().get_template(name).render().encode()
    else:
        known = {path.name: path for path in _STATIC.iterdir() if path.suffix in _KINDS}
        if name not in known:
            return None
        content = known[name].read_bytes()
    return content, _KINDS[Path(name).suffix]


@cache
def _environment() -> Environment:
    made = environment(PackageLoader("realname_sync.orchestration.web"))
    made.globals.update(link=_link)
    return made


def _link(base: str, *parts: str, **parameters: Any) -> str:
    """The address of a page; parameters that are empty are left out."""
    path = "/".join(quote(part, safe="") for part in parts)
    kept = {name: _text(value) for name, value in parameters.items() if value not in (None, "", False)}
    return f"{base}/{path}" + (f"?{urlencode(kept)}" if kept else "")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
