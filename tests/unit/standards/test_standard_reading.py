"""How a standard is put together from its files."""

import subprocess
import sys
from pathlib import Path

import pytest

from realname_sync.errors import SettingsError
from realname_sync.standards import load_standard, reading


@pytest.fixture
def write_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(reading, "DATA", tmp_path)

    def write(name: str, text: str, extends: str = "") -> None:
        folder = tmp_path / name
        folder.mkdir()
        about = f"title: {name}\nfiles: [all.yaml]\n" + (f"extends: {extends}\n" if extends else "")
        (folder / "standard.yaml").write_text(about, encoding="utf-8")
        (folder / "all.yaml").write_text(text, encoding="utf-8")

    load_standard.cache_clear()
    yield write
    load_standard.cache_clear()


BASE = """
fields:
  a: {length: 3, meaning: first}
methods:
  Thing.Add:
    title: Enter a thing
    owner: D
    header: [{name: a, required: true}, {name: b, type: integer}]
    rows: {field: list, fields: [{name: c}, {name: d, owner: P, required: true}]}
"""


def test_common_facts_of_a_field_are_taken_over_and_the_method_has_the_last_word(write_standard) -> None:
    write_standard("one", BASE)
    a, b = load_standard("one").method("Thing.Add").header
    assert (a.length, a.meaning, a.required, a.owner) == (3, "first", True, "D")
    assert (b.type, b.required) == ("integer", False)


def test_an_extending_standard_drops_changes_and_adds(write_standard) -> None:
    write_standard("one", BASE)
    write_standard(
        "two",
        """
fields:
  a: {length: 9}
methods:
  Thing.Add:
    like: base
    header: {drop: [b], add: [{name: e}]}
    rows: {change: {c: {required: true}}}
  Thing.Query:
    title: Read things
    header: [{name: a}]
    paging: true
    answer: {like: Thing.Add, drop: [e]}
  pageless.Query: {title: Read all}
""",
        extends="one",
    )
    standard = load_standard("two")
    add = standard.method("Thing.Add")
    assert [field.name for field in add.header] == ["a", "e"]
    assert add.header[0].length == 9
    assert add.rows_field == "list"
    assert [(field.name, field.required) for field in add.row] == [("c", True), ("d", True)]
    assert (add.direction, add.asynchronous) == ("write", True)
    query = standard.method("Thing.Query")
    assert [field.name for field in query.header] == ["a", "pageIndex", "pageSize"]
    assert [(field.name, field.required) for field in query.answer] == [("a", False), ("c", False), ("d", False)]
    assert (query.direction, query.asynchronous) == ("read", False)
    assert load_standard("one").method("Thing.Add").header[0].length == 3


def test_a_range_of_codes_is_spelt_out_with_its_leading_zeros(write_standard) -> None:
    write_standard("one", 'code_tables: {t: {title: T, codes: {"008-011": x, "020": y}}}')
    assert load_standard("one").code_tables["t"].codes == {"008": "x", "009": "x", "010": "x", "011": "x", "020": "y"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("methods: {A.Add: {header: [{name: a, size: 3}]}}", "unknown words: size"),
        ("methods: {A.Add: {header: [{name: a, code_table: t}]}}", "names the code table t"),
        ("methods: {A.Add: {like: base}}", "extends none"),
        ("methods: {A.Add: {like: B.Add}}", "does not describe B.Add"),
        ("methods: {A.Add: {header: {drop: [a]}}}", "not there: a"),
    ],
)
def test_a_contradiction_in_the_files_is_told(write_standard, text: str, told: str) -> None:
    write_standard("one", text)
    with pytest.raises(SettingsError, match=told):
        load_standard("one")


def test_importing_the_package_reads_no_yaml() -> None:
    program = (
        "import sys, realname_sync.standards as s; before = 'yaml' in sys.modules; "
        "s.load_standard('national_1_1_2'); sys.exit(before or 'yaml' not in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", program], check=False, env={"PYTHONPATH": str(_plugins())})
    assert finished.returncode == 0


def _plugins() -> Path:
    return Path(reading.__file__).parents[2]
