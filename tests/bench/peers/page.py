"""The page: for each work a table of who did it, how fast, with how much memory, and what two kills cost."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

_COLUMNS = (
    "tool", "what it does", "rows", "seconds", "rows/s", "against ours", "CPU s", "peak MB", "found", "kills", "lost",
    "doubled", "after the kills",
)  # fmt: skip
_HEAD = (Path(__file__).parent / "head.md").read_text(encoding="utf-8")


def as_markdown(kept: Mapping[str, Any]) -> str:
    """The whole page."""
    machine = kept["machine"]
    told = {name: kept[name] for name in ("rows", "workers", "projects", "measured_at", "rounds")}
    return "\n".join([_HEAD.format(**told, **machine), *(_section(work) for work in kept["works"].values())])


def _section(work: Mapping[str, Any]) -> str:
    wanted = f" There are {work['wanted']:,} to be found." if work.get("wanted") is not None else ""
    ours = next((one for one in work["peers"] if one["name"] == "ours" and one.get("timed")), None)
    our_rate = _rate(work["rows"], ours["timed"]) if ours else None
    lines = [_line(one, work, our_rate) for one in work["peers"]]
    used = [column for column in range(len(_COLUMNS)) if column < 3 or any(line[column] for line in lines)]
    shown = [[row[column] for column in used] for row in (_COLUMNS, ["---"] * len(_COLUMNS), *lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in shown)
    return f"## {work['title'].capitalize()}\n\n{work['rows']:,} rows.{wanted}\n\n{table}\n{''.join(_remarks(work))}"


def _line(one: Mapping[str, Any], work: Mapping[str, Any], our_rate: float | None) -> list[str]:
    name = f"{one['name']} {one['version']}".strip()
    timed: Sequence[Mapping[str, Any]] = one.get("timed") or ()
    if not timed:
        return [name, f"**not measured**: {one['unavailable']}", *[""] * (len(_COLUMNS) - 2)]
    seconds = [round_["seconds"] for round_ in timed]
    rate = _rate(work["rows"], timed)
    found = timed[-1]["notes"].get("found", timed[-1]["notes"].get("missing"))
    return [
        name, one["does"], f"{work['rows']:,}", f"{median(seconds):.2f} ({min(seconds):.2f}–{max(seconds):.2f})",
        f"{rate:,.0f}", f"{rate / our_rate:.2f} ×" if our_rate and one["name"] != "ours" else "",
        f"{median(round_['cpu_seconds'] for round_ in timed):.1f}",
        f"{median(round_['memory_mb'] for round_ in timed):,.0f}",
        "" if work.get("wanted") is None or found is None else f"{found:,}", *_after_kills(one.get("killed")),
    ]  # fmt: skip


def _after_kills(killed: Mapping[str, Any] | None) -> list[str]:
    if not killed:
        return ["", "", "", ""]
    at = ", ".join(f"{rows:,}" for rows, _ in killed["at"])
    losses = killed["losses"]
    after = f"{killed['again']:.1f} s, {killed['starts']} starts" + (f"; {killed['error']}" if killed["error"] else "")
    return [f"{killed['kills']} ({at})" if at else "0", f"{losses['lost']:,}", f"{losses['doubled']:,}", after]


def _remarks(work: Mapping[str, Any]) -> Iterator[str]:
    again = [(one["name"], one["again"]) for one in work["peers"] if one.get("killed")]
    if again:
        told = "; ".join(f"{name}: {words}" for name, words in again)
        yield f"\nStarted again by: {told}.\n"
    strange = {one["name"]: one["killed"]["losses"]["strange"] for one in work["peers"] if one.get("killed")}
    if any(strange.values()):
        yield f"\nRows at the target that the source does not have: {strange}.\n"


def _rate(rows: int, timed: Sequence[Mapping[str, Any]]) -> float:
    return rows / max(median(one["seconds"] for one in timed), 1e-9)
