"""Runs the rules that are statements: each selects the rows that fail it, and what it selects is staged where it is."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, column, insert, literal, select, table, text

from realname_sync.errors import SettingsError
from realname_sync.quality.catalogue import Rule
from realname_sync.quality.holidays import load_holidays
from realname_sync.resources import sql_text

FOUND = ("object_key", "field", "project_code", "expected", "actual")
"""What every rule's statement yields for a row that fails, in this order."""

CONTEXT = ("work_date", "city_code", "checked_at", "holidays")
"""Parameters a statement may name beside its thresholds: `checked_at` is the instant of the check, aware of its zone;
`holidays` are the days off among the work date and the two months before it."""

_HOLIDAYS_REACH = 62

_STAGED = table("staged_finding", column("rule_id"), column("object"), *(column(name) for name in FOUND))


def run_rule(connection: Connection, rule: Rule, work_date: date, city_code: str, checked_at: datetime) -> None:
    """Stage what the rule finds for the work date, as seen at the instant `checked_at`.

    Raises:
        SettingsError: thresholds of the catalogue and parameters of the statement do not agree.
    """
    statement = rule_statement(rule).bindparams(**parameters(rule, work_date, city_code, checked_at))
    found = statement.columns(*(column(name) for name in FOUND)).subquery("found")
    select_found = select(literal(rule.id), literal(rule.objects[0]), *(found.c[name] for name in FOUND))
    connection.execute(insert(_STAGED).from_select(["rule_id", "object", *FOUND], select_found))


def parameters(rule: Rule, work_date: date, city_code: str, checked_at: datetime) -> Mapping[str, Any]:
    """What is bound to the rule's statement: its thresholds, and of the context what it names.

    Raises:
        SettingsError: the statement names a parameter that is neither, or a threshold is not used.
    """
    named = set(rule_statement(rule).compile().params)
    if named - set(CONTEXT) != set(rule.thresholds):
        differing = ", ".join(sorted((named - set(CONTEXT)) ^ set(rule.thresholds)))
        raise SettingsError(f"rule {rule.id}: thresholds and parameters of {rule.implemented_by} differ in {differing}")
    context = {
        "work_date": work_date,
        "city_code": city_code,
        "checked_at": checked_at,
        "holidays": load_holidays().before(work_date, _HOLIDAYS_REACH),
    }
    return {**rule.thresholds, **{name: value for name, value in context.items() if name in named}}


def rule_statement(rule: Rule) -> TextClause:
    """The rule's statement, without the semicolon at its end.

    Raises:
        SettingsError: the suites implement the rule, or there is no such file.
    """
    if rule.statement is None:
        raise SettingsError(f"rule {rule.id} has no statement: it is implemented by {rule.implemented_by}")
    return _statement(rule.statement)


@cache
def _statement(name: str) -> TextClause:
    return text(sql_text(name).rstrip().removesuffix(";"))
