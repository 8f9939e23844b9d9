"""The command line in a process of its own, on the town of a test and by that town's clock."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from realname_sync.settings import CONNECTION_NAMES

_PLUGINS = Path(__file__).parents[2] / "plugins"
_PROGRAM = """
import sys, time
from datetime import datetime, timedelta
from realname_sync import cli, settings
instant, moment = datetime.fromisoformat(sys.argv.pop(1)), float(sys.argv.pop(1))
settings.clock = lambda *_: lambda: instant + timedelta(seconds=time.monotonic() - moment)
cli.main()
"""


def start(town: Any, *arguments: str) -> subprocess.Popen[str]:
    """Begin a command; whoever begins it ends it."""
    now = (town.city.clock().isoformat(), repr(time.monotonic()))
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *now, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **_connections(town), "PYTHONPATH": str(_PLUGINS), "COLUMNS": "200"},
    )


def run(town: Any, *arguments: str, expect: int = 0) -> str:
    """Carry a command out; what it printed, with its complaints at the end."""
    process = start(town, *arguments)
    try:
        out, err = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == expect, out + err
    return out + err


def _connections(town: Any) -> dict[str, str]:
    variables = {}
    for name in CONNECTION_NAMES:
        spec = town.city.connection(name)
        connection = {
            "conn_type": spec.kind or "http",
            "host": spec.host,
            "login": spec.login,
            "password": spec.password,
            "schema": spec.database,
            "port": spec.port,
            "extra": dict(spec.extra),
        }
        variables[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(connection)
    return variables
