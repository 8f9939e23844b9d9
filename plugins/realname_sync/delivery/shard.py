"""A part of the work of one platform and date: the projects whose code falls into it."""

from dataclasses import dataclass
from typing import Any

from realname_sync.errors import SettingsError

MOST = 24
"""How many shards there can be; the same as delivery.slots() in the warehouse, of which each shard holds some."""


@dataclass(frozen=True)
class Shard:
    """Part `number` of `of`. Which projects it holds is said in the warehouse alone, by delivery.in_shard.

    Shards of one `of` share no project and together hold them all. The split follows from the codes of the projects
    and from nothing else, so a later run with another number of shards carries on where this one ended.

    Raises:
        SettingsError: there is no such part.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of <= MOST:
            raise SettingsError(f"there is no shard {self.number} of {self.of}: there are 1 to {MOST}, counted from 1")

    def __str__(self) -> str:
        return f"shard {self.number} of {self.of}"

    @classmethod
    def whole(cls) -> "Shard":
        """All projects."""
        return cls(1, 1)

    @classmethod
    def all_of(cls, of: int) -> "list[Shard]":
        """The parts that together are the whole.

        Raises:
            SettingsError: work cannot be split into so many.
        """
        return [cls(number, of) for number in range(1, max(of, 1) + 1)]

    @property
    def is_whole(self) -> bool:
        """Whether it holds all projects."""
        return self.of == 1

    @property
    def key(self) -> dict[str, Any]:
        """The parameters of every statement that keeps to a shard."""
        return {"shard": self.number, "shards": self.of}


WHOLE = Shard.whole()
