"""Warning cases: opened and updated from findings and lamps, listed, shown with the checks to do, moved by persons."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from realname_sync.errors import DataError, HeldError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.lamps import area_code_of, write_lamp_rules
from realname_sync.quality.case_book import OTHER_LAMPS, CaseBook, CaseCheck, CaseRule, load_case_book
from realname_sync.quality.case_moves import STATES, load_moves
from realname_sync.quality.report.privacy import Privacy
from realname_sync.warehouse import bulk, statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run
from realname_sync.workdate import work_date_of

_STAGED = ("cause", "rule_id", "rule_code", "level", "due_days", "per", "closes")
_STEPS = {
    "raised_again": "raise_cases_again",
    "opened": "open_cases",
    "lamps_noted": "note_case_lamps",
    "went_back": "note_case_found",
    "rechecked": "recheck_cases",
    "closed": "close_cases",
    "evidence": "add_case_evidence",
}
"""By what the summary calls it, the statements of an update in their order; each yields how many steps were taken."""


@dataclass(frozen=True)
class CheckAnswer:
    """What a check to do came to: `answer` is yes, no or cannot tell; `rows` are those of its statement."""

    check: CaseCheck
    answer: str
    rows: Sequence[Row[Any]]


@dataclass(frozen=True)
class ShownCase:
    """A case (row of sql/quality/case_by_id.sql) with all that belongs to it.

    `events`, `evidence` and `rectifications` are rows of the statements of these names; nothing in it names a worker.
    """

    row: Row[Any]
    days_overdue: int
    events: Sequence[Row[Any]]
    notes: Sequence[str]
    evidence: Sequence[Row[Any]]
    rectifications: Sequence[Row[Any]]
    checks: Sequence[CheckAnswer]
    may_become: Sequence[str]


def update_cases(city: City, work_date: date) -> dict[str, Any]:
    """Open and update cases by the findings of a checked date and the lamps as they stand.

    Repeating a date changes nothing. A date before the newest one that found a case adds its evidence and changes no
    state. A rule that could say nothing of the date, because it broke or its shared data were stale, opens, rechecks
    and closes nothing.

    Returns:
        Steps taken by kind.

    Raises:
        HeldError: the date was never checked.
        SettingsError: the case book has no settings for the date.
    """
    with recorded_run(city.engine, Role.CHECK, "update_cases", city.clock, work_date=work_date) as summary:
        area_code, book, now = area_code_of(city), load_case_book(), city.clock()
        settings = book.settings_on(work_date, area_code)
        with transaction(city.engine, Role.READ) as connection:
            checked = statements.rows(connection, "delivery/checked_read", work_date=work_date)[0].checked
        if checked is None:
            raise HeldError(f"{work_date} was never checked, so no case can follow from it: realname check {work_date}")
        with transaction(city.engine, Role.CHECK) as connection:
            statements.run(connection, "quality/claim_cases")
            write_lamp_rules(connection)
            codes = [row.rule_code for row in statements.rows(connection, "quality/lit_rule_codes")]
            statements.run(connection, "quality/stage_case_rules")
            bulk.copy_rows(connection, "staged_case_rule", _STAGED, _staged(book, work_date, area_code, codes))
            statements.run(connection, "quality/stage_case_findings", work_date=work_date)
            statements.run(connection, "quality/stage_cases", work_date=work_date)
            known = {
                "work_date": work_date,
                "now": now,
                "today": work_date_of(now),
                "recurrence_days": settings.recurrence_days,
            }
            for name, statement in _STEPS.items():
                wanted = statements.statement(f"quality/{statement}").compile().params
                chosen = {key: value for key, value in known.items() if key in wanted}
                summary[name] = statements.run(connection, f"quality/{statement}", **chosen)
    return summary


def list_cases(
    city: City, *, project_code: str | None = None, state: str | None = None, overdue: bool = False
) -> Sequence[Row[Any]]:
    """The open cases, or those in `state`; rows of sql/quality/list_cases.sql, gravest and most urgent first.

    Raises:
        DataError: there is no such state.
    """
    if state is not None and state not in STATES:
        raise DataError(f"no case can be {state!r}; the states are {', '.join(STATES)}")
    with transaction(city.engine, Role.READ) as connection:
        return statements.rows(
            connection,
            "quality/list_cases",
            project_code=project_code,
            state=state,
            overdue=overdue,
            today=work_date_of(city.clock()),
        )


def show_case(city: City, case_id: int) -> ShownCase:
    """A case with history, evidence and the answers to the checks that are to be done, asked of the data now.

    Raises:
        DataError: there is no such case.
    """
    now = city.clock()
    with transaction(city.engine, Role.READ) as connection:
        row = case_row(connection, case_id)
        events = statements.rows(connection, "quality/case_events", case_id=case_id)
        rectifications = statements.rows(connection, "quality/case_rectifications", case_id=case_id)
        said = "\n".join(event.note for event in events)
        names = statements.rows(connection, "marts/names_in_words", project_code=row.project_code, words=said)
        privacy = Privacy(codes=_codes(row), names=frozenset(one.name for one in names))
        overdue = (work_date_of(now) - row.due_date).days if row.state != "closed" else 0
        return ShownCase(
            row,
            max(overdue, 0),
            events,
            [privacy.text(event.note) for event in events],
            statements.rows(connection, "quality/case_evidence", case_id=case_id),
            rectifications,
            list(_answers(connection, row, area_code_of(city), now)),
            list(load_moves(connection).of_person(row.state)),
        )


def move_case(city: City, case_id: int, state: str, *, by: str, note: str = "") -> None:
    """Take a case to another state, as a person decides; what waits to be stated to the platform is not sent any more.

    To submit a case, with what is stated to the platform, is `submit_case`.

    Raises:
        DataError: there is no such case or step, a reason is missing, or the note holds a number of a person.
    """
    with transaction(city.engine, Role.CHECK) as connection:
        now = city.clock()
        take_step(connection, case_id, state, by=by, note=note, now=now)
        statements.run(connection, "quality/give_up_rectifications", case_id=case_id, states=["planned"], now=now)


def take_step(connection: Connection, case_id: int, state: str, *, by: str, note: str, now: datetime) -> Row[Any]:
    """One step of a person in the caller's transaction; the case as it was before.

    Raises:
        DataError: see `move_case`.
    """
    if not by.strip():
        raise DataError("say with --by who takes the step")
    statements.run(connection, "quality/claim_cases")
    row = case_row(connection, case_id)
    require_impersonal(note, _codes(row))
    load_moves(connection).require(case_id, row.state, state, note)
    statements.run(
        connection,
        "quality/move_case",
        case_id=case_id,
        from_state=row.state,
        to_state=state,
        now=now,
        by_whom=by.strip(),
        note=" ".join(note.split()),
    )
    return row


def case_row(connection: Connection, case_id: int) -> Row[Any]:
    """The case of that number: a row of sql/quality/case_by_id.sql.

    Raises:
        DataError: there is none.
    """
    found = statements.rows(connection, "quality/case_by_id", case_id=case_id)
    if not found:
        raise DataError(f"there is no case {case_id}: `realname cases` lists those there are")
    return found[0]


def require_impersonal(note: str, codes: frozenset[str] = frozenset()) -> None:
    """Refuse a note that holds what looks like a number of a person; `codes` only look like one.

    Raises:
        DataError: it does; the message does not repeat it.
    """
    privacy = Privacy(codes=codes)
    spelt = unicodedata.normalize("NFKC", note)
    if any(privacy.text(text) != text for text in (spelt, re.sub(r"(?<=\d)[\s-]+(?=\d)", "", spelt))):
        raise DataError("the note holds what looks like an identity, phone or card number: say it without the number")


def _codes(row: Row[Any]) -> frozenset[str]:
    """Public codes of a case that only look like a person's number."""
    return frozenset(code for code in (row.project_code, row.subject, row.lamp_id) if code)


