"""The command line on the town of a test and by that town's clock: here, or in a process that can be killed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from realname_sync import cli, settings
from realname_sync.errors import RealnameError

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
    """Carry a command out in this process; what it printed, complaints and an error's words included."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**_connections(town), "COLUMNS": "200"}.items():
            patch.setenv(name, value)
        patch.setattr(settings, "clock", lambda *_: town.city.clock)
        done = CliRunner().invoke(cli.app, list(arguments))
    failure = done.exception
    if failure is not None and not isinstance(failure, (SystemExit, RealnameError)):
        raise failure
    told = done.output + (str(failure) if isinstance(failure, RealnameError) else "")
    assert done.exit_code == expect, told
    return told


def _connections(town: Any) -> dict[str, str]:
    variables = {}
    for name in settings.CONNECTION_NAMES:
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
