"""The city as the web server sees it: Airflow's connections, and one small engine for each process."""

import threading

from realname_sync.orchestration.connections import airflow_connection
from realname_sync.pipelines.city import City, open_city
from realname_sync.warehouse.engine import Pool

_lock = threading.Lock()
_city: City | None = None


def web_city() -> City:
    """The city of this process, opened when it is first asked for.

    Raises:
        ConnectionMissingError: the connection to the warehouse cannot be read, or names no database.
    """
    global _city
    with _lock:
        if _city is None:
            _city = open_city(airflow_connection, pool=Pool(size=2, overflow=3))
    return _city


def close_web_city() -> None:
    """Give the connections back; the next request opens new ones."""
    global _city
    with _lock:
        if _city is not None:
            _city.close()
        _city = None
