"""The search for planted values finds each way of writing them, in each kind of place."""

import base64
import json
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from leaks import Needles, in_files, in_tables

NUMBER, NAME = "330102199003078515", "欧阳小满测试"
NEEDLES = Needles({"number": NUMBER, "name": NAME})
WRITTEN = [
    *(f"a {value} b" for value in (NUMBER, NAME, quote(NAME), json.dumps(NAME), NUMBER.encode().hex())),
    *(base64.b64encode(f"{'z' * shift}{value}y".encode()).decode() for shift in range(3) for value in (NUMBER, NAME)),
]


@pytest.mark.parametrize("written", WRITTEN)
def test_each_form_is_found_in_a_file_a_workbook_and_a_table(written: str, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(written, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("sheet.xml", f"<x>{written}</x>" * 20)
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (as_text TEXT, as_bytes BLOB)"))
        connection.execute(text("INSERT INTO kept VALUES (:one, :two)"), {"one": written, "two": written.encode()})
    places = {found.split(" is in ")[1] for found in in_files(NEEDLES, [tmp_path])}
    assert {"a.log", "b.xlsx/sheet.xml"} <= places
    assert {found.split(" is in ")[1] for found in in_tables(NEEDLES, engine, [None])} == {
        ".kept.as_text",
        ".kept.as_bytes",
    }
    engine.dispose()


def test_a_mask_and_another_number_are_not_found(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("330102********8515 330102199003078516", encoding="utf-8")
    assert list(in_files(NEEDLES, [tmp_path])) == []
