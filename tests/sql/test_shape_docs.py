"""What Great Expectations says of a date: kept without any value, built into pages that fetch nothing."""

import html
import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from realname_sync.quality import shape_docs
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.shape import find_misshapen, load_suites, questions_about
from realname_sync.quality.shape_docs import write_docs
from realname_sync.quality.shape_look import Look, Name, keep_look
from realname_sync.warehouse.bulk import copy_rows
from realname_sync.warehouse.engine import Role, transaction

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
RULES = load_catalogue().in_force(DAY, "330100")
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAME = "欧阳不可见"
PERSON: Name = ("person", "lasting")
TEAM: tuple[Name, ...] = (("team", "lasting"), ("team", "dated"))
Results = dict[Name, dict[str, Any]]


@pytest.fixture
def results(warehouse: Engine) -> Results:
    with warehouse.begin() as connection:
        people = [("W1", NAME, "", b""), ("W2", "诸葛" * 40, "999", b"")]
        copy_rows(connection, "core.person", ("person_id", "name", "education", "digest"), people)
    said: Results = {}
    questions = questions_about(DAY, RULES, [load_suites()[name] for name in ("person", "team")])
    assert list(find_misshapen(warehouse, questions, DAY, lambda asked, result: said.update({asked.name: result})))
    return said


def test_outcomes_and_counts_are_kept_and_no_value(results: Results) -> None:
    assert set(results) == {PERSON, *TEAM}
    failed = [one for one in results[PERSON]["results"] if not one["success"]]
    assert failed
    assert all(one["result"]["unexpected_count"] >= 1 for one in failed)
    assert all(one["result"]["partial_unexpected_list"] == [] for one in failed)
    told = json.dumps(list(results.values()), ensure_ascii=False, default=str)
    assert not any(word in told for word in ("欧", "诸", "W1", "W2", "unexpected_index"))


def test_the_pages_are_whole_fetch_nothing_and_are_built_once(
    warehouse: Engine, results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shape"
    assert write_docs(warehouse, DAY, folder) is None
    with transaction(warehouse, Role.CHECK) as connection:
        keep_look(connection, DAY, Look(results=results), AT)
        keep_look(connection, DAY - timedelta(days=1), Look(results={name: results[name] for name in TEAM}), AT)
    page = write_docs(warehouse, DAY, folder)
    assert page == folder / "index.html"
    pages = list(folder.rglob("*.html"))
    assert sorted(one.stem for one in pages) == ["index", "person", "team"]
    for one in pages:
        content = html.unescape(one.read_text(encoding="utf-8"))
        assert "default-src 'none'" in content
        assert not re.search(r"<link|<img|\son[a-z]+=|src=|https?:", content)
        assert ("<script" in content) == (one.stem == "index")  # ours, which the page's policy names
        for address in re.findall(r'href="([^"#]+)', content):
            assert (one.parent / address).resolve().is_file(), address
    assert "education" in next(one for one in pages if one.stem == "person").read_text(encoding="utf-8")
    built = page.stat().st_mtime_ns
    assert write_docs(warehouse, DAY, folder) == page
    assert page.stat().st_mtime_ns == built
    before = {one: one.read_text(encoding="utf-8") for one in pages}
    with transaction(warehouse, Role.CHECK) as connection:
        keep_look(connection, DAY, Look(frozenset(results)), AT + timedelta(hours=1))
    with monkeypatch.context() as patched:
        patched.setattr(shape_docs, "_build", lambda *_: pytest.fail("its results stand"))
        write_docs(warehouse, DAY, folder)
    changed = [one for one, content in before.items() if one.read_text(encoding="utf-8") != content]
    assert changed == [page], "it says when the date was checked last"
    with transaction(warehouse, Role.CHECK) as connection:
        keep_look(connection, DAY, Look(results={name: results[name] for name in TEAM}), AT + timedelta(hours=2))
    write_docs(warehouse, DAY, folder)
    assert sorted(one.stem for one in folder.rglob("*.html")) == ["index", "team"]
    assert [one.name for one in tmp_path.iterdir()] == ["shape"]


def test_a_process_that_has_not_loaded_the_library_has_the_same_pages_drawn_by_another(
    warehouse: Engine, results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(warehouse, Role.CHECK) as connection:
        keep_look(connection, DAY, Look(results=results), AT)
    here, there = tmp_path / "here" / "shape", tmp_path / "there" / "shape"
    for folder in (here, there):
        folder.parent.mkdir()
    write_docs(warehouse, DAY, here)
    monkeypatch.delitem(sys.modules, "great_expectations")
    write_docs(warehouse, DAY, there)
    assert "great_expectations" not in sys.modules
    assert sorted(pages(there)) == sorted(pages(here))
    assert pages(there) == pages(here)


def pages(folder: Path) -> dict[str, str]:
    """The pages without the numbers that the library draws anew for parts of each."""
    return {
        str(file.relative_to(folder)): RANDOM.sub("", file.read_text(encoding="utf-8"))
        for file in folder.rglob("*.html")
    }
