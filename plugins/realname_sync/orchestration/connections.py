"""Airflow's connections as the specs that everything below Airflow works with."""

import os

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from realname_sync import settings
from realname_sync.settings import ConnectionSpec


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
