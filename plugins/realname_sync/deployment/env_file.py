"""The file `.env` beside docker-compose.yml: every secret of one deployment, made at random, and what is set by hand.

Only the standard library is imported here, so that the file can be written before anything is installed.
"""

import base64
import json
import os
import secrets
from pathlib import Path

from realname_sync.errors import SettingsError
from realname_sync.settings import SANDBOX_CITY, SANDBOX_SECRET, sandbox_ports

_PASSWORDS = {
    "REALNAME_POSTGRES_PASSWORD": "PostgreSQL's administrator; only the one-off service init uses it",
    "REALNAME_WAREHOUSE_PASSWORD": "the warehouse's login",
    "REALNAME_METADATA_PASSWORD": "the login of Airflow's metadata",
    "REALNAME_CELERY_PASSWORD": "the login of the database in which workers leave their results",
    "REALNAME_REDIS_PASSWORD": "the queue of tasks",
    "REALNAME_ADMIN_PASSWORD": "of the user admin in Airflow's web page",
    "REALNAME_TASKS_PASSWORD": "of the user tasks, by whom a task has Airflow make the runs of a backfill",
    "REALNAME_API_SECRET_KEY": "signs Airflow's sessions",
    "REALNAME_JWT_SECRET": "signs what Airflow's services say to one another",
}
_KEYS = {
    "REALNAME_DATA_KEY": "identity numbers and phones are stored under it; without it the warehouse cannot be read",
    "REALNAME_FERNET_KEY": "connections that are entered in Airflow's page are stored under this key",
}
_REAL_CONNECTIONS: dict[str, dict[str, object]] = {
    "municipal_db": {
        "conn_type": "postgres",
        "host": "municipal.example.org",
        "port": 5432,
        "login": "reader",
        "password": "…",
        "schema": "municipal",
    },
    "integrity_platform": {"conn_type": "http", "host": "https://…", "login": "appid", "password": "…"},
    "province_platform": {"conn_type": "http", "host": "https://…", "login": "appid", "password": "…"},
    "nation_platform": {"conn_type": "http", "host": "https://…"},
}


def write_env_file(path: Path, *, sandbox: bool) -> None:
    """Write a new file of settings with new secrets, for its owner to read and nobody else.

    Args:
        path: where; a file that is there is left alone, because what is stored under its keys needs them.
        sandbox: whether the deployment begins with a synthetic city and its platforms.

    Raises:
        SettingsError: the file is there already.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError(
            f"{path} is there already and stays as it is: what is stored under its keys cannot be read without them"
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_text(sandbox=sandbox))


def _text(*, sandbox: bool) -> str:
    lines = [
        "# Read by docker-compose.yml; docs/deploy.md says more. Never commit it, and keep a copy elsewhere.",
        "# sandbox: a synthetic city and its three platforms run beside the rest",
        f"COMPOSE_PROFILES={'sandbox' if sandbox else ''}",
        "# whether a DAG that is new waits until somebody switches it on",
        f"REALNAME_DAGS_PAUSED={not sandbox}",
        "# Airflow's web page: where it listens, and the address that browsers use",
        "REALNAME_LISTEN=127.0.0.1:8080",
        "REALNAME_BASE_URL=http://127.0.0.1:8080",
        "# workers, and how many tasks each does at a time",
        "REALNAME_WORKERS=2",
        "REALNAME_TASKS_PER_WORKER=4",
        "# parts that a push is split into for workers to share, as far as the platform's pool has slots",
        "REALNAME_SHARDS=1",
        "",
        "# Made at random.",
    ]
    for name, what in _PASSWORDS.items():
        lines += [f"# {what}", f"{name}={secrets.token_urlsafe(24)}"]
    for name, what in _KEYS.items():
        lines += [f"# {what}", f"{name}={_key(name)}"]
    practice = secrets.token_urlsafe(24)
    if sandbox:
        lines += ["# PostgreSQL of the sandbox", f"REALNAME_SANDBOX_PASSWORD={practice}"]
    lines += ["", "# Airflow connections as the README describes them, each on one line within single quotes."]
    connections = _sandbox_connections(practice) if sandbox else _REAL_CONNECTIONS
    mark = "" if sandbox else "#"
    lines += [f"{mark}AIRFLOW_CONN_{name.upper()}='{_json(value)}'" for name, value in connections.items()]
    lines += ["# who is told when a day is at risk", "#AIRFLOW_CONN_DINGDING_DEFAULT=", "#AIRFLOW_CONN_SMTP_DEFAULT="]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    key = secrets.token_bytes(32)
    # Airflow reads its key in the alphabet for addresses, the warehouse in the plain one.
    return (base64.urlsafe_b64encode if name == "REALNAME_FERNET_KEY" else base64.b64encode)(key).decode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sandbox_connections(password: str) -> dict[str, dict[str, object]]:
    """As the services of the profile `sandbox` provide them."""
    municipal: dict[str, object] = {
        "conn_type": "postgres",
        "host": "sandbox-db",
        "login": "sandbox",
        "password": password,
        "schema": "realname_municipal",
    }
    platforms: dict[str, dict[str, object]] = {
        name: {"conn_type": "http", "host": f"http://sandbox:{port}", "extra": {"environment": "test"}}
        for name, port in sandbox_ports({}).items()
    }
    for name in ("integrity_platform", "province_platform"):
        platforms[name] |= {"login": f"zj-{SANDBOX_CITY}", "password": SANDBOX_SECRET}
    return {"municipal_db": municipal, **platforms}
