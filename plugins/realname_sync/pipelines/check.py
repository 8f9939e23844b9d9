"""Check a work date: run every rule in force and put what they find in the place of the date's former findings."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import perf_counter
from typing import Any

from sqlalchemy import Connection

from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.quality import findings
from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.quality.findings import Finding
from realname_sync.quality.rules import run_rule
from realname_sync.quality.shape import find_misshapen
from realname_sync.quality.shape_docs import keep_results
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run

_ON_UPLOADS = "UPL-"


def check_consistency(city: City, work_date: date) -> dict[str, Any]:
    """Check what was pulled and extracted for `work_date`; other dates are left alone, a repetition changes nothing.

    Returns:
        findings by rule, how many of them stop their object, seconds taken.

    Raises:
        SettingsError: no rule of the catalogue is in force, or one and its implementation do not fit.
    """
    began = perf_counter()
    with recorded_run(city.engine, Role.CHECK, "check_consistency", city.clock, work_date=work_date) as summary:
        city_code, rules = _rules_in_force(city, work_date)
        with transaction(city.engine, Role.CHECK) as connection:
            statements.run(connection, "ops/ensure_work_date", work_date=work_date)

        said: dict[str, dict[str, Any]] = {}

        def shape() -> list[Finding]:
            return list(find_misshapen(city.engine, rules, work_date, keep=said.__setitem__))

        # The suites take their time in Python and the statements theirs in the database, so they go side by side.
        with ThreadPoolExecutor(1, "suites") as suites, transaction(city.engine, Role.CHECK) as connection:
            misshapen = suites.submit(shape)
            statements.run(connection, "quality/claim_work_date", work_date=work_date)
            # Taken before the rules look, who may see later reads as well: what is recorded as checked was seen by all.
            change_no = statements.scalar(connection, "core/newest_read", work_date=work_date)
            findings.begin_staging(connection, rules.values())
            _run_statements(connection, rules, work_date, city_code)
            findings.stage_findings(connection, misshapen.result())
            checked_at = city.clock()
            findings.replace_findings(connection, work_date, checked_at)
            keep_results(connection, work_date, said, checked_at)
            statements.run(
                connection,
                "quality/record_checked_read",
                work_date=work_date,
                change_no=change_no,
                checked_at=checked_at,
            )
            by_rule, stops = findings.count_findings(connection, work_date)
        summary |= {"findings": dict(by_rule), "stop": stops, "seconds": round(perf_counter() - began, 1)}
    return summary


def check_uploads(city: City, work_date: date) -> dict[str, int]:
    """Run only the rules on what the platforms have of `work_date`, and replace only their findings.

    Returns:
        Findings by rule.

    Raises:
        SettingsError: no rule of the catalogue is in force, or one and its implementation do not fit.
    """
    city_code, every_rule = _rules_in_force(city, work_date)
    rules = {rule.id: rule for rule in every_rule.values() if rule.id.startswith(_ON_UPLOADS)}
    with transaction(city.engine, Role.CHECK) as connection:
        statements.run(connection, "ops/ensure_work_date", work_date=work_date)
        statements.run(connection, "quality/claim_work_date", work_date=work_date)
        findings.begin_staging(connection, rules.values())
        _run_statements(connection, rules, work_date, city_code)
        findings.replace_findings(connection, work_date, city.clock(), only=rules)
        by_rule, _ = findings.count_findings(connection, work_date)
    return {rule_id: count for rule_id, count in by_rule.items() if rule_id in rules}


def _rules_in_force(city: City, work_date: date) -> tuple[str, Mapping[str, Rule]]:
    spec = city.connection("integrity_platform")
    city_code = str(spec.extra.get("area_code") or spec.login.removeprefix("zj-"))
    rules = load_catalogue().in_force(work_date, city_code)
    if not rules:
        raise SettingsError(
            f"no rule is in force for {city_code} on {work_date}: see region and valid_from in the catalogue"
        )
    return city_code, rules


def _run_statements(connection: Connection, rules: Mapping[str, Rule], work_date: date, city_code: str) -> None:
    for rule in rules.values():
        if rule.statement is not None:
            run_rule(connection, rule, work_date, city_code)
