"""How stages grow with the day: seconds over punches, both by powers of ten, drawn from every scale measured so far."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.catalogue import STAGES
from bench.turns import Figure

WIDTH, HEIGHT = 890, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 280, 20, 40
_COLOURS = (
    "#1b6ca8", "#c4472f", "#2e8b57", "#8a5fbf", "#b8860b", "#008b8b",
    "#c71585", "#556b2f", "#4169e1", "#a0522d", "#708090", "#d2691e",
)  # fmt: skip
_PART = 100
"""Stages that work on less than this part of the day do not hang on its size."""

_Points = Sequence[tuple[float, float]]


def growth(folder: Path) -> dict[str, _Points]:
    """By stage, the punches of the day and the median seconds, of all results in a folder."""
    measured: dict[str, list[tuple[float, float]]] = {}
    found = [json.loads(path.read_text()) for path in folder.glob("results-*.json")]
    for kept in sorted(found, key=lambda one: float(one["rows"])):
        for name, sides in kept["stages"].items():
            if sides["ours"][-1]["rows"] * _PART < kept["rows"]:
                continue
            measured.setdefault(name, []).append((kept["rows"], Figure(sides["ours"]).middle("seconds")))
    return {stage.name: measured[stage.name] for stage in STAGES if len(measured.get(stage.name, ())) > 1}


def draw(lines: Mapping[str, _Points]) -> str:
    """The picture as SVG; the dotted line is growth in step with the day."""
    xs = [math.log10(x) for points in lines.values() for x, _ in points]
    ys = [math.log10(max(y, 0.01)) for points in lines.values() for _, y in points]
    low_x, high_x = math.floor(min(xs)), math.ceil(max(xs))
    low_y, high_y = math.floor(min(ys)), math.ceil(max(ys))
    across, down = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        right = (math.log10(x) - low_x) / max(1, high_x - low_x)
        up = (math.log10(max(y, 0.01)) - low_y) / max(1, high_y - low_y)
        return round(_LEFT + across * right, 1), round(_TOP + down * (1 - up), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(low_y, high_y + 1):
        left, height = place(10.0**low_x, 10.0**power)
        parts.append(f'<path d="M{left} {height}H{_LEFT + across}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{height + 4}" text-anchor="end">{10.0**power:g} s</text>')
    for power in range(low_x, high_x + 1):
        left, _ = place(10.0**power, 1)
        parts.append(f'<path d="M{left} {_TOP}V{_TOP + down}" stroke="#ddd"/>')
        parts.append(f'<text x="{left}" y="{HEIGHT - 14}" text-anchor="middle">{10**power:,}</text>')
    start, end = place(10.0**low_x, 10.0**low_y), place(10.0**high_x, 10.0 ** (low_y + high_x - low_x))
    parts.append(
        f'<path d="M{start[0]} {start[1]}L{end[0]} {end[1]}" stroke="#999" stroke-dasharray="2 4" fill="none"/>'
    )
    for number, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        dashes = ' stroke-dasharray="6 3"' if number >= len(_COLOURS) else ""
        path = "L".join(f"{x} {y}" for x, y in (place(*point) for point in points))
        parts.append(f'<path d="M{path}" stroke="{colour}" stroke-width="2"{dashes} fill="none"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in (place(*point) for point in points)]
        height = _TOP + 14 + 18 * number
        label = f"{name}: {_seconds(points[-1][1])} s at {points[-1][0]:,.0f}"
        key = f"M{_LEFT + across + 12} {height - 4}h16"
        parts.append(f'<path d="{key}" stroke="{colour}" stroke-width="3"{dashes}/>')
        parts.append(f'<text x="{_LEFT + across + 32}" y="{height}">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _seconds(measured: float) -> str:
    return f"{measured:,.0f}" if measured >= 100 else f"{measured:.3g}"


def write_chart(folder: Path) -> Path | None:
    """Draw what the folder holds; None where only one scale was measured."""
    lines: Mapping[str, Any] = growth(folder)
    if not lines:
        return None
    path = folder / "growth.svg"
    path.write_text(draw(lines), encoding="utf-8")
    return path
