"""Batches whose calls got lost: what they say of their rows, and what stands while they go again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from realname_sync.delivery.outcomes import ASKED
from realname_sync.warehouse import statements

DAY, AT = date(2026, 11, 20), datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
KEY = {"work_date": DAY, "target": "province"}
SHARD = {"projects": None, "shard": 1, "shards": 1}
BATCH = """
    INSERT INTO delivery.batch (work_date, project_code, batch_id, target, kind, group_key, row_count, state,
        planned_at, sent_at, settled_at, reason, as_of_change)
    OVERRIDING SYSTEM VALUE
    VALUES (:day, 'P', :id, 'province', 'attendance', '', 1, :state, :at, :sent_at, :settled_at, :reason, 1)"""
ROW = """
    INSERT INTO delivery.punch_batch (work_date, project_code, target, punch_id, batch_id, row_index)
    VALUES (:day, 'P', 'province', :punch, :id, 0)"""
PUNCH = """
    INSERT INTO core.punch (work_date, project_code, punch_id, person_id, received_at, first_read_at, change_no)
    VALUES (:day, 'P', 'X', 'W', :at, :at, 2)"""


@pytest.fixture
def day(warehouse: Engine) -> Any:
    with warehouse.begin() as connection:
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": DAY})
        yield connection
        connection.rollback()


def batch(day: Connection, number: int, state: str, reason: str = "", *, punch: str = "X", sent: bool = True) -> None:
    settled = AT if state in {"released", "acknowledged"} else None
    values = {
        "id": number,
        "state": state,
        "reason": reason or None,
        "sent_at": AT if sent else None,
        "settled_at": settled,
    }
    day.execute(text(BATCH), {"day": DAY, "at": AT, **values})
    day.execute(text(ROW), {"day": DAY, "punch": punch, "id": number})


@pytest.mark.parametrize(("reason", "hopeless"), [("Internal Error", [3]), (f"{ASKED}not there", [])], ids=str)
def test_a_call_that_got_lost_is_no_trial_of_its_row(day: Connection, reason: str, hopeless: list[int]) -> None:
    batch(day, 1, "released", reason)
    batch(day, 2, "released", reason)
    batch(day, 3, "sent")
    batch(day, 4, "acknowledged", punch="Y")
    found = statements.rows(day, "delivery/hopeless_batches", batch_ids=[3], asked=ASKED, **KEY)
    assert [row.batch_id for row in found] == hopeless


@pytest.mark.parametrize(("sent", "under_way"), [(True, ["P"]), (False, [])], ids=["again", "first"])
def test_what_goes_again_is_under_way_and_is_not_dissolved(
    day: Connection, under_way: list[str], *, sent: bool
) -> None:
    day.execute(text(PUNCH), {"day": DAY, "at": AT})
    batch(day, 1, "planned", sent=sent)
    told = statements.rows(day, "delivery/projects_under_way", since=None, **KEY)
    assert [row.project_code for row in told] == under_way
    told = statements.rows(day, "delivery/unsettled_projects", project_codes=["P"], since=[None], **KEY)
    assert [row.project_code for row in told] == under_way
    gone = statements.rows(day, "delivery/dissolve_outdated", now=AT, **KEY, **SHARD)
    assert [row.batch_id for row in gone] == ([] if sent else [1])


@pytest.mark.parametrize("statement", ["delivery/doubt_senders", "delivery/doubt_abandoned"], ids=["ended", "late"])
def test_a_call_that_went_again_and_lost_its_sender_may_have_gone_until_then(day: Connection, statement: str) -> None:
    batch(day, 1, "sending")
    day.execute(text("UPDATE delivery.batch SET sender = 'gone', lease_until = :at"), {"at": AT})
    later = AT + timedelta(minutes=20)
    told = {"senders": ["gone"]} if statement.endswith("senders") else {"unsafe_for": timedelta(minutes=6)}
    gone = statements.rows(day, statement, now=later, **told, **KEY, **SHARD)
    assert [row.batch_id for row in gone] == [1]
    state = day.execute(text("SELECT state, sent_at FROM delivery.batch")).one()
    assert tuple(state) == ("unknown", later)
