"""What every step needs at hand: the databases, the vault, the clock and the connections."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from realname_sync import settings
from realname_sync.settings import ConnectionSpec
from realname_sync.warehouse.engine import Pool, open_engine
from realname_sync.workdate import Clock

if TYPE_CHECKING:
    from realname_sync.warehouse.protection import Vault


@dataclass(frozen=True)
class City:
    """One city's system: where its connections are found, the clock it goes by, its pool of warehouse connections."""

    connection: Callable[[str], ConnectionSpec]
    clock: Clock
    pool: Pool = field(default_factory=Pool)

    @cached_property
    def engine(self) -> Engine:
        """The warehouse."""
        return open_engine(self.connection("warehouse_db"), self.pool)

    @cached_property
    def municipal(self) -> Engine:
        """The municipal platform's database, which is only read."""
        return open_engine(self.connection("municipal_db"))

    @cached_property
    def vault(self) -> "Vault":
        """Protects and reveals identity numbers, phones and bank cards."""
        # The ciphers take 30 ms to load, which nobody should pay who only asks how a day stands.
        from realname_sync.warehouse.key_ring import stored_keys
        from realname_sync.warehouse.protection import open_vault

        return open_vault(self.connection("warehouse_db"), partial(stored_keys, self.engine))

    def close(self) -> None:
        """Give the database connections back."""
        for name in ("engine", "municipal"):
            if name in self.__dict__:
                self.__dict__.pop(name).dispose()


def open_city(
    connection: Callable[[str], ConnectionSpec] = settings.connection,
    clock: Clock | None = None,
    pool: Pool | None = None,
) -> City:
    """The city that these connections describe; nothing is opened before it is used."""
    return City(connection, clock or settings.clock(), pool or Pool())
