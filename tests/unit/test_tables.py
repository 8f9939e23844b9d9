"""What the command line shows as tables."""

from datetime import date

import pytest

from realname_sync.tables import show_reconciliation

DAY = date(2026, 11, 20)
NOTHING = {
    **dict.fromkeys(("projects", "differ", "missing", "sent_again", "extra", "doubled", "adopted"), 0),
    **dict.fromkeys(("put_off", "not_asked", "acknowledged", "platform"), 0),
}


def shown(capsys: pytest.CaptureFixture[str], target: dict[str, int], municipal: dict[str, int]) -> str:
    read = {"rows": 10, "read": 10, "projects_differ": 0, "not_yet_read": 0, "gone": 0, **municipal}
    show_reconciliation(DAY, ["nation"], {"nation": NOTHING | target, "municipal": read, "findings": {"UPL-001": 2}})
    return capsys.readouterr().out


def test_a_reconciliation_shows_its_counts_and_says_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, {"projects": 7, "differ": 1, "missing": 2, "sent_again": 2, "platform": 905}, {})
    [row] = [line for line in told.splitlines() if "nation" in line]
    assert [part for part in row.replace("│", " ").split() if part.isdigit()] == [
        "7",
        "1",
        "2",
        "2",
        "0",
        "0",
        "0",
        "905",
    ]
    assert "UPL-001 2" in told
    assert "realname" not in told


def test_a_reconciliation_says_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, {"put_off": 3, "not_asked": 1}, {"projects_differ": 2, "not_yet_read": 5, "gone": 1})
    assert "realname push nation 2026-11-20, then reconcile again" in told
    assert "1 projects could not be asked for" in told
    assert "5 not read yet and 1 gone, of 2 projects: realname extract 2026-11-20" in told
