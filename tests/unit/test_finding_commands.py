"""The commands about findings: what they print, and how they refuse."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from databases import database_spec
from realname_sync import cli

FINDING = """
INSERT INTO quality.finding (
    work_date, rule_id, object, object_key, field, severity, project_code, expected, actual, owner, remedy, found_at
)
VALUES (
    '2026-11-20', '{rule}', '{object}', 'P1', '{field}', '{severity}', 'P1', '甲', '=乙', 'municipal platform',
    'Mend it.', now()
)
"""


@pytest.fixture
def finding(warehouse: Engine, postgres: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A finding of CMP-001 and one of severity stop in the warehouse of the command line; the id of the first."""
    spec = database_spec(postgres, str(warehouse.url.database))
    connection = {
        "conn_type": "postgres",
        "host": spec.host,
        "login": spec.login,
        "schema": spec.database,
        "extra": dict(spec.extra),
    }
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DB", json.dumps(connection))
    with warehouse.begin() as opened:
        opened.execute(text("SELECT ops.ensure_work_date('2026-11-20')"))
        opened.execute(text(FINDING.format(rule="CMP-001", object="project", field="name", severity="warn")))
        opened.execute(text(FINDING.format(rule="CMP-007", object="project", field="", severity="stop")))
        opened.execute(
            text(
                "INSERT INTO quality.checked_rule (work_date, rule_id, object, scope, checked_at)"
                " SELECT work_date, rule_id, object, 'standing', now() FROM quality.finding"
            )
        )
        return str(opened.execute(text("SELECT quality.finding_id('CMP-001', 'project', 'P1', 'name')")).scalar_one())


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "250"})


def test_findings_are_listed_muted_and_brought_back(finding: str) -> None:
    assert finding in ran("findings", "2026-11-20", "--rule", "cmp-001", "--state", "open").output
    until = ("--until", "2026-12-31", "--reason", "说明", "--by", "李工")
    done = ran("mute", finding, *until)
    assert done.exit_code == 0, done.output
    assert "1 findings now" in done.output
    assert "muted until 2026-12-31" in ran("findings", "2026-11-20").output
    assert finding in ran("mutes").output
    assert finding in ran("explain", finding).output
    assert "1 mutes ended" in ran("unmute", finding, "--by", "李工").output
    assert "nothing is muted" in ran("mutes").output
    assert "no such findings" in ran("findings", "2026-11-20", "--state", "gone").output


def test_muting_a_stop_says_that_it_lets_nothing_through(finding: str) -> None:
    assert finding
    until = ("--until", "2026-12-31", "--from", "2026-11-20", "--reason", "说明", "--by", "李工")
    told = ran("mute", "CMP-007", *until).output
    assert "is still held back, because muting is no way to send what the rules refuse" in told


def test_what_the_vendor_gets_is_a_file_that_no_spreadsheet_takes_for_formulas(finding: str, tmp_path: Path) -> None:
    told = ran("export", "municipal", "2026-11-20", "--out", str(tmp_path)).output
    assert told.startswith("2 findings in ")
    lines = (tmp_path / "municipal-2026-11-20.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert finding in lines[1]
    assert ",甲,'=乙," in lines[1]
    assert ran("export", "municipal", "2026-11-20", "--format", "xlsx", "--out", str(tmp_path)).exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("municipal-*")) == [
        "municipal-2026-11-20.csv",
        "municipal-2026-11-20.xlsx",
    ]


def test_corrections_are_listed_where_there_are_none(finding: str) -> None:
    assert finding
    assert "no corrections" in ran("correct", "list").output
    assert "nothing could be corrected" in ran("correct", "propose").output


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["correct", "request", "--all", "--reason", "x", "--by", "y"], "--all needs --rule"),
        (["correct", "request", "--rule", "CMP-001", "--reason", "x", "--by", "y"], "--all needs --rule"),
        (["findings", "--state", "sleeping"], "sleeping"),
        (["mute", "CMP-001", "--until", "2026-02-30", "--reason", "x", "--by", "y"], "is not a work date"),
        (["mute", "CMP-001", "--until", "2026-12-31", "--by", "y"], "--reason"),
        (["export", "municipal", "2026-11-20", "--format", "pdf"], "pdf"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(arguments: list[str], complaint: str) -> None:
    done = ran(*arguments)
    assert done.exit_code == 2
    assert complaint in done.output
