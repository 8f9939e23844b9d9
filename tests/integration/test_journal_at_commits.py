"""After every commit of a delivery the journal says of each batch what stands there: no change goes past it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from deliveries import ATTENDANCE, DAY, assert_effect_equals_acknowledged, deliver_until_it_ends

from realname_sync.delivery.desk import Desk
from realname_sync.delivery.ledger_check import verify
from realname_sync.pipelines.deliver import deliver
from realname_sync.pipelines.ledger import verify_ledger
from realname_sync.pipelines.reconcile import reconcile_uploads
from realname_sync.warehouse.engine import Role, transaction


class ProcessEndedError(Exception):
    """Stands for the end of a process."""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the commits so far, each of which was verified right after it."""
    seen: list[str] = []
    commit = Desk.commit

    @contextmanager
    def verified(desk: Desk, step: str) -> Iterator[Any]:
        with commit(desk, step) as connection:
            yield connection
        with transaction(desk.engine, Role.READ) as connection:
            flaw = verify(connection, desk.work_date, desk.target, desk.vault.signer().public_key()).flaw
        assert flaw is None, f"after {step}: {flaw}"
        seen.append(step)

    monkeypatch.setattr(Desk, "commit", verified)
    return seen


@pytest.mark.parametrize("target", ["province", "nation"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after", "times": 2},
        {"kind": "http_error", "status": 502, "times": 2},
        {"kind": "answer_code", "code": 9999, "times": 2},
        {"kind": "failed_results", "times": 2},
    ],
    ids=lambda fault: fault["kind"],
)
def test_no_change_of_a_batch_goes_past_the_journal(
    checked: Any, steps: list[str], target: str, fault: dict[str, Any]
) -> None:
    checked.platforms.set_faults(target, [{**fault, "method": ATTENDANCE}, {**fault, "method": "ProjectWorker.Add"}])
    deliver_until_it_ends(checked, target)
    assert_effect_equals_acknowledged(checked, target)
    assert {"sent", "settle"} <= set(steps)


def test_a_claim_taken_from_a_dead_sender_is_in_the_journal_at_once(
    checked: Any, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Desk.commit
    dying = [True]

    @contextmanager
    def dies(desk: Desk, step: str) -> Iterator[Any]:
        with commit(desk, step) as connection:
            yield connection
            if step == "sent" and dying and "attendance" in _kinds_sending(connection):
                dying.clear()
                raise ProcessEndedError

    monkeypatch.setattr(Desk, "commit", dies)
    with pytest.raises(ProcessEndedError):
        deliver(checked.city, DAY, "nation")
    checked.warehouse_sql(
        "UPDATE delivery.batch SET sender = 'gone', lease_until = now() - interval '1 year' WHERE state = 'sending'"
    )
    deliver(checked.city, DAY, "nation")
    assert "doubt" in steps
    assert checked.warehouse_sql("SELECT 1 FROM delivery.journal WHERE kind = 'attendance' AND state = 'unknown'")
    assert_effect_equals_acknowledged(checked, "nation")


def _kinds_sending(connection: Any) -> set[str]:
    told = connection.exec_driver_sql("SELECT DISTINCT kind FROM delivery.batch WHERE sender IS NOT NULL")
    return {row.kind for row in told}


def test_what_reconciliation_releases_and_sends_again_is_in_the_journal(checked: Any, steps: list[str]) -> None:
    deliver(checked.city, DAY, "nation")
    [(number,)] = checked.sandbox_sql(
        "DELETE FROM nation.attendance WHERE attendance_id = (SELECT min(attendance_id) FROM nation.attendance"
        f" WHERE work_date = '{DAY}') RETURNING id_number"
    )
    assert number
    reconcile_uploads(checked.city, DAY, targets=["nation"])
    assert_effect_equals_acknowledged(checked, "nation")
    twice = "SELECT 1 FROM delivery.journal WHERE state = 'acknowledged' GROUP BY batch_id HAVING count(*) > 1"
    assert checked.warehouse_sql(twice), "the batch with the lost row was told once more"
    assert [one.flaw for one in verify_ledger(checked.city, DAY, DAY)] == [None]
