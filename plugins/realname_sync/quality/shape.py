"""Holds what is extracted and pulled to its suite, one an object, with Great Expectations inside PostgreSQL.

The suites look at the views `quality.shape_*`. A suite is asked first whether it holds, which costs a few aggregate
queries; only an expectation that does not is asked for its rows, and then for all of them. Great Expectations takes
seconds to import and so is imported where it is used.
"""

import json
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, Engine, event

from realname_sync.errors import SettingsError
from realname_sync.quality.catalogue import SUITES, Rule
from realname_sync.quality.findings import Finding
from realname_sync.quality.shape_docs import with_results, without_values
from realname_sync.resources import expectations
from realname_sync.warehouse.engine import Role
from realname_sync.workdate import day_bounds

_EVERY_ROW = 2**31 - 1
"""A limit on unexpected rows that no table reaches: without one, Great Expectations yields twenty."""


Part = Literal["lasting", "dated"]
"""`dated` is what hangs on the work date: by a bound, or because only rows of that date are looked at."""


@dataclass(frozen=True)
class Suite:
    """One file of expectations/suites: the object, the view it looks at, and its expectations as they stand there.

    Attributes:
        by_date: whether the view shows rows of one work date; all others show what there is now.
    """

    object: str
    view: str
    expectations: Sequence[Mapping[str, Any]]
    by_date: bool = False


