"""What the suites say of a date, asked anew only where what they ask or the rows they look at are not as before.

Great Expectations costs seconds in Python for each look, however few rows there are; a digest of the rows costs the
database one scan. So a suite's findings are kept with the digest of what it saw, and stand while that is the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Engine

from realname_sync.quality.catalogue import Rule
from realname_sync.quality.findings import Finding, stage_findings
from realname_sync.quality.shape import Question, find_misshapen, load_suites
from realname_sync.warehouse import bulk, statements
from realname_sync.warehouse.engine import Role, transaction

_MOST_FINDINGS = 10_000
"""Findings of one suite that are kept with its result; with more of them it is asked again."""


@dataclass(frozen=True)
class Look:
    """What the suites say of a date, by object: `standing` as when it was last checked, the others anew."""

    standing: frozenset[str] = frozenset()
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    found: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)


def look_at_shape(engine: Engine, rules: Mapping[str, Rule], work_date: date) -> Look:
    """Ask the suites about a date: the punches of it, all other objects as they are now.

    Raises:
        SettingsError: an expectation could not be evaluated.
    """
    suites = load_suites()
    questions = [question for suite in suites.values() if (question := Question.of(suite, rules, work_date))]
    with transaction(engine, Role.CHECK) as connection:
        before = _seen(connection, questions, work_date)
        kept = {row.object: row.seen for row in statements.rows(connection, "quality/shape_seen", work_date=work_date)}
    standing = frozenset(name for name, seen in before.items() if kept.get(name) == seen)
    asked = [question for question in questions if question.suite.object not in standing]
    if not asked:
        return Look(standing)
    results: dict[str, Mapping[str, Any]] = {}
    found: dict[str, list[Finding]] = {question.suite.object: [] for question in asked}
    chosen = [question.suite for question in asked]
    for finding in find_misshapen(engine, rules, work_date, chosen, results.__setitem__):
        found[finding.object].append(finding)
    with transaction(engine, Role.CHECK) as connection:
        after = _seen(connection, asked, work_date)
    seen = {name: digest for name, digest in after.items() if digest == before[name]}
    return Look(standing, results, found, seen)


def stage_look(connection: Connection, work_date: date, look: Look) -> None:
    """Stage the findings of a look, new and standing."""
    stage_findings(connection, (finding for findings in look.found.values() for finding in findings))
    statements.run(connection, "quality/stage_standing_shape", work_date=work_date, objects=sorted(look.standing))


def keep_look(connection: Connection, work_date: date, look: Look, checked_at: datetime) -> None:
    """Keep what the suites said of the date in the place of what they said before; other dates are left alone."""
    statements.run(connection, "quality/clear_shape_results", work_date=work_date, standing=sorted(look.standing))
    statements.run(connection, "quality/renew_shape_results", work_date=work_date, checked_at=checked_at)
    bulk.copy_rows(
        connection,
        "quality.shape_result",
        ("work_date", "object", "result", "checked_at", "seen", "found"),
        (
            (
                work_date,
                name,
                json.dumps(result, default=str),
                checked_at,
                look.seen.get(name),
                _as_json(look.found.get(name, ())),
            )
            for name, result in look.results.items()
        ),
    )


def _as_json(found: Sequence[Finding]) -> str | None:
    if len(found) > _MOST_FINDINGS:
        return None
    return json.dumps([asdict(finding) for finding in found], ensure_ascii=False)


def _seen(connection: Connection, questions: Iterable[Question], work_date: date) -> dict[str, str]:
    """What each question asks and which rows it would look at now, as one text, by object."""
    by_view = {question.suite.view: question for question in questions}
    statements.run(connection, "quality/name_work_date", work_date=work_date)
    digests = statements.rows(connection, "quality/shape_digests", views=list(by_view))
    return {by_view[row.view_name].suite.object: f"{_digest(by_view[row.view_name])} {row.digest}" for row in digests}


def _digest(question: Question) -> str:
    asked = (question.expectations, question.bounds.parameters, question.bounds.shown, version("great_expectations"))
    return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()
