"""Ask the integrity platform to mend a shared field: what could be asked for, and the request itself.

Nothing here writes a shared field; the role that all of it runs in has no right to.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from realname_sync.errors import DataError, SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.city_code import city_code
from realname_sync.pipelines.correction_errand import (
    Progress,
    integrity_spec,
    open_errand,
    send_draft,
    settle_sent,
    silent,
    state_by_id,
)
from realname_sync.pipelines.findings import FINDING_ID, plain_reason
from realname_sync.pipelines.status import newest_work_date
from realname_sync.quality import corrections
from realname_sync.quality.catalogue import Rule, load_catalogue
from realname_sync.quality.corrections import Candidate
from realname_sync.quality.finding_settings import load_finding_settings
from realname_sync.standards import check_request, load_profile, load_standard, serialise
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run

METHOD = "Correction.Add"


@dataclass(frozen=True)
class Requested:
    """What came of asking: what was (with a dry run, would be) asked for, what cannot be, and the states it is in."""

    asked: Sequence[Candidate]
    not_asked: Sequence[Candidate]
    states: Mapping[str, int] = field(default_factory=dict)


def propose(city: City, work_date: date | None = None, *, rule_id: str | None = None) -> list[Candidate]:
    """The findings of a date, the newest one if none is given, that could be asked to be corrected, or why not."""
    wanted = work_date or newest_work_date(city)
    if wanted is None:
        return []
    with transaction(city.engine, Role.CHECK) as connection:
        return corrections.candidates(connection, city.vault, _rules(city, wanted, rule_id), wanted)


def request(
    city: City,
    finding_ids: Sequence[str] = (),
    *,
    every_one_of: str | None = None,
    settled: bool = False,
    reason: str = "",
    by: str = "",
    dry_run: bool = False,
    progress: Progress = silent,
    sleep: Callable[[float], None] = time.sleep,
    at: Callable[[str], None] = silent,
) -> Requested:
    """Ask the integrity platform to correct what these findings are about, because it is the one that is wrong.

    Args:
        city: the city.
        finding_ids: the findings, by their ids.
        every_one_of: instead of ids a rule, all of whose findings of the newest date are meant; those that were asked
            for before are left to a request by id.
        settled: instead of ids all findings that `expectations/findings.yaml` settles; they carry its reason and name.
        reason: why, without anything that says who a person is; at most 200 characters.
        by: who decided it.
        dry_run: only tell what would be asked.
        progress: told what is being done.
        sleep: waits, in seconds.
        at: told where it stands.

    Raises:
        SettingsError: there is no such finding or rule, or reason or name are missing.
        DataError: a request does not fit the standard; nothing was sent.
        FatalError: the platform refuses the caller; what was drafted goes with the next `follow_corrections`.
        RetriableError: the platform cannot be reached; the same.
    """
    if not settled:
        reason = plain_reason(reason)
        if not by.strip():
            raise SettingsError("say who decided it: --by")
    if sum((bool(finding_ids), bool(every_one_of), settled)) != 1:
        raise SettingsError("give either ids of findings, or a rule, or what is settled beforehand")
    drafts, refused = _chosen(city, finding_ids, every_one_of, settled, reason, by.strip())
    texts = [(draft, _data_text(city, draft)) for draft in drafts]
    asked = [draft.candidate for draft in drafts]
    if dry_run or not texts:
        return Requested(asked, refused)
    with recorded_run(city.engine, Role.CHECK, "request_corrections", city.clock) as summary:
        with open_errand(city, progress, sleep, at) as errand:
            with errand.commit("draft") as connection:
                ids = [_draft(city, connection, draft, text) for draft, text in texts]
            for correction_id in filter(None, ids):
                send_draft(errand, correction_id)
            settle_sent(errand)
        states = state_by_id(city)
        summary |= Counter(states[one] for one in ids if one)
    return Requested(asked, refused, dict(summary))


@dataclass(frozen=True)
class _Draft:
    candidate: Candidate
    reason: str
    by: str


def _rules(city: City, work_date: date, rule_id: str | None = None) -> dict[str, Rule]:
    rules = corrections.correctable(load_catalogue().in_force(work_date, city_code(city)))
    if rule_id is None:
        return rules
    if rule_id.upper() not in rules:
        raise SettingsError(f"{rule_id!r} finds nothing that can be corrected; there are {', '.join(sorted(rules))}")
    return {rule_id.upper(): rules[rule_id.upper()]}


def _chosen(
    city: City, finding_ids: Sequence[str], rule_id: str | None, settled: bool, reason: str, by: str
) -> tuple[list[_Draft], list[Candidate]]:
    """The drafts to be made, and the candidates that cannot be asked for."""
    if finding_ids:
        found = _by_finding(city, finding_ids)
    else:
        found = [one for one in propose(city, rule_id=rule_id) if not one.earlier]
    able = [one for one in found if not one.obstacle]
    refused = [one for one in found if one.obstacle]
    if not settled:
        return [_Draft(one, reason, by) for one in able], refused
    today, code = newest_work_date(city), city_code(city)
    drafts = []
    for one in able:
        entry = next(
            (
                entry
                for entry in load_finding_settings().settled
                if today and entry.covers(one.rule_id, one.field, today, code)
            ),
            None,
        )
        if entry:
            drafts.append(_Draft(one, plain_reason(entry.reason), entry.decided_by))
    return drafts, []


def _by_finding(city: City, finding_ids: Sequence[str]) -> list[Candidate]:
    known = []
    for one in finding_ids:
        rule_part, _, digits = one.rpartition("-")
        name = f"{rule_part.upper()}-{digits.lower()}"
        if not FINDING_ID.fullmatch(name):
            raise SettingsError(f"{one!r} is not the id of a finding, as in CMP-004-3f9a2c1b44d0")
        known.append(name)
    with transaction(city.engine, Role.CHECK) as connection:
        rows = {row.finding_id: row for row in statements.rows(connection, "quality/last_seen_of", finding_ids=known)}
        for name in known:
            if name not in rows:
                raise SettingsError(f"there is no finding {name}: realname correct propose lists those there are")
            if rows[name].state == "gone":
                raise SettingsError(f"{name} is gone since it was last seen on {rows[name].last_seen}")
        found: list[Candidate] = []
        for day in sorted({rows[name].last_seen for name in known}):
            of_day = [name for name in known if rows[name].last_seen == day]
            its = corrections.candidates(connection, city.vault, _rules(city, day), day, of_day)
            if missing := sorted(set(of_day) - {one.finding_id for one in its}):
                raise SettingsError(f"{missing[0]} is nothing that can be corrected on the integrity platform")
            found += its
    return found


def _data_text(city: City, draft: _Draft) -> str:
    """The business JSON of the request.

    Raises:
        DataError: it does not fit the standard.
    """
    profile = load_profile("integrity", integrity_spec(city).extra)
    method = load_standard(profile.standard).method(METHOD)
    one = draft.candidate
    values = {
        "objectType": one.object_type,
        "sourceId": one.source_id,
        "sourceVersion": one.source_version,
        "field": one.field,
        "sharedValue": one.shared,
        "municipalValue": one.municipal,
        "reason": draft.reason,
    }
    if problems := check_request(method, values):
        told = "; ".join(f"{problem.field} {problem.reason}, {problem.expected}" for problem in problems)
        raise DataError(f"{one.finding_id}: the request does not fit the standard: {told}")
    return serialise(method, values, encrypt=str)  # nothing of it is encrypted


def _draft(city: City, connection: Connection, draft: _Draft, data_text: str) -> int | None:
    one = draft.candidate
    rows = statements.rows(
        connection,
        "quality/draft_correction",
        finding_id=one.finding_id,
        rule_id=one.rule_id,
        object=one.object,
        object_key=one.object_key,
        project_code=one.project_code,
        object_type=one.object_type,
        source_id=one.source_id,
        source_version=one.source_version,
        field=one.field,
        shared_shown=one.shared_shown,
        municipal_shown=one.municipal_shown,
        reason=draft.reason,
        data_cipher=city.vault.encrypt(data_text),
        data_sha256=hashlib.sha256(data_text.encode()).hexdigest(),
        requested_by=draft.by,
        requested_at=city.clock(),
    )
    return rows[0].correction_id if rows else None
