"""Walks the steps of a platform one after the other, and makes the report of it."""

import platform as machine
import secrets
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import realname_sync
from realname_sync.joint.judging import Came, Judge
from realname_sync.joint.masking import Masks
from realname_sync.joint.place import Place
from realname_sync.joint.report import CameBack, ClockDifference, Report, StepResult, Verdict
from realname_sync.joint.steps import Step, Walk, load_walk
from realname_sync.joint.values import Known, NotKnownError, known_at_first, resolved, with_one_of_a_crowd
from realname_sync.joint.wire import Ended, Wire, moved_by
from realname_sync.pipelines.city import City
from realname_sync.platforms.open_api.cipher import encrypt
from realname_sync.quality.report.labels import Label
from realname_sync.standards import Standard, load_standard, serialise

Progress = Callable[[StepResult, int], None]
_TRIES = 20


def plan(profile: Any, target: str) -> Walk:
    """The steps of a walk, without going anywhere."""
    return load_walk(target, profile, load_standard(profile.standard))


def walk(
    city: City,
    place: Place,
    *,
    run_by: str = "",
    patience: float = 120.0,
    progress: Progress = lambda _step, _of: None,
    mark: str | None = None,
) -> Report:
    """Walk all steps at a place; everything written there is invented.

    Raises:
        NotSentError: no connection was made at all, so nothing was walked.
    """
    mark = mark or secrets.token_hex(4)
    client, transport = place.open(city)
    steps = plan(place.profile, place.target)
    began = city.clock()
    known = {
        **known_at_first(mark, place.profile, began),
        "project": place.project_code,
        "other_project": place.other_project,
        "area": place.area_code,
        "other_area": place.other_area,
        "shared": place.shared,
    }
    masks = Masks(
        (place.credentials.secret, place.credentials.corp_key or ""),
        (place.project_code or "", place.other_project, known["corp"]["code"]),
    )
    wire = Wire(client, transport, place.credentials, patience)
    under_way = _UnderWay(wire, client.standard, known, masks)
    results = []
    try:
        for number, step in enumerate(steps.steps, start=1):
            results.append(under_way.take(number, step))
            progress(results[-1], len(steps.steps))
    finally:
        client.close()
    methods = client.standard.methods
    return Report(
        target=place.target,
        endpoint=client.url,
        appid=place.credentials.appid,
        project_code=place.project_code,
        mark=mark,
        run_by=run_by,
        began=began,
        ended=city.clock(),
        software=f"realname_sync {realname_sync.__version__}, Python {machine.python_version()}",
        standard=client.standard.name,
        standard_title=client.standard.title,
        protocol_version=place.profile.version_at(began),
        walk_edition=steps.edition,
        walk_digest=steps.digest,
        clock=_clock_difference(under_way.ahead),
        noticed=under_way.noticed(),
        steps=results,
        left_alone=[
            (name, Label("不在联调范围内", methods[name].left_out or "not part of this walk"))
            for name in steps.left_alone
        ],
    )


