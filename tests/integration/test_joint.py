"""The joint test against the sandbox: it passes for all three targets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deliveries import Clock, at

from realname_sync.joint.place import find_place
from realname_sync.joint.report import write_report
from realname_sync.joint.walk import walk


@pytest.fixture
def tested(open_town: Callable[..., Any]) -> Any:
    town = open_town(1, clock=Clock(at(15)))
    for name in ("province", "nation", "integrity"):
        town.override(f"{name}_platform", environment="test")
    return town


@pytest.mark.parametrize("target", ["province", "nation", "integrity"])
def test_the_sandbox_passes(tested: Any, target: str, tmp_path: Path) -> None:
    report = walk(tested.city, find_place(tested.city, target, None))
    for step in report.steps:
        print(step.verdict, step.number, step.id, step.method, [r.en for r in step.remarks], step.came and (step.came.code, step.came.message, step.came.result))
    print(report.counts, report.noticed, report.clock, report.left_alone)
    write_report(report, Path("/tmp/joint_out"))
    assert [step.id for step in report.differing] == []
