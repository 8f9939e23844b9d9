"""Follows corrections: what was sent, what the clerk decided, and whether a later pull shows the field mended."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.pipelines.city import City
from realname_sync.pipelines.correction_errand import (
    OPEN,
    Errand,
    Progress,
    corrections_in,
    in_doubt,
    open_errand,
    send_draft,
    settle_sent,
    silent,
    state_by_id,
    tell_ticket,
    ticket_of,
)
from realname_sync.quality.corrections import tell
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.warehouse.runs import recorded_run

log = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)
"""How far before the last question the next one for changes reaches: above any difference between the two clocks."""

_ASK_AGAIN_AFTER = timedelta(days=1)  # a ticket of which no change was told is asked for by its number so often


def follow_corrections(
    city: City,
    *,
    every_ticket: bool = False,
    progress: Progress = silent,
    sleep: Callable[[float], None] = time.sleep,
    at: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Send what was drafted, ask what became of what was sent and of each ticket, close what a later pull shows mended.

    Returns:
        How many corrections are in each state at the end, and how many changed it.

    Raises:
        FatalError: the platform refuses the caller.
        RetriableError: it cannot be asked now; what was told so far is recorded.
    """
    with recorded_run(city.engine, Role.CHECK, "follow_corrections", city.clock) as summary:
        began = city.clock()
        before = state_by_id(city)
        with open_errand(city, progress, sleep, at) as errand:
            for row in corrections_in(city, ("drafted",)):
                send_draft(errand, row.correction_id)
            settle_sent(errand)
            _ask_for_tickets(errand, began, every_ticket=every_ticket)
        _close(city, progress)
        after = state_by_id(city)
        changed = sum(before.get(one) != state for one, state in after.items())
        summary |= {"states": dict(sorted(Counter(after.values()).items())), "changed": changed}
    return summary


def settle_in_doubt(city: City, correction_id: int, *, ticket_no: str | None, by: str) -> str:
    """Say of a request whose answer was lost what a person has found out: its ticket, or that it was not taken.

    Returns:
        The state it is in then; one that was not taken is a draft again and goes with the next `follow_corrections`.

    Raises:
        SettingsError: that correction is not in doubt, or the platform knows no such ticket of ours.
    """
    if not by.strip():
        raise SettingsError("say who found it out: --by")
    with open_errand(city, silent, time.sleep, silent) as errand:
        told = ticket_of(errand, ticket_no) if ticket_no else None
        if ticket_no and told is None:
            raise SettingsError(f"the integrity platform knows no ticket {ticket_no}")
        state = "received" if ticket_no else "drafted"
        with errand.commit("settle") as connection:
            row = next((one for one in in_doubt(city) if one.correction_id == correction_id), None)
            if row is None or not tell(
                connection,
                correction_id,
                "sent",
                state,
                city.clock(),
                by=by.strip(),
                ticket_no=ticket_no,
                doubt_since=row.sent_at,
            ):
                raise SettingsError(
                    f"correction {correction_id} is not in doubt: realname correct list shows those that are"
                )
            if ticket_no and told:
                tell_ticket(errand, connection, correction_id, ticket_no, told)
    return state_by_id(city)[correction_id]


def _ask_for_tickets(errand: Errand, began: datetime, *, every_ticket: bool) -> None:
    """Ask which tickets changed since the last time, and by number for those of which nothing was told for long."""
    city = errand.city
    followed = {row.ticket_no: row for row in corrections_in(city, OPEN) if row.ticket_no}
    if not followed:
        return
    with transaction(city.engine, Role.CHECK) as connection:
        last = statements.scalar(connection, "quality/correction_cursor")
    since = (last or min(row.requested_at for row in followed.values())) - OVERLAP
    told = {
        str(row.get("ticketNo")): row
        for page in errand.platform.corrections(since)
        for row in page.rows
        if str(row.get("ticketNo")) in followed
    }
    silent = [
        ticket_no
        for ticket_no, row in followed.items()
        if ticket_no not in told and (every_ticket or row.asked_at is None or began - row.asked_at >= _ASK_AGAIN_AFTER)
    ]
    for ticket_no in silent:
        found = ticket_of(errand, ticket_no)
        if found is None:
            log.warning("correction %d: its ticket is not known at the platform", followed[ticket_no].correction_id)
        else:
            told[ticket_no] = found
    with errand.commit("tickets") as connection:
        for ticket_no, row in told.items():
            tell_ticket(errand, connection, followed[ticket_no].correction_id, ticket_no, row)
        statements.run(connection, "quality/note_asked", ticket_nos=[*told, *silent], asked_at=began)
        statements.run(connection, "quality/move_correction_cursor", asked_until=began)


def _close(city: City, progress: Progress) -> None:
    """Close what was applied once a later pull has the new version and the rule, looking after it, finds nothing."""
    with transaction(city.engine, Role.CHECK) as connection:
        now = city.clock()
        for row in statements.rows(connection, "quality/applied_corrections"):
            is_newer = row.pulled_version is not None and row.pulled_version > row.source_version
            if not is_newer or not row.is_looked_at:
                continue
            if not row.still_differs:
                words = f"version {row.pulled_version} was pulled, and the field differs no more"
                tell(connection, row.correction_id, row.state, "closed", now, remark=words)
                progress(f"correction {row.correction_id}: closed")
            elif row.state == "applied":
                words = (
                    f"version {row.pulled_version} was pulled, and the field still differs: ask the platform's operator"
                )
                tell(connection, row.correction_id, row.state, "reopened", now, remark=words)
                progress(f"correction {row.correction_id}: applied, but the field still differs")
