"""Starts everything of one machine in the right order, and ends it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from realname_sync.demo.airflow_api import AirflowApi
from realname_sync.demo.local_airflow import LocalAirflow
from realname_sync.demo.screen import Screen
from realname_sync.demo.stage import PROVINCE_CALLS_PER_SECOND, CitySize, Stage, evening_clock, running_postgres
from realname_sync.orchestration.backfill import BY_DATE_DAGS
from realname_sync.orchestration.pools import POOLS_FILE
from realname_sync.pipelines.city import City
from realname_sync.pipelines.credentials import import_credentials
from realname_sync.warehouse.migrations import migrate

_RESULT_DELAY_SECONDS = 0.1


@dataclass(frozen=True)
class System:
    """A running system: where it stands, its city, its Airflow, and the size of the city that is in it."""

    stage: Stage
    city: City
    airflow: LocalAirflow
    api: AirflowApi
    size: CitySize


@contextmanager
def running_system(
    folder: Path,
    size: CitySize,
    screen: Screen,
    *,
    any_city: bool = False,
    on_schedule: bool = False,
    ports: dict[str, int] | None = None,
    users: Mapping[str, str] | None = None,
) -> Iterator[System]:
    """PostgreSQL, a city, the three platforms and Airflow, all ended with the context.

    Args:
        folder: where all of it lies; a city of that size that is there already is kept, with what was sent of it.
        size: the city to make where it is not there.
        screen: told of each step.
        any_city: keep whatever city is there.
        on_schedule: let the DAGs run by their schedules, too.
        ports: of `airflow` and of the platforms; free ones where not given.
        users: of Airflow, with their roles; without any, nobody has to log in.

    Raises:
        RealnameError: something could not be started.
    """
    from realname_sync.sandbox.running import running_platforms

    folder.mkdir(parents=True, exist_ok=True)
    given = dict(ports or {})
    with ExitStack() as started:
        started.enter_context(_home_at(folder))
        with screen.step("PostgreSQL"):
            socket_folder = started.enter_context(running_postgres(folder))
            stage = Stage.with_ports(folder, socket_folder, given, None if any_city else size.work_date)
        airflow = LocalAirflow(
            folder / "airflow",
            stage.airflow_database,
            stage.environment(),
            on_schedule=on_schedule,
            port=given.get("airflow", 0),
            alerts=on_schedule,
            users=users or {},
        )
        started.callback(airflow.stop)
        airflow.begin()
        city = started.enter_context(stage.opened_city())
        size = (any_city and stage.held_size()) or size
        with screen.step(f"a city of {size.projects} projects and {size.workers} workers, {size.work_date}") as detail:
            if stage.held_size() == size:
                migrate(city.engine)
                detail.append("is there already and is kept, with all that was sent of it")
            else:
                stage.start_over()
                migrate(city.engine)
                stage.seed(size)
                import_credentials(city, stage.pairs_file)
        with screen.step("the three platforms, and Airflow"):
            platforms = running_platforms(
                stage.sandbox_database,
                arrival_clock=stage.clock if stage.clock_shift_seconds else evening_clock(size.work_date),
                wall_clock=stage.clock,
                ports=stage.ports,
                result_delay_seconds=_RESULT_DELAY_SECONDS,
                rate_limits={"province": PROVINCE_CALLS_PER_SECOND},
            )
            started.enter_context(platforms)
            api = airflow.start()
            api.make_pools(POOLS_FILE)
            api.switch_on(("pull_master_data", *BY_DATE_DAGS))
        yield System(stage, city, airflow, api, size)


@contextmanager
def _home_at(folder: Path) -> Iterator[None]:
    """Let this process keep its keys and reports where the tasks keep theirs."""
    before = os.environ.get("REALNAME_HOME")
    os.environ["REALNAME_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["REALNAME_HOME"]
        else:
            os.environ["REALNAME_HOME"] = before
