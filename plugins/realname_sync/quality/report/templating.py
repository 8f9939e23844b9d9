"""The one environment of every page: the same words, figures and looks in the report and in Airflow's view."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from realname_sync.quality.report.bilingual import both, said, title
from realname_sync.quality.report.charts import completeness_chart, findings_chart
from realname_sync.quality.report.labels import field_label, label, remedy
from realname_sync.quality.report.model import BEHIND, TARGETS, Verdict
from realname_sync.quality.report.wording import (
    by_punch,
    cause_label,
    count_text,
    day_label,
    district_label,
    instant_text,
    person_of,
    post_of,
    share_text,
)

# What to say of a platform's day: how it looks, a sign, Chinese, English.
_VERDICTS: Mapping[Verdict, tuple[str, str, str, str]] = {
    Verdict.NO_PUNCHES: ("quiet", "–", "当日没有考勤记录", "no punches were read for this day"),
    Verdict.ON_TIME: ("good", "✓", "全部按时到达", "all of it arrived before 24:00"),
    Verdict.LATE: ("fair", "!", "全部到达，部分逾期", "all of it arrived, some after 24:00"),
    Verdict.INCOMPLETE: ("poor", "✕", "未全部到达", "part of the day did not arrive"),
    Verdict.UNDER_WAY: ("quiet", "…", "报送进行中", "on its way"),
    Verdict.AT_RISK: ("fair", "!", "部分记录须处理后才能到达", "part of it arrives only once put right"),
}


def environment(*more: BaseLoader) -> Environment:
    """An environment with the report's templates, and those of further loaders before them."""
    made = Environment(
        loader=ChoiceLoader([*more, PackageLoader("realname_sync.quality.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(count=count_text, by_punch=by_punch, day=day_label, instant=instant_text)
    made.globals.update(
        anchor=anchor,
        BEHIND=BEHIND,
        cause_label=cause_label,
        completeness_chart=completeness_chart,
        district=district_label,
        field_label=field_label,
        figure_attributes=_figure_attributes,
        findings_chart=findings_chart,
        label=label,
        person_of=person_of,
        post_of=post_of,
        remedy=remedy,
        said=said,
        share=share_text,
        t=both,
        TARGETS=TARGETS,
        title=title,
        VERDICTS=_VERDICTS,
    )
    return made


@cache
def report_environment() -> Environment:
    """The environment of the report itself."""
    return environment()


def self_contained(
    template: str, *, among: Environment | None = None, style_of: str = "report.css", **content: Any
) -> str:
    """A page with its style and script inside, that allows exactly these two and nothing from outside.

    The policy stands in the page, so it holds wherever the file is opened from. `among` is whose templates they are,
    the report's if none are given.
    """
    made = among or report_environment()
    style = made.get_template(style_of).render()
    script = made.get_template("report.js").render()
    return made.get_template(template).render(
        **content,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'",
    )


def anchor(kind: str, name: str) -> str:
    """An id in the page for a thing of that kind; what is no plain code goes by its digest."""
    plain = re.fullmatch(r"[0-9A-Za-z_-]{0,60}", name)
    return f"{kind}-" + (name if plain else hashlib.sha256(name.encode()).hexdigest()[:16])


def _digest(text: str) -> str:
    """As a policy names a script or style that stands in the page."""
    import base64

    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _figure_attributes(of: str, where: Mapping[str, Any]) -> Markup:
    """Says in the page which rows a figure counts, so that anyone can hold it to them."""
    return Markup('data-of="{}" data-where="{}"').format(of, json.dumps(dict(where), ensure_ascii=False))
