"""The table: a line a stage, its figures beside the reference's, and whether the bar is reached."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from bench.catalogue import STAGES
from bench.turns import Figure

_COLUMNS = (
    "stage", "rows", "seconds", "rows/s", "peak MB", "statements", "calls", "reference rows/s", "ratio", "bar", "",
)  # fmt: skip
_ON_SCREEN = ("stage", "seconds", "rows/s", "peak MB", "reference rows/s", "ratio", "bar")


@dataclass(frozen=True)
class Line:
    """One line of the table, as it is shown."""

    name: str
    cells: Sequence[str]
    is_below: bool


def load_bars() -> Mapping[str, Any]:
    """What the figures are held against."""
    bars: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "bars.yaml").read_text(encoding="utf-8"))
    return bars


def lines_of(kept: Mapping[str, Any]) -> list[Line]:
    """The lines of everything measured so far, in the order of a day."""
    bars = load_bars()
    done = kept["stages"]
    return [_line(stage.name, stage.title, done[stage.name], bars) for stage in STAGES if stage.name in done]


def _line(name: str, title: str, measured: Mapping[str, Any], bars: Mapping[str, Any]) -> Line:
    sides = {side: Figure(rounds) for side, rounds in measured.items() if side != "measured_at"}
    ours, reference = sides["ours"], sides.get("reference")
    bar = bars.get(name, {})
    ratio = ours.rate / reference.rate if reference and reference.rate else None
    told, below = "", False
    if "ratio" in bar and ratio is not None:
        told, below = f"≥ {bar['ratio']} ×", ratio < bar["ratio"]
    elif "seconds" in bar:
        most = bar["seconds"] * max(1.0, ours.rows / bar.get("rows", ours.rows or 1))
        told, below = f"≤ {most:,.0f} s" if most >= 10 else f"≤ {most:g} s", ours.middle("seconds") > most
    if "tasks" in bar:
        chained = int(ours.rounds[-1]["notes"]["critical_tasks"])
        told, below = f"{told}, ≤ {bar['tasks']} tasks in a row ({chained})", below or chained > bar["tasks"]
    memory = ours.middle("memory_mb")
    too_much = memory > bars["memory_mb"]
    low, high = ours.spread
    notes = ours.rounds[-1].get("notes", {})
    split = " + ".join(f"{rows:,}" for rows in notes.get("rows each", ()))
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in notes.get("steps", {}).items())
    remarks = ["below"] if below else []
    if too_much:
        remarks.append(f"memory above {bars['memory_mb']} MB")
    others = [f"{side}: {figure.rate:,.0f}" for side, figure in sides.items() if side not in {"ours", "reference"}]
    cells = (
        title, f"{ours.rows:,}", f"{ours.middle('seconds'):.2f} ({low:.2f}–{high:.2f})", f"{ours.rate:,.0f}",
        f"{memory:,.0f}", f"{ours.middle('statements'):,.0f}", f"{ours.calls:,}",
        "; ".join([*([f"{reference.rate:,.0f}"] if reference else []), *others]),
        "" if ratio is None else f"{ratio:.2f}", told,
        "; ".join(part for part in (*remarks, split, steps) if part),
    )  # fmt: skip
    return Line(name, cells, below or too_much)


def as_markdown(kept: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """The table with what it was measured on."""
    machine = kept["machine"]
    head = (
        f"{kept['rows']:,} punches of {kept['workers']:,} workers on {kept['projects']:,} projects; "
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"PostgreSQL {machine['postgresql']}, Python {machine['python']}. "
        f"Medians; in brackets the shortest and the longest round.{_pace(kept['stages'].values())}\n"
    )
    rows = [_COLUMNS, ["---"] * len(_COLUMNS), *(line.cells for line in lines)]
    return head + "\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _pace(stages: Iterable[Mapping[str, Any]]) -> str:
    """How fast the machine was meanwhile: seconds of two tables are held against one another by it."""
    every = [rounds for sides in stages for rounds in sides.values() if isinstance(rounds, list)]
    told = [one["additions_seconds"] for rounds in every for one in rounds if "additions_seconds" in one]
    return f" Ten million additions took Python {min(told):.2f} to {max(told):.2f} s meanwhile." if told else ""


def show(console: Console, lines: Sequence[Line]) -> None:
    """Print what matters most of it."""
    shown = [_COLUMNS.index(name) for name in _ON_SCREEN]
    table = Table(*_ON_SCREEN)
    for line in lines:
        cells = [line.name, *(line.cells[place].split(" (")[0] for place in shown[1:])]
        table.add_row(*cells, style="yellow" if line.is_below else None)
    console.print(table)