@dataclass
class _UnderWay:
    """What is known and was seen so far."""

    wire: Wire
    standard: Standard
    known: Known
    masks: Masks
    judge: Judge = field(default_factory=Judge)
    ahead: list[float] = field(default_factory=list)
    codes_as_text: set[bool] = field(default_factory=set)
    nothing_found: set[str] = field(default_factory=set)
    result_seconds: list[float] = field(default_factory=list)
    throttled: int = 0

    def take(self, number: int, step: Step) -> StepResult:
        """Carry out one step."""
        result = partial(
            StepResult,
            number=number,
            id=step.id,
            title=step.title,
            method=step.method,
            bad=step.bad,
            deviation=_deviation(step, self.wire.client.profile.clock_tolerance_seconds),
            basis=step.basis,
        )
        missing = self._missing(step)
        if missing is not None:
            return result(sent={}, rows_sent=0, came=None, expected=[], verdict="not_tried", remarks=[missing])
        came, expect, header, rows = self._tried(step)
        remarks = self.judge.differences(expect, came)
        self.judge.earlier[step.id] = came
        verdict: Verdict = "differs" if remarks else "as_expected"
        if step.open is not None:
            told = Label("与假定不同", "other than assumed") if remarks else Label("与假定相同", "as assumed")
            remarks = [step.open, told, *remarks] if expect else [step.open]
            verdict = "observed"
        if verdict != "differs":
            self._keep(step, came)
        described = self.standard.method(step.method)
        shown: Mapping[str, Any] = self.masks.sent(described, header, rows)
        self.masks.learn(described.answer, came.rows)
        if "text" in step.wire:
            shown = {"data": step.wire["text"]}
        return result(
            sent=shown,
            rows_sent=len(rows),
            came=self._came_back(came),
            expected=self.judge.told(expect),
            verdict=verdict,
            remarks=[Label(self.masks.text(one.zh), self.masks.text(one.en)) for one in remarks],
        )

    def noticed(self) -> list[Label]:
        """What was seen on the way that the documents leave open, beside the steps that ask for it."""
        told = []
        if self.codes_as_text:
            kinds = {True: ("文本", "text"), False: ("数字", "a number")}
            forms = [kinds[kind] for kind in sorted(self.codes_as_text)]
            chinese, english = (" / ".join(names) for names in zip(*forms, strict=True))
            told.append(Label(f"应答的 code 以{chinese}返回，两种都接受", f"code comes as {english}; either is taken"))
        if self.nothing_found:
            forms_found = " / ".join(sorted(self.nothing_found))
            told.append(
                Label(f"查询无结果时返回 {forms_found}", f"where nothing is found, the answer is {forms_found}")
            )
        if self.result_seconds:
            longest, middle = max(self.result_seconds), statistics.median(self.result_seconds)
            told.append(
                Label(
                    f"异步结果最久等待 {longest:.1f} 秒，中位 {middle:.1f} 秒",
                    f"results took {longest:.1f} s at most, {middle:.1f} s in the middle",
                )
            )
        if self.throttled:
            told.append(
                Label(f"{self.throttled} 次被限流后重发", f"{self.throttled} calls were throttled and made again")
            )
        return told

    def _missing(self, step: Step) -> Label | None:
        """Why a step cannot be carried out, if it cannot."""
        for earlier, rows in step.needs.items():
            there = self.judge.earlier[earlier].total or 0 if earlier in self.judge.earlier else 0
            if there < rows:
                return Label(
                    f"数据不足：需要 {rows} 行，现有 {there} 行",
                    f"too few data: {rows} rows are needed, {there} are there",
                )
        known = self.known
        if step.try_each is not None:
            candidates = known.get(step.try_each) or []
            if not candidates:
                return Label("没有可用的数据", "there are no data to try it with")
            known = {**known, "each": candidates[0]}
        if step.beyond_the_limit:
            if step.method not in self.wire.client.profile.batch_rows:
                return Label("未知每次上报的上限", "no limit of rows is known")
            known = with_one_of_a_crowd(known, 0)
        try:
            resolved((step.data, list(step.rows), dict(step.expect)), known)
        except NotKnownError as missing:
            return Label(f"缺少前面步骤的数据：{missing}", f"an earlier step did not bring {missing}")
        return None

    def _tried(self, step: Step) -> tuple[Came, Mapping[str, Any], Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        """Carry a step out; with `try_each`, with one row after the other until it ends as expected."""
        candidates: Sequence[Any] = (None,)
        if step.try_each is not None:
            candidates = self.known[step.try_each][:_TRIES]
        for candidate in candidates:
            known = {**self.known, "each": candidate} if step.try_each else self.known
            expect = resolved(dict(step.expect), known)
            header, rows = self._values(step, known)
            came = self._carried_out(step, header, rows)
            if not self.judge.differences(expect, came):
                break
        self.known["each"] = candidate
        return came, expect, header, rows

    def _values(self, step: Step, known: Known) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        header = resolved(dict(step.data), known)
        if not step.beyond_the_limit:
            return header, resolved(list(step.rows), known)
        beyond = range(self.wire.client.profile.batch_rows[step.method] + 1)
        return header, [resolved(dict(step.rows[0]), with_one_of_a_crowd(known, index)) for index in beyond]

    def _carried_out(self, step: Step, header: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Came:
        described = self.standard.method(step.method)
        text = serialise(described, header, rows, encrypt=partial(encrypt, secret=self.wire.credentials.secret))
        response = self.wire.call(step.method, text, step.wire, keep_nonce=step.keep_nonce)
        self.throttled += response.throttled
        if response.clock_ahead is not None:
            self.ahead.append(response.clock_ahead)
        if response.answer is None:
            return Came(response)
        self.codes_as_text.add(response.code_is_text)
        if response.page is not None and not response.page.rows and not response.page.total_count:
            self.nothing_found.add("null" if response.answer.data is None else "totalCount 0")
        if described.direction == "read" or response.answer.code != 0:
            return Came(response)
        if response.answer.serial_code is None:
            return Came(response, Ended(None, 0, 0.0, "no requestSerialCode"))
        ended = self.wire.ended(response.answer.serial_code)
        self.result_seconds.append(ended.seconds)
        return Came(response, ended)

    def _keep(self, step: Step, came: Came) -> None:
        for name, what in step.keep.items():
            source, _, part = what.partition(".")
            value: Any = None
            if source == "result" and isinstance(came.result, dict):
                value = came.result.get(part)
            elif source == "row" and came.rows:
                value = next((row for row in came.rows if str(row.get("deleted", 0)) == "0"), None)
            elif source == "rows":
                value = [row for row in came.rows if str(row.get("deleted", 0)) == "0"]
            elif source == "each":
                value = self.known.get("each")
            self.known[name] = value

    def _came_back(self, came: Came) -> CameBack:
        response, ended = came.response, came.ended
        answer = response.answer
        return CameBack(
            http_status=response.http_status,
            code=came.code,
            message=self.masks.text(answer.message) if answer else "",
            serial_code=self.masks.text(answer.serial_code) if answer and answer.serial_code else None,
            status=came.status,
            result=self.masks.text(came.result_text),
            asked=ended.asked if ended else 0,
            result_seconds=round(ended.seconds, 2) if ended else None,
            rows=len(response.page.rows) if response.page else None,
            total=came.total,
            elapsed_ms=round(response.elapsed_ms, 1),
            throttled=response.throttled,
            failure=response.failure or (ended.failure if ended else ""),
        )


def _deviation(step: Step, tolerance_seconds: int) -> Label | None:
    """In what the call itself deviates from what was agreed, in words."""
    words = []
    for name, value in step.wire.items():
        if name == "timestamp":
            seconds = int(moved_by(value, tolerance_seconds).total_seconds())
            words.append((f"timestamp {seconds:+} 秒", f"timestamp {seconds:+} s"))
        elif name == "without":
            words.append((f"不含 {value}", f"without {value}"))
        elif name == "nonce":
            words.append(("nonce 与前次相同", "nonce of an earlier call"))
        elif name == "sign":
            words.append(("sign 错误", "a wrong sign"))
        elif name == "text":
            words.append(("data 不完整", "data cut short"))
        else:
            words.append((f"{name} = {value}", f"{name} = {value}"))
    return Label(*("，".join(word[0] for word in words), ", ".join(word[1] for word in words))) if words else None


def _clock_difference(ahead: Sequence[float]) -> ClockDifference:
    if not ahead:
        return ClockDifference(0)
    figures = (min(ahead), statistics.median(ahead), max(ahead))
    return ClockDifference(len(ahead), *(round(figure, 1) for figure in figures))
