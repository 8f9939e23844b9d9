"""The two readmes say the same: commands, tables and links are equal, whatever the language around them."""

import re
from pathlib import Path

from realname_sync.resources import root

ENGLISH, CHINESE = root() / "README.md", root() / "README.zh.md"


def commands(page: Path) -> list[str]:
    """The commands of all console blocks, without their remarks."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line.split("    #")[0].split("  #")[0].rstrip() for block in blocks for line in block.splitlines()]


def first_cells(page: Path) -> list[str]:
    """The first cell of each row of the tables before the dependencies, without their headings."""
    text = page.read_text(encoding="utf-8").split("## Dependencies")[0]
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    return [cell for cell in rows if cell.startswith(("`", "["))]


def test_both_readmes_give_the_same_commands() -> None:
    assert commands(ENGLISH)
    assert commands(CHINESE) == commands(ENGLISH)


def test_both_readmes_list_the_same() -> None:
    assert len(first_cells(ENGLISH)) > 30
    assert first_cells(CHINESE) == first_cells(ENGLISH)


def test_every_page_a_readme_names_is_there() -> None:
    for page in (ENGLISH, CHINESE):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        assert links
        assert [link for link in links if not (root() / link).exists()] == []
