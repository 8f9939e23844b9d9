"""Every command that a runbook names is there, with the options it is given."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from realname_sync import cli
from realname_sync.resources import root

PAGES = [*sorted((root() / "docs" / "runbooks").glob("*.md")), root() / "docs" / "security.md"]
NAMED = re.compile(r"(?:^\$ |`)realname ([^`\n#]+?)(?=`|\s*#|\s*$|\s*>>)", re.MULTILINE)


def path_of(words: list[str]) -> tuple[list[str], Any]:
    """The words that name a command, and the command."""
    command: Any = typer.main.get_command(cli.app)
    path: list[str] = []
    for word in words:
        if word not in getattr(command, "commands", ()):
            break
        command = command.commands[word]
        path.append(word)
    return path, command


def commands(page: Path) -> list[list[str]]:
    """What a page says after `realname`; words in quotation marks are one."""
    said = NAMED.findall(page.read_text(encoding="utf-8"))
    return [re.sub(r'"[^"]*"', "words", text).split() for text in said]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_commands_exist(page: Path) -> None:
    for words in commands(page):
        path, command = path_of(words)
        assert path, f"realname {' '.join(words)}"
        asked = CliRunner().invoke(cli.app, [*path, "--help"])
        assert asked.exit_code == 0
        known = {option for parameter in command.params for option in parameter.opts}
        given = {word for word in words if word.startswith("--")}
        assert given <= known, f"realname {' '.join(words)}"
        if hasattr(command, "commands"):
            assert command.invoke_without_command or len(words) == len(path), f"realname {' '.join(words)}"


def test_the_runbooks_name_many_and_the_list_has_every_page() -> None:
    assert sum(len(commands(page)) for page in PAGES) > 40
    listed = set(re.findall(r"\(([a-z0-9-]+\.md)\)", (root() / "docs/runbooks/README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in PAGES if page.parent.name == "runbooks"} - {"README.md"}
