"""docker-compose.yml and the Dockerfile as they stand: no secret, nothing as root, limits, checks, one lock."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from realname_sync.deployment.env_file import write_env_file
from realname_sync.resources import root
from realname_sync.settings import CONNECTION_NAMES

FILE = root() / "docker-compose.yml"
RUN_ONCE = {"init", "sandbox-pairs", "cli"}
"""They end by themselves, so there is nothing to watch."""

_SECRET = re.compile(r"(PASSWORD|SECRET|SECRET_KEY|FERNET_KEY|DATA_KEY|REDIS|CONN_.*)$")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def services(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document["services"]
    assert len(found) >= 10
    return found


def references() -> dict[str, str]:
    """Every variable that the file takes from .env, with what it does where there is none: `?…`, `-…` or nothing."""
    text = "\n".join(
        line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")
    )
    return dict(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)(?::([?-][^}]*))?\}", text))


def test_every_service_is_confined(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["user"] not in {"root", "0", "0:0"}, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "/tmp" in service["tmpfs"], name  # noqa: S108 - within a container
        assert "privileged" not in service, name


def test_every_service_has_limits_and_its_logs_are_rotated(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert {"mem_limit", "cpus", "pids_limit"} <= service.keys(), name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_every_service_that_stays_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == RUN_ONCE


def test_every_volume_is_named(document: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert used == document["volumes"].keys()


def test_nothing_is_published_but_airflows_page_and_that_on_this_machine(services: dict[str, dict[str, Any]]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"api-server": ["${REALNAME_LISTEN:-127.0.0.1:8080}:8080"]}


def test_databases_queue_and_sandbox_reach_nothing_outside(
    document: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert document["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in services.items() if "outside" in service["networks"]}
    assert outside == {"api-server", "triggerer", "worker", "cli"}


def test_no_secret_stands_in_the_file(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if _SECRET.search(variable):
                assert "${" in str(value), f"{name}: {variable}"
                assert not re.search(r":[^:$@{}/]+@", str(value)), f"{name}: {variable}"
    for variable, otherwise in references().items():
        if _SECRET.search(variable):
            assert otherwise.startswith("?") or otherwise == "-", variable  # refused, or nothing: never a default


def test_only_who_needs_them_has_the_logins(services: dict[str, dict[str, Any]]) -> None:
    def holders(variable: str) -> set[str]:
        return {name for name, service in services.items() if variable in str(service.get("environment", {}))}

    assert holders("REALNAME_POSTGRES_PASSWORD") == {"postgres", "init"}
    assert holders("REALNAME_DATA_KEY") == {"init", "api-server", "triggerer", "worker", "cli", "sandbox-pairs"}
    assert "worker" not in holders("REALNAME_METADATA_PASSWORD")
    assert holders("REALNAME_JWT_SECRET") == {"api-server", "scheduler"}
    assert holders("REALNAME_ADMIN_PASSWORD") == {"api-server"}
    assert holders("REALNAME_TASKS_PASSWORD") == {"api-server", "worker"}
    assert {"sandbox", "sandbox-db"} & holders("REALNAME_WAREHOUSE_PASSWORD") == set()


@pytest.mark.parametrize("sandbox", [True, False])
def test_what_the_file_needs_is_what_make_env_writes(sandbox: bool, tmp_path: Path) -> None:
    write_env_file(tmp_path / ".env", sandbox=sandbox)
    offered = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (tmp_path / ".env").read_text(encoding="utf-8"), re.MULTILINE))
    asked = references()
    assert {name for name, otherwise in asked.items() if otherwise.startswith("?")} - offered == set()
    assert offered - asked.keys() == {"COMPOSE_PROFILES"}


def test_every_connection_reaches_those_that_work(services: dict[str, dict[str, Any]]) -> None:
    wanted = {f"AIRFLOW_CONN_{name.upper()}" for name in CONNECTION_NAMES}
    for name in ("worker", "api-server", "triggerer", "cli", "init"):
        assert wanted <= services[name]["environment"].keys(), name


def test_every_service_of_ours_is_of_the_one_image(services: dict[str, dict[str, Any]]) -> None:
    images = {service["image"] for service in services.values()}
    assert images == {"postgres:18", "redis:7", "${REALNAME_IMAGE:-realname-sync:latest}"}


def test_the_image_is_built_from_the_locks_and_knows_no_index() -> None:
    text = (root() / "Dockerfile").read_text(encoding="utf-8")
    installs = re.findall(r"pip install [^&\n]*", text)
    assert len(installs) == 3
    for one in installs:
        assert "--require-hashes -r requirements-" in one or "--no-index" in one
    assert re.search(r"^USER (?!0|root)", text, re.MULTILINE)
    assert "index-url" not in text
    assert re.findall(r"^ARG (\w+)", text, re.MULTILINE) == ["PYTHON_IMAGE"]


def test_the_images_lock_is_the_projects_lock_and_more() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (root() / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", text, re.MULTILINE))

    ours, images = pins("requirements.lock"), pins("requirements-deploy.lock")
    assert {name: pin for name, pin in ours.items() if images.get(name) != pin} == {}
    assert {"apache-airflow-providers-celery", "celery", "redis"} <= images.keys() - ours.keys()
    for name in ("requirements-deploy.lock", "requirements-wheel.lock"):
        assert "://" not in (root() / name).read_text(encoding="utf-8")
