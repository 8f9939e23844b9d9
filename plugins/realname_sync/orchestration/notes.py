"""Notes: what happened in a task and in a run, in a sentence, where Airflow's page shows it.

A task cannot write a note: it has no access to Airflow's database, and what it may ask of Airflow's execution API holds
no notes. So it leaves its sentence as an XCom, and the scheduler, which ends every run, makes the notes of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from realname_sync.errors import RealnameError

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

LEFT_AS = "sentence"
"""The key of the XCom."""

OURS = "» "
"""How a note of ours begins, so that a person's own note above it stays when a run is made again."""

FAILED = "Failed"
_LONGEST = 900  # a note holds 1000 characters


def leave_note(sentence: str) -> None:
    """Leave a sentence about the running task; it becomes its note, and part of its run's, when the run ends."""
    get_current_context()["ti"].xcom_push(key=LEFT_AS, value=sentence)


@contextmanager
def failure_noted() -> Iterator[None]:
    """Leave a sentence about what ends the block: the words of our own errors, of others only their kind."""
    try:
        yield
    except RealnameError as failure:
        leave_note(f"{FAILED}: {failure}")
        raise
    except Exception as failure:
        leave_note(f"{FAILED} by {type(failure).__name__}; see the log.")
        raise


def write_notes(run: "DagRun") -> None:
    """Make notes of what the tasks of a run left; called by the scheduler within its own transaction."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from sqlalchemy import select
    from sqlalchemy.orm import object_session

    session = object_session(run)
    if session is None:
        return
    left: Sequence[Any] = session.scalars(XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, key=LEFT_AS)).all()
    sentences = {(one.task_id, one.map_index): XComModel.deserialize_value(one) for one in left}
    if not any(sentences.values()):
        return
    of_run = select(TaskInstance).where(TaskInstance.dag_id == run.dag_id, TaskInstance.run_id == run.run_id)
    tasks = session.scalars(of_run.order_by(TaskInstance.end_date, TaskInstance.task_id)).all()
    for task in tasks:
        if sentence := sentences.get((task.task_id, task.map_index)):
            task.note = with_ours(task.note, [sentence])
    run.note = with_ours(run.note, of_all((one.task_id, sentences.get((one.task_id, one.map_index))) for one in tasks))


def of_all(said: Iterable[tuple[str, str | None]]) -> list[str]:
    """What a run has to say, of what its tasks say in the order they ended: of a mapped one its last word and failures.

    The shards of a push tell how the whole day stands, each when it has ended.
    """
    last: dict[str, str] = {}
    failures: dict[str, None] = {}
    for task_id, sentence in said:
        if sentence and sentence.startswith(FAILED):
            failures[sentence] = None
        elif sentence:
            last[task_id] = sentence
    return [*last.values(), *failures]


def with_ours(note: Any, sentences: Iterable[str]) -> str:
    """A note with our sentences below what a person wrote into it, in place of those that stood there."""
    kept = (note or "").split(OURS)[0].strip()
    text = "\n".join([*([kept] if kept else []), OURS + " ".join(sentences)])
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
