"""Lineage: the tables that a task reads and writes, for OpenLineage; names of tables only, never a row.

Airflow's provider asks the class below once it stands in `[openlineage] extractors`. Which tables a task touches says
`lineage.yaml` beside this file.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from airflow.providers.openlineage.extractors.base import BaseExtractor, OperatorLineage
from openlineage.client.event_v2 import Dataset

from realname_sync.orchestration.connections import airflow_connection

_PORT = 5432


class TableExtractor(BaseExtractor):
    """The tables of a task of ours; of any other task of the same kind none."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """The kinds of tasks that `@task` makes."""
        return ["_PythonDecoratedOperator", "DecoratedSensorOperator", "_ShortCircuitDecoratedOperator"]

    def _execute_extraction(self) -> OperatorLineage[Dataset, Any]:
        touched = tables_of(self.operator.task_id)
        return OperatorLineage(
            inputs=[*_datasets("municipal_db", touched["source"]), *_datasets("warehouse_db", touched["reads"])],
            outputs=list(_datasets("warehouse_db", touched["writes"])),
        )


def tables_of(task_id: str) -> Mapping[str, Sequence[str]]:
    """What a task touches: `source` objects of the municipal platform, tables that it `reads` and that it `writes`."""
    said = _said().get(task_id, {})
    return {kind: list(_flat(said.get(kind, ()))) for kind in ("source", "reads", "writes")}


def described_tasks() -> Sequence[str]:
    """The tasks whose tables are known."""
    return list(_said())


@cache
def _said() -> Mapping[str, Any]:
    import yaml

    found: Mapping[str, Any] = yaml.load(
        Path(__file__).with_name("lineage.yaml").read_bytes(), Loader=yaml.CSafeLoader
    )["tasks"]
    return found


def _flat(names: Any) -> Iterator[str]:
    for name in names:
        if isinstance(name, str):
            yield name
        else:
            yield from _flat(name)


def _datasets(connection: str, names: Sequence[str]) -> Iterator[Dataset]:
    """Named as OpenLineage names tables of PostgreSQL: `postgres://host:port`, `database.schema.table`."""
    if not names:
        return
    spec = airflow_connection(connection)
    host = "localhost" if not spec.host or spec.host.startswith("/") else spec.host
    for name in names:
        yield Dataset(namespace=f"postgres://{host}:{spec.port or _PORT}", name=f"{spec.database}.{name}")
