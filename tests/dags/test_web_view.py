"""The view on Airflow's real API application: who may see it, what it shows, and that it changes nothing."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, text

from counting import count_project_days
from databases import database_spec
from realname_sync.orchestration.web.city import close_web_city
from realname_sync.quality.report.changes import read_changes
from realname_sync.warehouse.bulk import copy_rows

if TYPE_CHECKING:
    from starlette.testclient import TestClient

DAY = date(2026, 11, 20)
WEST, EAST = "330106202001010017", "330110202603150102"
NUMBER, PHONE, NAME = "330000199001011234", "13800138000", "欧阳不可见"
COLUMNS = [
    "work_date",
    "rule_id",
    "severity",
    "object",
    "object_key",
    "field",
    "project_code",
    "area_code",
    "expected",
    "actual",
    "owner",
    "remedy",
    "found_at",
]
FINDINGS = (
    ("LMP-001", "warn", "project", WEST, "postCode:G01", WEST, f"欧*** {NUMBER}", "nobody", "site", 3),
    ("CMP-001", "warn", "project", EAST, "name", EAST, "仓前产业园<一期>", "仓前产业园", "municipal platform", 1),
    ("CMP-004", "warn", "person", "W1", "phone", EAST, PHONE, "138****8000", "municipal platform", 1),
    ("IDN-001", "stop", "person", "W2", "idCardNumber", WEST, "a citizen number", f"CHECKSUM {NUMBER}", "site", 2),
    ("CMP-004", "warn", "person", "W3", "name", WEST, NAME, "欧阳", "municipal platform", 2),
)
ADDRESSES = (
    "/",
    "/findings",
    "/findings/LMP-001-000000000000",
    "/projects",
    f"/projects/{WEST}",
    "/follow-up",
    "/reports",
    "/reports/2026-11-20/quality-2026-11-20.html",
    "/assets/report.css",
    "/assets/view.js",
    "/nothing/here",
)


def plant(engine: Engine) -> None:
    """Two projects, their punches of a day, and findings of three days."""
    seen_at = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    days = [DAY - timedelta(days=back) for back in range(3)]
    with engine.begin() as connection:
        for day in days:
            connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": day})
        projects = [(WEST, "古荡单元安置房", "330106", "003", b""), (EAST, "仓前产业园<一期>", "330110", "003", b"")]
        columns = ("project_code", "name", "area_code", "prj_status", "digest")
        copy_rows(connection, "core.municipal_project", columns, projects)
        punches = [(DAY, WEST, f"p{number}", "W1", "D1", seen_at, seen_at, seen_at) for number in range(7)]
        columns = ("work_date", "project_code", "punch_id", "person_id", "device_sn", "punched_at", "received_at")
        copy_rows(connection, "core.punch", (*columns, "first_read_at"), punches)
        count_project_days(connection)
        rows = [
            (DAY - timedelta(days=back), *found[:6], found[5][:6], *found[6:9], "Correct it.", seen_at)
            for found in FINDINGS
            for back in range(found[9])
        ]
        copy_rows(connection, "quality.finding", COLUMNS, rows)
        copy_rows(
            connection,
            "quality.checked_read",
            ("work_date", "change_no", "checked_at"),
            [(d, 1, seen_at) for d in days],
        )
        copy_rows(
            connection,
            "ops.step_run",
            ("step", "work_date", "state", "started_at", "ended_at", "summary"),
            [("check_consistency", DAY, "done", seen_at, seen_at, "{}")],
        )


@pytest.fixture(scope="module")
def application(metadata_database: None) -> Iterator[Any]:
    """Airflow's own application, with its login; every plugin of the repository is mounted in it."""
    with pytest.MonkeyPatch.context() as setting:
        setting.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "boss:admin,reader:viewer,guest:")
        setting.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "False")
        from airflow.api_fastapi.app import create_app, purge_cached_app

        purge_cached_app()
        yield create_app(apps="core")
        purge_cached_app()


