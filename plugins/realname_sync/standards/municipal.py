"""What each statement of `sql/municipal/` has to yield, as data (data/municipal_objects.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from realname_sync.standards.reading import DATA, read_yaml


@dataclass(frozen=True)
class MunicipalObject:
    """One object of the municipal platform: its columns, its key, and which columns are protected."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    builds: str
    protected: frozenset[str] = frozenset()
    citizen_number: str | None = None
    by_day: bool = False

    @property
    def spelled_out(self) -> str:
        """Everything that decides what is kept of a row, the same in every process."""
        parts = (
            self.name,
            self.key,
            self.columns,
            self.builds,
            sorted(self.protected),
            self.citizen_number,
            self.by_day,
        )
        return repr(parts)


@cache
def municipal_objects() -> Mapping[str, MunicipalObject]:
    """All objects, by name, in the order they are read."""
    return {
        name: MunicipalObject(
            name=name,
            key=tuple(entry["key"]),
            columns=tuple(entry["columns"]),
            builds=entry["builds"],
            protected=frozenset(entry.get("protected", ())),
            citizen_number=entry.get("citizen_number"),
            by_day=bool(entry.get("by_day")),
        )
        for name, entry in read_yaml(DATA / "municipal_objects.yaml").items()
    }
