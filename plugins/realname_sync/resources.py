"""Where the SQL statements and the expectations lie."""

import os
from functools import cache
from pathlib import Path

from realname_sync.errors import SettingsError


@cache
def root() -> Path:
    """The folder that holds `sql/` and `expectations/`: REALNAME_ROOT, else the repository the package stands in.

    Raises:
        SettingsError: there is no such folder.
    """
    given = os.environ.get("REALNAME_ROOT")
    candidates = [Path(given)] if given else [Path(__file__).resolve().parents[2], Path(__file__).parent / "_resources"]
    for candidate in candidates:
        if (candidate / "sql").is_dir() and (candidate / "expectations").is_dir():
            return candidate
    raise SettingsError("no folder with sql/ and expectations/ was found; set REALNAME_ROOT to the one that has them")


@cache
def sql_text(name: str) -> str:
    """The text of one statement, named by its path below `sql/` without the ending, as in `core/merge_punch`.

    Raises:
        SettingsError: there is no such statement.
    """
    path = root() / "sql" / f"{name}.sql"
    if not path.is_file():
        raise SettingsError(f"there is no statement sql/{name}.sql")
    return path.read_text(encoding="utf-8")


def expectations() -> Path:
    """The folder with the rule catalogue and the suites."""
    return root() / "expectations"
