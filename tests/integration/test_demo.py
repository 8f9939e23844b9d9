"""`realname demo` as a newcomer starts it: real Airflow, real PostgreSQL, and nothing left behind."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

SMALL = ("--projects", "8", "--workers", "160")


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The demo in a process of its own."""
    program = "from realname_sync.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "demo", *SMALL, *arguments], capture_output=True, text=True, check=False
    )


def processes_of(folder: Path) -> list[str]:
    """What still runs with that folder in its command or its surroundings."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        try:
            if str(folder) in " ".join([*(process.info["cmdline"] or ()), *process.environ().values()]):
                found.append(" ".join(process.info["cmdline"] or ()))
        except psutil.Error:
            continue  # it has ended, or is not ours to look at
    return found


def write_calls(output: str) -> dict[str, int]:
    """The last column of the table, by platform."""
    rows = (line.split() for line in output.splitlines())
    return {row[0]: int(row[-1]) for row in rows if row and row[0] in {"province", "nation"}}


@pytest.mark.timeout(900)
def test_a_day_goes_through_airflow_and_a_second_time_sends_nothing(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = demo()
    assert first.returncode == 0, first.stdout + first.stderr
    summary: dict[str, Any] = json.loads((own_home / "demo" / "summary.json").read_text(encoding="utf-8"))
    assert list(summary) == ["work_date", "punches_read", "targets", "findings", "report", "seconds"]
    assert summary["punches_read"] > 0
    assert summary["findings"]
    assert Path(summary["report"]).is_file()
    for target in ("province", "nation"):
        counts = summary["targets"][target]
        assert list(counts) == ["waiting", "held", "in_batch", "acknowledged", "refused", "platform_rows"]
        assert sum(counts.values()) - counts["platform_rows"] == summary["punches_read"]
        assert counts["platform_rows"] == counts["acknowledged"] > 0
        assert counts["waiting"] == counts["in_batch"] == 0
    assert all(calls > 0 for calls in write_calls(first.stdout).values())

    monkeypatch.delenv("REALNAME_HOME")
    assert processes_of(own_home) == []
    monkeypatch.setenv("REALNAME_HOME", str(own_home))

    second = demo()
    assert second.returncode == 0, second.stdout + second.stderr
    assert write_calls(second.stdout) == {"province": 0, "nation": 0}
    again = json.loads((own_home / "demo" / "summary.json").read_text(encoding="utf-8"))
    assert again["targets"] == summary["targets"]
