"""docker-compose.yml brought up with secrets of its own, and what can be asked of it."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compose import images, programs
from compose.engine import Engine
from realname_sync.demo.airflow_api import AirflowApi
from realname_sync.demo.ports import LOOPBACK, free_port
from realname_sync.deployment.env_file import write_env_file
from realname_sync.errors import SettingsError
from realname_sync.resources import root

WORKERS = 2
_PROJECT = "realname-compose-test"
_OVERRIDES = Path(__file__).with_name("overrides.yml")
_READY_SECONDS = 600
_ONE_OFF = ("init", "sandbox-pairs")


@dataclass(frozen=True)
class Deployment:
    """The services of docker-compose.yml with the profile `sandbox`."""

    engine: Engine
    compose: list[str]
    env_file: Path
    port: int

    def call(self, *arguments: str, quiet: bool = True) -> str:
        """Call Compose; what it printed.

        Raises:
            CalledProcessError: it failed.
        """
        done = subprocess.run(
            [*self._prefix, *arguments],
            env=self.engine.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    @property
    def _prefix(self) -> list[str]:
        files = ("--file", str(root() / "docker-compose.yml"), "--file", str(_OVERRIDES))
        place = ("--project-directory", str(root()), "--project-name", _PROJECT)
        return [*self.compose, *files, *place, "--env-file", str(self.env_file)]

    def up(self) -> None:
        """Start every service.

        Raises:
            CalledProcessError: one of those that others wait for did not come up.
        """
        with (self.env_file.parent / "up.log").open("wb") as log:
            subprocess.run(
                [*self._prefix, "up", "--detach", "--no-build", "--scale", f"worker={WORKERS}"],
                env=self.engine.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
            )

    def down(self) -> None:
        """Stop and remove everything, with the data; the logs of the services stay in a file."""
        with (self.env_file.parent / "services.log").open("wb") as log:
            subprocess.run(
                [*self._prefix, "logs", "--no-color"],
                env=self.engine.environment, stdout=log, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        self.call("--profile", "cli", "down", "--volumes", "--remove-orphans", "--timeout", "20")

    def api(self) -> AirflowApi:
        """Airflow's API, as its administrator."""
        password = re.search(r"^REALNAME_ADMIN_PASSWORD=(.+)$", self.env_file.read_text(encoding="utf-8"), re.MULTILINE)
        assert password
        api = AirflowApi(f"http://{LOOPBACK}:{self.port}", self.check, ("admin", password.group(1)))
        api.wait_until_ready(_READY_SECONDS)
        return api

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers, ended ones included."""
        return self.call("ps", "--all", "--quiet", service).split()

    def states(self) -> dict[str, list[str]]:
        """For each service how its containers are: `healthy`, `starting`, `exited 0` …"""
        return {service: [self._state(one) for one in self.containers(service)] for service in self.services()}

    def services(self) -> list[str]:
        """The services that run here."""
        return [name for name in self.call("config", "--services").split() if name != "cli"]

    def _state(self, container: str) -> str:
        state = json.loads(self.engine.run("inspect", "--format", "{{json .State}}", container))
        if not state["Running"]:
            return f"exited {state['ExitCode']}"
        return str(state.get("Health", {}).get("Status", "running"))

    def check(self) -> None:
        """See that every service but the killed worker is there.

        Raises:
            SettingsError: one has ended that should not have.
        """
        for service, states in self.states().items():
            wanted = "exited 0" if service in _ONE_OFF else None
            for state in states:
                ended_badly = state.startswith("exited") and state != wanted and service != "worker"
                if ended_badly:
                    raise SettingsError(f"{service} has ended: {state}; see services.log")

    def wait_until_healthy(self) -> None:
        """Wait until every health check has succeeded, and what runs once has ended well.

        Raises:
            SettingsError: a service has ended, or is not well after ten minutes.
        """
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            self.check()
            states = self.states()
            late = {name: there for name, there in states.items() if set(there) - {"healthy", "exited 0"} or not there}
            if not late:
                return
            if time.monotonic() > deadline:
                raise SettingsError(f"not healthy after {_READY_SECONDS} seconds: {late}")
            time.sleep(2)

    def python(self, service: str, program: str, *arguments: str) -> Any:
        """Run a program in a container of that service; what it printed, read as JSON."""
        container = next(one for one in self.containers(service) if not self._state(one).startswith("exited"))
        return json.loads(self.engine.run("exec", container, "python", "-c", program, *arguments).splitlines()[-1])

    def platform_rows(self, query: str) -> list[list[str]]:
        """What the sandbox's database says."""
        container = self.containers("sandbox-db")[0]
        psql = (
            "psql",
            "--username",
            "sandbox",
            "--dbname",
            "realname_sandbox",
            "--no-align",
            "--tuples-only",
            "--quiet",
        )
        printed = self.engine.run("exec", container, *psql, "--command", query)
        return [line.split("|") for line in printed.splitlines()]


@contextmanager
def deployment(engine: Engine, folder: Path, projects: int, workers: int) -> Iterator[Deployment]:
    """The deployment while the context lasts; a city of that size is in its sandbox."""
    port = free_port()
    env_file = folder / ".env"
    env_file.unlink(missing_ok=True)
    write_env_file(env_file, sandbox=True)
    text = env_file.read_text(encoding="utf-8").replace("127.0.0.1:8080", f"{LOOPBACK}:{port}")
    size = f"REALNAME_SANDBOX_PROJECTS={projects}\nREALNAME_SANDBOX_WORKERS={workers}\n"
    env_file.write_text(f"{text}REALNAME_IMAGE={images.OURS}\n{size}", encoding="utf-8")
    running = Deployment(engine, programs.compose(engine.docker), env_file, port)
    try:
        running.up()
        yield running
    finally:
        running.down()
        env_file.unlink()
