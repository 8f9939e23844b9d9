"""The harness of the peers counts rightly what a killed tool lost or doubled; needs none of them, asserts no time."""

import json
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from bench.keeping import KeepingPlatform, kept, key_of
from bench.peers import environments
from bench.peers.catalogue import WORKS
from bench.peers.killing import Killed, Losses, compare, judged, kill_twice
from bench.peers.page import as_markdown
from bench.peers.running import Command, carry
from bench.receiver import served
from bench.stages.airflow_day import idle, longest_chain

ROWS = 40
# Appends its rows one after the other; started again it forgets that it did, or goes on one row too late.
TOY = """
import json, pathlib, sys, time
way, folder = sys.argv[1], pathlib.Path(sys.argv[2])
target, mark, new = folder / "target", folder / "mark", folder / "new"
done = int(mark.read_text() or 0) if mark.exists() else 0
begin = {"forgets": 0, "skips": done + 1 if done else 0}[way]
for row in range(begin, 40):
    with target.open("a") as rows:
        rows.write(f"{row}\\n")
    new.write_text(str(row + 1))
    new.replace(mark)
    time.sleep(0.05)
print(json.dumps({"rows": 40, "seconds": 1.0, "notes": {}}))
"""


def run_toy(way: str, folder: Path, usual_wall: float = 1000.0) -> Killed:
    target = folder / "target"

    def rows() -> list[str]:
        return target.read_text().split() if target.exists() else []

    command = Command([sys.executable, "-c", TOY, way, str(folder)], {}, folder)
    told = kill_twice(command, ROWS, usual_wall, lambda: len(rows()), lambda: None, Random(1))
    return judged(told, Counter(map(str, range(ROWS))), Counter(rows()))


@pytest.mark.parametrize("way", ["forgets", "skips"])
def test_a_toy_that_begins_anew_doubles_and_one_that_skips_loses(tmp_path: Path, way: str) -> None:
    told = run_toy(way, tmp_path)
    assert (told.kills, told.starts, told.error) == (2, 3, "")
    assert told.losses is not None
    (second, _) = told.at[1]
    if way == "forgets":
        # What was there at each kill is there once more; a row may come between the look and the kill.
        assert told.losses.lost == 0
        assert second <= told.losses.doubled <= second + 2
    else:
        # One row a start; none where the kill fell between a row and its mark.
        assert (told.losses.doubled, told.losses.strange) == (0, 0)
        assert 1 <= told.losses.lost <= 2


def test_a_toy_that_is_done_before_its_moment_was_killed_less_often(tmp_path: Path) -> None:
    command = Command([sys.executable, "-c", 'print(\'{"rows": 1, "seconds": 1, "notes": {}}\')'], {}, tmp_path)
    told = kill_twice(command, ROWS, 1000.0, lambda: 0, lambda: None, Random(1))
    assert (told.kills, told.starts, told.at, told.error) == (0, 1, [], "")


def test_rows_are_held_against_one_another_with_how_often_they_are_there() -> None:
    source = {"a": 1, "b": 2, "c": 1}
    assert compare(source, {"a": 1, "b": 2, "c": 1}) == Losses(0, 0, 0)
    assert compare(source, {"b": 1, "c": 3, "x": 2}) == Losses(lost=2, doubled=2, strange=2)


def test_what_a_peer_complains_of_is_told_and_its_children_count(tmp_path: Path) -> None:
    failed = carry(Command([sys.executable, "-c", "import sys; sys.exit('no such table')"], {}, tmp_path))
    assert (failed.error, failed.killed) == ("ended with 1: no such table", False)
    hungry = "b = bytearray(80_000_000); import time; time.sleep(0.5)"
    parent = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{hungry}']);"
        'print(\'{"rows": 1, "seconds": 1, "notes": {}}\')'
    )
    assert carry(Command([sys.executable, "-c", parent], {}, tmp_path)).memory_mb > 80


def test_the_keeping_platform_tells_a_row_that_came_twice() -> None:
    import requests

    row = {"idCardNumber": "x", "date": "2026-11-20 07:00:00", "direction": "01"}
    other = {**row, "direction": "02"}

    def call(address: str, method: str, data: object) -> dict[str, object]:
        form = {"method": method, "data": json.dumps(data), "version": "1.0"}
        return dict(requests.post(f"{address}/open.api", form, timeout=10).json()["data"])

    with served(kind=KeepingPlatform) as address:
        for rows in ([row, other], [row]):
            call(address, "WorkerAttendance.Add", {"projectCode": "P", "dataList": rows})
        assert kept(address) == {key_of("P", row): 2, key_of("P", other): 1}
        asked = {"projectCode": "P", "date": "2026-11-20", "pageIndex": 1, "pageSize": 2}
        page = call(address, "WorkerAttendance.Query", asked)
        assert (page["totalCount"], page["rows"]) == (3, [row])


def test_an_environment_that_cannot_be_made_says_which_package_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "LOCKS", tmp_path)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "none.lock").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(environments.NoEnvironmentError) as told:
        environments.ensure_environment("none", tmp_path / "python")
    assert "no-such-package" in str(told.value)
    assert "make lock" in str(told.value)
    assert not (tmp_path / "python" / "none").exists()


def test_every_peer_has_a_lock_a_script_and_a_version() -> None:
    scripts = Path(environments.__file__).parent / "scripts"
    for peers in WORKS.values():
        assert [one.name for one in peers if one.is_ours][-1:], "none of ours beside them"
        for peer in peers:
            if not peer.is_ours:
                assert (scripts / f"{peer.runs}.py").is_file()
                assert peer.package in environments.locked_versions(peer.environment)
                assert "index" not in (environments.LOCKS / f"{peer.environment}.lock").read_text()


def test_the_page_says_what_was_not_measured_and_what_was_doubled() -> None:
    machine = {"processor": "", "cores": 2, "memory_gib": 1, "postgresql": "18", "python": "3.11"}
    timed = [{"seconds": 2.0, "wall": 3.0, "cpu_seconds": 1.0, "memory_mb": 10.0, "notes": {}}]
    killed = {
        "kills": 2, "at": [[30, 1.0], [60, 2.0]], "again": 1.0, "starts": 3, "error": "",
        "losses": {"lost": 0, "doubled": 7, "strange": 0},
    }  # fmt: skip
    peer = {"does": "", "version": "1", "again": "the same command", "unavailable": "", "timed": timed, "killed": None}
    peers = [
        {**peer, "name": "ours"},
        {**peer, "name": "other", "killed": killed},
        {**peer, "name": "gone", "timed": [], "unavailable": "its package is not there"},
    ]
    work = {"title": "loading", "rows": 100, "wanted": None, "peers": peers}
    kept_of_a_run = {
        "rows": 100, "workers": 1, "projects": 1, "rounds": 1, "measured_at": "", "machine": machine,
        "works": {"load": work},
    }  # fmt: skip
    page = as_markdown(kept_of_a_run)
    assert "| gone 1 | **not measured**: its package is not there |" in page
    assert "| 2 (30, 60) | 0 | 7 |" in page
    assert "| 1.00 × |" in page


def test_airflows_share_is_the_time_in_which_no_body_runs() -> None:
    assert idle((0.0, 10.0), []) == 10.0
    assert idle((0.0, 10.0), [(1.0, 3.0), (2.0, 5.0), (8.0, 12.0), (-3.0, -1.0)]) == pytest.approx(4.0)
    assert longest_chain({"a": ["b", "c"], "b": ["d"], "c": [], "d": []}) == 3