@pytest.fixture
def filled(warehouse: Engine, postgres: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The warehouse of the view, with a small day in it."""
    plant(warehouse)
    spec = database_spec(postgres, str(warehouse.url.database))
    connection = {"conn_type": "postgres", "host": spec.host, "login": spec.login, "schema": spec.database}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DB", json.dumps(connection))
    close_web_city()
    yield warehouse
    close_web_city()


@pytest.fixture
def client(application: Any, filled: Engine) -> "Callable[[str | None], TestClient]":
    """A browser of somebody with that role; None is somebody without a login."""
    from starlette.testclient import TestClient

    def of(role: str | None) -> "TestClient":
        browser = TestClient(application, base_url="http://127.0.0.1", follow_redirects=False)
        if role is not None:
            from airflow.api_fastapi.app import get_auth_manager
            from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

            user = SimpleAuthManagerUser(username="somebody", role=role)
            browser.cookies.set("_token", get_auth_manager().generate_jwt(user))
        return browser

    return of


@pytest.fixture
def reader(client: "Callable[..., TestClient]") -> "TestClient":
    """Somebody who may read."""
    return client("viewer")


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_login_nothing_is_shown(client: "Callable[..., TestClient]", own_home: Path, address: str) -> None:
    folder = own_home / "reports" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "quality-2026-11-20.html").write_text("a report", encoding="utf-8")
    answer = client(None).get(f"/realname{address}")
    assert answer.status_code == 401
    assert "a report" not in answer.text
    assert client(None).post(f"/realname{address}").status_code in {401, 403, 405}
    assert client("").get(f"/realname{address}").status_code == 403
    wrong = client(None)
    wrong.cookies.set("_token", "not.a.token")
    assert wrong.get(f"/realname{address}").status_code in {401, 403}


@pytest.mark.parametrize("role", ["viewer", "user", "op", "admin"])
def test_who_may_read_the_reporting_dag_may_look(client: "Callable[..., TestClient]", role: str) -> None:
    assert client(role).get("/realname/").status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_bears_strict_headers(client: "Callable[..., TestClient]", address: str) -> None:
    for role in (None, "viewer"):
        answer = client(role).get(f"/realname{address}")
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_nobody_is_named_on_any_page(reader: "TestClient", filled: Engine) -> None:
    with filled.begin() as connection:
        ids = connection.execute(
            text("SELECT DISTINCT quality.finding_id(rule_id, object, object_key, field) FROM quality.finding")
        ).scalars()
        addresses = ["/", "/findings", "/projects", f"/projects/{WEST}", *(f"/findings/{one}" for one in ids)]
    for address in addresses:
        answer = reader.get(f"/realname{address}")
        assert answer.status_code == 200, address
        for secret in (NUMBER, PHONE, NAME):
            assert secret not in answer.text
        assert "<一期>" not in answer.text


def rows_of(page: str) -> int:
    return page.count('data-row="finding"')


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, 5),
        ({"severity": "stop"}, 1),
        ({"rule_id": "CMP-004"}, 2),
        ({"owner": "site"}, 2),
        ({"project_code": WEST}, 3),
        ({"area_code": "330110"}, 2),
        ({"change": "new"}, 2),
        ({"change": "open"}, 3),
        ({"date": "2026-11-18"}, 1),
        ({"date": "2026-11-01"}, 0),
        ({"page": 2}, 0),
    ],
)
def test_findings_are_filtered_by_the_database(reader: "TestClient", asked: dict[str, Any], rows: int) -> None:
    answer = reader.get("/realname/findings", params=asked)
    assert answer.status_code == 200
    assert rows_of(answer.text) == rows


def test_a_search_goes_in_the_body_and_finds_keys_but_no_masked_value(reader: "TestClient") -> None:
    def found(wanted: str) -> int:
        return rows_of(reader.post("/realname/findings", data={"text": wanted}).text)

    assert found("w2") == 1
    assert found("仓前") == 2
    assert found("idn-") == 1
    assert found(NAME) == found(PHONE) == found(NUMBER) == 0
    ignored = reader.get("/realname/findings", params={"text": "w2"})
    assert rows_of(ignored.text) == 5


def test_findings_are_sorted_both_ways(reader: "TestClient") -> None:
    def order(**asked: str) -> list[str]:
        page = reader.get("/realname/findings", params=asked).text
        return [part[:7] for part in page.split("/realname/findings/")[1:]]

    rising = order(sort="rule")
    assert rising == sorted(rising)
    assert order(sort="rule", descending="true")[0] == "LMP-001"
    assert order()[0] == "IDN-001"


@pytest.mark.parametrize(
    "asked",
    [{"date": "20.11.2026"}, {"sort": "; DROP TABLE"}, {"change": "old"}, {"page": 0}, {"severity": "<script>"}],
)
def test_what_no_form_of_ours_asks_is_refused_with_a_sentence(reader: "TestClient", asked: dict[str, Any]) -> None:
    answer = reader.get("/realname/findings", params=asked)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "<script>" not in answer.text


def test_a_finding_tells_its_history_and_what_to_do(reader: "TestClient") -> None:
    listed = reader.get("/realname/findings", params={"rule_id": "LMP-001"}).text
    finding_id = listed.split("/realname/findings/")[1].split('"')[0]
    page = reader.get(f"/realname/findings/{finding_id}").text
    assert page.count("2026-11-18") >= 1
    assert "浙建建函〔2021〕159号" in page
    assert "在市级平台填报项目经理" in page
    assert page.count('class="found"') == 3
    assert page.count('class="unchecked"') == 27
    assert "330000********1234" in page


def test_a_project_shows_its_own(reader: "TestClient") -> None:
    page = reader.get(f"/realname/projects/{WEST}").text
    assert "古荡单元安置房" in page
    assert rows_of(page) == 3
    assert "仓前" not in page


@pytest.mark.parametrize(
    "address",
    ["/findings/LMP-001-ffffffffffff", "/findings/x", "/projects/000000000000000000", "/nothing", "/assets/../app.py"],
)
def test_what_is_not_there_is_not_found(reader: "TestClient", address: str) -> None:
    assert reader.get(f"/realname{address}").status_code == 404


def test_a_report_is_served_and_nothing_beside_it(reader: "TestClient", own_home: Path) -> None:
    folder = own_home / "reports" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "quality-2026-11-20.html").write_text("a report", encoding="utf-8")
    (folder / "quality-2026-11-20.xlsx").write_bytes(b"a workbook")
    (folder / ".half").write_text("unfinished", encoding="utf-8")
    (own_home / "secret.html").write_text("secret", encoding="utf-8")
    assert "quality-2026-11-20.html" in reader.get("/realname/reports").text
    shown = reader.get("/realname/reports/2026-11-20/quality-2026-11-20.html")
    assert (shown.status_code, shown.text) == (200, "a report")
    saved = reader.get("/realname/reports/2026-11-20/quality-2026-11-20.xlsx")
    assert "attachment" in saved.headers["content-disposition"]
    for path in (
        "2026-11-20/.half",
        "../secret.html",
        "2026-11-20/%2e%2e/%2e%2e/secret.html",
        "2026-11-20",
        "secret.html",
    ):
        assert reader.get(f"/realname/reports/{path}").status_code == 404


def id_of(engine: Engine, rule_id: str, object_key: str) -> str:
    """The id of a planted finding."""
    return str(
        ask(
            engine,
            "SELECT DISTINCT quality.finding_id(rule_id, object, object_key, field) FROM quality.finding"
            " WHERE rule_id = :rule AND object_key = :key",
            rule=rule_id,
            key=object_key,
        )
    )


def ask(engine: Engine, statement: str, **values: Any) -> Any:
    """One statement; the first value it yields, if any."""
    with engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.scalar() if result.returns_rows else None


def open_case(engine: Engine, rule_id: str, subject: str, due: date, *evidence: str, lamp: str | None = None) -> int:
    """A case with its evidence; its first finding is the one that opened it."""
    case_id = ask(
        engine,
        "INSERT INTO quality.warning_case (project_code, cause, subject, rule_id, finding_id, lamp_id, level, state,"
        " raised_at, due_date, state_since) VALUES (:west, :rule, :subject, :rule, :finding, :lamp, 'red', 'raised',"
        " now(), :due, now()) RETURNING case_id",
        west=WEST, rule=rule_id, subject=subject, finding=evidence[0], lamp=lamp, due=due,
    )  # fmt: skip
    for one in evidence:
        ask(
            engine,
            "INSERT INTO quality.warning_case_finding VALUES (:case, :day, :finding)",
            case=case_id,
            day=DAY,
            finding=one,
        )
    return int(case_id)


def test_a_finding_shows_its_case_whichever_of_its_findings_it_is(reader: "TestClient", filled: Engine) -> None:
    first, second = id_of(filled, "LMP-001", WEST), id_of(filled, "IDN-001", "W2")
    stranger = id_of(filled, "CMP-001", EAST)
    open_case(filled, "LMP-001", WEST, date(2099, 1, 1), first, second)
    for finding_id, shown in ((first, True), (second, True), (stranger, False)):
        assert ("预警案件" in reader.get(f"/realname/findings/{finding_id}").text.split("</nav>")[-1]) is shown
    assert "LMP-001" in reader.get(f"/realname/projects/{WEST}").text


def test_open_and_overdue_cases_are_counted_and_a_lamp_shows_only_while_it_is_lit(
    reader: "TestClient", filled: Engine
) -> None:
    for lamp, cleared in (("L1", None), ("L2", DAY)):
        ask(
            filled,
            "INSERT INTO quality.lamp (lamp_id, project_code, rule_code, lit_at, cleared_at, digest, first_seen_at,"
            " updated_at) VALUES (:lamp, :west, 'PM_POST_MISSING', now(), :cleared, '', now(), now())",
            lamp=lamp,
            west=WEST,
            cleared=cleared,
        )
    found = id_of(filled, "LMP-001", WEST)
    open_case(filled, "LMP-001", WEST, date(2020, 1, 1), found, lamp="L1")
    open_case(filled, "LMP-002", WEST, date(2099, 1, 1), found, lamp="L2")
    closed = open_case(filled, "LMP-003", WEST, date(2020, 1, 1), found)
    ask(filled, "UPDATE quality.warning_case SET state = 'closed' WHERE case_id = :case", case=closed)
    page = reader.get("/realname/follow-up").text
    assert page.count("lamp is lit") == 1
    assert page.count("overdue") == 1
    assert re.search(r'<span class="big">2</span>[^/]*未结预警案件', reader.get("/realname/").text)
    assert "1 overdue" in reader.get("/realname/").text


def test_a_muted_finding_is_in_no_figure_and_shown_as_muted(reader: "TestClient", filled: Engine) -> None:
    muted = id_of(filled, "LMP-001", WEST)
    ask(
        filled,
        "INSERT INTO quality.mute (rule_id, finding_id, reason, muted_by, from_date, until_date, created_at)"
        " VALUES ('LMP-001', :muted, 'known', 'Li', '2026-11-20', '2099-01-01', now())",
        muted=muted,
    )
    assert rows_of(reader.get("/realname/findings").text) == 4
    assert rows_of(reader.get("/realname/findings", params={"date": "2026-11-19"}).text) == 3
    day = reader.get("/realname/").text
    assert "1 more findings are muted" in day
    assert "muted until 2099-01-01" in reader.get(f"/realname/findings/{muted}").text
    # It is neither gone nor new: the day before has it, and so has the day itself.
    with filled.begin() as connection:
        changes = read_changes(connection, DAY, DAY - timedelta(days=1))
    assert "LMP-001" not in {one.rule_id for one in changes if one.appeared or one.gone or one.still_open}


def test_what_a_later_check_of_its_date_no_longer_made_is_shown_as_gone(reader: "TestClient", filled: Engine) -> None:
    gone = id_of(filled, "CMP-001", EAST)
    ask(
        filled,
        "WITH former AS (DELETE FROM quality.finding WHERE rule_id = 'CMP-001' RETURNING *)"
        " INSERT INTO quality.former_finding SELECT work_date, rule_id, object, object_key, field, severity,"
        " project_code, area_code, expected, actual, owner, remedy, found_at, now() FROM former",
    )
    page = reader.get(f"/realname/findings/{gone}")
    assert page.status_code == 200
    assert "no longer found at" in page.text
    assert '<span class="tag clear">' in page.text


def test_a_warehouse_that_is_not_there_is_told_and_names_no_secret(
    reader: "TestClient", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = {"conn_type": "postgres", "host": str(tmp_path), "login": "postgres", "password": "hush", "schema": "w"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DB", json.dumps(nowhere))
    close_web_city()
    answer = reader.get("/realname/")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    assert "hush" not in answer.text


def test_looking_changes_nothing(reader: "TestClient", filled: Engine) -> None:
    def digest() -> list[Any]:
        tables = ("core.punch", "quality.finding", "ops.step_run", "quality.day_arrival")
        with filled.begin() as connection:
            return [
                connection.execute(text(f"SELECT kept::text FROM {one} AS kept ORDER BY 1")).all() for one in tables
            ]

    before = digest()
    for address in ADDRESSES:
        reader.get(f"/realname{address}")
    assert digest() == before


def test_the_menu_has_the_view(application: Any) -> None:
    from airflow import plugins_manager

    (ours,) = [one for one in plugins_manager._get_ui_plugins()[0] if one["url_route"] == "realname"]
    assert ours["href"].endswith("/realname/")
    assert ours["destination"] == "nav"
