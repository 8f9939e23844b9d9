"""The file of secrets: nobody else's to read, never overwritten, different each time, written by Python alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from realname_sync import settings
from realname_sync.deployment.env_file import write_env_file
from realname_sync.errors import SettingsError
from realname_sync.resources import root


def read(path: Path) -> dict[str, str]:
    """The variables of such a file, as Compose reads them."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture(params=[True, False], ids=["sandbox", "real"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    write_env_file(tmp_path / ".env", sandbox=request.param)
    return read(tmp_path / ".env")


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    write_env_file(tmp_path / ".env", sandbox=True)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REALNAME_DATA_KEY=kept\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is there already"):
        write_env_file(tmp_path / ".env", sandbox=False)
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "REALNAME_DATA_KEY=kept\n"


def test_every_secret_is_another_one_each_time(written: dict[str, str], tmp_path: Path) -> None:
    write_env_file(tmp_path / "second", sandbox="REALNAME_SANDBOX_PASSWORD" in written)
    second = read(tmp_path / "second")
    made = [name for name in written if name.endswith(("_PASSWORD", "_SECRET", "_KEY"))]
    assert len(made) >= 10
    assert len({written[name] for name in made}) == len(made)
    assert [name for name in made if written[name] == second[name] or len(written[name]) < 32] == []


def test_the_sandboxs_connections_can_be_read_and_no_others_are_set(written: dict[str, str]) -> None:
    variables = {name for name in written if name.startswith("AIRFLOW_CONN_")}
    if written["COMPOSE_PROFILES"] != "sandbox":
        assert variables == set()  # whoever deploys it writes them
        return
    for name, port in settings.sandbox_ports({}).items():
        spec = settings.connection(name, written)
        assert spec.host == f"http://sandbox:{port}"
        assert settings.is_test(spec)
    municipal = json.loads(written["AIRFLOW_CONN_MUNICIPAL_DB"])
    assert municipal["password"] == written["REALNAME_SANDBOX_PASSWORD"]


def test_dags_wait_to_be_switched_on_where_the_platforms_are_real(written: dict[str, str]) -> None:
    assert written["REALNAME_DAGS_PAUSED"] == str(written["COMPOSE_PROFILES"] != "sandbox")


def test_nothing_has_to_be_installed_to_write_it(tmp_path: Path) -> None:
    program = (
        f"import sys, runpy; sys.path.insert(0, {str(root() / 'plugins')!r}); "
        "sys.argv[1:] = ['--file', sys.argv[1]]; runpy.run_module('realname_sync.deployment', run_name='__main__')"
    )
    command = [sys.executable, "-I", "-S", "-c", program]
    assert subprocess.run([*command, str(tmp_path / ".env")], check=False, capture_output=True).returncode == 0
    again = subprocess.run([*command, str(tmp_path / ".env")], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert "Traceback" not in again.stderr
