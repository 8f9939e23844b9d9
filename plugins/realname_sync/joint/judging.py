"""Holds what came back to what a step expects, and says in both languages what is expected and what differs."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from realname_sync.joint.wire import Ended, Response
from realname_sync.quality.report.labels import Label

REFUSALS = frozenset({-1, -2, -3, -4})
_FAILED, _DONE = 10, 20
_STATES = {_FAILED: Label("失败", "failed"), _DONE: Label("成功", "done")}


@dataclass(frozen=True)
class Came:
    """What came back in a step: the answer, and of a write that was accepted how it ended."""

    response: Response
    ended: Ended | None = None

    @property
    def code(self) -> int | None:
        """The code of the answer, if there is one."""
        return self.response.answer.code if self.response.answer else None

    @property
    def status(self) -> int | None:
        """How the write ended, if it did."""
        return self.ended.result.status if self.ended and self.ended.result else None

    @property
    def result_text(self) -> str:
        """The words of the asynchronous result; they may name persons."""
        return self.ended.result.result if self.ended and self.ended.result else ""

    @property
    def result(self) -> Any:
        """The asynchronous result where it is JSON."""
        try:
            return json.loads(self.result_text)
        except ValueError:
            return None

    @property
    def data(self) -> Mapping[str, Any]:
        """The answer's `data` where it is an object."""
        data = self.response.answer.data if self.response.answer else None
        return data if isinstance(data, Mapping) else {}

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """The rows of a page, numbers in plain text."""
        return self.response.page.rows if self.response.page else ()

    @property
    def total(self) -> int | None:
        """The `totalCount` of a page."""
        return self.response.page.total_count if self.response.page else None

    @property
    def was_refused(self) -> bool:
        """Whether the platform refused, at once or by the asynchronous result."""
        return self.code in REFUSALS or self.status == _FAILED


@dataclass
class Judge:
    """Judges one step after another; `earlier` is what came back before, by step."""

    earlier: dict[str, Came] = field(default_factory=dict)

    def told(self, expect: Mapping[str, Any]) -> list[Label]:
        """What is expected, in words."""
        return [_RULES[name].told(value) for name, value in expect.items()]

    def differences(self, expect: Mapping[str, Any], came: Came) -> list[Label]:
        """What is not as expected, in words; nothing where all is, or where nothing is expected."""
        if not expect:
            return []
        if came.response.answer is None:
            return [
                Label(f"没有约定格式的应答：{came.response.failure}", f"no answer as agreed: {came.response.failure}")
            ]
        if came.ended is not None and came.ended.result is None:
            return [Label(f"没有异步结果：{came.ended.failure}", f"no result: {came.ended.failure}")]
        found = list(self._found(expect, came))
        if not found and came.response.failure:
            found.append(Label("应答不是约定的分页形式", "the answer is no page as agreed"))
        return found

    def _found(self, expect: Mapping[str, Any], came: Came) -> Iterator[Label]:
        """A call that ended otherwise altogether is said once, and not again for each thing that follows from it."""
        wants_success = not expect.get("refused") and expect.get("code", 0) == 0 and "page_limit" not in expect
        if wants_success and came.code != 0:
            yield Label(f"应成功，返回代码 {came.code}", f"should succeed, code {came.code}")
            return
        for name, value in expect.items():
            wrong = _RULES[name].wrong(value, came, self.earlier)
            if wrong is not None:
                yield wrong


@dataclass(frozen=True)
class _Rule:
    """One kind of expectation."""

    told: Callable[[Any], Label]
    wrong: Callable[[Any, Came, Mapping[str, Came]], Label | None]


def _is(chinese: str, english: str, actual: Callable[[Came], Any]) -> _Rule:
    """The expectation that one figure has a value."""

    def wrong(wanted: Any, came: Came, _earlier: Mapping[str, Came]) -> Label | None:
        there = actual(came)
        if str(there) == str(wanted):
            return None
        return Label(f"{chinese}应为 {wanted}，实为 {there}", f"{english} should be {wanted} and is {there}")

    return _Rule(lambda wanted: Label(f"{chinese} {wanted}", f"{english} {wanted}"), wrong)


