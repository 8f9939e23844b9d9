"""Airflow with its web page and the sandbox, to look at and to try things on."""

import time
from pathlib import Path

from realname_sync.demo.screen import Screen
from realname_sync.demo.stage import CitySize
from realname_sync.demo.system import running_system
from realname_sync.settings import sandbox_ports


def run_until_stopped(folder: Path, size: CitySize, screen: Screen, port: int) -> None:
    """Run everything until the process is told to end; the city of the last demo is kept where there is one.

    Raises:
        RealnameError: something could not be started, or a part of Airflow has ended by itself.
    """
    ports = {"airflow": port, **{name.removesuffix("_platform"): number for name, number in sandbox_ports().items()}}
    try:
        with running_system(folder, size, screen, any_city=True, on_schedule=True, ports=ports) as system:
            screen.note(f"\nAirflow: {system.airflow.url} (no password; it listens on this machine only)")
            screen.note(f"its city has data up to {system.size.work_date}: start a DAG with that work date")
            screen.note(f"for `realname` and `airflow` in another shell: source {system.airflow.environment_file}")
            screen.note("Ctrl-C ends everything")
            while True:
                system.airflow.check()
                time.sleep(1)
    except KeyboardInterrupt:
        screen.note("ended")
