"""docs/reference/cli.md is what the command line's own help says."""

import subprocess
import sys
from typing import Any

import pytest
import typer.main

from realname_sync import cli
from realname_sync.command_page import command_page
from realname_sync.resources import root

PAGE = root() / "docs" / "reference" / "cli.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == command_page(), "write it anew: make reference"


def all_options(command: Any) -> set[str]:
    here = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    return here.union(*(all_options(below) for below in getattr(command, "commands", {}).values()))


def test_every_option_is_on_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    options = all_options(typer.main.get_command(cli.app))
    assert len(options) > 50
    assert [option for option in sorted(options) if option not in page] == []


@pytest.mark.parametrize(
    "command", ["backfill", "cases", "joint-test", "keys rotate", "verify-ledger", "reveal person", "draw replay"]
)
def test_a_command_that_may_end_with_1_says_when(command: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.split(f"\n## {command}\n")[1].split("\n## ")[0]
    assert "xit code 1" in section


def test_it_is_the_same_whatever_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    written = subprocess.run(
        [sys.executable, "-m", "realname_sync.command_page"], capture_output=True, text=True, check=True
    )
    assert written.stdout == command_page()