@cache
def load_suites() -> Mapping[str, Suite]:
    """All suites by object.

    Raises:
        SettingsError: a file is no suite.
    """
    suites = {}
    for path in sorted((expectations() / "suites").glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            meta = content["meta"]
            suite = Suite(meta["object"], meta["view"], content["expectations"], meta.get("by_date", False))
        except (ValueError, KeyError, TypeError):
            raise SettingsError(
                f"{path.name} is no expectation suite: it needs name, meta with object and view, expectations"
            ) from None
        suites[suite.object] = suite
    return suites


def find_misshapen(
    engine: Engine,
    questions: Sequence["Question"],
    work_date: date,
    keep: Callable[["Question", dict[str, Any]], None] = lambda _question, _result: None,
    snapshot: str | None = None,
) -> Iterator[tuple["Question", Finding]]:
    """What does not fit its suite on the work date.

    Args:
        engine: the warehouse.
        questions: what is asked; the parts of a suite are asked together.
        work_date: the date the punches are of; all other objects are checked as they are now.
        keep: is given each question's result, without a value of any row.
        snapshot: what a transaction that is still open exported; all is seen as it sees it. Without one, as it is.

    Raises:
        SettingsError: an expectation could not be evaluated.
    """
    with _datasource(engine, work_date, snapshot) as datasource:
        for _, parts in groupby(questions, key=lambda question: question.suite.object):
            yield from _findings(datasource, list(parts), keep)


@dataclass(frozen=True)
class Bounds:
    """The limits of dates on one work date: what expectations name as $PARAMETER, and what findings show."""

    parameters: Mapping[str, Any]
    shown: Mapping[str, Any]

    @classmethod
    def of(cls, rules: Iterable[Rule], work_date: date) -> "Bounds":
        """The bounds by the thresholds of that one of a suite's rules which is about dates; none where none is."""
        thresholds: Mapping[str, Any] | None = next(
            (rule.thresholds for rule in rules if "earliest_date" in rule.thresholds), None
        )
        if thresholds is None:
            return cls({}, {})
        latest = _years_after(work_date, thresholds["years_ahead"])
        parameters = {
            "earliest_date": thresholds["earliest_date"],
            "latest_date": latest,
            "earliest_instant": day_bounds(thresholds["earliest_date"])[0],
            "latest_instant": day_bounds(latest)[1] - timedelta(microseconds=1),
        }
        if "earliest_punch" in thresholds:
            parameters |= {
                "earliest_punch": day_bounds(thresholds["earliest_punch"])[0],
                "days_after_receipt": thresholds["days_after_receipt"],
            }
        return cls(parameters, {**thresholds, "latest_date": latest})


@dataclass(frozen=True)
class Question:
    """What a part of a suite asks about a work date by the rules in force: those of its expectations, with bounds."""

    suite: Suite
    part: Part
    expectations: Sequence[Mapping[str, Any]]
    bounds: Bounds

    @property
    def name(self) -> tuple[str, Part]:
        """The object and the part."""
        return self.suite.object, self.part


def questions_about(
    work_date: date, rules: Mapping[str, Rule], suites: Iterable[Suite] | None = None
) -> list[Question]:
    """What the suites ask, or these of them; nothing of one that none of the rules rests on.

    Args:
        work_date: the date that bounds are of.
        rules: the rules in force, by id.
        suites: all when left out.
    """
    ours = {name for name, rule in rules.items() if rule.implemented_by == SUITES}
    questions = []
    for suite in load_suites().values() if suites is None else suites:
        wanted: dict[Part, list[Mapping[str, Any]]] = {"lasting": [], "dated": []}
        for one in suite.expectations:
            if one["meta"]["rule_id"] in ours:
                wanted["dated" if suite.by_date or _has_bounds(one) else "lasting"].append(one)
        named = {one["meta"]["rule_id"] for one in wanted["dated"]}
        bounds = Bounds.of([rules[name] for name in named], work_date)
        parts: tuple[tuple[Part, Bounds], ...] = (("lasting", Bounds({}, {})), ("dated", bounds))
        questions += [Question(suite, part, wanted[part], its) for part, its in parts if wanted[part]]
    return questions


def _has_bounds(expectation: Mapping[str, Any]) -> bool:
    return any(isinstance(value, Mapping) and "$PARAMETER" in value for value in expectation["kwargs"].values())


@contextmanager
def _datasource(engine: Engine, work_date: date, snapshot: str | None) -> Iterator[Any]:
    """The warehouse as Great Expectations sees it: read as the checking role, for one work date.

    The generic SQL datasource is used, because the PostgreSQL one refuses an address with a socket in it.
    """
    session = {
        "role": Role.CHECK.value,
        "search_path": "quality",
        "timezone": "UTC",
        "realname.work_date": work_date.isoformat(),
    }
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports modules on their way out, and recommends the other datasource
        import great_expectations

        logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells where its temporary folder is
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = great_expectations.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        sources: Any = context.data_sources  # its methods are made at run time
        datasource = sources.add_sql(
            "warehouse",
            connection_string=engine.url.render_as_string(hide_password=False),
            kwargs={"connect_args": {"options": options, "application_name": "realname_sync"}},
        )
    if snapshot is not None:
        event.listen(datasource.get_execution_engine().engine, "begin", partial(_see, snapshot=snapshot))
    try:
        yield datasource
    finally:
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()


def _see(connection: Connection, snapshot: str) -> None:
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")  # a name that PostgreSQL made; not bindable


def _findings(
    datasource: Any, questions: Sequence[Question], keep: Callable[[Question, dict[str, Any]], None]
) -> Iterator[tuple[Question, Finding]]:
    """Ask all that is to be asked of one suite."""
    from great_expectations import ExpectationSuite

    suite = questions[0].suite
    parameters = {name: value for question in questions for name, value in question.bounds.parameters.items()}
    asset = datasource.add_table_asset(suite.object, table_name=suite.view)
    batch = asset.get_batch(asset.build_batch_request())
    of_part = {question.part: question for question in questions}
    asked = [
        {**one, "meta": {**one["meta"], "part": question.part}}
        for question in questions
        for one in question.expectations
    ]
    overview = batch.validate(
        ExpectationSuite(name=suite.object, expectations=asked),
        result_format="BOOLEAN_ONLY",
        expectation_parameters=parameters,
    )
    details: dict[int, Any] = {}
    for place, result in enumerate(overview.results):
        _require_evaluated(suite, result)
        if not result.success:
            failed = result.expectation_config.to_domain_obj()
            detail = batch.validate(
                failed,
                result_format={
                    "result_format": "COMPLETE",
                    "unexpected_index_column_names": ["object_key", "project_code"],
                    "partial_unexpected_count": _EVERY_ROW,
                    "return_unexpected_index_query": False,
                },
                expectation_parameters=parameters,
            )
            _require_evaluated(suite, detail)
            details[place] = detail
            question = of_part[failed.meta["part"]]
            for finding in _rows(suite, failed, detail.result["unexpected_index_list"] or (), question.bounds):
                yield question, finding
    whole = without_values(overview, details)
    for question in questions:
        mine = [one for one in whole["results"] if one["expectation_config"]["meta"]["part"] == question.part]
        keep(question, with_results(whole, mine))


def _rows(suite: Suite, failed: Any, unexpected: Sequence[Mapping[str, Any]], bounds: Bounds) -> Iterator[Finding]:
    meta = failed.meta
    expected = meta["expected"].format(**bounds.shown)
    for row in unexpected:
        value = row[failed.column]
        actual = None if value is None else meta.get("actual", "{value}").format(value=value, length=len(str(value)))
        yield Finding(
            meta["rule_id"], suite.object, row["object_key"], meta["field"], row["project_code"], expected, actual
        )


def _require_evaluated(suite: Suite, result: Any) -> None:
    """Raise where an expectation could not be evaluated: Great Expectations keeps the error in the result."""
    told = result.exception_info or {}
    for failure in [told] if "raised_exception" in told else told.values():
        if failure["raised_exception"]:
            config = result.expectation_config
            raise SettingsError(
                f"suite {suite.object}: {config.type} of {config.kwargs.get('column')} could not be evaluated: "
                f"{failure['exception_message']}"
            )


def _years_after(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes the 28th, as in PostgreSQL."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
