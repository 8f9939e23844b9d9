"""The command of the joint test: what it asks, refuses and leaves behind."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from deliveries import Clock, at
from typer.testing import CliRunner

from realname_sync import cli, settings
from realname_sync.errors import SettingsError
from realname_sync.sandbox import admission


@pytest.fixture
def town(open_town: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A town whose platforms the command line's connections point at."""
    clock = Clock(at(15))
    town = open_town(1, clock=clock)
    monkeypatch.setattr(settings, "clock", lambda *_: clock)
    for name in ("province_platform", "integrity_platform"):
        spec = town.city.connection(name)
        extra = {**spec.extra, "environment": "test"}
        value = {"conn_type": "http", "host": spec.host, "login": spec.login, "password": spec.password, "extra": extra}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(value))
    return town


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(cli.app, ["joint-test", *arguments], input=answer)


def test_it_walks_and_leaves_a_page_and_its_data(town: Any, tmp_path: Path) -> None:
    done = run("--target", "province", "--yes", "--by", "接口测试组", "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    page, data = sorted(tmp_path.iterdir())
    report = json.loads(data.read_text(encoding="utf-8"))
    text = page.read_text(encoding="utf-8")
    assert report["counts"]["differs"] == 0
    assert f"{report['counts']['as_expected']} as expected" in done.output
    assert len([line for line in done.output.splitlines() if f"/{len(report['steps'])} " in line]) == len(
        report["steps"]
    )
    assert [step["id"] for step in report["steps"] if f'id="step-{step["id"]}"' not in text] == []
    assert report["run_by"] == "接口测试组"
    for needed in (
        "接口测试组",
        "双方签字",
        "Signatures",
        report["walk_digest"][:16],
        report["protocol_version"],
        data.name,
    ):
        assert needed in text
    assert re.findall(r"""(?:src|href)=["'](?!#|joint-test-)|url\(|@import|<link""", text) == []  # all of it is inside


def test_what_differs_is_in_the_table_and_in_the_exit_code(
    town: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "is_signed", lambda _params, _secret: True)
    done = run("--target", "integrity", "--yes", "--out", str(tmp_path))
    assert done.exit_code == 1
    table = done.output.split("\ndiffers")[1]
    assert "signature-wrong" in table
    assert "1 differs" in table


def test_it_asks_before_it_writes(town: Any, tmp_path: Path) -> None:
    done = run("--target", "province", "--out", str(tmp_path), answer="n\n")
    assert done.exit_code == 1
    assert town.platforms.url("province") in done.output
    assert "ProjectWorker.Add" in done.output
    assert town.platforms.calls("province") == []
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_calls_nobody(town: Any) -> None:
    done = run("--target", "province", "--dry-run")
    assert done.exit_code == 0
    assert "attendance-bad-row" in done.output
    assert town.platforms.calls("province") == town.platforms.calls("integrity") == []


@pytest.mark.parametrize("extra", [{}, {"environment": "production"}])
def test_an_endpoint_that_is_not_said_to_be_for_tests_is_refused(
    town: Any, monkeypatch: pytest.MonkeyPatch, extra: dict[str, str]
) -> None:
    spec = town.city.connection("province_platform")
    value = {"host": spec.host, "login": spec.login, "password": spec.password, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_PROVINCE_PLATFORM", json.dumps(value))
    done = run("--target", "province", "--yes")
    assert isinstance(done.exception, SettingsError)
    assert '"environment": "test"' in str(done.exception)
    assert town.platforms.calls("province") == []
