"""An Airflow of this run's own: its home in a temporary folder, its DAGs and plugins those of the repository."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from realname_sync.demo.stage import Stage, evening_clock
from realname_sync.pipelines.city import City
from realname_sync.pipelines.credentials import import_credentials
from realname_sync.sandbox.running import running_platforms
from realname_sync.warehouse.migrations import migrate
from small_city import SIZE

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

_REPOSITORY = Path(__file__).parents[2]
_HOME = tempfile.TemporaryDirectory(prefix="rn-airflow-")

# Airflow reads these when it is first imported, so they are set before any test module is.
os.environ.update(
    {
        "AIRFLOW_HOME": _HOME.name,
        "AIRFLOW__CORE__DAGS_FOLDER": str(_REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(_REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_VERSION_INFLATION_CHECK_LEVEL": "error",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What Airflow and its dependencies warn of is not ours to mend; our own code is held to it everywhere else."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def metadata_database() -> Iterator[None]:
    """Airflow's metadata database, made once."""
    from airflow.utils.db import initdb

    initdb()
    yield
    _HOME.cleanup()


@pytest.fixture(scope="session")
def dag_bag() -> "DagBag":
    """The DAGs of the repository."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag()


@pytest.fixture
def run_dag(dag_bag: "DagBag", metadata_database: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a DAG by `dag.test()`, which in 3.3.2 fails at the end of every good run of a DAG that has a deadline.

    It looks the alert up by its definition and not by its id. The scheduler does not; test_deadline_fires and the demo
    run these DAGs with it.
    """

    def run(dag_id: str, **options: Any) -> Any:
        dag = dag_bag.dags[dag_id]
        monkeypatch.setattr(dag, "deadline", None)
        return dag.test(**options)

    return run


@pytest.fixture(scope="module")
def stage(postgres: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A small city of five days with its platforms serving; what a test does to it the next one sees."""
    made = Stage.with_ports(tmp_path_factory.mktemp("city"), postgres, {})
    made.start_over()
    with pytest.MonkeyPatch.context() as home:
        home.setenv("REALNAME_HOME", str(made.folder))
        with made.opened_city() as city:
            migrate(city.engine)
            made.seed(SIZE)
            import_credentials(city, made.pairs_file)
    with running_platforms(made.sandbox_database, arrival_clock=evening_clock(SIZE.work_date), ports=made.ports):
        yield made


@pytest.fixture
def city(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """The city of the stage, which is also the one that the tasks of this test see."""
    for name, value in stage.environment().items():
        monkeypatch.setenv(name, value)
    with stage.opened_city() as opened:
        yield opened
