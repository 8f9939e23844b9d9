"""The hooks behind the connection types: what the "Test" button of a connection does.

The button tries what stands in the form, under a name that Airflow invents. So a hook goes by its type and not by the
connection's name. Nothing of what it says holds a secret.
"""

import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from airflow.sdk import BaseHook

from realname_sync import settings
from realname_sync.errors import RealnameError
from realname_sync.settings import ConnectionSpec

if TYPE_CHECKING:
    from sqlalchemy import Engine

log = logging.getLogger(__name__)


class SystemHook(BaseHook, ABC):
    """One of the system's connections, of whichever name."""

    name_of_connection: ClassVar[str]
    conn_name_attr = "conn_id"

    def __init__(self, conn_id: str) -> None:
        super().__init__()
        self.conn_id = conn_id

    def spec(self) -> ConnectionSpec:
        """The connection as everything below Airflow knows it.

        Raises:
            ConnectionMissingError: its extra cannot be read.
        """
        text = self.get_connection(self.conn_id).as_json()
        return settings.connection(self.name_of_connection, {f"AIRFLOW_CONN_{self.name_of_connection.upper()}": text})

    def test_connection(self) -> tuple[bool, str]:
        """Whether it works, and a sentence that says how that showed or what is wrong."""
        try:
            return True, self.tried()
        except RealnameError as failure:
            return False, str(failure)
        except Exception as failure:
            log.error("the test of %s failed: %s", self.name_of_connection, type(failure).__name__)
            return False, f"The connection could not be tried ({type(failure).__name__}); see the web server's log."

    @abstractmethod
    def tried(self) -> str:
        """Try it; what that showed.

        Raises:
            RealnameError: what is wrong.
        """


class PlatformHook(SystemHook):
    """A platform: one signed read that changes nothing."""

    def tried(self) -> str:
        """Make the call; see `try_platform`."""
        from realname_sync.platforms.trial import try_platform

        return try_platform(self.spec(), settings.clock())


class IntegrityHook(PlatformHook):
    """The integrity platform."""

    conn_type = "realname_integrity"
    hook_name = "Real-name · integrity platform"
    name_of_connection = "integrity_platform"


class ProvinceHook(PlatformHook):
    """The province."""

    conn_type = "realname_province"
    hook_name = "Real-name · province"
    name_of_connection = "province_platform"


class NationHook(PlatformHook):
    """The nation, whose pairs lie in the warehouse."""

    conn_type = "realname_nation"
    hook_name = "Real-name · nation"
    name_of_connection = "nation_platform"


class DatabaseHook(SystemHook):
    """A database: a look at what has to be in it."""

    def tried(self) -> str:
        """Open it, look, and close it."""
        from realname_sync.warehouse.engine import open_engine

        engine = open_engine(self.spec())
        try:
            return self.looked_at(engine)
        finally:
            engine.dispose()

    @abstractmethod
    def looked_at(self, engine: "Engine") -> str:
        """What is in it.

        Raises:
            RealnameError: what is wrong.
        """


class WarehouseHook(DatabaseHook):
    """The warehouse: whether it is there, has its tables, and bears a data key."""

    conn_type = "realname_warehouse"
    hook_name = "Real-name · warehouse"
    name_of_connection = "warehouse_db"

    def looked_at(self, engine: "Engine") -> str:
        """Its version and whether it is migrated."""
        from realname_sync.warehouse.trial import look_at_warehouse

        return look_at_warehouse(engine, self.spec())


class MunicipalHook(DatabaseHook):
    """The municipal platform's database: whether it yields what was agreed."""

    conn_type = "realname_municipal"
    hook_name = "Real-name · municipal platform"
    name_of_connection = "municipal_db"

    def looked_at(self, engine: "Engine") -> str:
        """Whether its projects come with the agreed columns."""
        from realname_sync.platforms.municipal import look_at_municipal

        return look_at_municipal(engine)
