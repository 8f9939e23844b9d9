"""Airflow's REST API under one login: for tasks, which have no other way to start a backfill, and for local runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

from realname_sync.errors import ConnectionMissingError, HeldError, PlatformBusyError, RefusedError
from realname_sync.orchestration.backfill import Asked, partition_bounds

_TIMEOUT = (5, 60)


class AirflowConflictError(RefusedError):
    """What was asked for is there already, or something else is under way in its place."""


class BackfillUnderWayError(HeldError):
    """Airflow is at another backfill of this DAG; it has one of a DAG at a time."""


class AirflowRest:
    """Airflow at one address. Without a login it is one of this machine alone, which lets everybody in.

    As a context it signs in, and closes its connections at the end.
    """

    def __init__(self, url: str, login: tuple[str, str] | None = None) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.session.trust_env = False  # Airflow's own address needs no proxy
        self._login = login

    def __enter__(self) -> "AirflowRest":
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def sign_in(self) -> None:
        """Take a token, which all later calls carry.

        Raises:
            PlatformBusyError: nothing answers at the address.
            ConnectionMissingError: the login is refused.
        """
        path = f"{self.url}/auth/token"
        try:
            if self._login is None:
                answer = self.session.get(path, timeout=_TIMEOUT)
            else:
                body = {"username": self._login[0], "password": self._login[1]}
                answer = self.session.post(path, json=body, timeout=_TIMEOUT)
        except requests.RequestException as failure:
            raise PlatformBusyError(f"Airflow's own API cannot be reached ({type(failure).__name__})") from None
        if not answer.ok:
            raise ConnectionMissingError(
                f"Airflow's own API gave no token (HTTP {answer.status_code}): set the connection airflow_api to "
                "its address and to a user who may make backfills"
            )
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, verb: str, path: str, **arguments: Any) -> Any:
        """What Airflow answers, read from JSON.

        Raises:
            PlatformBusyError: it does not answer now.
            AirflowConflictError: it has what is asked for already, or is at something else.
            RefusedError: it refuses.
        """
        try:
            answer = self.session.request(verb, f"{self.url}/api/v2/{path}", timeout=_TIMEOUT, **arguments)
        except requests.RequestException as failure:
            raise PlatformBusyError(f"Airflow did not answer {verb} {path} ({type(failure).__name__})") from None
        if answer.status_code >= requests.codes.server_error:
            raise PlatformBusyError(f"Airflow answered {verb} {path} with HTTP {answer.status_code}")
        if not answer.ok:
            kind = AirflowConflictError if answer.status_code == requests.codes.conflict else RefusedError
            raise kind(f"Airflow refused {verb} {path} with HTTP {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    def make_backfill(self, asked: Asked) -> None:
        """Have Airflow make these partitions; where it is at them already, because an answer was lost, all is well.

        Raises:
            BackfillUnderWayError: it is at other days of this DAG.
            PlatformBusyError: it does not answer now.
            RefusedError: it refuses.
        """
        begin, end = partition_bounds(asked.first, asked.last)
        body = {
            "dag_id": asked.dag_id,
            "from_date": begin.isoformat(),
            "to_date": end.isoformat(),
            "reprocess_behavior": asked.reprocess,
            "max_active_runs": 1,
            "run_backwards": asked.newest_first,
            "dag_run_conf": dict(asked.conf),
        }
        try:
            self.call("POST", "backfills", json=body)
        except AirflowConflictError:
            if not any(_is_of(one, begin, end) for one in self.open_backfills(asked.dag_id)):
                raise BackfillUnderWayError(
                    "Airflow is at a backfill of other days of this DAG: it has one at a time"
                ) from None

    def is_under_way(self, dag_id: str) -> bool:
        """Whether a backfill of that DAG has runs that have not ended."""
        return bool(self.open_backfills(dag_id))

    def open_backfills(self, dag_id: str) -> list[Mapping[str, Any]]:
        """The backfills of a DAG that Airflow has not closed yet; it does so some seconds after their last run."""
        found = self.call("GET", "backfills", params={"dag_id": dag_id, "order_by": "-id", "limit": 20})["backfills"]
        return [one for one in found if one["completed_at"] is None]


def _is_of(backfill: Mapping[str, Any], begin: datetime, end: datetime) -> bool:
    return (datetime.fromisoformat(backfill["from_date"]), datetime.fromisoformat(backfill["to_date"])) == (begin, end)
