"""Who may see the view: whoever is logged in to Airflow and may read the DAG that writes the report.

Airflow protects no endpoint of a plugin by itself. These dependencies are Airflow's own, so any auth manager decides:
without a login the answer is 401, without the permission 403.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_dag, requires_access_view
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

REPORT_DAG = "report_quality"
"""What the view shows is what this DAG reports, so the right to read it is the right to read the other."""

LOGGED_IN_AND_PERMITTED = [
    Depends(requires_access_view(AccessView.WEBSITE)),
    Depends(requires_access_dag("GET", param_dag_id=REPORT_DAG)),
]

# No source but this server, no inline script, framed by Airflow's page only.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# A report is one file with its style and script inside; it names their digests itself, and both policies hold.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


async def strict_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Any:
    """Add the headers to every answer, refusals included; what an endpoint set itself stays."""
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
