"""From which size on a backfill waits for a person is dated data."""

from datetime import date
from pathlib import Path

import pytest

from realname_sync.errors import SettingsError
from realname_sync.quality.approval_settings import limit_in_force, load_approval_limits

DAY = date(2026, 11, 20)
ENTRY = "{days: 3, rows: 50, valid_from: 2026-11-01, region: '330000', basis: b, reason: r}"


def written(folder: Path, *entries: str) -> Path:
    """A file with these entries."""
    path = folder / "backfills.yaml"
    path.write_text("approvals:\n" + "".join(f"  - {entry}\n" for entry in entries), encoding="utf-8")
    return path


def test_the_projects_own_limit_holds_in_the_whole_province() -> None:
    limit = limit_in_force(load_approval_limits(), DAY, "330106")
    assert limit is not None
    assert limit.why_too_large(limit.days, limit.rows) is None
    assert limit.why_too_large(limit.days + 1, 0) == f"{limit.days + 1} days are more than {limit.days}"
    assert "rows to one platform" in str(limit.why_too_large(1, limit.rows + 1))
    assert limit_in_force(load_approval_limits(), DAY, "310000") is None


def test_the_narrower_region_and_the_day_decide(tmp_path: Path) -> None:
    path = written(tmp_path, ENTRY, ENTRY.replace("'330000'", "'330100'").replace("days: 3", "days: 0"))
    limits = load_approval_limits(path)
    assert limit_in_force(limits, DAY, "330106").days == 0  # type: ignore[union-attr]
    assert limit_in_force(limits, DAY, "330200").days == 3  # type: ignore[union-attr]
    assert limit_in_force(limits, date(2026, 10, 31), "330106") is None


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY.replace("days: 3", "days: -1"),
        ENTRY.replace("rows: 50", "rows: many"),
        ENTRY.replace("reason: r", "reason: ''"),
        ENTRY.replace("basis: b, ", ""),
        ENTRY.replace("days", "hours"),
        ENTRY.replace("2026-11-01", "soon"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(tmp_path: Path, entry: str) -> None:
    with pytest.raises(SettingsError, match=r"backfills\.yaml"):
        load_approval_limits(written(tmp_path, entry))


def test_two_entries_of_one_day_and_region_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="two entries"):
        load_approval_limits(written(tmp_path, ENTRY, ENTRY))
