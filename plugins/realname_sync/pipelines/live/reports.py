"""The reports that were written, as files below the system's home."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realname_sync import settings

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_SHOWN = {".html", ".xlsx", ".csv"}
_SERVED = {*_SHOWN, ".css", ".js", ".svg", ".png"}


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The files of one date (yyyy-MM-dd) or month (yyyy-MM), by name."""

    period: str
    files: Sequence[str]


def reports_folder() -> Path:
    """Where reports are written."""
    return settings.home() / "reports"


def written_reports() -> list[WrittenReport]:
    """All of them, newest first."""
    folder = reports_folder()
    if not folder.is_dir():
        return []
    found = [
        WrittenReport(
            one.name,
            sorted(path.name for path in one.iterdir() if path.suffix in _SHOWN and not path.name.startswith(".")),
        )
        for one in folder.iterdir()
        if one.is_dir() and _DATE.fullmatch(one.name)
    ]
    return sorted((one for one in found if one.files), key=lambda one: one.period, reverse=True)


def report_file(path: str) -> Path | None:
    """The file of that path below the reports' folder; None where there is none, or where it would lead out of it."""
    folder = reports_folder().resolve()
    parts = path.split("/")
    if not _DATE.fullmatch(parts[0]) or any(part in {"", ".", ".."} or part.startswith(".") for part in parts):
        return None
    wanted = folder.joinpath(*parts).resolve()
    inside = wanted.is_relative_to(folder) and wanted.is_file() and wanted.suffix in _SERVED
    return wanted if inside else None
