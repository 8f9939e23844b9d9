"""Lines over days, as plain geometry that a template draws: no script, no outside resource."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from realname_sync.quality.report.model import SEVERITIES, TARGETS
from realname_sync.quality.report.trends import Trends
from realname_sync.quality.report.wording import count_text, share_text

WIDTH, HEIGHT = 460, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 8, 22


@dataclass(frozen=True, slots=True)
class Dot:
    """One day of one line: where it is, and what to say of it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line by its name (a target or a severity); `pieces` are runs of days that follow one another."""

    name: str
    pieces: Sequence[Sequence[Dot]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines with their grid: heights with what they stand for, and days with theirs."""

    lines: Sequence[Line]
    rows: Sequence[tuple[float, str]]
    columns: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether no line has a single day."""
        return not any(line.pieces for line in self.lines)


def completeness_chart(trends: Trends) -> Chart:
    """The share of punches each platform acknowledged before 24:00, day by day; a day without punches is left out."""
    shares = {
        target: {day: 100 * one.on_time / one.due for day, one in trends.arrivals[target].items() if one.due}
        for target in TARGETS
    }
    lowest = min((share for line in shares.values() for share in line.values()), default=0.0)
    floor = 90 if lowest >= 90 else 50 if lowest >= 50 else 0

    def told(target: str, day: date) -> str:
        one = trends.arrivals[target][day]
        return f"{share_text(one.on_time, one.due)} ({count_text(one.on_time)} / {count_text(one.due)})"

    return _chart(trends.dates, shares, (floor, 100), lambda value: f"{value:g}%", told)


def findings_chart(trends: Trends) -> Chart:
    """Findings of each checked day by severity."""
    counts = {
        severity: {day: float(getattr(tally, severity)) for day, tally in trends.tallies.items()}
        for severity in SEVERITIES
    }
    highest = max((count for line in counts.values() for count in line.values()), default=0.0)

    def told(severity: str, day: date) -> str:
        return count_text(getattr(trends.tallies[day], severity))

    return _chart(trends.dates, counts, (0, _round_up(highest)), lambda value: count_text(int(value)), told)


def _chart(
    dates: Sequence[date],
    lines: Mapping[str, Mapping[date, float]],
    span: tuple[float, float],
    label: Callable[[float], str],
    told: Callable[[str, date], str],
) -> Chart:
    low, high = span
    across, down = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    places = {day: _LEFT + across * number / max(1, len(dates) - 1) for number, day in enumerate(dates)}

    def height(value: float) -> float:
        return round(_TOP + down * (1 - (value - low) / (high - low)), 1)

    drawn = []
    for name, values in lines.items():
        pieces: list[list[Dot]] = []
        before: date | None = None
        for number, day in enumerate(dates):
            if day not in values:
                continue
            if before is None or before != dates[number - 1]:
                pieces.append([])
            pieces[-1].append(Dot(round(places[day], 1), height(values[day]), f"{day}: {told(name, day)}"))
            before = day
        drawn.append(Line(name, pieces))
    steps = [low, (low + high) / 2, high]
    shown = [dates[number] for number in sorted({0, len(dates) // 2, len(dates) - 1})]
    return Chart(
        drawn,
        [(height(value), label(value)) for value in steps],
        [(round(places[day], 1), f"{day:%m-%d}") for day in shown],
    )


def _round_up(highest: float) -> float:
    """A round number that is even and not less."""
    step = 2
    while step * 5 < highest:
        step *= 10 if step * 50 < highest else 5 if step * 25 < highest else 2
    top = step
    while top < highest:
        top += step
    return float(top)
