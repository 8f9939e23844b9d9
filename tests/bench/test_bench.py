"""The harness on a thousand punches: what it counts is right. How long anything takes is no matter here."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.catalogue import STAGES, chosen
from bench.chart import growth, write_chart
from bench.ground import Ground
from bench.table import as_markdown, lines_of, load_bars
from bench.turns import Figure, take_turns

ROWS = 1000


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    folder = Path(tempfile.mkdtemp(prefix="rnb"))
    opened = Ground(folder, ROWS, None, lambda _text: None)
    yield opened
    opened.close()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_merge_beside_its_reference_counts_every_row_it_writes(ground: Ground) -> None:
    stage = chosen("merge")[0]
    told: list[tuple[str, int]] = []
    measured = take_turns(ground, stage, 2, lambda side, number: told.append((side, number)))
    assert told == [("ours", 0), ("reference", 0), ("ours", 1), ("reference", 1)]
    ours, reference = Figure(measured["ours"]), Figure(measured["reference"])
    assert ours.rows == reference.rows == ROWS
    assert [one["notes"]["written"] for one in ours.rounds] == [ROWS, ROWS]
    for one in (*ours.rounds, *reference.rounds):
        assert one["seconds"] > 0
        assert one["memory_mb"] >= one["base_mb"] > 0
    assert ours.rounds[0]["statements"] > reference.rounds[0]["statements"] == 1
    with ground.session(ground.place.warehouse) as connection:
        assert connection.execute("SELECT count(*) FROM bench_punch").fetchone() == (ROWS,)
    assert ground.level == "known"


def test_a_ground_is_as_far_as_the_last_stage_left_it(ground: Ground) -> None:
    for stage, level in (("replay", "read"), ("rules", "checked")):
        take_turns(ground, chosen(stage)[0], 1, lambda _side, _number: None)
        assert ground.level == level, stage


def test_what_a_delivery_says_it_sent_is_what_the_platform_received(ground: Ground) -> None:
    stage = chosen("nation")[0]
    measured = take_turns(ground, stage, 1, lambda _side, _number: None)
    ours = measured["ours"][0]
    assert ours["rows"] + ours["notes"]["held"] == ROWS
    assert ours["notes"]["rows_received"] == ours["rows"]
    writes = ours["calls"]["WorkerAttendance.Add"]
    assert ours["rows"] / 20 <= writes <= ours["calls"]["AsyncHandleResult.Query"]
    for side in ("reference", "asynchronous"):
        assert measured[side][0]["notes"]["rows_received"] == measured[side][0]["rows"] > 0


def test_a_whole_day_comes_to_both_platforms_and_both_count_it(ground: Ground) -> None:
    [day] = take_turns(ground, chosen("day")[0], 1, lambda _side, _number: None)["ours"]
    assert day["rows"] == ROWS
    assert day["notes"]["rows_received"] == day["notes"]["province"] + day["notes"]["nation"] > ROWS
    assert {"AttendanceDay.Query", "WorkerAttendance.Add", "WorkerAttendance.Query"} <= set(day["calls"])
    assert sum(day["notes"]["steps"].values()) == pytest.approx(day["seconds"])


def test_the_table_marks_what_is_below_its_bar(ground: Ground) -> None:
    def side(seconds: float, memory_mb: float = 50.0) -> list[dict[str, object]]:
        return [{"rows": 100, "seconds": seconds, "memory_mb": memory_mb, "statements": 1, "calls": {}}]

    machine = {"processor": "", "cores": 2, "memory_gib": 1, "postgresql": "18", "python": "3.11"}
    kept = {
        "rows": 100, "workers": 1, "projects": 1, "machine": machine,
        "stages": {
            "load": {"measured_at": "", "ours": side(1.0), "reference": side(1.0)},
            "merge": {"measured_at": "", "ours": side(2.0), "reference": side(1.0)},
            "report": {"measured_at": "", "ours": side(1.0, memory_mb=4000.0)},
        },
    }  # fmt: skip
    lines = lines_of(kept)
    assert [(line.name, line.is_below) for line in lines] == [("load", False), ("merge", True), ("report", True)]
    assert as_markdown(kept, lines).count("| below |") == 1


def test_the_chart_shows_what_grows_with_the_day(tmp_path: Path) -> None:
    assert write_chart(tmp_path) is None
    for rows in (100, 1000):
        ours = {"load": {"rows": rows, "seconds": rows / 50}, "help": {"rows": 1, "seconds": 0.1}}
        kept = {"rows": rows, "stages": {name: {"measured_at": "", "ours": [one]} for name, one in ours.items()}}
        (tmp_path / f"results-{rows}.json").write_text(json.dumps(kept))
    assert growth(tmp_path) == {"load": [(100, 2.0), (1000, 20.0)]}
    drawn = write_chart(tmp_path)
    assert drawn is not None
    assert re.findall(r">(\w+: [^<]+)<", drawn.read_text()) == ["load: 20 s at 1,000"]


def test_every_bar_is_of_a_stage() -> None:
    assert set(load_bars()) - {"memory_mb"} <= {stage.name for stage in STAGES}
