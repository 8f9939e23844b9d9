"""Airflow's page has a form for each of the system's connections, and its test button tries the real thing."""

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from realname_sync.demo.ports import free_port
from realname_sync.demo.stage import Stage
from realname_sync.settings import CONNECTION_NAMES, FORM_TYPES, SANDBOX_CITY, SANDBOX_SECRET, connection

if TYPE_CHECKING:
    from starlette.testclient import TestClient

pytestmark = pytest.mark.usefixtures("metadata_database")
LOGIN = f"zj-{SANDBOX_CITY}"
Try = Callable[..., tuple[bool, str]]


@pytest.fixture(scope="module")
def browser(metadata_database: None) -> Iterator["TestClient"]:
    """An administrator of Airflow's own application."""
    from airflow.api_fastapi.app import create_app, get_auth_manager, purge_cached_app
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from starlette.testclient import TestClient

    purge_cached_app()
    client = TestClient(create_app(apps="core"), base_url="http://127.0.0.1")
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="boss", role="admin"))
    client.headers["Authorization"] = f"Bearer {token}"
    yield client
    purge_cached_app()


@pytest.fixture
def press(browser: "TestClient") -> Try:
    """Fills the form of a connection and presses its button."""

    def pressed(name: str, **fields: Any) -> tuple[bool, str]:
        extra = fields.pop("extra", {})
        body = {"connection_id": name, "conn_type": FORM_TYPES[name], "extra": json.dumps(extra), **fields}
        answer = browser.post("/api/v2/connections/test", json=body)
        assert answer.status_code == 200, answer.text
        for secret in (fields.get("password"), SANDBOX_SECRET, *extra.values()):
            assert not isinstance(secret, str) or len(secret) < 12 or secret not in answer.text
        return answer.json()["status"], answer.json()["message"]

    return pressed


@pytest.fixture
def at(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The address of a platform of the stage, and the stage's clock."""
    for name, value in stage.environment().items():
        if not name.startswith("AIRFLOW_CONN_"):
            monkeypatch.setenv(name, value)
    return lambda platform: f"http://127.0.0.1:{stage.ports[platform]}"


def test_each_connection_has_a_form_with_fields_and_placeholders(browser: "TestClient") -> None:
    forms = {one["connection_type"]: one for one in browser.get("/ui/connections/hook_meta").json()}
    for name in CONNECTION_NAMES:
        form = forms[FORM_TYPES[name]]
        assert form["hook_class_name"].startswith("realname_sync.orchestration.hooks.")
        assert form["standard_fields"]["host"]["placeholder"]
        assert form["extra_fields"]
        assert all(field["schema"]["title"] for field in form["extra_fields"].values())
    province = forms["realname_province"]
    assert province["standard_fields"]["login"]["title"] == "appid"
    assert province["standard_fields"]["port"]["hidden"]
    assert province["extra_fields"]["calls_per_second"]["schema"]["minimum"] == 1
    for kind, key in (("warehouse", "data_key"), ("nation", "corp_key")):
        assert forms[f"realname_{kind}"]["extra_fields"][key]["schema"]["format"] == "password"


def test_the_tasks_side_finds_the_same_hooks() -> None:
    from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

    hooks = ProvidersManagerTaskRuntime().hooks
    assert {hooks[kind].connection_type for kind in FORM_TYPES.values()} == set(FORM_TYPES.values())  # type: ignore[union-attr]


def test_a_right_connection_says_what_it_showed(press: Try, at: Callable[[str], str]) -> None:
    works, told = press("integrity_platform", host=at("integrity"), login=LOGIN, password=SANDBOX_SECRET)
    assert works, told
    assert re.search(rf"took the signature of appid {LOGIN}; it shares [1-9]\d* projects of 330100", told), told
    works, told = press("province_platform", host=at("province"), login=LOGIN, password=SANDBOX_SECRET)
    assert works, told
    assert "took the signature" in told
    works, told = press("nation_platform", host=at("nation"))
    assert works, told
    assert "refused an invented appid" in told


def test_a_form_left_empty_overrides_nothing(press: Try, at: Callable[[str], str]) -> None:
    extra = {"area_code": "330100", "calls_per_second": None, "path": "", "environment": "test"}
    works, told = press("integrity_platform", host=at("integrity"), login=LOGIN, password=SANDBOX_SECRET, extra=extra)
    assert works, told


@pytest.mark.parametrize("platform", ["integrity", "province"])
def test_a_wrong_secret_is_told_as_that(press: Try, at: Callable[[str], str], platform: str) -> None:
    works, told = press(f"{platform}_platform", host=at(platform), login=LOGIN, password="x" * 32)
    assert not works
    assert f"signature refused by {platform}: check appid and secret" in told


def test_what_is_not_there_is_told_as_that(press: Try, at: Callable[[str], str]) -> None:
    pair = {"login": LOGIN, "password": SANDBOX_SECRET}
    works, told = press("province_platform", host=f"http://127.0.0.1:{free_port()}", **pair)
    assert (works, "no connection" in told) == (False, True), told
    works, told = press("province_platform", host=at("province"), **pair, extra={"path": "/elsewhere"})
    assert (works, "HTTP 404" in told) == (False, True), told
    works, told = press("province_platform", host=at("province").replace("http", "https"), **pair)
    assert (works, "certificate" in told) == (False, True), told
    works, told = press("province_platform", host="province", **pair)
    assert (works, "no usable address" in told) == (False, True), told
    works, told = press("province_platform", host=at("province"), login=LOGIN)
    assert (works, "lacks its pair" in told) == (False, True), told
    works, told = press("province_platform", host=at("province"), **pair, extra={"calls_per_second": "many"})
    assert (works, "calls_per_second" in told) == (False, True), told


def test_a_button_changes_nothing_at_the_platforms(press: Try, stage: Stage, at: Callable[[str], str]) -> None:
    before = {target: stage.write_calls(target) for target in ("province", "nation")}
    press("province_platform", host=at("province"), login=LOGIN, password=SANDBOX_SECRET)
    press("nation_platform", host=at("nation"))
    assert {target: stage.write_calls(target) for target in ("province", "nation")} == before


def test_the_databases_are_tried_as_well(press: Try, stage: Stage, at: Callable[[str], str]) -> None:
    place = {"host": str(stage.socket_folder), "login": "postgres"}
    works, told = press("warehouse_db", **place, schema="realname_warehouse")
    assert works, told
    assert "PostgreSQL 18" in told
    assert "is migrated" in told
    works, told = press("warehouse_db", **place, schema="realname_municipal")
    assert (works, "is no warehouse yet" in told) == (False, True), told
    works, told = press("municipal_db", **place, schema="realname_municipal")
    assert (works, "agreed columns" in told) == (True, True), told
    works, told = press("municipal_db", **place, schema="realname_warehouse")
    assert (works, "sql/municipal/project.sql does not run" in told) == (False, True), told
    works, told = press("warehouse_db", host="127.0.0.1", port=free_port(), login="x", password="y" * 14, schema="w")
    assert (works, "cannot be reached" in told) == (False, True), told


def test_other_types_go_on_working(stage: Stage) -> None:
    from realname_sync.warehouse.engine import database_url

    for kind in ("postgres", "realname_warehouse", ""):
        text = json.dumps({"conn_type": kind, "host": "db", "login": "u", "schema": "w"})
        url = database_url(connection("warehouse_db", {"AIRFLOW_CONN_WAREHOUSE_DB": text}))
        assert url.drivername == "postgresql+psycopg"
