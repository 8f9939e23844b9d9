"""Lamps: pulled whatever their code, protected, and held against what the lamp rules found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from deliveries import DAY

from realname_sync.errors import HeldError
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.lamps import compare_lamps, pull_lamps
from realname_sync.quality.case_book import load_case_book

KEPT = "SELECT * FROM quality.lamp ORDER BY lamp_id"


def some_project(town: Any) -> str:
    return str(town.warehouse_sql("SELECT min(project_code) FROM quality.project_under_construction")[0][0])


def test_lamps_are_kept_whatever_their_code_and_their_words_encrypted(checked: Any) -> None:
    code = some_project(checked)
    known = checked.platforms.light_lamp(code, "PM_POST_MISSING", "张三三 岗位空缺")
    other = checked.platforms.light_lamp(code, "SOMETHING_NEW")
    assert pull_lamps(checked.city) == {"seen": 2, "new": 2, "rejected": 0}
    rows = {row.lamp_id: row for row in checked.warehouse_sql(KEPT)}
    assert {lamp: row.rule_code for lamp, row in rows.items()} == {known: "PM_POST_MISSING", other: "SOMETHING_NEW"}
    assert checked.city.vault.reveal(rows[known].detail_cipher) == "张三三 岗位空缺"
    assert rows[other].detail_cipher is None
    assert "张三三" not in str(rows)


def test_a_lamp_told_again_is_not_touched_and_one_put_out_is(checked: Any) -> None:
    lamp = checked.platforms.light_lamp(some_project(checked), "PM_POST_MISSING", "once")
    pull_lamps(checked.city)
    before = checked.warehouse_sql(KEPT)
    assert pull_lamps(checked.city)["new"] == 0
    assert checked.warehouse_sql(KEPT) == before
    checked.platforms.clear_lamp(lamp)
    assert pull_lamps(checked.city)["new"] == 1
    (row,) = checked.warehouse_sql(KEPT)
    assert row.cleared_at is not None
    assert row.first_seen_at == before[0].first_seen_at
    assert row.updated_at > before[0].updated_at


def test_an_increment_reads_an_overlap_and_finds_what_was_entered_late(checked: Any) -> None:
    code = some_project(checked)
    for hours in (50, 2, 0):
        checked.sandbox_sql(
            "INSERT INTO integrity.lamp SELECT 'L' || %s, %s, '330100', 'PM_POST_MISSING', t, NULL, '', t"
            " FROM (SELECT timestamp '2026-11-20 12:00' - make_interval(hours => %s) AS t) AS one",
            hours,
            code,
            hours,
        )
    assert pull_lamps(checked.city)["seen"] == 3
    assert pull_lamps(checked.city)["seen"] == 1
    checked.sandbox_sql(
        "INSERT INTO integrity.lamp VALUES ('LATE', %s, '330100', 'PM_POST_MISSING', '2026-11-20 11:10', NULL, '',"
        " '2026-11-20 11:10')",
        code,
    )
    assert pull_lamps(checked.city) == {"seen": 2, "new": 1, "rejected": 0}
    assert pull_lamps(checked.city, full=True)["seen"] == 4


def test_lamps_on_several_pages_all_come(checked: Any) -> None:
    code = some_project(checked)
    checked.override("integrity_platform", page_size=3)
    lamps = {checked.platforms.light_lamp(code, f"CODE_{number}") for number in range(8)}
    pull_lamps(checked.city)
    assert {row.lamp_id for row in checked.warehouse_sql(KEPT)} == lamps


def test_a_lamp_dated_ahead_does_not_hide_those_after_it(checked: Any) -> None:
    code = some_project(checked)
    checked.sandbox_sql(
        "INSERT INTO integrity.lamp VALUES ('AHEAD', %s, '330100', 'X', '2099-01-01', NULL, '', '2026-11-20')", code
    )
    pull_lamps(checked.city)
    late = "to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')::timestamp"
    checked.sandbox_sql(f"INSERT INTO integrity.lamp SELECT 'NEXT', %s, '330100', 'X', {late}, NULL, '', {late}", code)
    pull_lamps(checked.city)
    assert {row.lamp_id for row in checked.warehouse_sql(KEPT)} == {"AHEAD", "NEXT"}


def test_an_answer_that_is_none_is_kept_and_survived(checked: Any) -> None:
    checked.platforms.set_faults(
        "integrity", {"kind": "malformed_answer", "method": "WarningLamp.Query", "shape": "odd_data"}
    )
    assert pull_lamps(checked.city)["malformed_answers"] == 1
    assert checked.warehouse_sql("SELECT object FROM raw.rejected_answer WHERE object = 'lamp'")
    assert checked.warehouse_sql("SELECT count(*) FROM ops.pull_cursor WHERE object = 'lamp'")[0][0] == 0


def test_ours_theirs_and_both_are_told_apart(checked: Any) -> None:
    rule_of = load_case_book().lamps
    code_of = {rule: code for code, rule in rule_of.items()}
    found = {
        (row.project_code, code_of[row.rule_id]): row.rule_id
        for row in checked.warehouse_sql(
            "SELECT DISTINCT project_code, rule_id FROM quality.finding WHERE rule_id LIKE 'LMP-%'"
        )
    }
    assert len(found) >= 2
    both, ours = sorted(found)[:2]
    unfounded = next(
        (code, rule)
        for code in [row[0] for row in checked.warehouse_sql("SELECT project_code FROM core.current_project")]
        for rule in rule_of
        if (code, rule) not in found
    )
    unknown = (both[0], "SOMETHING_NEW")
    lit = {pair: checked.platforms.light_lamp(*pair) for pair in (both, unfounded, unknown)}
    gone = checked.platforms.light_lamp(*ours)
    checked.platforms.clear_lamp(gone)
    pull_lamps(checked.city)
    rows = {(row.project_code, row.rule_code): row for row in compare_lamps(checked.city)}
    assert set(rows) == set(found) | set(lit)
    assert {pair: rows[pair].verdict for pair in (both, ours, unfounded, unknown)} == {
        both: "both",
        ours: "ours only",
        unfounded: "theirs only",
        unknown: "theirs only",
    }
    assert (rows[both].lamp_id, rows[both].rule_id) == (lit[both], found[both])
    assert rows[both].finding_id.startswith(found[both])
    assert rows[both].ours_since == DAY
    assert rows[unfounded].finding_id is None
    assert rows[unknown].rule_id is None
    assert checked.warehouse_sql("SELECT count(*) FROM quality.lamp_comparison")[0][0] == len(rows)


def test_ours_since_begins_anew_after_a_date_without_it(checked: Any) -> None:
    for days in (3, 2, 1):
        check_consistency(checked.city, DAY - timedelta(days=days))
    compare_lamps(checked.city)
    (row,) = checked.warehouse_sql("SELECT * FROM quality.lamp_comparison ORDER BY project_code, rule_code LIMIT 1")
    assert row.ours_since == DAY - timedelta(days=3)
    checked.warehouse_sql(
        "DELETE FROM quality.finding WHERE work_date = :day AND project_code = :code AND rule_id = :rule",
        day=DAY - timedelta(days=2),
        code=row.project_code,
        rule=row.rule_id,
    )
    (again,) = checked.warehouse_sql("SELECT * FROM quality.lamp_comparison ORDER BY project_code, rule_code LIMIT 1")
    assert again.ours_since == DAY - timedelta(days=1)
    earlier = {(one.project_code, one.rule_code) for one in compare_lamps(checked.city, DAY - timedelta(days=2))}
    assert (row.project_code, row.rule_code) not in earlier
    with pytest.raises(HeldError, match="never checked"):
        compare_lamps(checked.city, DAY - timedelta(days=30))


@pytest.mark.parametrize("seed", [1, 20260])
def test_the_platform_lights_the_same_lamps_by_itself(open_town: Callable[..., Any], seed: int) -> None:
    """It judges by what was uploaded, written apart from our rules: what it can know of, both find."""
    town = open_town(seed, stage="checked")
    deliver(town.city, DAY, "province")
    assert town.platforms.judge_lamps(DAY)["lit"]
    pull_lamps(town.city)
    rows = compare_lamps(town.city)
    told = {
        row[0]
        for row in town.sandbox_sql(
            "SELECT project_code || '|' || post_code FROM province.key_post WHERE post_code IN ('G01', 'J01')"
        )
    }
    for row in rows:
        if row.verdict == "both":
            continue
        posts = {"PM_POST_MISSING": ["G01"], "CSE_POST_MISSING": ["J01"]}.get(row.rule_code, ["G01", "J01"])
        unsent = [post for post in posts if f"{row.project_code}|{post}" not in told]
        assert unsent, f"{row.project_code} {row.rule_code}: {row.verdict}, though all of it was uploaded"
    assert [row for row in rows if row.verdict == "both"]
    again = town.platforms.judge_lamps(DAY)
    assert again == {"lit": [], "cleared": []}
