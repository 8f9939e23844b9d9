"""The command line from a cold process: `realname --help`, and `realname status` of the day."""

import os
import subprocess
import sys
from pathlib import Path

from bench.measuring import Watch
from bench.place import Place
from databases import DATA_KEY

_CALL = "from realname_sync.cli import main; main()"


def show_help(_place: Place, watch: Watch) -> None:
    """How long a process takes to say what there is."""
    _run(watch, ["--help"], {})


def status(place: Place, watch: Watch) -> None:
    """How long a process takes to say how the day stands."""
    connection = {
        name: f'{{"conn_type": "postgres", "host": "{place.socket}", "login": "postgres", "schema": "{database}",'
        f' "extra": {{"data_key": "{DATA_KEY}"}}}}'
        for name, database in (("WAREHOUSE", place.warehouse), ("MUNICIPAL", place.municipal))
    }
    environment = {f"AIRFLOW_CONN_{name}_DB": told for name, told in connection.items()}
    _run(watch, ["status", place.day], environment)
    watch.outcome.rows = place.rows


def _run(watch: Watch, words: list[str], environment: dict[str, str]) -> None:
    with watch.running(1) as outcome:
        ended = subprocess.run(
            [sys.executable, "-c", _CALL, *words],
            env={**os.environ, **environment},
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            check=True,
        )
    outcome.notes["bytes_said"] = len(ended.stdout)
