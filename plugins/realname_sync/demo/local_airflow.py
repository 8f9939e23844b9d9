"""Airflow on this machine: its parts as child processes, reached only from here, ended one by one."""

import json
import os
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from realname_sync.demo.airflow_api import AirflowApi
from realname_sync.demo.ports import LOOPBACK, free_port
from realname_sync.errors import SettingsError
from realname_sync.resources import root

_STOP_SECONDS = 20.0

_START_SECONDS = 180.0
_PARTS = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    # Its own server for logs would listen on every address; the web page reads them from the folder.
    "scheduler": ("scheduler", "--skip-serve-logs"),
}
_ALERTS = {"triggerer": ("triggerer", "--skip-serve-logs")}


@dataclass
class LocalAirflow:
    """One Airflow with a folder and a metadata database of its own.

    Attributes:
        folder: AIRFLOW_HOME; holds the parts' output and the tasks' logs.
        database_url: SQLAlchemy address of the metadata database, by psycopg.
        connections: variables AIRFLOW_CONN_… and others that the tasks need.
        on_schedule: whether the DAGs also run by their schedules, or only when asked.
        port: of the web page and the API; 0 takes a free one.
        alerts: whether deadline alerts are sent, which takes one part more.
        users: roles by user name, each with a password of its own that `password_of` tells; without any, nobody has to
            log in, and everybody is an administrator.
    """

    folder: Path
    database_url: str
    connections: Mapping[str, str]
    on_schedule: bool = False
    port: int = 0
    alerts: bool = False
    users: Mapping[str, str] = field(default_factory=dict)
    _passwords: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Choose the ports and the secrets that the parts share."""
        if not (root() / "dags").is_dir():
            raise SettingsError("there is no folder dags/ beside sql/: run this in a clone of the repository")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        self._passwords = {name: secrets.token_urlsafe(12) for name in self.users}
        if self.users:
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(json.dumps(self._passwords) + "\n", encoding="utf-8")
        settings = self._settings()
        self._environment = {**_outside(), **settings}
        self.environment_file.touch(mode=0o600)
        lines = (f"export {name}={shlex.quote(value)}\n" for name, value in settings.items())
        self.environment_file.write_text("".join(lines), encoding="utf-8")

    @property
    def url(self) -> str:
        """The address of the web page."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment_file(self) -> Path:
        """To be sourced by a shell whose `airflow` and `realname backfill` shall talk to this Airflow."""
        return self.folder / "environment.sh"

    def password_of(self, user: str) -> str:
        """What that user logs in with."""
        return self._passwords[user]

    @property
    def _password_file(self) -> Path:
        return self.folder / "passwords.json"

    def begin(self) -> None:
        """Start bringing the metadata database up to date; other work can be done meanwhile."""
        self._processes["migration"] = self._launch("migration", "db", "migrate")

    def start(self) -> AirflowApi:
        """Finish what `begin` began, start the parts, and wait until they answer.

        Raises:
            SettingsError: a part ended by itself; the message names its log.
            PlatformBusyError: Airflow did not come up in time.
        """
        if self._processes.pop("migration").wait() != 0:
            raise SettingsError(f"Airflow's metadata database could not be made ready: see {self._log('migration')}")
        for part, arguments in {**_PARTS, **(_ALERTS if self.alerts else {})}.items():
            self._processes[part] = self._launch(part, *arguments)
        login = next(((name, self._passwords[name]) for name, role in self.users.items() if role == "admin"), None)
        api = AirflowApi(self.url, self.check, login)
        api.wait_until_ready(_START_SECONDS)
        return api

    def check(self) -> None:
        """See that every part still runs.

        Raises:
            SettingsError: one has ended; the message names its log.
        """
        for part, process in self._processes.items():
            if process.poll() is not None:
                raise SettingsError(f"Airflow's {part} has ended by itself: see {self._log(part)}")

    def stop(self) -> None:
        """End every part and whatever it started, by id; harmless when nothing runs."""
        ending = [self._processes.pop(part) for part in reversed(list(self._processes))]
        for process in ending:
            _signal_group(process, signal.SIGTERM)
        for process in ending:
            _end(process)

    def last_error(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> str:
        """What an attempt of a task last complained of, and where its log lies."""
        run = self.folder / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"
        log = run / f"task_id={task_id}" / f"attempt={attempt}.log"
        sentence = ""
        for line in log.read_text(encoding="utf-8").splitlines() if log.is_file() else ():
            with suppress(ValueError, LookupError, TypeError):
                sentence = json.loads(line)["error_detail"][0]["exc_value"]
        return f"{sentence or 'no error was logged'} (log: {log})"

    def _log(self, part: str) -> Path:
        return self.folder / f"{part}.log"

    def _launch(self, part: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with self._log(part).open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - this interpreter, and arguments that stand above
                [sys.executable, "-m", "airflow", *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _settings(self) -> dict[str, str]:
        return {
            **self.connections,
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__HOST": LOOPBACK,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "AIRFLOW__CORE__DAGS_FOLDER": str(root() / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(root() / "plugins"),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
            "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            **self._logins(),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": self.database_url,
            "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": str(self.on_schedule),
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            # Only where a transport is set as well does anything go out; which tables, and no text of a task.
            "AIRFLOW__OPENLINEAGE__EXTRACTORS": "realname_sync.orchestration.lineage.TableExtractor",
            "AIRFLOW__OPENLINEAGE__EMISSION_POLICY": '[{"scope": {}, "controls": {"include_source_code": false}}]',
            "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "True",
            # A task that was left over may start before the web server answers.
            "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "9",
            "NO_PROXY": LOOPBACK,
            "no_proxy": LOOPBACK,
        }

    def _logins(self) -> dict[str, str]:
        if not self.users:
            # It listens on this machine only, and nobody else is on it.
            return {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
        return {
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in self.users.items()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._password_file),
        }


def _outside() -> dict[str, str]:
    """The environment of this process, without what is said of another Airflow."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # every task is a new process: compiling once saves seconds
    return kept


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it may have ended in the meantime
        os.killpg(process.pid, number)


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    _signal_group(process, signal.SIGKILL)  # also whatever the part left behind in its group
    process.wait()
