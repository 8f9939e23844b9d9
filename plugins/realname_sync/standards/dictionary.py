"""The data dictionary as a Markdown page, written from the standards themselves.

`make reference` brings the page up to date.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from realname_sync.standards.model import OWNERS, CodeTable, Field, Method, Standard
from realname_sync.standards.profile import Profile, load_profile
from realname_sync.standards.reading import load_standard

STANDARDS = ("national_1_1_2", "zhejiang_2_0")  # a later one shows only what an earlier one does not
PROFILES = ("integrity", "province", "nation")


def data_dictionary() -> str:
    """The whole page: owners, profiles, and for each standard its methods, fields and code tables."""
    lines = [*_preface(), *_profiles()]
    earlier: list[Standard] = []
    for name in STANDARDS:
        standard = load_standard(name)
        lines.extend(_standard(standard, earlier))
        earlier.append(standard)
    return "\n".join(lines) + "\n"


def _preface() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Written by `make reference` from the YAML in `realname_sync/standards/data`;"
    yield "change the data, not this page. Requests are written and checked by the same description."
    yield ""
    yield "| owner | who may change the field |"
    yield "|---|---|"
    yield from (f"| {letter} | {meaning} |" for letter, meaning in OWNERS.items())
    yield ""
    yield "In the column *marks*: **R** required · **R if** required on a condition · **AES** encrypted on the wire ·"
    yield "**personal** never in a log, an error or a report. Lengths count characters, of a decimal its digits."


def _profiles() -> Iterator[str]:
    profiles = [load_profile(name) for name in PROFILES]
    yield from ("", "## Profiles", "", f"| | {' | '.join(PROFILES)} |", "|---" * (len(PROFILES) + 1) + "|")
    for name in Profile.__dataclass_fields__:
        if name != "name":
            shown = " | ".join(_setting(name, getattr(profile, name)) for profile in profiles)
            yield f"| {name} | {shown} |"


def _setting(name: str, value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, Mapping):
        return ", ".join(f"{method} {rows}" for method, rows in value.items()) or "–"
    if name == "versions" and isinstance(value, Sequence):
        return ", ".join(
            period.version
            + (f" from {period.opens.isoformat()}" if period.opens else "")
            + (f" until {period.closes.isoformat()}" if period.closes else "")
            for period in value
        )
    return str(value)


def _standard(standard: Standard, earlier: Sequence[Standard]) -> Iterator[str]:
    yield from (
        "",
        f"## {standard.name}",
        "",
        standard.title,
        "",
        "| method | what | left out, and why |",
        "|---|---|---|",
    )
    for method in standard.methods.values():
        yield f"| `{method.name}` | {method.title} | {method.left_out or ''} |"
    for method in standard.methods.values():
        same = next((other.name for other in earlier if _shows_the_same(method, other)), None)
        yield from ("", f"### {method.name}", "", f"{method.title}.{' Not called.' if method.left_out else ''}")
        yield from ("", f"Fields as in {same}.") if same else _method(method)
    yield from ("", f"### Code tables of {standard.name}")
    for table in standard.code_tables.values():
        if not any(other.code_tables.get(table.name) == table for other in earlier):
            yield from ("", f"**{table.name}** {table.title} ({table.source}): {' · '.join(_codes(table))}")


def _shows_the_same(method: Method, other: Standard) -> bool:
    there = other.methods.get(method.name)
    return there is not None and list(_method(there)) == list(_method(method))


def _method(method: Method) -> Iterator[str]:
    yield from _fields("request", method.header)
    if method.rows_field:
        yield from _fields(f"each of `{method.rows_field}`", method.row)
    yield from _fields("answer", method.answer)


def _fields(heading: str, fields: Sequence[Field]) -> Iterator[str]:
    if fields:
        yield from ("", f"| {heading} | type | marks | owner | code table | meaning |", "|---|---|---|---|---|---|")
        yield from _rows(fields, "")


def _rows(fields: Iterable[Field], above: str) -> Iterator[str]:
    for field in fields:
        meaning = f"{field.meaning}; *not sent: {field.left_out}*" if field.left_out else field.meaning
        cells = (f"`{above}{field.name}`", _type(field), _marks(field), field.owner, field.code_table or "", meaning)
        yield f"| {' | '.join(cells)} |"
        yield from _rows(field.items, f"{above}{field.name}[].")


def _type(field: Field) -> str:
    size = "" if field.length is None else f"({field.length}{f',{field.scale}' if field.scale is not None else ''})"
    return f"{field.type}{size}" + (f" ≤ {field.max_items}" if field.max_items is not None else "")


def _marks(field: Field) -> str:
    marks = (
        "R" if field.required else "",
        f"R if {field.required_if}".replace("|", " or ") if field.required_if else "",
        "AES" if field.encrypted else "",
        "personal" if field.personal else "",
    )
    return " · ".join(mark for mark in marks if mark)


def _codes(table: CodeTable) -> Iterator[str]:
    """Each code with its name; numbers in a row that share one name as the two ends of the run."""
    entries = enumerate(table.codes.items())
    for _, run in groupby(entries, key=lambda entry: (entry[1][1], _offset(entry[1][0], entry[0]))):
        codes = [entry for _, entry in run]
        (first, title), (last, _) = codes[0], codes[-1]
        yield f"{first} {title}" if first == last else f"{first}–{last} {title}"


def _offset(code: str, position: int) -> int | str:
    return int(code) - position if code.isdecimal() else code


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
