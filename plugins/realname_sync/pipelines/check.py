"""Check a work date: run every rule in force and put what they find in the place of the date's former findings.

A rule that cannot be carried out is broken: its former findings stand, the others run, and the check fails at its end.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from time import perf_counter
from typing import Any

from sqlalchemy import Connection

from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.city_code import city_code
from realname_sync.quality import attendance, findings
from realname_sync.quality.broken_rules import BrokenRule, as_broken, told_of
from realname_sync.quality.catalogue import SUITES, Rule, load_catalogue
from realname_sync.quality.holidays import load_holidays
from realname_sync.quality.requirements import stage_requirements
from realname_sync.quality.rule_sessions import Run, statements_under_way
from realname_sync.quality.rules import run_rule
from realname_sync.quality.shape_look import Look, keep_look, look_at_shape, stage_look
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.warehouse.work_days import ensure_work_date

_ON_UPLOADS = "UPL-"


def check_consistency(city: City, work_date: date) -> dict[str, Any]:
    """Check what was pulled and extracted for `work_date`; other dates are left alone, a repetition changes nothing.

    Where shared data were not read for longer than allowed (rule SRC-001), the rules that rest on them say nothing:
    what an earlier check of the date found by them stands, marked in quality.unknown_rule, until they were read again.

    Returns:
        findings by rule but for the muted ones, how many are muted, how many stop their object (muted or not), the
        rules that were broken, seconds taken.

    Raises:
        BrokenRulesError: rules could not be carried out. All others have run; where one of the broken ones may stop
            what is sent, what was read since the last whole check is not sent before they are mended.
        RetriableError: another date was checked meanwhile whose look at the suites was to hold for this one too.
        SettingsError: no rule of the catalogue is in force.
    """
    began = perf_counter()
    with recorded_run(city.engine, Role.CHECK, "check_consistency", city.clock, work_date=work_date) as summary:
        code, rules = _rules_in_force(city, work_date)
        with transaction(city.engine, Role.CHECK) as connection:
            ensure_work_date(connection, work_date)

        # The suites take their time in Python and the statements theirs in the database, so they go side by side; once
        # there is nothing more to ask of the suites, who asked them helps with the statements.
        with ThreadPoolExecutor(1, "check") as pool, transaction(city.engine, Role.CHECK) as connection:
            misshapen = pool.submit(look_at_shape, city.engine, rules, work_date)
            statements.run(connection, "quality/claim_work_date", work_date=work_date)
            # Taken before the rules look, who may see later reads as well: what is recorded as checked was seen by all.
            change_no = statements.scalar(connection, "core/newest_read", work_date=work_date)
            pulled_until = statements.scalar(connection, "quality/pulled_until")
            looked_at = city.clock()
            with statements_under_way(city.engine, pool, rules, _runs(work_date, code, looked_at)) as finish:
                findings.begin_staging(connection, rules.values())
                attendance.observe(connection, rules, work_date, code, looked_at)
                stage_requirements(connection, work_date, code)
                broken = finish(connection)
            look, broken_suites = _stage_misshapen(connection, rules, work_date, misshapen)
            broken += broken_suites
            findings.let_former_findings_stand(connection, work_date, broken)
            checked_at = city.clock()
            findings.replace_findings(connection, work_date, checked_at)
            findings.record_look(connection, work_date, broken, looked_at, pulled_until)
            keep_look(connection, work_date, look, checked_at)
            if not any(one.severity == "stop" for one in broken):
                statements.run(
                    connection,
                    "quality/record_checked_read",
                    work_date=work_date,
                    change_no=change_no,
                    checked_at=checked_at,
                )
            counts = findings.count_findings(connection, work_date)
        summary |= {
            "findings": dict(counts.by_rule),
            "muted": counts.muted,
            "stop": counts.stops,
            "broken": [one.rule_id for one in broken],
            "seconds": round(perf_counter() - began, 1),
        }
        if not load_holidays().knows(work_date):
            summary["holidays"] = f"not known of {work_date.year}: add them to expectations/holidays.yaml"
        if broken:
            raise told_of(broken, rules, work_date)
    return summary


def check_uploads(city: City, work_date: date) -> dict[str, int]:
    """Run only the rules on what the platforms have of `work_date`, and replace only their findings.

    Returns:
        Findings by rule, but for the muted ones.

    Raises:
        BrokenRulesError: some of these rules could not be carried out; the others have run.
        SettingsError: no rule of the catalogue is in force.
    """
    code, every_rule = _rules_in_force(city, work_date)
    rules = {rule.id: rule for rule in every_rule.values() if rule.id.startswith(_ON_UPLOADS)}
    with ThreadPoolExecutor(1, "check") as pool, transaction(city.engine, Role.CHECK) as connection:
        ensure_work_date(connection, work_date)
        statements.run(connection, "quality/claim_work_date", work_date=work_date)
        pulled_until = statements.scalar(connection, "quality/pulled_until")
        looked_at = city.clock()
        with statements_under_way(city.engine, pool, rules, _runs(work_date, code, looked_at)) as finish:
            findings.begin_staging(connection, rules.values())
            broken = finish(connection)
        findings.let_former_findings_stand(connection, work_date, broken)
        findings.replace_findings(connection, work_date, city.clock(), only=rules)
        findings.record_look(connection, work_date, broken, looked_at, pulled_until, only=rules)
        counts = findings.count_findings(connection, work_date)
    if broken:
        raise told_of(broken, rules, work_date)
    return {rule_id: count for rule_id, count in counts.by_rule.items() if rule_id in rules}


def _rules_in_force(city: City, work_date: date) -> tuple[str, Mapping[str, Rule]]:
    code = city_code(city)
    rules = load_catalogue().in_force(work_date, code)
    if not rules:
        raise SettingsError(
            f"no rule is in force for {code} on {work_date}: see region and valid_from in the catalogue"
        )
    return code, rules


def _runs(work_date: date, code: str, looked_at: datetime) -> Run:
    return lambda connection, rule: run_rule(connection, rule, work_date, code, looked_at)


def _stage_misshapen(
    connection: Connection, rules: Mapping[str, Rule], work_date: date, misshapen: Future[Look]
) -> tuple[Look, list[BrokenRule]]:
    """Stage what the suites found; where they could not be evaluated, all rules they implement are broken."""
    ours = [rule for rule in rules.values() if rule.implemented_by == SUITES]
    try:
        look = misshapen.result()
    except Exception as failure:  # Great Expectations raises whatever its parts do
        return Look(), [as_broken(rule, failure) for rule in ours]
    stage_look(connection, work_date, look)
    return look, []
