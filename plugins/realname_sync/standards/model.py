"""What a data standard is made of: methods with their fields, and code tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from realname_sync.errors import SettingsError

FieldType = Literal["text", "integer", "decimal", "date", "datetime", "month", "base64", "list", "attachments"]
Owner = Literal["P", "M", "D", "X"]
Direction = Literal["write", "read"]

OWNERS: Mapping[Owner, str] = {
    "P": "integrity platform (read-only here)",
    "M": "municipal platform",
    "D": "attendance device",
    "X": "derived here, or issued by the receiving platform",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request or of an answer's row.

    `length` counts characters of text, characters of Base64 text, or digits of a decimal (`scale` of them after the
    point); None where no figure is known. `required_if` names a condition: `entryTime` (that field is given) or
    `isBackPay=1` (that field has one of these values, parted by `|`). `left_out` is the reason why it is never sent.
    """

    name: str
    type: FieldType = "text"
    length: int | None = None
    scale: int | None = None
    required: bool = False
    required_if: str | None = None
    encrypted: bool = False
    personal: bool = False
    code_table: str | None = None
    owner: Owner = "M"
    meaning: str = ""
    items: tuple["Field", ...] = ()
    max_items: int | None = None
    left_out: str | None = None


@dataclass(frozen=True, eq=False)
class Method:
    """One method of the interface: the fields of its request and, for a read, of the rows it answers with.

    A read's paging fields stand in `header` like any other. `left_out` is the reason why this system never calls it.
    """

    name: str
    title: str
    direction: Direction
    asynchronous: bool
    header: tuple[Field, ...]
    rows_field: str | None = None
    row: tuple[Field, ...] = ()
    answer: tuple[Field, ...] = ()
    left_out: str | None = None
    code_tables: Mapping[str, "CodeTable"] = field(default_factory=dict, repr=False)

    @property
    def handled(self) -> bool:
        """Whether this system calls the method."""
        return self.left_out is None


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A closed list of codes with their names; `source` says where the values were read."""

    name: str
    title: str
    codes: Mapping[str, str]
    source: str = ""


@dataclass(frozen=True, eq=False)
class Standard:
    """One edition of a data standard."""

    name: str
    title: str
    methods: Mapping[str, Method] = field(repr=False)
    code_tables: Mapping[str, CodeTable] = field(repr=False)

    def method(self, name: str) -> Method:
        """The method of that name.

        Raises:
            SettingsError: the standard has no such method.
        """
        try:
            return self.methods[name]
        except KeyError:
            raise SettingsError(f"the standard {self.name} has no method {name}") from None
