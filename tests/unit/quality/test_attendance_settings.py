"""The dated settings beside the catalogue: attendance profiles and days off, and what is refused in them."""

from datetime import date
from pathlib import Path

import pytest

from realname_sync.errors import SettingsError
from realname_sync.quality.attendance import load_profiles, profile_in_force
from realname_sync.quality.holidays import load_holidays

PROFILE = (
    "region: '{region}', valid_from: {since}, basis: a notice, least_punches: 2, valid_hours: {hours},"
    " least_records: 5, least_minutes: 60, steady_seconds: 120"
)


def written(folder: Path, *entries: str) -> Path:
    path = folder / "attendance.yaml"
    path.write_text("profiles:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries), encoding="utf-8")
    return path


def test_the_narrower_region_and_the_later_day_count(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        PROFILE.format(region="330000", since="2015-01-01", hours=4) + ", valid_to: 2026-06-30",
        PROFILE.format(region="330000", since="2026-07-01", hours=5),
        PROFILE.format(region="330200", since="2015-01-01", hours=6),
    )
    assert profile_in_force(date(2026, 6, 30), "330100", path).valid_hours == 4
    assert profile_in_force(date(2026, 7, 1), "330100", path).valid_hours == 5
    assert profile_in_force(date(2026, 7, 1), "330203", path).valid_hours == 6
    with pytest.raises(SettingsError, match="no attendance profile is in force for 320100 on 2026-07-01"):
        profile_in_force(date(2026, 7, 1), "320100", path)


def test_the_projects_own_profile_holds_in_every_city_of_the_province() -> None:
    assert {profile_in_force(date(2021, 6, 1), city).valid_hours for city in ("330100", "331100")} == {4}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (PROFILE.format(region="330000", since="2015-01-01", hours=4) + ", colour: red", "profile 1: colour"),
        ("region: '330000'", "basis, least_minutes"),
        (PROFILE.format(region="330000", since="2015-01-01", hours="'four'"), "valid_hours must be whole numbers"),
        (PROFILE.format(region="330000", since="'soon'", hours=4), "must be dates"),
        (PROFILE.replace("'{region}'", "{region}").format(region="330000", since="2015-01-01", hours=4), "in quotes"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_profiles(written(tmp_path, entry))


def test_the_state_councils_days_off() -> None:
    holidays = load_holidays()
    assert holidays.before(date(2026, 2, 24), 10) == [date(2026, 2, day) for day in range(15, 24)]
    assert holidays.before(date(2026, 11, 20), 0) == []
    assert sum(day.year == 2026 for day in holidays.days) == 33
    assert sum(day.year == 2025 for day in holidays.days) == 28
    assert holidays.knows(date(2026, 1, 1))
    assert not holidays.knows(date(2030, 10, 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026: {days: []}", "holidays of 2026: the basis must be given"),
        ("2026: {basis: b, days: [{name: 元旦, from: 2026-01-03, to: 2026-01-01}]}", "no span of that year"),
        ("2026: {basis: b, days: [{name: 元旦, from: 2025-12-31, to: 2026-01-01}]}", "no span of that year"),
        ("2026: {basis: b, days: [{name: 元旦, from: 2026-01-01}]}", "needs name, from and to"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(f"years:\n  {text}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_holidays(path)
