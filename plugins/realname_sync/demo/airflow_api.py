"""The few calls of Airflow's REST API that a local run needs."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from realname_sync.errors import ConnectionMissingError, PlatformBusyError, RefusedError
from realname_sync.orchestration.airflow_rest import AirflowConflictError, AirflowRest
from realname_sync.orchestration.backfill import Asked

_FINISHED = frozenset({"success", "failed"})


@dataclass(frozen=True)
class DagRun:
    """One run: which DAG, which id, how it stands."""

    dag_id: str
    run_id: str
    state: str
    partition_key: str | None

    @property
    def finished(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.state in _FINISHED


class AirflowApi:
    """A client of the local Airflow, as its administrator."""

    def __init__(self, url: str, alive: Callable[[], None], login: tuple[str, str] | None = None) -> None:
        """Talk to Airflow at `url`; `alive` raises once one of its processes has ended.

        `login` is a name with its password; without one, Airflow lets everybody in.
        """
        self.rest = AirflowRest(url, login)
        self._alive = alive

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the API answers and accepts this client.

        Raises:
            PlatformBusyError: it took longer than that.
        """
        self._until(self._signed_in, seconds, "Airflow's web server did not come up")
        # The part that tasks talk to is built at the first call, which takes longer than a task would wait.
        self.rest.session.get(f"{self.rest.url}/execution/health", timeout=(5, 120))

    def switch_on(self, dag_ids: Iterable[str], seconds: float = 120) -> None:
        """Switch these DAGs on as soon as the DAG processor has read them.

        Raises:
            PlatformBusyError: it took longer than that.
        """
        wanted = set(dag_ids)

        def all_known() -> bool:
            known = {dag["dag_id"] for dag in self.rest.call("GET", "dags", params={"limit": 100})["dags"]}
            return wanted <= known

        self._until(all_known, seconds, "Airflow did not find all DAGs; see dag-processor.log")
        self.rest.call("PATCH", "dags", params={"dag_id_pattern": "%"}, json={"is_paused": False})

    def make_pools(self, file: Path) -> None:
        """Create the pools of that file, or set their sizes anew."""
        for name, pool in json.loads(file.read_text(encoding="utf-8")).items():
            body = {"name": name, **pool}
            try:
                self.rest.call("POST", "pools", json=body)
            except AirflowConflictError:
                self.rest.call("PATCH", f"pools/{name}", json=body)

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> DagRun:
        """Start a run that has no date."""
        return _run(
            self.rest.call("POST", f"dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": dict(conf or {})})
        )

    def backfill(self, dag_id: str, work_date: date) -> DagRun:
        """Make the partition of one work date, whether or not it was made before; returns its run.

        Airflow has one backfill a DAG at a time and closes a finished one only some seconds later; one that was left
        open when Airflow last stopped is closed here.
        """
        for left in self.rest.open_backfills(dag_id):
            with suppress(RefusedError):  # the scheduler may have closed it in the meantime
                self.rest.call("PUT", f"backfills/{left['id']}/cancel")
        self.rest.make_backfill(Asked(dag_id, work_date, work_date, "completed", {}, newest_first=False))
        newest = self.rest.call(
            "GET",
            f"dags/{dag_id}/dagRuns",
            params={"partition_key_pattern": work_date.isoformat(), "order_by": "-id", "limit": 1},
        )
        return _run(newest["dag_runs"][0])

    def run(self, run: DagRun) -> DagRun:
        """The run as it stands now."""
        return _run(self.rest.call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}"))

    def failed_tasks(self, run: DagRun) -> list[tuple[str, int]]:
        """The tasks of a run that failed, each with the number of its last attempt."""
        found = self.rest.call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances")["task_instances"]
        return [(task["task_id"], task["try_number"]) for task in found if task["state"] == "failed"]

    def tries(self, run: DagRun, task_id: str) -> list[dict[str, Any]]:
        """The attempts of one task of a run, of each of its parts where it is mapped: number, state, the host."""
        path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
        found: list[dict[str, Any]] = []
        for task in self.rest.call("GET", path)["task_instances"]:
            if task["task_id"] == task_id:
                part = f"/{task['map_index']}" if task["map_index"] >= 0 else ""
                found += self.rest.call("GET", f"{path}/{task_id}{part}/tries")["task_instances"]
        return found

    def wait(self, run: DagRun, seconds: float) -> DagRun:
        """Wait until the run has finished, and return how.

        Raises:
            PlatformBusyError: it took longer than that.
        """
        latest = [run]

        def over() -> bool:
            latest[0] = self.run(run)
            return latest[0].finished

        self._until(over, seconds, f"the run of {run.dag_id} did not finish")
        return latest[0]

    def _signed_in(self) -> bool:
        try:
            self.rest.sign_in()
        except (PlatformBusyError, ConnectionMissingError):
            return False
        return True

    def _until(self, done: Callable[[], bool], seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            self._alive()
            if time.monotonic() > deadline:
                raise PlatformBusyError(f"{otherwise} within {seconds:.0f} seconds")
            time.sleep(0.5)


def _run(answer: Mapping[str, Any]) -> DagRun:
    return DagRun(answer["dag_id"], answer["dag_run_id"], answer["state"], answer["partition_key"])
