"""The programs the test needs, and what to install where one is missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_PACKAGES = "docker.io docker-compose debootstrap"


class MissingError(Exception):
    """Something has to be installed first."""


def docker() -> str:
    """The first docker on the path that can build with secrets.

    Raises:
        MissingError: there is none.
    """
    for candidate in _on_the_path("docker"):
        if _succeeds(candidate, "buildx", "version") or _release(candidate) < 23:  # before 23 it was built in
            return candidate
    raise MissingError(f"Docker is needed, with BuildKit: apt-get install {_PACKAGES}")


def compose(docker_program: str) -> list[str]:
    """How Compose is called here: as a plugin of docker's, or by itself.

    Raises:
        MissingError: there is none.
    """
    if _succeeds(docker_program, "compose", "version"):
        return [docker_program, "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise MissingError(f"Docker Compose is needed: apt-get install {_PACKAGES}")


def program(name: str) -> str:
    """Where that program lies.

    Raises:
        MissingError: it is not installed.
    """
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise MissingError(f"{name} is needed: apt-get install {_PACKAGES}")
    return found


def _on_the_path(name: str) -> Iterator[str]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        candidate = Path(folder) / name
        if os.access(candidate, os.X_OK):
            yield str(candidate)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _release(docker_program: str) -> int:
    said = subprocess.run([docker_program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)", said)
    return int(found.group(1)) if found else 99