def _staged(book: CaseBook, work_date: date, area_code: str, codes: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """What opens a case on that date: rules with their lamps, then the lamps that no rule in force computes."""
    entries = book.in_force(work_date, area_code)
    code_of = {rule: code for code, rule in book.lamps.items()}
    covered = set()
    for entry in entries.values():
        if entry.rule is not None:
            code = code_of.get(entry.rule)
            covered.add(code)
            yield _row(entry, entry.rule, entry.rule, code)
    for code in codes:
        chosen = entries.get(f"lamp {code}") or entries.get(f"lamp {OTHER_LAMPS}")
        if code not in covered and chosen is not None:
            yield _row(chosen, code, None, code)


def _row(entry: CaseRule, cause: str, rule_id: str | None, rule_code: str | None) -> tuple[Any, ...]:
    wanted = (entry.level, entry.due_days, entry.per, entry.closes)
    return (cause, rule_id, rule_code, *wanted)


def _answers(connection: Connection, row: Row[Any], area_code: str, now: datetime) -> Iterator[CheckAnswer]:
    book, today = load_case_book(), work_date_of(now)
    entries: Mapping[str, CaseRule] = book.in_force(today, area_code)
    entry = entries.get(row.cause) or entries.get(f"lamp {row.cause}") or entries.get(f"lamp {OTHER_LAMPS}")
    if entry is None or row.project_code is None:
        return
    for check in (book.checks[name] for name in entry.checks):
        rows = statements.rows(
            connection,
            check.statement_name,
            project_code=row.project_code,
            work_date=max(row.found_on or today, work_date_of(row.raised_at)),
            **check.parameters,
        )
        yield CheckAnswer(check, overall({one.answer for one in rows}), rows)


def overall(answers: set[str]) -> str:
    """The answer of a check by those of its rows: one sign is enough, and `no` takes that every row can tell."""
    return "yes" if "yes" in answers else "no" if answers == {"no"} else "cannot tell"
