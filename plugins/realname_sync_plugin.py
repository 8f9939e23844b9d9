"""The one plugin that Airflow loads from this folder; the library beside it is kept out by .airflowignore."""

from airflow.plugins_manager import AirflowPlugin

from realname_sync.orchestration.deadlines import EndOfWorkDate


class RealnameSyncPlugin(AirflowPlugin):
    """Makes the system known to Airflow by name."""

    name = "realname_sync"
    deadline_references = (EndOfWorkDate,)
