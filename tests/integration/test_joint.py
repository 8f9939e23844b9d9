"""The joint test against the sandbox: it passes as it is, and with one rule bent it fails at exactly that line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from deliveries import Clock, at

from realname_sync.joint.place import find_place
from realname_sync.joint.report import Report
from realname_sync.joint.walk import walk
from realname_sync.sandbox import admission, paging, platform, platform_integrity, reads, submissions
from realname_sync.sandbox.paging import PageRequest
from realname_sync.sandbox.platform_rules import PlatformRules
from realname_sync.sandbox.protocol import Code, RefusedCallError

TARGETS = ("province", "nation", "integrity")


@pytest.fixture
def walked(open_town: Callable[..., Any]) -> Callable[..., Report]:
    """Walks a target in a town of its own; lamps are lit there, so that there is something to state."""

    def walk_one(
        target: str, sql: str = "", faults: Sequence[Mapping[str, Any]] = (), patience: float = 30, **running: Any
    ) -> Report:
        town = open_town(1, clock=Clock(at(15)), **running)
        town.platforms.set_faults(target, faults)
        if sql:
            town.sandbox_sql(sql)
        for name in TARGETS:
            town.override(f"{name}_platform", environment="test")
        if target == "integrity":
            code = town.sandbox_sql(
                "SELECT payload ->> 'projectCode' FROM integrity.shared_row WHERE object = 'project'"
            )
            for rule in ("PM_POST_MISSING", "CSE_POST_MISSING"):
                town.platforms.light_lamp(code[0][0], rule)
        return walk(town.city, find_place(town.city, target, None), patience=patience)

    return walk_one


def differing(report: Report) -> dict[str, str]:
    return {step.id: "; ".join(remark.en for remark in step.remarks) for step in report.differing}


@pytest.mark.parametrize("target", TARGETS)
def test_the_sandbox_passes(walked: Callable[..., Report], target: str) -> None:
    report = walked(target)
    assert differing(report) == {}
    assert report.counts["not_tried"] == 0
    assert report.counts["as_expected"] > 50


def offer(monkeypatch: pytest.MonkeyPatch, name: str, **changed: Any) -> None:
    """Let a platform go by changed rules."""
    rules, *rest = platform._OFFERS[name]
    monkeypatch.setitem(platform._OFFERS, name, (replace(rules, **changed), *rest))  # type: ignore[arg-type]


def any_clock(_patch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"clock_tolerances": {"province": timedelta(days=400)}}


def any_signature(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(admission, "is_signed", lambda _params, _secret: True)


def used_nonces(target: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: offer(patch, target, nonce_kept=timedelta(0))


def any_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(admission.Admission, "_check_version", lambda _self, _version: None)


def silence_about_bad_punches(patch: pytest.MonkeyPatch) -> None:
    honest = submissions.Judgement.outcome

    def outcome(self: submissions.Judgement, rules: PlatformRules) -> submissions.Outcome:
        if self.submission.method == "WorkerAttendance.Add" and self.kept(rules):
            return submissions.rows_outcome(len(self.submission.data.rows), {})
        return honest(self, rules)

    patch.setattr(submissions.Judgement, "outcome", outcome)


def good_rows_of_refused_punches(patch: pytest.MonkeyPatch) -> None:
    honest = submissions.Judgement.kept

    def kept(self: submissions.Judgement, rules: PlatformRules) -> list[int]:
        if self.submission.method != "WorkerAttendance.Add":
            return honest(self, rules)
        return [index for index in range(len(self.submission.data.rows)) if self.is_good(index)]

    patch.setattr(submissions.Judgement, "kept", kept)


def doubled_punches(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    offer(patch, "province", punch_kept_once=False)
    return {"sql": "DROP INDEX province.attendance_once"}


def pages_from_one(patch: pytest.MonkeyPatch) -> None:
    def page_request(rules: PlatformRules, query: Mapping[str, Any]) -> PageRequest:
        page = paging.page_request(rules, query)
        return PageRequest(max(page.index - 1, 0), page.size)

    patch.setattr(reads, "page_request", page_request)


def any_page_size(patch: pytest.MonkeyPatch) -> None:
    def page_request(_rules: PlatformRules, query: Mapping[str, Any]) -> PageRequest:
        return PageRequest(int(query["pageIndex"]), int(query["pageSize"]))

    patch.setattr(platform_integrity, "page_request", page_request)


def any_number_of_punches(target: str) -> Callable[[pytest.MonkeyPatch], None]:
    def bend(patch: pytest.MonkeyPatch) -> None:
        limits = dict(platform._OFFERS[target][0].batch_rows)
        del limits["WorkerAttendance.Add"]
        offer(patch, target, batch_rows=limits)

    return bend


def other_projects(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(platform, "require_own_project", lambda _caller, _data: None)


def other_areas(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(platform_integrity, "_area_pattern", lambda _caller, query: f"{query['areaCode'][:4]}%")


def every_read_is_closed(patch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: Any) -> Any:
        raise RefusedCallError(Code.NO_PERMISSION, "未开放")

    rules, known, writes = platform._OFFERS["nation"]
    offers = (rules, {**known, "Corp.Query": refuse}, writes)
    patch.setitem(platform._OFFERS, "nation", offers)  # type: ignore[arg-type]


def code_as_text(is_text: bool, target: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: offer(patch, target, code_as_text=is_text)


@pytest.mark.parametrize(
    ("target", "bend", "lines"),
    [
        ("province", any_clock, {"clock-too-slow", "clock-too-fast"}),
        ("province", any_signature, {"signature-wrong"}),
        ("province", used_nonces("province"), {"nonce-used"}),
        ("province", any_version, {"version-wrong", "version-closed"}),
        ("province", silence_about_bad_punches, {"attendance-bad-row"}),
        ("province", doubled_punches, {"punch-twice-counted"}),
        ("province", pages_from_one, {"team-page-2", "worker-page-2", "entry-page-2", "attendance-page-2"}),
        ("province", any_number_of_punches("province"), {"attendance-too-many"}),
        ("province", code_as_text(True, "province"), set()),
        ("nation", code_as_text(False, "nation"), set()),
        ("nation", used_nonces("nation"), set()),
        ("nation", good_rows_of_refused_punches, {"attendance-bad-row-none-kept"}),
        ("nation", any_number_of_punches("nation"), {"attendance-too-many"}),
        ("nation", other_projects, {"project-of-others"}),
        ("nation", every_read_is_closed, {"corp-query"}),
        ("integrity", other_areas, {"area-of-others"}),
        ("integrity", any_page_size, {"page-size-beyond"}),
    ],
    ids=lambda value: getattr(value, "__qualname__", "").partition(".")[0] or None,
)
def test_a_bent_rule_fails_at_its_own_line(
    walked: Callable[..., Report],
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    bend: Callable[[pytest.MonkeyPatch], dict[str, Any] | None],
    lines: set[str],
) -> None:
    report = walked(target, **(bend(monkeypatch) or {}))
    assert set(differing(report)) == lines, differing(report)
    assert report.counts["not_tried"] == 0


def test_what_was_throttled_is_sent_again_and_what_does_not_end_differs(walked: Callable[..., Report]) -> None:
    faults = (
        {"kind": "throttle", "times": 2},
        {"kind": "slow_results", "method": "Rectification.Add", "seconds": 60, "times": 1},
        {"kind": "malformed_answer", "shape": "html", "method": "SharedCorp.Query", "after": 3, "times": 1},
    )
    report = walked("integrity", faults=faults, patience=0.2)
    assert differing(report) == {
        "rectification-add": "no result: none within 0.2 s",
        "corp-since": "no answer as agreed: MalformedAnswerError",
    }
    assert "2 calls were throttled and made again" in [one.en for one in report.noticed]
