"""The command line as a Markdown page, written from the commands themselves.

`make reference` brings the page up to date.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer
import typer.main

from realname_sync import cli

_PREFACE = """\
# The command line

Written by `make reference` from the commands themselves; change their help, not this page.
`realname COMMAND --help` says the same.

| exit code | means |
|---|---|
| 0 | it was done |
| 1 | it was not, or what was asked about is not well; one sentence says why |
| 2 | wrong usage, or refused before anything was done |

`realname --verbose COMMAND` also prints what is logged. Dates are work dates in Asia/Shanghai, written yyyy-MM-dd.
"""


def command_page() -> str:
    """The whole page: an overview, and each command with its arguments, options and defaults."""
    found = list(_commands((), typer.main.get_command(cli.app)))
    lines = [_PREFACE, "| command | does |", "|---|---|"]
    lines += [f"| [`{_name(path)}`](#{'-'.join(path)}) | {_summary(command)} |" for path, command in found]
    for path, command in found:
        lines += ["", *_command(path, command)]
    return "\n".join(lines) + "\n"


def _commands(path: Sequence[str], group: Any) -> Iterator[tuple[Sequence[str], Any]]:
    """Every command that does something by itself, those of a group after the group."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        below: Mapping[str, Any] = getattr(command, "commands", {})
        if not below or command.invoke_without_command:
            yield (*path, name), command
        if below:
            yield from _commands((*path, name), command)


def _command(path: Sequence[str], command: Any) -> Iterator[str]:
    context = typer.Context(command, info_name=path[-1])
    usage = " ".join(["realname", *path, *command.collect_usage_pieces(context)])
    yield from (f"## {' '.join(path)}", "", command.help.strip(), "", f"`{usage}`")
    records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    if records:
        yield from ("", "| argument or option | means |", "|---|---|")
        yield from (f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in records)


def _name(path: Sequence[str]) -> str:
    return " ".join(("realname", *path))


def _summary(command: Any) -> str:
    """The first paragraph of what a command's help says, in one line."""
    return _cell(command.help.strip().split("\n\n")[0])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(command_page())
