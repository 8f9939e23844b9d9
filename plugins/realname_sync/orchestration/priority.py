"""Which task gets the next free slot of a pool: today's before those of a backfill."""

from typing import TYPE_CHECKING

from airflow.task.priority_strategy import PriorityWeightStrategy

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance

BACKFILLED, OF_TODAY = 1, 10


class TodayFirst(PriorityWeightStrategy):
    """Every platform's pool has one slot: after each day of a backfill, a sweep or a push that waits comes first.

    So a backfill delays today's work by one day's sending at most, however many days are left of it.
    """

    def get_weight(self, ti: "TaskInstance") -> int:
        """The weight of a task, from the kind of its run alone; `run_id` says it before the run is loaded."""
        return BACKFILLED if str(ti.run_id or "").startswith("backfill__") else OF_TODAY

    def __str__(self) -> str:
        """The registered name: of a mapped task Airflow 3.3.2 keeps the text of its strategy and looks that up."""
        return f"{type(self).__module__}.{type(self).__qualname__}"
