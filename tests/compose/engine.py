"""Docker's engine: the one that runs, else one of the test's own, which ends with it and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from compose import programs

_START_SECONDS = 60


@dataclass(frozen=True)
class Engine:
    """An engine that answers: the client's program, and the environment that leads to it."""

    docker: str
    environment: Mapping[str, str]
    own: bool

    def run(self, *arguments: str, check: bool = True, **options: object) -> str:
        """Call docker; what it printed.

        Raises:
            CalledProcessError: it failed; what it said went to standard error.
        """
        done = subprocess.run(  # type: ignore[call-overload]
            [self.docker, *arguments], env=self.environment, stdout=subprocess.PIPE, text=True, check=check, **options
        )
        return str(done.stdout).strip()

    def succeeds(self, *arguments: str) -> bool:
        """Call docker quietly; whether it succeeded."""
        command = [self.docker, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, check=False).returncode == 0


@contextmanager
def engine(folder: Path, *, keep: bool = False) -> Iterator[Engine]:
    """An engine while the context lasts.

    Args:
        folder: where the data of one of our own lie.
        keep: leave those data there, for the next run to begin with.

    Raises:
        MissingError: there is no engine, and none can be started.
    """
    docker = programs.docker()
    # Compose 1 is a Python program as well, and is to find its own packages.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    running = Engine(docker, outside, own=False)
    if running.succeeds("info"):
        yield running
        return
    if os.geteuid() != 0:
        raise programs.MissingError(
            "no engine answers, and only root can start one: start dockerd, or run this as root"
        )
    dockerd = programs.program("dockerd")
    data = folder / "engine"
    data.mkdir(parents=True, exist_ok=True)
    short = Path(tempfile.mkdtemp(prefix="rn"))  # a socket's path may not be long
    address = f"unix://{short}/docker.sock"
    command = [dockerd, "--data-root", str(data), "--exec-root", str(short / "run"), "--pidfile", str(short / "pid")]
    with (folder / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--host", address], stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    own = Engine(docker, {**outside, "DOCKER_HOST": address}, own=True)
    try:
        _wait(own, process, folder / "dockerd.log")
        yield own
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()
        _unmount_below(short)  # it leaves the name of a network namespace mounted
        shutil.rmtree(short)
        if not keep:
            shutil.rmtree(data)


def _wait(own: Engine, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not own.succeeds("info"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise programs.MissingError(f"dockerd did not come up: see {log}")
        time.sleep(0.5)


def _unmount_below(folder: Path) -> None:
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    for place in reversed([one for one in mounted if one.startswith(f"{folder}/")]):
        subprocess.run(["umount", place], check=True)
