"""The commands that show an unmasked value, and who had one shown; each imports what it needs when it runs."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from realname_sync.command_parts import opened_city, say

reveal = typer.Typer(help="Show one person's unmasked value; it is kept who saw it and why.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(disclosures)
    app.add_typer(reveal, name="reveal")


class Field(StrEnum):
    """What is shown."""

    number = "number"
    phone = "phone"
    card = "card"


Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept. Nothing that says who a person is.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who looks.")]
Wanted = Annotated[Field, typer.Option("--field", help="Which value.")]


@reveal.command("person")
def reveal_person(
    person: Annotated[str, typer.Argument(metavar="ID", help="The person's key, as in a finding.")],
    reason: Reason,
    by: By,
    field: Wanted = Field.number,
) -> None:
    """Show a person's number, phone or bank card.

    Exit code 1 if there is none.
    """
    _show("person", person, field, by, reason)


@reveal.command("punch")
def reveal_punch(
    punch: Annotated[str, typer.Argument(metavar="ID", help="The punch.")],
    reason: Reason,
    by: By,
    field: Wanted = Field.number,
) -> None:
    """Show the number, phone or bank card of the person of a punch.

    Exit code 1 if there is none.
    """
    _show("punch", punch, field, by, reason)


def disclosures(
    days: Annotated[int, typer.Option(min=1, help="Of how many days.")] = 30,
) -> None:
    """List who had what shown unmasked or sent out, and why."""
    from realname_sync import tables
    from realname_sync.pipelines.disclosure import disclosures

    with opened_city() as city:
        tables.show_disclosures(disclosures(city, city.clock() - timedelta(days=days)))


def _show(what: str, subject: str, field: Field, by: str, reason: str) -> None:
    from realname_sync.pipelines.disclosure import reveal

    with opened_city() as city:
        found = reveal(city, what, subject, field=field.value, by=by, reason=reason)
    if not found:
        say(f"there is no {field.value} of {what} {subject}; that it was asked for is kept")
        raise typer.Exit(1)
    for place, value in found:
        say(f"{value}  {place}")
