"""Airflow's connections as the specs that everything below Airflow works with."""

import os
from typing import TYPE_CHECKING

from airflow.sdk import Connection, conf
from airflow.sdk.exceptions import AirflowNotFoundException

from realname_sync import settings
from realname_sync.settings import ConnectionSpec

if TYPE_CHECKING:
    from realname_sync.orchestration.airflow_rest import AirflowRest


def airflow_connection(name: str) -> ConnectionSpec:
    """The connection of that name: from the environment, else from Airflow's own store, else the sandbox's.

    The environment is read as the command line reads it, so that a DAG and a command see the same connection.

    Raises:
        ConnectionMissingError: this system uses no connection of that name, or its text cannot be read.
    """
    variable = f"AIRFLOW_CONN_{name.upper()}"
    if os.environ.get(variable, "").strip():
        return settings.connection(name)
    try:
        stored = Connection.get(name)
    except AirflowNotFoundException:
        return settings.connection(name)
    return settings.connection(name, {variable: stored.as_json()})


def own_airflow() -> "AirflowRest":
    """The API of the Airflow that this process belongs to, by the connection `airflow_api`.

    host = the web page's address, login and password of a user who may make backfills. Without the connection, the
    address of `[api] base_url`, where an Airflow of one machine lets everybody in.
    """
    from realname_sync.orchestration.airflow_rest import AirflowRest

    try:
        found = Connection.get("airflow_api")
    except AirflowNotFoundException:
        return AirflowRest(str(conf.get("api", "base_url", fallback="http://127.0.0.1:8080")))
    host = str(found.host or "")
    if "://" not in host:
        host = f"{found.schema or 'http'}://{host}"
    if found.port:
        host = f"{host}:{found.port}"
    return AirflowRest(host, (str(found.login or ""), str(found.password or "")))
