"""What the commands of the command line have in common: how a date is read, the city opened, something said."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realname_sync.errors import SettingsError, WorkDateError
from realname_sync.workdate import parse_work_date

if TYPE_CHECKING:
    from realname_sync.delivery.shard import Shard
    from realname_sync.pipelines.city import City


class Target(StrEnum):
    """A platform that attendance is sent to."""

    province = "province"
    nation = "nation"


def read_date(text: str) -> date:
    """The date that was typed.

    Raises:
        BadParameter: it is none.
    """
    try:
        return parse_work_date(text)
    except WorkDateError as wrong:
        raise typer.BadParameter(str(wrong)) from None


def read_shard(text: str) -> "Shard":
    """The part of the projects that was typed, as in `1/2`.

    Raises:
        BadParameter: there is no such part.
    """
    from realname_sync.delivery.shard import Shard

    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal()):
        raise typer.BadParameter(f"{text!r} is no shard; the first of two is written 1/2")
    try:
        return Shard(int(number), int(of))
    except SettingsError as wrong:
        raise typer.BadParameter(str(wrong)) from None


WorkDate = Annotated[date, typer.Argument(parser=read_date, metavar="DATE", help="The work date, as yyyy-MM-dd.")]
NewestDate = Annotated[
    date | None,
    typer.Argument(parser=read_date, metavar="[DATE]", help="The newest date that was worked on if not given."),
]


@contextmanager
def opened_city() -> "Iterator[City]":
    """The city that the environment's connections describe, closed at the end."""
    from realname_sync.pipelines.city import open_city

    city = open_city()
    try:
        yield city
    finally:
        city.close()


def say(text: str) -> None:
    """Print a line."""
    typer.echo(text)


def say_counts(summary: dict[str, Any]) -> None:
    """Print what was counted, as JSON."""
    import json

    say(json.dumps(summary, ensure_ascii=False, indent=2, default=str))
