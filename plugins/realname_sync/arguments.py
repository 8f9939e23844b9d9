"""Arguments that commands of several files take."""

from datetime import date

import typer

from realname_sync.errors import WorkDateError
from realname_sync.workdate import parse_work_date


def date_argument(text: str) -> date:
    """A date as it is typed, yyyy-MM-dd; wrong usage where it is none."""
    try:
        return parse_work_date(text)
    except WorkDateError as wrong:
        raise typer.BadParameter(str(wrong)) from None
