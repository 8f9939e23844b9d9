"""Looks for planted values in whatever was left behind: plain, as an address or JSON writes them, base64 and hex."""

import base64
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import Engine, inspect, text

_HEAD = 8


class Needles:
    """Values by what they are called; a find tells the name and never the value."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._by_head: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for name, value in values.items():
            for form in forms(value):
                if len(form) < _HEAD:
                    raise ValueError(f"{name} is too short to be looked for")
                self._by_head[form[:_HEAD]].append((form, name))

    def within(self, place: str, content: str | bytes) -> Iterator[str]:
        """What of them is in a content, one sentence each."""
        body = content.encode() if isinstance(content, str) else content
        heads = self._by_head
        for at in range(len(body) - _HEAD + 1):
            for form, name in heads.get(body[at : at + _HEAD], ()):
                if body.startswith(form, at):
                    yield f"{name} is in {place}"


def forms(value: str) -> set[bytes]:
    """The ways a value may be written down."""
    plain = value.encode()
    written = {plain, quote(value, safe="").encode(), quote_plus(value).encode(), plain.hex().encode()}
    written.add(json.dumps(value)[1:-1].encode())
    for shift in range(3):  # base64 of a longer text shows a value in one of three ways, but for the ends
        encoded = base64.b64encode(b"\0" * shift + plain)
        written.add(encoded[(0, 2, 3)[shift] : len(encoded) - (0 if not (len(plain) + shift) % 3 else 4)])
    return written


def in_files(needles: Needles, folders: Iterable[Path], but_for: Iterable[Path] = ()) -> Iterator[str]:
    """What of them is in files below folders, workbooks and other archives unpacked."""
    left_out = set(but_for)
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if not path.is_file() or path in left_out:
            continue
        yield from needles.within(str(path.name), path.read_bytes())
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield from needles.within(f"{path.name}/{name}", archive.read(name))


def in_tables(needles: Needles, engine: Engine, schemas: Iterable[str | None]) -> Iterator[str]:
    """What of them is in any column of any table."""
    looking = inspect(engine)
    with engine.connect() as connection:
        for schema in schemas:
            for table in looking.get_table_names(schema):
                name = f'"{schema}"."{table}"' if schema else f'"{table}"'
                result = connection.execute(text(f"SELECT * FROM {name}"))
                columns = list(result.keys())
                for row in result:
                    for column, value in zip(columns, row, strict=True):
                        if value is not None and not isinstance(value, bool | int | float):
                            yield from needles.within(f"{schema or ''}.{table}.{column}", _bytes_of(value))


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()
