"""Reads a standard out of its folder of YAML files.

A folder holds `standard.yaml` (title, and what it `extends`) and any number of files with `fields` (what every field of
that name has unless a method says otherwise), `methods` and `code_tables`. A method or an answer may be written as
`like` another one with fields to `drop`, to `change` and to `add`; a standard that extends another writes only what
differs.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.standards.model import CodeTable, Field, Method, Standard

DATA = Path(__file__).parent / "data"
PAGING = ("pageIndex", "pageSize")
ATTACHMENT = (
    {"name": "name", "type": "text", "required": True, "meaning": "file name"},
    {"name": "data", "type": "base64", "required": True, "length": 1_048_576, "meaning": "the file, at most 1 MB"},
)

Raw = Mapping[str, Any]


def read_yaml(path: Path) -> dict[str, Any]:
    """One YAML file as a mapping."""
    import yaml  # takes 20 ms to import, which nobody should pay who reads no standard

    with path.open("rb") as stream:
        return yaml.load(stream, Loader=yaml.CSafeLoader) or {}


@cache
def load_standard(name: str) -> Standard:
    """The standard of that name: `national_1_1_2` or `zhejiang_2_0`.

    Raises:
        SettingsError: there is no such standard, or its files contradict one another.
    """
    source = _Source(name)
    tables = {table: _code_table(table, raw) for table, raw in source.code_tables.items()}
    methods = {method: source.method(method, tables) for method in source.methods}
    for method in methods.values():
        for field in (*method.header, *method.row, *method.answer):
            _require_tables(method.name, field, tables)
    return Standard(name=name, title=source.title, methods=methods, code_tables=tables)


class _Source:
    """The raw text of a standard, with what it takes over from the one it extends."""

    def __init__(self, name: str) -> None:
        folder = DATA / name
        if not (folder / "standard.yaml").is_file():
            known = ", ".join(sorted(path.parent.name for path in DATA.glob("*/standard.yaml")))
            raise SettingsError(f"there is no standard {name!r}; the ones there are: {known}")
        about = read_yaml(folder / "standard.yaml")
        self.name = name
        self.title: str = about["title"]
        self.base = _Source(about["extends"]) if about.get("extends") else None
        self.fields: dict[str, Raw] = dict(self.base.fields) if self.base else {}
        self.code_tables: dict[str, Raw] = dict(self.base.code_tables) if self.base else {}
        self.methods: dict[str, Raw] = {}
        for path in (folder / file for file in about["files"]):
            part = read_yaml(path)
            self.fields.update(part.get("fields", {}))
            self.methods.update(part.get("methods", {}))
            self.code_tables.update(part.get("code_tables", {}))

    def method(self, name: str, tables: Mapping[str, CodeTable]) -> Method:
        parts = self._parts(name)
        is_read = name.endswith(".Query")
        return Method(
            name=name,
            title=parts["title"],
            direction="read" if is_read else "write",
            asynchronous=not is_read,
            header=self._fields(parts["header"], parts["owner"]),
            rows_field=parts["rows_field"],
            row=self._fields(parts["row"], parts["owner"]),
            answer=self._fields(parts["answer"], parts["owner"]),
            left_out=parts["left_out"],
            code_tables=tables,
        )

    def _parts(self, name: str) -> dict[str, Any]:
        """The method's raw parts with `like` carried out."""
        raw = self._raw(name)
        like = raw.get("like")
        if like == "base":
            if self.base is None:
                raise SettingsError(f"{self.name} {name}: like base, but the standard extends none")
            before = self.base._parts(name)
        elif like:
            before = self._parts(like)
        else:
            before = {"title": name, "owner": "M", "header": [], "rows_field": None, "row": [], "answer": []}
        header, row, rows_field = before["header"], before["row"], before["rows_field"]
        if raw.get("flat"):
            header, row, rows_field = [*header, *row], [], None
        rows = raw.get("rows", {})
        header = _edited(header, raw.get("header", {}))
        if raw.get("paging"):
            header = [*header, *({"name": field} for field in PAGING)]
        return {
            "title": raw.get("title", before["title"]),
            "owner": raw.get("owner", before["owner"]),
            "header": header,
            "rows_field": rows.get("field", rows_field),
            "row": _edited(row, rows.get("fields", rows)),
            "answer": self._answer(before["answer"], raw.get("answer", {})),
            "left_out": raw.get("left_out"),
        }

    def _raw(self, name: str) -> Raw:
        try:
            return self.methods[name]
        except KeyError:
            raise SettingsError(f"the standard {self.name} does not describe {name}") from None

    def _answer(self, before: Sequence[Raw], edits: Any) -> list[Raw]:
        """An answer's rows: written out, or all fields of another request (none of them promised)."""
        if isinstance(edits, Mapping) and "like" in edits:
            other = self._parts(edits["like"])
            promises = ("required", "required_if", "left_out")
            before = [
                {key: value for key, value in raw.items() if key not in promises}
                for raw in (*other["header"], *other["row"])
            ]
        return _edited(before, edits)

    def _fields(self, raws: Sequence[Raw], owner: str) -> tuple[Field, ...]:
        return tuple(self._field(raw, owner) for raw in raws)

    def _field(self, raw: Raw, owner: str) -> Field:
        whole = {"owner": owner, **self.fields.get(raw["name"], {}), **raw}
        items = ATTACHMENT if whole.get("type") == "attachments" else whole.pop("items", ())
        try:
            return Field(**{**whole, "items": self._fields(items, whole["owner"])})
        except TypeError:
            unknown = ", ".join(sorted(whole.keys() - Field.__slots__))
            raise SettingsError(
                f"{self.name}: field {raw['name']} is described with unknown words: {unknown}"
            ) from None


def _edited(before: Sequence[Raw], edits: Any) -> list[Raw]:
    """A list of fields written out, or the one before with `drop`, `change` and `add` carried out, in that order."""
    if isinstance(edits, list):
        return edits
    drop, change, add = edits.get("drop", ()), edits.get("change", {}), edits.get("add", ())
    names = {raw["name"] for raw in before}
    if strangers := sorted({*drop, *change} - names):
        raise SettingsError(f"cannot drop or change fields that are not there: {', '.join(strangers)}")
    kept = [{**raw, **change.get(raw["name"], {})} for raw in before if raw["name"] not in drop]
    return [*kept, *add]


def _code_table(name: str, raw: Raw) -> CodeTable:
    codes: dict[str, str] = {}
    for code, title in raw["codes"].items():
        first, _, last = str(code).partition("-")
        if last:  # a range of which only the ends are known
            codes.update({f"{number:0{len(first)}}": title for number in range(int(first), int(last) + 1)})
        else:
            codes[first] = title
    return CodeTable(name=name, title=raw["title"], codes=codes, source=raw.get("source", ""))


def _require_tables(method: str, field: Field, tables: Mapping[str, CodeTable]) -> None:
    if field.code_table and field.code_table not in tables:
        raise SettingsError(f"{method}: field {field.name} names the code table {field.code_table}, which is not there")
    for item in field.items:
        _require_tables(method, item, tables)
