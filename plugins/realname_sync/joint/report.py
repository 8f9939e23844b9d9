"""The report of a walk: what two parties sign, as a page, and the same as JSON beside it."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from jinja2 import PackageLoader

from realname_sync.quality.report.labels import Label
from realname_sync.quality.report.templating import environment, self_contained
from realname_sync.workdate import SHANGHAI

Verdict = Literal["as_expected", "differs", "observed", "not_tried"]
NAMES: Mapping[str, Label] = {
    "province": Label("省厅数据仓 V2.0", "Province, V2.0"),
    "nation": Label("全国平台", "Nation"),
    "integrity": Label("诚信平台（共享数据）", "Integrity platform, shared data"),
}
VERDICTS: Mapping[Verdict, tuple[str, Label]] = {
    "as_expected": ("✓", Label("一致", "as expected")),
    "differs": ("✕", Label("不一致", "differs")),
    "observed": ("○", Label("观察", "observed")),
    "not_tried": ("–", Label("未试", "not tried")),
}


@dataclass(frozen=True)
class CameBack:
    """What came back, as it may be shown; None where there was nothing of the kind."""

    http_status: int | None
    code: int | None
    message: str
    serial_code: str | None
    status: int | None
    result: str
    asked: int
    result_seconds: float | None
    rows: int | None
    total: int | None
    elapsed_ms: float
    throttled: int
    failure: str


@dataclass(frozen=True)
class StepResult:
    """One step: what was sent, what came back, what was expected, and whether it differs."""

    number: int
    id: str
    title: Label
    method: str
    bad: bool
    deviation: Label | None
    sent: Mapping[str, Any]
    rows_sent: int
    came: CameBack | None
    expected: Sequence[Label]
    verdict: Verdict
    remarks: Sequence[Label]
    basis: str


@dataclass(frozen=True)
class ClockDifference:
    """How far the platform's clock was ahead of ours, in seconds, by the `Date` of so many answers."""

    answers: int
    least: float | None = None
    median: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Report:
    """A walk from its first step to its last."""

    target: str
    endpoint: str
    appid: str
    project_code: str | None
    mark: str
    run_by: str
    began: datetime
    ended: datetime
    software: str
    standard: str
    standard_title: str
    protocol_version: str
    walk_edition: str
    walk_digest: str
    clock: ClockDifference
    noticed: Sequence[Label]
    steps: Sequence[StepResult]
    left_alone: Sequence[tuple[str, Label]]

    @property
    def counts(self) -> dict[str, int]:
        """How many steps ended how."""
        counted = Counter(step.verdict for step in self.steps)
        return {verdict: counted[verdict] for verdict in VERDICTS}

    @property
    def differing(self) -> tuple[StepResult, ...]:
        """The steps that are not as expected."""
        return tuple(step for step in self.steps if step.verdict == "differs")

    @property
    def observed(self) -> tuple[StepResult, ...]:
        """The steps whose end the documents leave open."""
        return tuple(step for step in self.steps if step.verdict == "observed")

    @property
    def methods(self) -> dict[str, dict[str, int]]:
        """For each method how many steps ended how, in the order of the steps."""
        table: dict[str, dict[str, int]] = {}
        for step in self.steps:
            table.setdefault(step.method, dict.fromkeys(VERDICTS, 0))[step.verdict] += 1
        return table


def write_report(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write page and JSON; the page names the digest of the JSON, so that who signs the one signs the other."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"joint-test-{report.target}-{report.began.astimezone(SHANGHAI):%Y%m%d-%H%M%S}-{report.mark}"
    data = json.dumps(_plain(report), ensure_ascii=False, indent=1, default=str).encode()
    page = self_contained(
        "joint.html.j2",
        among=environment(PackageLoader("realname_sync.joint")),
        style_of="joint.css",
        report=report,
        named=NAMES[report.target],
        verdicts=VERDICTS,
        shown=_shown,
        json_name=f"{name}.json",
        json_digest=hashlib.sha256(data).hexdigest(),
    )
    json_path, page_path = folder / f"{name}.json", folder / f"{name}.html"
    json_path.write_bytes(data)
    page_path.write_text(page, encoding="utf-8")
    return page_path, json_path


def _plain(report: Report) -> dict[str, Any]:
    plain = asdict(report)
    for name in ("began", "ended"):
        plain[name] = plain[name].astimezone(SHANGHAI).isoformat(timespec="seconds")
    return {**plain, "counts": report.counts, "methods": report.methods}


def _shown(sent: Mapping[str, Any], indent: int | None) -> str:
    return json.dumps(sent, ensure_ascii=False, indent=indent, default=str)
