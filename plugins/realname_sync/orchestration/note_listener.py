"""Hears from the scheduler that a run has ended, and has its notes written."""

from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from realname_sync.orchestration.notes import write_notes

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun


@hookimpl
def on_dag_run_success(dag_run: "DagRun") -> None:
    """All is well."""
    write_notes(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: "DagRun") -> None:
    """Something is not."""
    write_notes(dag_run)
