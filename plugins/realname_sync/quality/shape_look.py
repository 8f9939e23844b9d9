"""What the suites say of a date, asked anew only where what they ask or the rows they look at are not as before.

Great Expectations costs seconds in Python for each look, however few rows there are; to see whether a row was written
since costs the database one quick scan. So a suite's findings are kept with a digest of what it saw, and stand while
that is the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Engine

from realname_sync.errors import RetriableError
from realname_sync.quality.catalogue import Rule
from realname_sync.quality.findings import Finding, stage_findings
from realname_sync.quality.shape import Part, Question, find_misshapen, questions_about
from realname_sync.warehouse import bulk, statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.migrations import known_migrations

_MOST_FINDINGS = 10_000
"""Findings of one suite that are kept with its result; with more of them it is asked again."""

Name = tuple[str, Part]
"""An object and a part of its suite."""


@dataclass(frozen=True)
class Look:
    """What the suites say of a date, by object and part.

    Attributes:
        standing: as when the date was last checked.
        borrowed: as when another date was checked, which is given: what does not hang on the date.
        results, found: anew.
        seen: what was asked and looked at of each, as one text.
    """

    standing: frozenset[Name] = frozenset()
    borrowed: Mapping[Name, date] = field(default_factory=dict)
    results: Mapping[Name, Mapping[str, Any]] = field(default_factory=dict)
    found: Mapping[Name, Sequence[Finding]] = field(default_factory=dict)
    seen: Mapping[Name, str] = field(default_factory=dict)

    @property
    def known(self) -> Sequence[Name]:
        """What is not asked anew."""
        return sorted({*self.standing, *self.borrowed})


def look_at_shape(engine: Engine, rules: Mapping[str, Rule], work_date: date) -> Look:
    """Ask the suites about a date: the punches of it, all other objects as they are now.

    Raises:
        SettingsError: an expectation could not be evaluated.
    """
    questions = questions_about(work_date, rules)
    # The digests and Great Expectations see the same rows, so what is kept of a look was said of just these.
    with transaction(engine.execution_options(isolation_level="REPEATABLE READ"), Role.CHECK) as connection:
        seen = _seen(connection, questions, work_date)
        standing, borrowed = _known(connection, seen, work_date)
        asked = [question for question in questions if question.name not in standing | borrowed.keys()]
        if not asked:
            return Look(standing, borrowed, seen=seen)
        results: dict[Name, Mapping[str, Any]] = {}
        found: dict[Name, list[Finding]] = {question.name: [] for question in asked}
        snapshot = statements.scalar(connection, "quality/export_snapshot")

        def keep(question: Question, result: Mapping[str, Any]) -> None:
            results[question.name] = result

        for question, finding in find_misshapen(engine, asked, work_date, keep, snapshot):
            found[question.name].append(finding)
    return Look(standing, borrowed, results, found, seen)


def stage_look(connection: Connection, work_date: date, look: Look) -> None:
    """Stage the findings of a look: new ones, those that stand, and those that another date's look made as well.

    Raises:
        RetriableError: another date's look has been put in the place of one that was to hold for this date too.
    """
    stage_findings(connection, (finding for findings in look.found.values() for finding in findings))
    borrowed = statements.run(
        connection,
        "quality/borrow_shape_results",
        work_date=work_date,
        objects=[name for name, _ in look.borrowed],
        parts=[part for _, part in look.borrowed],
        dates=list(look.borrowed.values()),
        seen=[look.seen[name] for name in look.borrowed],
    )
    if borrowed < len(look.borrowed):
        raise RetriableError(
            f"what the suites said of another date has changed while {work_date} was checked; check it again"
        )
    statements.run(connection, "quality/stage_standing_shape", work_date=work_date, **_columns(look.known))


def keep_look(connection: Connection, work_date: date, look: Look, checked_at: datetime) -> None:
    """Keep what the suites said of the date in the place of what they said before; other dates are left alone."""
    statements.run(connection, "quality/clear_shape_results", work_date=work_date, **_columns(look.known))
    statements.run(connection, "quality/renew_shape_results", work_date=work_date, checked_at=checked_at)
    bulk.copy_rows(
        connection,
        "quality.shape_result",
        ("work_date", "object", "part", "result", "checked_at", "seen", "found"),
        (
            (
                work_date,
                *name,
                json.dumps(result, default=str),
                checked_at,
                look.seen.get(name),
                _as_json(look.found.get(name, ())),
            )
            for name, result in look.results.items()
        ),
    )


def _columns(names: Sequence[Name]) -> dict[str, list[str]]:
    return {"objects": [name for name, _ in names], "parts": [part for _, part in names]}


def _known(
    connection: Connection, seen: Mapping[Name, str], work_date: date
) -> tuple[frozenset[Name], dict[Name, date]]:
    """What was said before of just these questions and rows: of this date, and otherwise of another one."""
    rows = statements.rows(connection, "quality/shape_seen", work_date=work_date, seen=list(seen.values()))
    said = {(row.object, row.part): row.work_date for row in rows if seen.get((row.object, row.part)) == row.seen}
    standing = frozenset(name for name, day in said.items() if day == work_date)
    return standing, {name: day for name, day in said.items() if day != work_date}


def _as_json(found: Sequence[Finding]) -> str | None:
    if len(found) > _MOST_FINDINGS:
        return None
    return json.dumps([asdict(finding) for finding in found], ensure_ascii=False)


def _seen(connection: Connection, questions: Iterable[Question], work_date: date) -> dict[Name, str]:
    """What each question asks and which rows it would look at now, as one text."""
    statements.run(connection, "quality/name_work_date", work_date=work_date)
    views = sorted({question.suite.view for question in questions})
    rows = statements.rows(connection, "quality/shape_digests", views=views)
    digests = {row.view_name: row.digest for row in rows}
    return {one.name: f"{_digest(one, work_date)} {digests[one.suite.view]}" for one in questions}


def _digest(question: Question, work_date: date) -> str:
    made_by = (version("great_expectations"), known_migrations()[-1].number)  # a migration may change what a view shows
    day = work_date if question.part == "dated" else None
    asked = (question.expectations, question.bounds.parameters, question.bounds.shown, day, made_by)
    return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()
