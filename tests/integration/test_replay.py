"""Every step that takes a date leaves all that is kept of every other date as it was, to the byte.

Which tables that is, the catalogue says: a table with a column `work_date` is in by itself, and one without has to be
named below with the reason why no date can be told in it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from deliveries import DAY

from realname_sync.pipelines.cases import update_cases
from realname_sync.pipelines.check import check_consistency
from realname_sync.pipelines.day import run_day
from realname_sync.pipelines.deliver import TARGETS, deliver
from realname_sync.pipelines.extract import extract_municipal
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.pipelines.report import report_quality
from realname_sync.pipelines.sweep import sweep

REPLAYED = DAY - timedelta(days=1)
_MASTER = "master data as last read; what held on a date follows from the start and end in its rows"
_OPERATION = "of the running of the system; no date's rows hang on it"
WITHOUT_A_DATE = {
    **dict.fromkeys(
        (
            "core.contract", "core.device", "core.entry_exit", "core.key_post_filled", "core.leave",
            "core.municipal_corp", "core.municipal_participant", "core.municipal_project", "core.payroll",
            "core.person", "core.project_worker", "core.shared_corp", "core.shared_key_post",
            "core.shared_participant", "core.shared_person", "core.shared_project", "core.shared_registration",
            "core.stop_work", "core.team", "core.training",
        ),
        _MASTER,
    ),
    **dict.fromkeys(
        ("quality.lamp", "quality.lamp_rule", "quality.case_move"),
        "as the integrity platform last told its lamps, and what is configured of lamps and cases",
    ),
    **dict.fromkeys(
        ("quality.warning_case", "quality.warning_case_event", "quality.rectification"),
        "a case goes on from date to date; what it rests on is dated in quality.warning_case_finding",
    ),
    "quality.draw": "one row a draw, never changed",
    "ops.backfill": "one row a backfill, of a range of dates; no step of a day writes it",
    "ops.data_key": "versions of the key, which every date's values are stored under",
    "ops.disclosure": "one row a value that was shown unmasked, by its instant; only ever added to",
    "ops.dropped_rows": "one row a time something was past its time, by its instant; only ever added to",
    "delivery.noted_change": "that a transaction changed something that decides what is due, by its instant",
    "delivery.journal_begin": "where the journal began, once for each platform",
    "delivery.open_project": "which projects may be sent now, as the credentials loaded say",
    "delivery.registration": "what a platform knows of companies, teams and workers; they are told once for all dates",
    "ops.call_log": "one row a call made, by its instant; only ever added to",
    **dict.fromkeys(
        ("ops.pace", "ops.pace_share", "ops.platform_credential", "ops.pull_cursor", "ops.schema_migration"),
        _OPERATION,
    ),
    "quality.correction": "asked for because of a finding, whose dates it has none of; moves with its ticket",
    "quality.correction_event": "what became of a correction, by its instant; only ever added to",
    "quality.correction_cursor": "up to when a platform was asked",
    "quality.mute": "what somebody wants out of the figures, from a date until a date",
    "raw.integrity_row": "as the shared platform last told it: master data",
    "raw.municipal_read": "what the last read of each municipal object came to",
    "raw.municipal_row": "as the municipal platform last told it: master data",
    "raw.rejected_answer": "answers that could not be read, by the instant they came; only ever added to",
}  # fmt: skip


def tables(town: Any) -> dict[str, bool]:
    """Every table of the warehouse, partitions counted as the table they are of, and whether it has a work date."""
    rows = town.warehouse_sql(
        "SELECT format('%I.%I', space.nspname, kept.relname) AS name, EXISTS ("
        " SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = kept.oid AND a.attname = 'work_date'"
        " AND NOT a.attisdropped) AS dated"
        " FROM pg_class AS kept JOIN pg_namespace AS space ON space.oid = kept.relnamespace"
        " WHERE kept.relkind IN ('r', 'p') AND NOT kept.relispartition"
        " AND space.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    )
    return {row.name: row.dated for row in rows}


def digests(town: Any, but_for: date) -> dict[tuple[str, str], tuple[int, str]]:
    """Rows and digest by table and date, of every date (and of what has none) but for one."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for name in sorted(name for name, dated in tables(town).items() if dated):
        for row in town.warehouse_sql(
            f"SELECT work_date, count(*) AS number, md5(string_agg(kept::text, chr(10) ORDER BY kept::text)) AS digest"
            f" FROM {name} AS kept WHERE work_date IS DISTINCT FROM :but_for GROUP BY work_date",
            but_for=but_for,
        ):
            found[name, str(row.work_date)] = (row.number, row.digest)
    return found


def test_a_replay_of_one_date_leaves_every_other_date_as_it_was(open_town: Callable[..., Any], tmp_path: Path) -> None:
    town = open_town(1)
    known = tables(town)
    assert {name for name, dated in known.items() if not dated} == set(WITHOUT_A_DATE)
    run_day(town.city, REPLAYED)
    run_day(town.city, DAY)
    before = digests(town, REPLAYED)
    of_the_day = {name for name, day in before if day == str(DAY)}
    assert {"core.punch", "quality.finding", "delivery.batch", "delivery.punch_batch", "delivery.journal"} <= of_the_day
    assert {"quality.device_clock", "quality.key_post_day"} <= of_the_day
    steps: dict[str, Callable[[], object]] = {
        "extract and build": partial(extract_municipal, town.city, REPLAYED),
        "check": partial(check_consistency, town.city, REPLAYED),
        "cases": partial(update_cases, town.city, REPLAYED),
        **{f"deliver to {target}": partial(deliver, town.city, REPLAYED, target) for target in TARGETS},
        "sweep": partial(sweep, town.city, REPLAYED, earlier_days=0),
        "reconcile": partial(reconcile_uploads, town.city, REPLAYED),
        "report": partial(report_quality, town.city, REPLAYED, tmp_path),
    }
    # Rows that a platform lost are sent again by the replay, so that delivery and reconciliation have something to do.
    for target in TARGETS:
        town.sandbox_sql(
            f"DELETE FROM {target}.attendance WHERE attendance_id IN"
            f" (SELECT attendance_id FROM {target}.attendance WHERE work_date = %s LIMIT 3)",
            REPLAYED,
        )
    for name in ("reconcile", *steps):
        steps[name]()
        after = digests(town, REPLAYED)
        differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert differing == set(), f"{name} touched another date"
    _a_touched_date_is_seen(town, before)


def _a_touched_date_is_seen(town: Any, before: dict[tuple[str, str], tuple[int, str]]) -> None:
    """One value of one row is enough; a table made a moment ago is in, and one without a date has to be named."""
    town.warehouse_sql(
        "UPDATE core.punch SET lng = coalesce(lng, 0) + 1 WHERE (work_date, project_code, punch_id) ="
        " (SELECT work_date, project_code, punch_id FROM core.punch WHERE work_date = :day LIMIT 1)",
        day=DAY,
    )
    town.warehouse_sql("CREATE TABLE core.newcomer AS SELECT CAST(:day AS date) AS work_date", day=DAY)
    town.warehouse_sql("CREATE TABLE core.undated (id bigint)")
    after = digests(town, REPLAYED)
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert differing == {("core.punch", str(DAY)), ("core.newcomer", str(DAY))}
    assert {name for name, dated in tables(town).items() if not dated} - set(WITHOUT_A_DATE) == {"core.undated"}
