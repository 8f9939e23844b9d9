"""The one plugin that Airflow loads from this folder; the library beside it is kept out by .airflowignore."""

from typing import ClassVar

from airflow.plugins_manager import AirflowPlugin

from realname_sync.orchestration import note_listener
from realname_sync.orchestration.deadlines import EndOfWorkDate
from realname_sync.orchestration.priority import TodayFirst
from realname_sync.orchestration.web.mount import PREFIX, LazyApplication, menu_entry


class RealnameSyncPlugin(AirflowPlugin):
    """Makes the system known to Airflow by name, and puts its view under Airflow's menu."""

    name = "realname_sync"
    listeners: ClassVar = [note_listener]
    deadline_references = (EndOfWorkDate,)
    priority_weight_strategies: ClassVar = [TodayFirst]
    fastapi_apps: ClassVar = [{"name": "Real-name quality", "app": LazyApplication(), "url_prefix": PREFIX}]
    external_views: ClassVar = [menu_entry()]
