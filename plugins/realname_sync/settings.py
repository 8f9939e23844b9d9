"""Connections and folders, read from the environment; nothing here imports Airflow.

A connection is written as Airflow writes it, so that DAGs and the command line see the same thing:
`AIRFLOW_CONN_<NAME>` as JSON or as a URI. With nothing set, everything points at the sandbox on this machine.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from realname_sync.errors import ConnectionMissingError, SettingsError
from realname_sync.resources import root
from realname_sync.workdate import Clock, system_clock

CONNECTION_NAMES = ("warehouse_db", "municipal_db", "integrity_platform", "province_platform", "nation_platform")
SANDBOX_PORT = "REALNAME_SANDBOX_PORT"
"""The variable that names the first of the sandbox's three ports, for a machine where 8731 to 8733 are taken."""
SANDBOX_PLATFORMS = ("integrity_platform", "province_platform", "nation_platform")
FORM_TYPES = {name: f"realname_{name.rsplit('_', 1)[0]}" for name in CONNECTION_NAMES}
"""The connection type by which Airflow's page has a form of its own for each; any other type serves as well."""
ENVIRONMENT = "environment"
"""The entry of a platform connection's extra that says what the endpoint is for: `test`, or anything else."""
CLOCK_SHIFT = "REALNAME_CLOCK_SHIFT_SECONDS"
SHARDS = "REALNAME_SHARDS"
SANDBOX_CITY = "330100"
SANDBOX_SECRET = "0000sandbox0only0never0real00000"  # noqa: S105 - opens nothing but the sandbox


@dataclass(frozen=True)
class ConnectionSpec:
    """One connection: for a platform host = base address, login = appid, password = secret; extra = overrides."""

    name: str
    kind: str = ""
    host: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    database: str = ""
    port: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def home() -> Path:
    """The folder for everything this system writes on disk: REALNAME_HOME, else `var/` beside `sql/`."""
    return Path(os.environ.get("REALNAME_HOME") or root() / "var").resolve()


def connection(name: str, environ: Mapping[str, str] | None = None) -> ConnectionSpec:
    """The connection of that name, from the environment or, with nothing set, the sandbox's.

    Raises:
        ConnectionMissingError: the name is not one of CONNECTION_NAMES, or its text cannot be read.
    """
    variable = f"AIRFLOW_CONN_{name.upper()}"
    if name not in CONNECTION_NAMES:
        known = ", ".join(CONNECTION_NAMES)
        raise ConnectionMissingError(f"there is no connection {name!r}; the ones this system uses are {known}")
    text = (os.environ if environ is None else environ).get(variable, "").strip()
    if not text:
        return sandbox_connection(name)
    try:
        return _from_json(name, text) if text.startswith("{") else _from_uri(name, text)
    except (ValueError, TypeError, AttributeError):
        raise ConnectionMissingError(
            f"connection {name} cannot be read: set {variable} to a JSON object with host, login, password "
            "and extra, or to a URI"
        ) from None


def clock(environ: Mapping[str, str] | None = None) -> Clock:
    """The clock everything goes by: the machine's, or for practice one shifted by REALNAME_CLOCK_SHIFT_SECONDS.

    A practice run of a past day has its clock on that day's evening, and the sandbox's with it.

    Raises:
        SettingsError: the shift is no whole number.
    """
    shift = (os.environ if environ is None else environ).get(CLOCK_SHIFT, "").strip() or "0"
    try:
        offset = timedelta(seconds=int(shift))
    except ValueError:
        raise SettingsError(f"{CLOCK_SHIFT} is {shift!r}; it must be a whole number of seconds") from None
    return (lambda: system_clock() + offset) if offset else system_clock


def sandbox_ports(environ: Mapping[str, str] | None = None) -> dict[str, int]:
    """The port of each of the sandbox's platforms on this machine: 8731 and the next two, or as SANDBOX_PORT says.

    Raises:
        SettingsError: the variable is no port with two more after it.
    """
    text = (os.environ if environ is None else environ).get(SANDBOX_PORT, "").strip() or "8731"
    last_first = 65535 - len(SANDBOX_PLATFORMS) + 1
    if not (text.isdecimal() and 0 < int(text) <= last_first):
        raise SettingsError(f"{SANDBOX_PORT} is {text!r}; it must be a port from 1 to {last_first}")
    return {name: int(text) + place for place, name in enumerate(SANDBOX_PLATFORMS)}


def shards(environ: Mapping[str, str] | None = None) -> int:
    """Into how many parts a push of a day is split for workers to share: REALNAME_SHARDS, else one.

    Raises:
        SettingsError: it is no whole number from 1 on.
    """
    given = (os.environ if environ is None else environ).get(SHARDS, "").strip() or "1"
    if not given.isdigit() or int(given) < 1:
        raise SettingsError(f"{SHARDS} is {given!r}; it must be a whole number from 1 on")
    return int(given)


def sandbox_connection(name: str) -> ConnectionSpec:
    """The connection of that name as the sandbox on this machine provides it."""
    if name in SANDBOX_PLATFORMS:
        return ConnectionSpec(
            name=name,
            kind="http",
            host=f"http://127.0.0.1:{sandbox_ports()[name]}",
            login=f"zj-{SANDBOX_CITY}",
            password=SANDBOX_SECRET,
        )
    database = {"warehouse_db": "realname_warehouse", "municipal_db": "realname_municipal"}[name]
    return ConnectionSpec(name=name, kind="embedded", database=database)


def is_test(spec: ConnectionSpec) -> bool:
    """Whether invented data may be written there: its extra says `"environment": "test"`, or it is the sandbox's."""
    return spec.extra.get(ENVIRONMENT) == "test" or spec == _of_the_sandbox(spec.name)


def _of_the_sandbox(name: str) -> ConnectionSpec | None:
    return sandbox_connection(name) if name in SANDBOX_PLATFORMS else None


def _from_json(name: str, text: str) -> ConnectionSpec:
    value = json.loads(text)
    extra = value.get("extra") or {}
    return ConnectionSpec(
        name=name,
        kind=value.get("conn_type") or "",
        host=value.get("host") or "",
        login=value.get("login") or "",
        password=value.get("password") or "",
        database=value.get("schema") or "",
        port=int(value["port"]) if value.get("port") else None,
        extra=json.loads(extra) if isinstance(extra, str) else extra,
    )


def _from_uri(name: str, text: str) -> ConnectionSpec:
    parts = urlsplit(text)
    query = dict(parse_qsl(parts.query))
    extra = json.loads(query.pop("__extra__")) if "__extra__" in query else query
    host = unquote(parts.hostname or "")
    if parts.scheme in {"http", "https"} and host:
        host = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    return ConnectionSpec(
        name=name,
        kind=parts.scheme,
        host=host or str(extra.get("host", "")),
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.lstrip("/")),
        port=parts.port,
        extra=extra,
    )
