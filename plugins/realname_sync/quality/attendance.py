"""What the rules on clocks and key posts rest on: a day's device clocks, and who of the key posts was there.

Both are rows of the work date alone, replaced each time it is checked. How they are judged is a dated, regional profile
in `expectations/attendance.yaml`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from realname_sync.errors import SettingsError
from realname_sync.quality import dated
from realname_sync.quality.catalogue import Rule
from realname_sync.quality.holidays import load_holidays
from realname_sync.resources import expectations
from realname_sync.warehouse import statements

_CLOCK_RULE, _AHEAD_RULE, _EARLIEST_RULE = "RST-012", "RST-005", "RST-008"


@dataclass(frozen=True, slots=True)
class AttendanceProfile:
    """How a day is judged in `region` from `valid_from` to `valid_to` (both included; None is open-ended).

    Attributes:
        least_punches: punches a valid day of a key post has at least.
        valid_hours: hours between the first and the last of them, at least.
        least_records: records of a day that tell how a device's clock stands.
        least_minutes: minutes over which they were received, at least.
        steady_seconds: seconds within which they all lag behind.
    """

    region: str
    valid_from: date
    basis: str
    least_punches: int
    valid_hours: int
    least_records: int
    least_minutes: int
    steady_seconds: int
    valid_to: date | None = None


def profile_in_force(work_date: date, area_code: str, path: Path | None = None) -> AttendanceProfile:
    """The profile of that day and city; of two regions that hold the narrower one counts.

    Raises:
        SettingsError: no profile holds there then, or an entry of the file makes no sense.
    """
    holding = dated.holding(load_profiles(path), work_date, area_code)
    if not holding:
        raise SettingsError(
            f"no attendance profile is in force for {area_code} on {work_date}: see region and valid_from in "
            "expectations/attendance.yaml"
        )
    return holding[-1]


@cache
def load_profiles(path: Path | None = None) -> Sequence[AttendanceProfile]:
    """All profiles of that file; without one, of the project's own.

    Raises:
        SettingsError: an entry has a word that is not known, lacks one, or a figure that is none.
    """
    import yaml  # takes 20 ms to import

    with (path or expectations() / "attendance.yaml").open("rb") as stream:
        entries = yaml.load(stream, Loader=yaml.CSafeLoader)["profiles"]
    return tuple(_profile(number, entry) for number, entry in enumerate(entries, start=1))


def observe(
    connection: Connection,
    rules: Mapping[str, Rule],
    work_date: date,
    area_code: str,
    checked_at: datetime,
) -> None:
    """Put the date's device clocks and key-post attendance in the place of the former ones; no other date is touched.

    Which punches count follows from the clock rules in force; without one of them, nothing is left out for its sake.

    Raises:
        SettingsError: no attendance profile is in force.
    """
    profile = profile_in_force(work_date, area_code)
    statements.run(connection, "quality/clear_device_clock", work_date=work_date)
    statements.run(
        connection,
        "quality/record_device_clock",
        work_date=work_date,
        least_records=profile.least_records,
        least_minutes=profile.least_minutes,
        steady_seconds=profile.steady_seconds,
    )
    statements.run(connection, "quality/clear_key_post_day", work_date=work_date)
    statements.run(
        connection,
        "quality/record_key_post_day",
        work_date=work_date,
        least_punches=profile.least_punches,
        valid_hours=profile.valid_hours,
        is_holiday=bool(load_holidays().before(work_date, 0)),
        flag_seconds=_threshold(rules, _CLOCK_RULE, "flag_seconds", 2**31 - 1),
        minutes_ahead=_threshold(rules, _AHEAD_RULE, "minutes_ahead", 2**31 - 1),
        earliest_punch=_threshold(rules, _EARLIEST_RULE, "earliest_punch", date.min),
        checked_at=checked_at,
    )


def _threshold(rules: Mapping[str, Rule], rule_id: str, name: str, otherwise: int | date) -> Any:
    rule = rules.get(rule_id)
    return otherwise if rule is None else rule.thresholds[name]


def _profile(number: int, entry: Mapping[str, Any]) -> AttendanceProfile:
    known = {one.name for one in fields(AttendanceProfile)}
    needed = known - {"valid_to"}
    if wrong := sorted((set(entry) - known) | (needed - set(entry))):
        raise SettingsError(f"attendance profile {number}: {', '.join(wrong)} is missing, or no word it has")
    figures = [name for name in needed if name not in ("region", "valid_from", "basis")]
    if bad := sorted(name for name in figures if not isinstance(entry[name], int) or entry[name] < 0):
        raise SettingsError(f"attendance profile {number}: {', '.join(bad)} must be whole numbers")
    if not isinstance(entry["valid_from"], date) or not isinstance(entry.get("valid_to"), date | None):
        raise SettingsError(f"attendance profile {number}: valid_from and valid_to must be dates, as in 2021-06-01")
    if not entry["basis"] or not isinstance(entry["region"], str):
        raise SettingsError(f"attendance profile {number}: basis must be given, and region be a code in quotes")
    return AttendanceProfile(**entry)
