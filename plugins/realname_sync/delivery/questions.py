"""Finds out what became of batches of unknown outcome, by asking what the platform has.

Nothing of them is sent again before.

A row counts as arrived when the platform has more of the same (person, instant, direction) than other batches of ours
were acknowledged for. Where a platform answers with a team, the question is still asked for the whole project's day:
one question serves all doubtful batches of a project.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from realname_sync.delivery.desk import Desk
from realname_sync.delivery.outcomes import Fate, Verdict
from realname_sync.delivery.settling import settle_batches
from realname_sync.warehouse import statements
from realname_sync.workdate import SHANGHAI

Pass = tuple[str, str, str]  # identity number, local time to the second, direction


def resolve_unknown(desk: Desk) -> int:
    """Settle every attendance batch of unknown outcome; returns how many there were.

    Raises:
        PlatformBusyError, ThrottledError, NotSentError: the platform cannot be asked now; the batches stay unknown.
    """
    with desk.commit() as connection:
        doubtful = statements.rows(connection, "delivery/open_batches", kind="attendance", state="unknown", **desk.key)
    let_the_platform_finish(desk, doubtful)
    by_project: dict[str, list[int]] = defaultdict(list)
    for row in doubtful:
        by_project[row.project_code].append(row.batch_id)
    for project_code, batch_ids in by_project.items():
        there = _on_the_platform(desk, project_code)
        _settle_project(desk, project_code, batch_ids, there)
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
        with desk.commit() as connection:
            items = statements.records(
                connection,
                "delivery/movement_rows",
                work_date=desk.work_date,
                batch_ids=[row.batch_id for row in doubtful if row.project_code == project_code],
            )
        for item in items:
            if (desk.vault.reveal(item["id_cipher"]), item["moved_on"].isoformat(), item["kind"]) in known:
                there[item["batch_id"]][item["row_index"]] = ("acknowledged", "asked: the platform has it")
    return there


def let_the_platform_finish(desk: Desk, doubtful: Sequence[Any]) -> None:
    """Wait until calls whose answer was lost can no longer be in the works; asked too early, a platform says no."""
    sent = [row.sent_at for row in doubtful if row.sent_at is not None]
    if sent:
        ready_at = max(sent) + timedelta(seconds=desk.uplink.profile.unknown_wait_seconds)
        seconds = (ready_at - desk.clock()).total_seconds()
        if seconds > 0:
            desk.progress(f"{desk.target}: {len(sent)} calls without an answer; asking after them in {seconds:.0f} s")
            desk.sleep(seconds)


def _on_the_platform(desk: Desk, project_code: str) -> Counter[Pass]:
    return Counter(
        (str(row.get("idCardNumber")), str(row.get("date"))[:19], str(row.get("direction")).zfill(2))
        for page in desk.uplink.attendance_pages(project_code, desk.work_date)
        for row in page.rows
    )


def _settle_project(desk: Desk, project_code: str, batch_ids: Sequence[int], there: Counter[Pass]) -> None:
    with desk.commit() as connection:
        known = statements.rows(connection, "delivery/acknowledged_batches", project_code=project_code, **desk.key)
        rows = statements.records(
            connection,
            "delivery/attendance_rows",
            work_date=desk.work_date,
            batch_ids=[row.batch_id for row in known] + list(batch_ids),
        )
        doubtful = set(batch_ids)
        refused = {
            (row.batch_id, row.punch_id)
            for row in statements.rows(connection, "delivery/refused_rows", project_code=project_code, **desk.key)
        }
        for row in rows:
            if row["batch_id"] not in doubtful and (row["batch_id"], row["local_key"]) not in refused:
                there[_pass(desk, row)] -= 1
        verdicts: dict[int, Verdict] = {}
        released: list[tuple[int, int]] = []
        for batch_id in batch_ids:
            mine = [row for row in rows if row["batch_id"] == batch_id]
            missing = []
            for row in mine:
                key = _pass(desk, row)
                if there[key] > 0:
                    there[key] -= 1
                else:
                    missing.append(row["row_index"])
            if len(missing) == len(mine):
                verdicts[batch_id] = Verdict("released", "asked: the platform does not have it")
            else:
                verdicts[batch_id] = Verdict("acknowledged", "asked: the platform has it")
                released += [(batch_id, index) for index in missing]
        settle_batches(desk, connection, verdicts)
        if released:
            statements.run(
                connection,
                "delivery/record_row_outcomes",
                work_date=desk.work_date,
                told_at=desk.clock(),
                batch_ids=[batch_id for batch_id, _ in released],
                row_indexes=[index for _, index in released],
                outcomes=["released"] * len(released),
                reasons=["asked: the platform does not have the row"] * len(released),
            )


def _pass(desk: Desk, values: Mapping[str, Any]) -> Pass:
    made: datetime = values["date"]
    local = made.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return desk.vault.reveal(values["idCardNumber"]), local, str(values["direction"])
