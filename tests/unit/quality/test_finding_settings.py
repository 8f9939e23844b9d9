"""How long a mute may last, and what is settled beforehand, as the file of settings says."""

from datetime import date
from pathlib import Path

import pytest

from realname_sync.errors import SettingsError
from realname_sync.quality.finding_settings import load_finding_settings

MUTE = "{valid_from: 2021-05-10, region: '330000', longest_days: 92, basis: a setting}"
SETTLED = (
    "{rule: CMP-004, field: phone, valid_from: 2026-01-01, valid_to: 2026-12-31, region: '330100', basis: a minute,"
    " decided_by: 王工, reason: 电话以市级平台为准}"
)


def written(folder: Path, mutes: str, settled: str = "") -> Path:
    path = folder / "findings.yaml"
    path.write_text(f"mutes: [{mutes}]\nsettled: [{settled}]\n", encoding="utf-8")
    return path


def test_the_projects_own_file_lets_a_mute_last_a_quarter() -> None:
    settings = load_finding_settings()
    assert settings.longest_mute(date(2026, 11, 20), "330100") == 92
    assert settings.longest_mute(date(2021, 5, 9), "330100") == 0
    assert settings.longest_mute(date(2026, 11, 20), "320100") == 0


def test_a_limit_changes_on_a_day(tmp_path: Path) -> None:
    later = MUTE.replace("2021-05-10", "2026-07-01").replace("92", "30")
    settings = load_finding_settings(written(tmp_path, f"{later}, {MUTE}"))
    assert settings.longest_mute(date(2026, 6, 30), "330100") == 92
    assert settings.longest_mute(date(2026, 7, 1), "330100") == 30


def test_what_is_settled_holds_in_its_time_and_city_for_its_field(tmp_path: Path) -> None:
    (entry,) = load_finding_settings(written(tmp_path, MUTE, SETTLED)).settled
    assert entry.covers("CMP-004", "phone", date(2026, 12, 31), "330100")
    assert not entry.covers("CMP-004", "phone", date(2027, 1, 1), "330100")
    assert not entry.covers("CMP-004", "name", date(2026, 12, 31), "330100")
    assert not entry.covers("CMP-004", "phone", date(2026, 12, 31), "330200")


@pytest.mark.parametrize(
    ("mutes", "settled", "told"),
    [
        (MUTE.replace("92", "0"), "", "longest_days"),
        (MUTE.replace("92", "'92'"), "", "longest_days"),
        (MUTE.replace("2021-05-10", "2021-13-10"), "", "real ones"),
        (MUTE.replace("basis: a setting", "colour: red"), "", "basis, colour"),
        (MUTE, SETTLED.replace(" decided_by: 王工,", ""), "decided_by"),
        (MUTE, SETTLED.replace("王工", "''"), "decided_by"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(tmp_path: Path, mutes: str, settled: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_finding_settings(written(tmp_path, mutes, settled))
