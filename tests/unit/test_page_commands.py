"""Every command that a page names is there, with the options it is given; tests/integration/test_pages.py runs them."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from console import ELSEWHERE, PAGES, commands
from realname_sync import cli
from realname_sync.resources import root

NAMED = re.compile(r"(?:^\$ |^|`)realname ([^`\n#]+?)(?=`|\s*#|\s*$|\s*>>|\s*&)", re.MULTILINE)
IN_A_CONTAINER = re.compile(r"docker compose run [^\n`]*? cli ")
RUNBOOKS = root() / "docs" / "runbooks"


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


def named(page: Path) -> list[list[str]]:
    """What a page says after `realname`, in blocks and in sentences; words in quotation marks are one."""
    said = NAMED.findall(IN_A_CONTAINER.sub("realname ", page.read_text(encoding="utf-8")))
    return [re.sub(r'"[^"]*"', "words", text).split() for text in said if text != "COMMAND --help"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_commands_exist(page: Path) -> None:
    for words in named(page):
        path, command = path_of(words)
        assert path or words[0].startswith(("-", "…")), f"realname {' '.join(words)}"
        asked = CliRunner().invoke(cli.app, [*path, "--help"])
        assert asked.exit_code == 0
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        given = {word.rstrip(",") for word in words if word.startswith("--")}
        assert given <= known, f"realname {' '.join(words)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_targets_and_variables_are_in_the_makefile(page: Path) -> None:
    makefile = (root() / "Makefile").read_text(encoding="utf-8")
    for command in commands(page):
        words = f"{command.text} {command.remark}"
        for target in re.findall(r"^make ([a-z-]+)", command.text):
            line = re.search(rf"^{target}:.*## (.*)$", makefile, re.MULTILINE)
            assert line, command.text
            assert [name for name in re.findall(r"\b([A-Z]+)=", words) if f"{name}=" not in line[1]] == []


def test_the_pages_name_many_and_nothing_is_left_out_without_need() -> None:
    given = [command.text for page in PAGES for command in commands(page)]
    assert len(given) > 80
    assert sum(len(named(page)) for page in PAGES) > 150
    for pattern in ELSEWHERE:
        assert any(re.match(pattern + r"\b", text) for text in given), pattern


def test_the_list_of_runbooks_has_every_one() -> None:
    listed = set(re.findall(r"\(([a-z0-9-]+\.md)\)", (RUNBOOKS / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in RUNBOOKS.glob("*.md")} - {"README.md"}
