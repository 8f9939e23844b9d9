"""Airflow's REST API as a task uses it, which has no other way to start a backfill: by a connection `airflow_api`.

host = the web page's address, login and password of a user who may make backfills. Without the connection, the address
of `[api] base_url`, where an Airflow of one machine lets everybody in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow.sdk import Connection, conf
from airflow.sdk.exceptions import AirflowNotFoundException

from realname_sync.errors import ConnectionMissingError, HeldError, PlatformBusyError, RefusedError
from realname_sync.orchestration.backfill import Asked, partition_bounds

CONNECTION = "airflow_api"
_TIMEOUT = (5, 60)


class BackfillUnderWayError(HeldError):
    """Airflow is at another backfill of this DAG; it has one of a DAG at a time."""


class AirflowRest:
    """Airflow's API under one login.

    Raises:
        ConnectionMissingError: it cannot be reached, or refuses the login.
    """

    def __init__(self) -> None:
        import requests

        self._session = requests.Session()
        self._session.trust_env = False  # Airflow's own address needs no proxy
        url, login = _address()
        self._url = url.rstrip("/")
        try:
            if login is None:
                answer = self._session.get(f"{self._url}/auth/token", timeout=_TIMEOUT)
            else:
                body = {"username": login[0], "password": login[1]}
                answer = self._session.post(f"{self._url}/auth/token", json=body, timeout=_TIMEOUT)
        except requests.RequestException as failure:
            raise ConnectionMissingError(
                f"Airflow's own API cannot be reached ({type(failure).__name__}): see the connection {CONNECTION}"
            ) from None
        if not answer.ok:
            raise ConnectionMissingError(
                f"Airflow's own API gave no token (HTTP {answer.status_code}): set the connection {CONNECTION} to "
                "its address and to a user who may make backfills"
            )
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def __enter__(self) -> "AirflowRest":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

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
            self._call("POST", "backfills", json=body)
        except BackfillUnderWayError:
            if not any(_is_of(one, begin, end) for one in self._open_backfills(asked.dag_id)):
                raise

    def is_under_way(self, dag_id: str) -> bool:
        """Whether a backfill of that DAG has runs that have not ended."""
        return bool(self._open_backfills(dag_id))

    def _open_backfills(self, dag_id: str) -> list[Mapping[str, Any]]:
        found = self._call("GET", "backfills", params={"dag_id": dag_id, "order_by": "-id", "limit": 20})["backfills"]
        return [one for one in found if one["completed_at"] is None]

    def _call(self, verb: str, path: str, **arguments: Any) -> Mapping[str, Any]:
        import requests

        try:
            answer = self._session.request(verb, f"{self._url}/api/v2/{path}", timeout=_TIMEOUT, **arguments)
        except requests.RequestException as failure:
            raise PlatformBusyError(f"Airflow did not answer {verb} {path} ({type(failure).__name__})") from None
        if answer.status_code == requests.codes.conflict:
            raise BackfillUnderWayError("Airflow is at a backfill of other days of this DAG: it has one at a time")
        if answer.status_code >= requests.codes.server_error:
            raise PlatformBusyError(f"Airflow answered {verb} {path} with HTTP {answer.status_code}")
        if not answer.ok:
            raise RefusedError(f"Airflow refused {verb} {path} with HTTP {answer.status_code}: {answer.text[:200]}")
        found: Mapping[str, Any] = answer.json()
        return found


def _is_of(backfill: Mapping[str, Any], begin: datetime, end: datetime) -> bool:
    return (datetime.fromisoformat(backfill["from_date"]), datetime.fromisoformat(backfill["to_date"])) == (begin, end)


def _address() -> tuple[str, tuple[str, str] | None]:
    try:
        found = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        found = None
    if found is None:
        return str(conf.get("api", "base_url", fallback="http://127.0.0.1:8080")), None
    host = str(found.host or "")
    if "://" not in host:
        host = f"{found.schema or 'http'}://{host}"
    if found.port:
        host = f"{host}:{found.port}"
    return host, (str(found.login or ""), str(found.password or ""))
