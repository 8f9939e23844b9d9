"""A page in English and the same in Chinese say the same: commands, files, tables and links are equal."""

import re
from pathlib import Path

import pytest

from console import commands
from realname_sync.resources import root

PAIRS = [(root() / f"{name}.md", root() / f"{name}.zh.md") for name in ("README", "docs/operators-guide")]
both = pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda page: page.name)


def first_cells(page: Path) -> list[str]:
    """The first cell of each row of the tables before the dependencies, without their headings."""
    text = page.read_text(encoding="utf-8").split("## Dependencies")[0]
    rows = [line.split("|")[1].strip().replace(".zh.md", ".md") for line in text.splitlines() if line.startswith("| ")]
    return [cell for cell in rows if cell.startswith(("`", "["))]


def links(page: Path) -> list[str]:
    """The pages it links to, without the other language and the place in the page."""
    return re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))


@both
def test_both_give_the_same_commands_and_files(english: Path, chinese: Path) -> None:
    given = [(command.text, command.file, command.exit_codes) for command in commands(english)]
    assert given
    assert [(command.text, command.file, command.exit_codes) for command in commands(chinese)] == given


def test_both_readmes_list_the_same() -> None:
    english, chinese = PAIRS[0]
    assert len(first_cells(english)) > 30
    assert first_cells(chinese) == first_cells(english)


def test_both_guides_have_the_same_parts_and_lead_to_the_same_pages() -> None:
    (english, chinese), other = PAIRS[1], "operators-guide"
    parts = [re.findall(r"^## (\d+)\.", page.read_text(encoding="utf-8"), re.MULTILINE) for page in (english, chinese)]
    assert parts[0] == parts[1]
    led_to = [
        [link.replace(".zh.md", ".md") for link in links(page) if other not in link] for page in (english, chinese)
    ]
    assert led_to[0] == led_to[1]


@pytest.mark.parametrize("page", [page for pair in PAIRS for page in pair], ids=lambda page: page.name)
def test_every_page_it_names_is_there(page: Path) -> None:
    assert links(page)
    assert [link for link in links(page) if not (page.parent / link).exists()] == []
