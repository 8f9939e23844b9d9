"""An environment for each peer, below var/bench/peers/: made from its lock, made anew when the lock changes."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

LOCKS = Path(__file__).parent / "locks"
_OUT_OF_REACH = "http://127.0.0.1:9"  # nobody listens there: what a peer would tell the world goes nowhere
_QUIET = {
    "DO_NOT_TRACK": "1",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "SLING_DISABLE_TELEMETRY": "TRUE",
    "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "HTTP_PROXY": _OUT_OF_REACH,
    "HTTPS_PROXY": _OUT_OF_REACH,
    "http_proxy": _OUT_OF_REACH,
    "https_proxy": _OUT_OF_REACH,
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}


class NoEnvironmentError(Exception):
    """A peer's environment could not be made; the message says of which package and what to do."""


def ensure_environment(name: str, folder: Path) -> Path:
    """The interpreter of a peer's environment, made if it is not there as its lock says.

    Raises:
        NoEnvironmentError: it could not be made.
    """
    lock, home = LOCKS / f"{name}.lock", folder / name
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    marker, python = home / ".installed", home / "bin" / "python"
    if marker.is_file() and marker.read_text(encoding="utf-8") == digest:
        return python
    shutil.rmtree(home, ignore_errors=True)
    uv = Path(sys.executable).with_name("uv")
    try:
        if uv.exists():
            _run(uv, "venv", "--quiet", "--python", sys.executable, home)
            _run(uv, "pip", "sync", "--quiet", "--python", python, "--compile-bytecode", "--require-hashes", lock)
        else:
            venv.create(home, with_pip=True)
            _run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock)
    except subprocess.CalledProcessError as failure:
        shutil.rmtree(home, ignore_errors=True)
        raise NoEnvironmentError(_sentence(name, lock, failure.stderr or "")) from None
    marker.write_text(digest, encoding="utf-8")
    return python


def environment(home: Path) -> dict[str, str]:
    """The variables a peer runs with: no telemetry, a home of its own, no way out but the loopback interface."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "REALNAME", "PYTHON"))}
    tests = Path(__file__).parents[2]
    return {**ours, **_QUIET, "HOME": str(home), "PYTHONPATH": str(tests), "PYTHONDONTWRITEBYTECODE": "1"}


def locked_versions(name: str) -> dict[str, str]:
    """What the lock pins, by package."""
    text = (LOCKS / f"{name}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def _run(*words: str | Path) -> None:
    subprocess.run(
        [str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _sentence(name: str, lock: Path, said: str) -> str:
    lines = [line.strip(" ×╰─▶├│") for line in said.splitlines() if line.strip()]
    named = next((found for line in lines if (found := re.search(r"`?([A-Za-z0-9._-]+)==[\w.]+`?", line))), None)
    what = f"of {named.group(0).strip('`')}" if named else f"of a package in {lock.name}"
    why = lines[-1][:200] if lines else "nothing was said"
    return (
        f"the environment {name} could not be made because {what}: {why}. See that the package registry is reached "
        f"and has it, or pin another version in pyproject.toml (group peer-{name}) and run `make lock`; "
        "then `make peers` again"
    )
