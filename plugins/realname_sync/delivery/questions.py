"""Finds out what became of batches of unknown outcome, by asking what the platform has.

Nothing of them is sent again before.

A row counts as arrived when the platform has more of the same (person, instant, direction) than other batches of ours
were acknowledged for; what follows where several are alike says `judge_doubtful`. Where a platform answers with a team,
the question is still asked for the whole project's day: one question serves all doubtful batches of a project.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from realname_sync.delivery.desk import Desk
from realname_sync.delivery.outcomes import ASKED, Fate, Verdict
from realname_sync.delivery.passes import Pass, pass_of, read_pass
from realname_sync.delivery.sent_rows import read_rows
from realname_sync.delivery.settling import batches_in, settle_attendance
from realname_sync.warehouse import statements

_HAS_IT = f"{ASKED}the platform has it"
_HAS_NONE = f"{ASKED}the platform does not have it"
_HAS_SOME = f"{ASKED}the platform has some of several alike, and which cannot be told"


def resolve_unknown(desk: Desk) -> int:
    """Settle every attendance batch of unknown outcome that can be settled now; returns how many were asked about.

    Batches of a project of which another call is under way, or of a person whose number is gone, stay unknown: rows of
    two calls could be taken for one another.

    Raises:
        PlatformBusyError, ThrottledError, NotSentError: the platform cannot be asked now; the batches stay unknown.
        MalformedAnswerError: it answers something else than was agreed; the batches stay unknown.
    """
    doubtful = batches_in(desk, "attendance", "unknown")
    let_the_platform_finish(desk, doubtful)
    by_project: dict[str, list[int]] = defaultdict(list)
    for row in doubtful:
        by_project[row.project_code].append(row.batch_id)
    for project_code, batch_ids in by_project.items():
        _settle_project(desk, project_code, batch_ids)
    return len(doubtful)


def movements_there(desk: Desk, doubtful: Sequence[Any]) -> dict[int, dict[int, tuple[Fate, str]]]:
    """Of batches of movements whose outcome is unknown, the rows the platform has, by batch and row index.

    Raises:
        PlatformBusyError, ThrottledError, NotSentError: the platform cannot be asked now; the batches stay unknown.
    """
    let_the_platform_finish(desk, doubtful)
    there: dict[int, dict[int, tuple[Fate, str]]] = defaultdict(dict)
    for project_code in sorted({row.project_code for row in doubtful}):
        query = {"projectCode": project_code}
        pages = desk.uplink.client.pages("WorkerEntryExit.Query", query, desk.uplink.credentials_for(project_code))
        known = {
            (str(row.get("idCardNumber")), str(row.get("date"))[:10], str(row.get("type")))
            for page in pages
            for row in page.rows
        }
        with desk.look() as connection:
            items = statements.records(
                connection,
                "delivery/movement_rows",
                work_date=desk.work_date,
                batch_ids=[row.batch_id for row in doubtful if row.project_code == project_code],
            )
        for item in items:
            if (desk.vault.reveal(item["id_cipher"]), item["moved_on"].isoformat(), item["kind"]) in known:
                there[item["batch_id"]][item["row_index"]] = ("acknowledged", _HAS_IT)
    return there


def let_the_platform_finish(desk: Desk, doubtful: Sequence[Any]) -> None:
    """Wait until calls whose answer was lost can no longer be in the works; asked too early, a platform says no."""
    sent = [row.sent_at for row in doubtful if row.sent_at is not None]
    if sent:
        seconds = seconds_in_the_works(max(sent), desk.clock(), desk.uplink.profile.unknown_wait_seconds)
        if seconds > 0:
            desk.progress(f"{desk.target}: {len(sent)} calls without an answer; asking after them in {seconds:.0f} s")
            desk.sleep(seconds)


def seconds_in_the_works(sent_at: datetime, now: datetime, longest: float) -> float:
    """How many seconds more a call of `sent_at` may be in the works, if that takes `longest` at most; 0 if none.

    A clock that was ahead told an instant yet to come. The call was made before now all the same, so what it may take
    counts from now at the latest.
    """
    return max(0.0, min(longest, (sent_at - now).total_seconds() + longest))


def _on_the_platform(desk: Desk, project_code: str, rows: Sequence[Mapping[str, Any]]) -> Counter[Pass]:
    """What the platform has of the persons of these rows on that day, by whichever questions are fewer.

    One question a person, or the whole project's day page by page.
    """
    uplink = desk.uplink
    persons = {(str(row["idCardType"]), desk.vault.reveal(row["idCardNumber"])) for row in rows}
    pages = uplink.attendance_count(project_code, desk.work_date) // uplink.profile.page_size + 1
    if len(persons) < pages:
        told = [
            row
            for kind, number in sorted(persons)
            for row in uplink.attendance_of_person(project_code, desk.work_date, kind, number)
        ]
    else:
        told = [row for page in uplink.attendance_pages(project_code, desk.work_date) for row in page.rows]
    return Counter(read_pass(desk.target, row) for row in told)


def _settle_project(desk: Desk, project_code: str, batch_ids: Sequence[int]) -> None:
    asked_at = desk.clock()
    with desk.look() as connection:
        doubtful = read_rows(connection, desk.target, desk.work_date, batch_ids)
        if _is_under_way(desk, connection, project_code) or any(row["idCardNumber"] is None for row in doubtful):
            return
    there = _on_the_platform(desk, project_code, doubtful)
    with desk.commit("resolve") as connection:
        if _is_under_way(desk, connection, project_code, since=asked_at):
            return
        known = statements.records(
            connection,
            "delivery/acknowledged_like",
            project_code=project_code,
            batch_ids=list(batch_ids),
            **desk.key,
        )
        there.subtract(_pass(desk, row) for row in known)
        mine = [(row["batch_id"], row["row_index"], _pass(desk, row)) for row in doubtful]
        verdicts = judge_doubtful(mine, there, counts_once=desk.uplink.profile.counts_once)
        settle_attendance(desk, connection, verdicts)


def judge_doubtful(
    rows: Sequence[tuple[int, int, Pass]], there: Mapping[Pass, int], *, counts_once: bool
) -> dict[int, Verdict]:
    """What became of doubtful batches.

    Several rows that are alike cannot be told apart at the platform. If it counts each time, it has to get exactly as
    many again as it lacks, and one is as good as the other. If it `counts_once`, it would drop a wrong one, and the
    right one never came; so the batches of all of them go again as they were, and it drops what it has.

    Args:
        rows: their rows, each as (batch, row index, pass).
        there: how often the platform has each pass beyond what it is known to have from other batches.
        counts_once: whether it drops a record that it has.
    """
    alike = Counter(made for _, _, made in rows)
    left = {made: max(0, there.get(made, 0)) for made in alike}
    in_part = {made for made, times in alike.items() if counts_once and 0 < left[made] < times}
    again = {batch_id for batch_id, _, made in rows if made in in_part}
    missing: dict[int, dict[int, tuple[Fate, str]]] = {batch_id: {} for batch_id, _, _ in rows}
    for batch_id, row_index, made in rows:
        if left[made] == 0:
            missing[batch_id][row_index] = ("released", _HAS_NONE)
        elif made not in in_part:
            left[made] -= 1
    sizes = Counter(batch_id for batch_id, _, _ in rows)
    verdicts = {
        batch_id: Verdict("acknowledged", _HAS_IT, gone)
        if len(gone) < sizes[batch_id]
        else Verdict("released", _HAS_NONE)
        for batch_id, gone in missing.items()
    }
    return verdicts | dict.fromkeys(again, Verdict("again", _HAS_SOME))


def _is_under_way(desk: Desk, connection: Connection, project_code: str, since: datetime | None = None) -> bool:
    rows = statements.rows(connection, "delivery/projects_under_way", since=since, **desk.key)
    return project_code in {row.project_code for row in rows}


def _pass(desk: Desk, values: Mapping[str, Any]) -> Pass:
    return pass_of(desk.vault.reveal(values["idCardNumber"]), values["date"], str(values["direction"]))
