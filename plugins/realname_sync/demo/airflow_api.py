"""The few calls of Airflow's REST API that a local run needs."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests

from realname_sync.errors import PlatformBusyError, RequestRefusedError
from realname_sync.orchestration.backfill import partition_bounds

_TIMEOUT = (5, 60)
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
        self._url = url
        self._login = login
        self._alive = alive
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between this process and its children

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the API answers and accepts this client.

        Raises:
            PlatformBusyError: it took longer than that.
        """
        self._until(self._signed_in, seconds, "Airflow's web server did not come up")
        # The part that tasks talk to is built at the first call, which takes longer than a task would wait.
        self._session.get(f"{self._url}/execution/health", timeout=(5, 120))

    def switch_on(self, dag_ids: Iterable[str], seconds: float = 120) -> None:
        """Switch these DAGs on as soon as the DAG processor has read them.

        Raises:
            PlatformBusyError: it took longer than that.
        """
        wanted = set(dag_ids)

        def all_known() -> bool:
            known = {dag["dag_id"] for dag in self._call("GET", "dags", params={"limit": 100})["dags"]}
            return wanted <= known

        self._until(all_known, seconds, "Airflow did not find all DAGs; see dag-processor.log")
        self._call("PATCH", "dags", params={"dag_id_pattern": "%"}, json={"is_paused": False})

    def make_pools(self, file: Path) -> None:
        """Create the pools of that file, or set their sizes anew."""
        for name, pool in json.loads(file.read_text(encoding="utf-8")).items():
            body = {"name": name, **pool}
            if (
                self._session.post(self._at("pools"), json=body, timeout=_TIMEOUT).status_code
                == requests.codes.conflict
            ):
                self._call("PATCH", f"pools/{name}", json=body)

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> DagRun:
        """Start a run that has no date."""
        return _run(self._call("POST", f"dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": dict(conf or {})}))

    def backfill(self, dag_id: str, work_date: date) -> DagRun:
        """Make the partition of one work date, whether or not it was made before; returns its run.

        Airflow has one backfill a DAG at a time and closes a finished one only some seconds later; one that was left
        open when Airflow last stopped is closed here.
        """
        for left in self._call("GET", "backfills", params={"dag_id": dag_id})["backfills"]:
            if left["completed_at"] is None:
                with suppress(RequestRefusedError):  # the scheduler may have closed it in the meantime
                    self._call("PUT", f"backfills/{left['id']}/cancel")
        begin, end = partition_bounds(work_date, work_date)
        body = {
            "dag_id": dag_id,
            "from_date": begin.isoformat(),
            "to_date": end.isoformat(),
            "reprocess_behavior": "completed",
            "max_active_runs": 1,
        }
        self._call("POST", "backfills", json=body)
        newest = self._call(
            "GET",
            f"dags/{dag_id}/dagRuns",
            params={"partition_key_pattern": work_date.isoformat(), "order_by": "-id", "limit": 1},
        )
        return _run(newest["dag_runs"][0])

    def run(self, run: DagRun) -> DagRun:
        """The run as it stands now."""
        return _run(self._call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}"))

    def failed_tasks(self, run: DagRun) -> list[tuple[str, int]]:
        """The tasks of a run that failed, each with the number of its last attempt."""
        found = self._call("GET", f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances")["task_instances"]
        return [(task["task_id"], task["try_number"]) for task in found if task["state"] == "failed"]

    def tries(self, run: DagRun, task_id: str) -> list[dict[str, Any]]:
        """The attempts of one task of a run, of each of its parts where it is mapped: number, state, the host."""
        path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
        found: list[dict[str, Any]] = []
        for task in self._call("GET", path)["task_instances"]:
            if task["task_id"] == task_id:
                part = f"/{task['map_index']}" if task["map_index"] >= 0 else ""
                found += self._call("GET", f"{path}/{task_id}{part}/tries")["task_instances"]
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
            if self._login is None:
                answer = self._session.get(f"{self._url}/auth/token", timeout=_TIMEOUT)
            else:
                body = {"username": self._login[0], "password": self._login[1]}
                answer = self._session.post(f"{self._url}/auth/token", json=body, timeout=_TIMEOUT)
        except requests.ConnectionError:
            return False
        if not answer.ok:
            return False
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def _until(self, done: Callable[[], bool], seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            self._alive()
            if time.monotonic() > deadline:
                raise PlatformBusyError(f"{otherwise} within {seconds:.0f} seconds")
            time.sleep(0.5)

    def _at(self, path: str) -> str:
        return f"{self._url}/api/v2/{path}"

    def _call(self, verb: str, path: str, **arguments: Any) -> Any:
        answer = self._session.request(verb, self._at(path), timeout=_TIMEOUT, **arguments)
        if not answer.ok:
            raise RequestRefusedError(
                f"Airflow refused {verb} {path} with HTTP {answer.status_code}: {answer.text[:300]}"
            )
        return answer.json()


def _run(answer: Mapping[str, Any]) -> DagRun:
    return DagRun(answer["dag_id"], answer["dag_run_id"], answer["state"], answer["partition_key"])