def _status_wrong(wanted: int, came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    if came.status == wanted:
        return None
    there = _STATES[came.status] if came.status in _STATES else Label("无", "none")
    return Label(
        f"异步结果应为{_STATES[wanted].zh}，实为{there.zh}", f"the result should be {_STATES[wanted].en}, is {there.en}"
    )


def _refused_wrong(_wanted: bool, came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    if came.was_refused:
        return None
    if came.code != 0:
        return Label(f"应以 -1 至 -4 拒绝，返回代码 {came.code}", f"should be refused by -1 to -4, code {came.code}")
    how = f"code {came.code}" + (f", status {came.status}" if came.status is not None else "")
    return Label(f"应被拒绝，却未被拒绝（{how}）", f"should be refused and was not ({how})")


def _rejected(came: Came) -> list[int] | None:
    rejected = came.result.get("rejected") if isinstance(came.result, dict) else None
    try:
        return sorted(int(one["index"]) for one in rejected) if isinstance(rejected, list) else None
    except (KeyError, TypeError, ValueError):
        return None


def _rejected_wrong(wanted: list[int], came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    there = _rejected(came)
    if there == wanted:
        return None
    return Label(f"拒绝的行应为 {wanted}，实为 {there}", f"the rejected rows should be {wanted} and are {there}")


def _names_rows_wrong(wanted: list[int], came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    missing = [index for index in wanted if f"[{index}]" not in came.result_text]
    return Label(f"原因未指明第 {missing} 行", f"the reasons do not name row {missing}") if missing else None


def _result_has_wrong(wanted: list[str], came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    missing = [name for name in wanted if not (isinstance(came.result, dict) and came.result.get(name))]
    names = ", ".join(missing)
    return Label(f"异步结果缺少 {names}", f"the result has no {names}") if missing else None


def _result_names_wrong(wanted: Any, came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    if str(wanted) in came.result_text:
        return None
    return Label(f"异步结果未写明 {wanted}", f"the result does not name {wanted}")


def _rows_with_wrong(wanted: Mapping[str, Any], came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    match = wanted["match"]
    count = sum(all(_same(row.get(name), value) for name, value in match.items()) for row in came.rows)
    least = wanted.get("at_least")
    if count >= least if least is not None else count == wanted["count"]:
        return None
    names, should = ", ".join(match), f"≥ {least}" if least is not None else wanted["count"]
    return Label(
        f"{names} 与所报一致的行应为 {should}，实为 {count}",
        f"rows with this {names} should be {should} and are {count}",
    )


def _same(there: Any, wanted: Any) -> bool:
    """Numbers may come as text; a time stamp may come with milliseconds."""
    text = str(int(there)) if isinstance(there, bool) else str(there)
    return text == str(wanted) or text == f"{wanted}.000"


def _fields_wrong(wanted: list[str], came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    missing = ", ".join(name for name in wanted if any(row.get(name) in (None, "") for row in came.rows))
    return Label(f"有的行缺少 {missing}", f"rows come without {missing}") if missing else None


def _ordered_wrong(wanted: list[str], came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    keys = [tuple(str(row.get(name)) for name in wanted) for row in came.rows]
    if keys == sorted(keys):
        return None
    return Label(f"未按 {', '.join(wanted)} 排序", f"the rows are not in the order {', '.join(wanted)}")


def _other_rows_wrong(wanted: str, came: Came, earlier: Mapping[str, Came]) -> Label | None:
    if wanted in earlier and came.rows == earlier[wanted].rows:
        return Label("与上一页内容相同", "the same rows as the page before")
    return None


def _page_limit_wrong(wanted: int, came: Came, _earlier: Mapping[str, Came]) -> Label | None:
    if came.code in REFUSALS:
        return None
    told = came.data.get("pageSize")
    if came.code == 0 and len(came.rows) <= wanted and told is not None and int(told) <= wanted:
        return None
    return Label(f"既未拒绝，也未限制为 {wanted} 条", f"neither refused nor cut to {wanted} rows")


def _page_number_wrong(name: str, chinese: str) -> Callable[[Any, Came, Mapping[str, Came]], Label | None]:
    """Whether the page says what was asked for; a platform that answers null where nothing is found says nothing."""

    def wrong(wanted: Any, came: Came, _earlier: Mapping[str, Came]) -> Label | None:
        there = came.data.get(name)
        if there is None or str(there) == str(wanted):
            return None
        return Label(f"{chinese}应为 {wanted}，实为 {there}", f"{name} should be {wanted} and is {there}")

    return wrong


def _grown_wrong(wanted: Mapping[str, Any], came: Came, earlier: Mapping[str, Came]) -> Label | None:
    before = earlier[wanted["since"]].data if wanted["since"] in earlier else {}
    wrong = []
    for name, by in wanted.items():
        if name == "since":
            continue
        try:
            grown = int(came.data[name]) - int(before.get(name) or 0)
        except (KeyError, TypeError, ValueError):
            wrong.append(f"{name} ?")
            continue
        if grown != by:
            wrong.append(f"{name} +{grown} (+{by})")
    if not wrong:
        return None
    return Label(f"计数变化不符：{', '.join(wrong)}", f"the counts grew otherwise: {', '.join(wrong)}")


def _grown_told(wanted: Mapping[str, Any]) -> Label:
    parts = ", ".join(f"{name} +{by}" for name, by in wanted.items() if name != "since")
    return Label(f"计数增加 {parts}", f"the counts grow by {parts}")


def _rows_with_told(wanted: Mapping[str, Any]) -> Label:
    names = ", ".join(wanted["match"])
    count = f"≥ {wanted['at_least']}" if "at_least" in wanted else wanted["count"]
    return Label(f"{names} 与所报一致的行 {count}", f"rows with this {names}: {count}")


def _accepted(came: Came) -> Any:
    return came.result.get("accepted") if isinstance(came.result, dict) else None


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))


_RULES: Mapping[str, _Rule] = {
    "code": _is("代码", "code", lambda came: came.code),
    "status": _Rule(
        lambda wanted: Label(f"异步结果 {wanted} {_STATES[wanted].zh}", f"result {wanted} {_STATES[wanted].en}"),
        _status_wrong,
    ),
    "refused": _Rule(lambda _: Label("拒绝（同步或异步）", "refused, at once or by the result"), _refused_wrong),
    "accepted": _is("接收行数", "rows accepted", _accepted),
    "rejected": _Rule(lambda rows: Label(f"拒绝的行 {rows}", f"rejected rows {rows}"), _rejected_wrong),
    "names_rows": _Rule(lambda rows: Label(f"原因指明第 {rows} 行", f"reasons name row {rows}"), _names_rows_wrong),
    "result_has": _Rule(
        lambda names: Label(f"结果含 {_listed(names)}", f"the result has {_listed(names)}"), _result_has_wrong
    ),
    "result_names": _Rule(lambda what: Label(f"结果写明 {what}", f"the result names {what}"), _result_names_wrong),
    "total": _is("totalCount", "totalCount", lambda came: came.total),
    "rows": _is("本页行数", "rows of the page", lambda came: len(came.rows)),
    "rows_with": _Rule(_rows_with_told, _rows_with_wrong),
    "page_index": _Rule(
        lambda page: Label(f"pageIndex {page}", f"pageIndex {page}"), _page_number_wrong("pageIndex", "pageIndex ")
    ),
    "page_size": _Rule(
        lambda size: Label(f"pageSize {size}", f"pageSize {size}"), _page_number_wrong("pageSize", "pageSize ")
    ),
    "page_limit": _Rule(
        lambda size: Label(f"拒绝，或限制为 {size} 条", f"refused, or cut to {size} rows"), _page_limit_wrong
    ),
    "fields": _Rule(
        lambda names: Label(f"每行都有 {_listed(names)}", f"every row has {_listed(names)}"), _fields_wrong
    ),
    "ordered": _Rule(
        lambda names: Label(f"按 {_listed(names)} 排序", f"in the order {_listed(names)}"), _ordered_wrong
    ),
    "other_rows_than": _Rule(lambda _: Label("与上一页内容不同", "other rows than the page before"), _other_rows_wrong),
    "grown": _Rule(_grown_told, _grown_wrong),
}
KINDS = frozenset(_RULES)
"""The words an `expect` may use."""
